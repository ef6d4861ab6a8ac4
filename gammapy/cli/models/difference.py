"""In what two collections of models differ, and by how many standard deviations."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from typing import Any

import astropy.units as u
import numpy as np

from gammapy.cli.models.same_frame import in_frame_of
from gammapy.errors import GammapyError
from gammapy.modeling.expression import Algebra, Operation
from gammapy.modeling.models import Models, SpatialModel
from gammapy.modeling.models.base import ModelBase
from gammapy.modeling.models.component import MODEL_TYPES, Component
from gammapy.modeling.parameter import Parameter

__all__ = ["Difference", "differences"]

#: numbers that agree to this part are equal: files of other units and scales round differently
RTOL = 1e-9

#: path of each parameter in its file
Paths = dict[Parameter, str]


@dataclass(frozen=True)
class Difference:
    """Something in which A and B differ.

    Attributes
    ----------
    model, item : str
        Name of the model, and what of it: "spectral.index", "spectral.index min", "spatial".
    a, b : str
        As they read; empty if there is none.
    change : float
        B minus A, in the unit of A; nan if they are no numbers.
    relative : float
        Part of A that the change is; nan likewise, or if A is zero.
    sigma : float
        Size of the change in standard deviations, those of both combined; nan without errors.
    """

    model: str
    item: str
    a: str
    b: str
    change: float = math.nan
    relative: float = math.nan
    sigma: float = math.nan

    def as_dict(self) -> dict[str, Any]:
        """For JSON, which has no nan."""
        return {
            key: None if isinstance(value, float) and not math.isfinite(value) else value
            for key, value in asdict(self).items()
        }


def differences(a: Models, b: Models) -> list[Difference]:
    """All differences: models of A in their order, then those that only B has."""
    found: list[Difference] = []
    ours, theirs = ({m.name: m for m in models} for models in (a, b))
    paths: Paths = {}
    for models in (a, b):
        for parameter, path in models.parameters.items():
            paths.setdefault(parameter, path)
    for name, model in ours.items():
        if name not in theirs:
            found.append(Difference(name, "model", "there", ""))
        else:
            found += _of_models(model, theirs[name], paths)
    found += [Difference(name, "model", "", "there") for name in theirs if name not in ours]
    return found


def _of_models(a: Component, b: Component, paths: Paths) -> Iterator[Difference]:
    if type(a) is not type(b):
        yield Difference(a.name, "type", a.tag[0], b.tag[0])
        return
    for attribute in ("datasets_names", "apply_irf", "filename"):
        one, other = (getattr(model, attribute, None) for model in (a, b))
        if one != other:
            yield Difference(a.name, attribute, _text(one), _text(other))
    for kind in MODEL_TYPES:
        one, other = a.part(kind), b.part(kind)
        if one is None or other is None or _type(one) != _type(other):
            if one is not other:
                yield Difference(a.name, kind, _type(one), _type(other))
            continue
        yield from _of_parts(a.name, kind, one, other, paths)


def _type(part: ModelBase | None) -> str:
    """Class, or classes if there are several."""
    if part is None:
        return ""
    inside = [getattr(part, name, None) for name in ("model1", "model2")]
    names = ", ".join(map(_type, inside)) if all(inside) else ""
    name = type(part).__name__
    return f"{name}({names})" if names else name


def _of_parts(
    name: str, kind: str, a: ModelBase, b: ModelBase, paths: Paths
) -> Iterator[Difference]:
    ours, theirs = a.own_parameters, b.own_parameters
    if isinstance(a, SpatialModel) and isinstance(b, SpatialModel) and _turned(a, b):
        theirs = in_frame_of(a, b).own_parameters
    for path in dict.fromkeys([*ours, *theirs]):
        item = f"{kind}.{path}"
        if path in ours and path in theirs:
            yield from _of_parameters(name, item, ours[path], theirs[path])
            link, linked = (_link(own[path].link, paths) for own in (ours, b.own_parameters))
            if link != linked:
                yield Difference(name, f"{item} link", link, linked)
        else:
            one, other = (_value(own[path]) if path in own else "" for own in (ours, theirs))
            yield Difference(name, item, one, other)
    for key, first, second in _rest(kind, a, b):
        yield Difference(name, f"{kind} {key}", first, second)


def _turned(a: SpatialModel, b: SpatialModel) -> bool:
    """True for positions in two frames."""
    places = [{"lon_0", "lat_0"} <= part.own_parameters.keys() for part in (a, b)]
    return a.frame != b.frame and all(places)


# -- parameters ---------------------------------------------------------------------------


def _of_parameters(name: str, item: str, a: Parameter, b: Parameter) -> Iterator[Difference]:
    if not b.unit.is_equivalent(a.unit):
        yield Difference(name, f"{item} unit", str(a.unit), str(b.unit))
        return
    factor = float(b.unit.to(a.unit))
    value, other = a.value, b.value * factor
    if not _equal(value, other):
        change = other - value
        error = math.hypot(_known(a.error), _known(b.error) * factor)
        yield Difference(
            name,
            item,
            _value(a),
            _value(b),
            change,
            change / abs(value) if value else math.nan,
            abs(change) / error if error > 0 else math.nan,
        )
    for key in ("min", "max"):
        one, two = getattr(a, key), getattr(b, key)
        if not _equal(one, two * factor):
            yield Difference(name, f"{item} {key}", _bound(one, a), _bound(two, b))
    if a.frozen != b.frozen:
        yield Difference(name, f"{item} frozen", _text(a.frozen), _text(b.frozen))


def _equal(a: float, b: float) -> bool:
    return a == b or (math.isnan(a) and math.isnan(b)) or math.isclose(a, b, rel_tol=RTOL)


def _known(error: float) -> float:
    return 0.0 if math.isnan(error) else error


def _value(parameter: Parameter) -> str:
    """Value with as many digits as show small changes, and the unit."""
    return f"{parameter.value:.6g} {parameter.unit.to_string(fraction=False)}".rstrip()


def _bound(bound: float, parameter: Parameter) -> str:
    if math.isnan(bound):
        return "none"
    return f"{bound:.6g} {parameter.unit.to_string(fraction=False)}".rstrip()


def _link(link: Algebra | None, paths: Paths) -> str:
    """Expression of a link, with the paths of the parameters."""
    if link is None:
        return "none"
    if isinstance(link, Operation):
        return f"{link.operator}({_link(link.left, paths)}, {_link(link.right, paths)})"
    return paths.get(link, repr(link)) if isinstance(link, Parameter) else repr(link)


def _text(value: Any) -> str:
    return "none" if value is None else str(value)


# -- what is no parameter -----------------------------------------------------------------


def _rest(kind: str, a: ModelBase, b: ModelBase) -> Iterator[tuple[str, str, str]]:
    """Keys of the files in which the models differ: frames, tables, names of files..."""
    try:
        one, other = (part.to_dict()[kind] for part in (a, b))  # type: ignore[attr-defined]
    except (GammapyError, AttributeError, KeyError):  # what no file can hold is not compared
        return
    for key in dict.fromkeys([*one, *other]):
        if key in ("parameters", "type", "module"):
            continue
        ours, theirs = _bare(one.get(key)), _bare(other.get(key))
        if not _same(ours, theirs):
            yield key, _short(ours), _short(theirs)


def _bare(tree: Any) -> Any:
    """Tree without parameters, which are compared with their units."""
    if isinstance(tree, dict):
        return {k: _bare(v) for k, v in tree.items() if k not in ("parameters", "link")}
    return [_bare(item) for item in tree] if isinstance(tree, list) else tree


def _same(a: Any, b: Any) -> bool:
    if isinstance(a, dict) and isinstance(b, dict):
        keys = a.keys()
        if keys == b.keys() and keys in ({"data", "unit"}, {"value", "unit"}):
            return _same_quantity(*map(_quantity, (a, b)))
        return keys == b.keys() and all(_same(a[key], b[key]) for key in keys)
    if isinstance(a, list) and isinstance(b, list):
        return len(a) == len(b) and all(map(_same, a, b))
    if isinstance(a, float) and isinstance(b, float):
        return _equal(a, b)
    return a == b


def _quantity(tree: dict[str, Any]) -> u.Quantity:
    return u.Quantity(tree["data"] if "data" in tree else tree["value"], tree["unit"])


def _same_quantity(a: u.Quantity, b: u.Quantity) -> bool:
    if a.shape != b.shape or not b.unit.is_equivalent(a.unit):
        return False
    return bool(np.allclose(b.to_value(a.unit), a.value, rtol=RTOL, atol=0))


def _short(tree: Any) -> str:
    """At most a few words of what may be a long table."""
    if isinstance(tree, dict) and tree.keys() == {"data", "unit"}:
        return f"{len(tree['data'])} numbers"
    text = _text(tree)
    return text if len(text) <= 40 else f"{text[:39]}…"
