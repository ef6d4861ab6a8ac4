"""A source that was read from XML, written back: what has not changed stands as it stood.

The element that the model brought along is read anew. Where the model now differs from that, the
element is changed: a value, an error, a bound; or the part is written anew, if it is another one.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
from lxml import etree

from gammapy.modeling.models.base import ModelBase
from gammapy.modeling.models.component import Component
from gammapy.modeling.models.spatial.template import TemplateSpatialModel
from gammapy.modeling.parameter import Parameter
from gammapy.modeling.serialize.xml.factor import KEYS, write_factor
from gammapy.modeling.serialize.xml.map_norm import split_norm
from gammapy.modeling.serialize.xml.number import UNBOUNDED, parse_number, write_number
from gammapy.modeling.serialize.xml.reading import Link, RefusedError
from gammapy.modeling.serialize.xml.source import ReadSource, SourceOrigin, read_source
from gammapy.modeling.serialize.xml.source_place import SourcePlace

__all__ = ["TAGS", "updated"]

#: elements of the parts
TAGS = {
    "spectral": ("spectrum",),
    "spatial": ("spatialModel", "radialModel"),
    "temporal": ("temporal", "temporalModel"),
}
#: to which two numbers are the same, although one was converted
_ROUNDING = 4e-15


def updated(
    model: Component, origin: SourceOrigin, folder: Path | None, encode: Callable[[str, Any], Any]
) -> Any:
    """Element of a model that brought one along.

    Parameters
    ----------
    model : `Component`
    origin : `SourceOrigin`
    folder : `~pathlib.Path`, optional
        Where the file will lie.
    encode : callable
        Takes a kind of part and a part; gives its element, None if it needs none.
    """
    element = etree.fromstring(origin.element)
    place = SourcePlace("", None if origin.folder is None else Path(origin.folder))
    place.prototypes = origin.prototypes
    try:
        anew = _changed(model, origin, element, place)
    except RefusedError:  # a file that it names is not there any more
        anew = set(TAGS)
    for kind in sorted(anew):
        _replace(element, kind, encode(kind, model.part(kind)))
    if element.get("name") != model.name:
        element.set("name", model.name)
    _move_files(element, place, folder)
    return element


def _changed(model: Component, origin: SourceOrigin, element: Any, place: SourcePlace) -> set[str]:
    """Put changed numbers into an element; kinds of parts that must be written anew."""
    before = read_source(element, place, origin.dialect, origin.plain_units, linked=True)
    anew = {kind for kind in TAGS if not _alike(before.model.part(kind), model.part(kind))}
    own = model.own_parameters
    links = {link.path: link for link in before.links}
    for path, parameter in before.model.own_parameters.items():
        kind = path.partition(".")[0]
        keys = () if kind in anew else _changes(parameter, own[path])
        if keys and path in links and links[path].slot.rule.says(own[path]):
            _rewrite(links[path], own[path], keys)
        elif keys:
            anew.add(kind)
    if any(path.partition(".")[0] not in anew for path in before.varying):
        anew |= _misread(element, place, origin, own, before.varying)
    return anew | _together(before, model, element, anew)


def _rewrite(link: Link, parameter: Parameter, keys: list[str]) -> None:
    """Set what has changed, on the scale that is there if it can hold the numbers."""
    element, slot = link.element, link.slot
    scale, _ = parse_number(element.get("scale", "1"))
    unit = float(parameter.unit.to(slot.unit))
    numbers = [x for x in (parameter.value, parameter.min, parameter.max) if math.isfinite(x) and x]
    theirs = [abs(slot.rule.theirs(x * unit)) for x in numbers]
    fits = scale and all(1 / UNBOUNDED < x / abs(scale) < UNBOUNDED for x in theirs)
    if not fits and abs(scale) != 1.0:
        scale, keys = math.copysign(1.0, scale), list(KEYS)
        element.set("scale", write_number(scale))
    write_factor(element, parameter, slot.unit, slot.rule, scale, keys)


def _together(before: ReadSource, model: Component, element: Any, anew: set[str]) -> set[str]:
    """Kinds of parts that must be written anew too: a norm in one is a factor on another."""
    if not anew:
        return set()
    kinds = {tag: kind for kind, tags in TAGS.items() for tag in tags}
    tied = {"spectral"}
    for link in before.links:
        if link.path.startswith("spectral"):
            part = link.element
            while part.getparent() is not element:
                part = part.getparent()
            tied.add(kinds[part.tag])
    _, norm = split_norm(model.part("spectral"), model.part("spatial"), "gammalib")
    tied |= set() if norm is None else {"spatial"}
    return tied if len(tied) > 1 and anew & tied else set()


def _misread(
    element: Any,
    place: SourcePlace,
    origin: SourceOrigin,
    own: dict[str, Parameter],
    varying: set[str],
) -> set[str]:
    """Kinds of parts that would be read back as others, after a value they are read by changed."""
    try:
        after = read_source(element, place, origin.dialect, origin.plain_units)
    except RefusedError:
        return {path.partition(".")[0] for path in varying}
    found = after.model.own_parameters
    return {p.partition(".")[0] for p in varying if p not in own or _changes(found[p], own[p])}


def _alike(one: ModelBase | None, other: ModelBase | None) -> bool:
    """True if two parts differ by numbers at most."""
    if one is None or other is None:
        return one is other
    keys = ["filename", "normalize", "kind", "attributes", "operator", "scale"]
    keys += ["interp", "interp_kwargs", "meta"]
    if type(one) is not type(other) or one.own_parameters.keys() != other.own_parameters.keys():
        return False
    if not isinstance(one, TemplateSpatialModel):  # whose frame is that of the file
        keys.append("frame")
    if any(getattr(one, key, None) != getattr(other, key, None) for key in keys):
        return False
    for key in ("energy", "values", "energy_min", "energy_max", "emin", "emax"):
        if key in one.own_parameters:
            continue
        a, b = (np.asanyarray(getattr(part, key, None)) for part in (one, other))
        if a.shape != b.shape or not np.all(a == b):
            return False
    pairs = [
        (getattr(one, key, None), getattr(other, key, None))
        for key in ("model1", "model2", "model")
    ]
    inner = [(a, b) for a, b in pairs if isinstance(a, ModelBase)]
    lists = (getattr(one, key, ()) for key in ("models", "parts"))
    others = (getattr(other, key, ()) for key in ("models", "parts"))
    for some, more in zip(lists, others, strict=True):
        inner += zip(some, more, strict=True)
    return all(_alike(a, b) for a, b in inner)


def _changes(one: Parameter, other: Parameter) -> list[str]:
    """Attributes in which two parameters differ, which may be in different units."""
    factor = float(other.unit.to(one.unit))
    changed = [] if one.frozen is other.frozen else ["free"]
    for key in ("value", "min", "max", "error"):
        a, b = getattr(one, key), getattr(other, key) * factor
        if not (a == b or (a != a and b != b) or math.isclose(a, b, rel_tol=_ROUNDING)):
            changed.append(key)
    return changed


def _replace(element: Any, kind: str, new: Any) -> None:
    old = next((child for tag in TAGS[kind] for child in element.iterchildren(tag)), None)
    if old is not None and new is not None:
        new.tail = old.tail
        etree.indent(new, "  ", level=1)
        new.tail = old.tail
        element.replace(old, new)
    elif new is not None:
        element.append(new)
    elif old is not None:
        element.remove(old)


def _move_files(element: Any, place: SourcePlace, folder: Path | None) -> None:
    """Name files anew if the XML file will lie in another folder than before."""
    if folder is None or place.folder is None or folder == place.folder:
        return
    for child in element.iter():
        file = child.get("file") if isinstance(child.tag, str) else None
        if not file or "$" in file or file.startswith(("~", "/")):
            continue
        located = place.located(file)
        if located is not None:
            extension = file[file.index("[") :] if file.endswith("]") else ""
            inside = located.is_relative_to(folder)
            name = located.relative_to(folder).as_posix() if inside else str(located)
            child.set("file", name + extension)
