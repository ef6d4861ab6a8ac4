"""Models of astropy and sherpa in the tree.

A class is written as the path to import it by, a composed model as its operator and operands::

    type: AstropySpectralModel
    model: {operator: +, left: {class: astropy.modeling.powerlaws.PowerLaw1D}, right: ...}
    energy_unit: TeV
    flux_unit: TeV-1 s-1 cm-2

Modules of the two packages are imported when such a file is read, others must have been before.
"""

from __future__ import annotations

import operator as operators
import sys
from collections.abc import Callable
from importlib import import_module
from typing import Any

import astropy.units as u
import numpy as np

from gammapy.errors import ModelError
from gammapy.modeling.models.spectral.base import SpectralModel
from gammapy.modeling.models.spectral.foreign.astropy_model import AstropySpectralModel
from gammapy.modeling.models.spectral.foreign.sherpa_model import SherpaSpectralModel
from gammapy.modeling.models.spectral.foreign.wrapped_model import WrappedSpectralModel
from gammapy.modeling.serialize.links import Places, Slots
from gammapy.modeling.serialize.node import Node
from gammapy.modeling.serialize.parameter import encode_parameter, unit_text
from gammapy.modeling.serialize.rows import decode_rows
from gammapy.optional import require

__all__ = ["READERS", "WRITERS"]

OPERATORS: dict[str, Callable[[Any, Any], Any]] = {
    "+": operators.add,
    "-": operators.sub,
    "*": operators.mul,
    "/": operators.truediv,
    "**": operators.pow,
    "|": operators.or_,
}
#: numpy's functions, by which sherpa composes
_UFUNCS = {
    "add": "+",
    "subtract": "-",
    "multiply": "*",
    "divide": "/",
    "true_divide": "/",
    "power": "**",
}
_HINT = "write its formula as a SpectralModel of your own, or its values as a TemplateSpectralModel"


# -- to the tree --------------------------------------------------------------------------


def _describe_astropy(model: Any) -> dict[str, Any]:
    if hasattr(model, "op"):
        if model.op not in OPERATORS:
            raise ModelError(f"the operator {model.op!r} cannot be written: {_HINT}")
        sides = {side: _describe_astropy(getattr(model, side)) for side in ("left", "right")}
        return {"operator": model.op, **sides}
    tree: dict[str, Any] = {"class": _path_of(type(model))}
    if hasattr(model, "degree"):
        tree["degree"] = int(model.degree)
    units = {name: getattr(model, name).unit for name in model.param_names}
    if any(unit is not None for unit in units.values()):
        tree["units"] = {n: unit_text(unit) for n, unit in units.items() if unit is not None}
    return tree


def _describe_sherpa(model: Any) -> dict[str, Any]:
    if hasattr(model, "lhs"):
        name = getattr(model.op, "__name__", "?")
        if name not in _UFUNCS:
            raise ModelError(f"the operator {name!r} of {model.name} cannot be written: {_HINT}")
        sides = {"left": _describe_sherpa(model.lhs), "right": _describe_sherpa(model.rhs)}
        return {"operator": _UFUNCS[name], **sides}
    if type(model).__name__ == "ArithmeticConstantModel":
        return {"constant": float(model.val)}
    return {"class": _path_of(type(model)), "name": model.name}


def _path_of(cls: type) -> str:
    if getattr(sys.modules.get(cls.__module__), cls.__qualname__, None) is not cls:
        raise ModelError(
            f"{cls.__name__} cannot be written: it cannot be imported from {cls.__module__}; "
            "define the class at the top of a module"
        )
    return f"{cls.__module__}.{cls.__qualname__}"


def _encode_astropy(model: AstropySpectralModel, path: str, places: Places) -> dict[str, Any]:
    tree = {"model": _describe_astropy(model.astropy_model), **_options(model)}
    return _with_rows(model, path, places, tree, _build_astropy)


def _encode_sherpa(model: SherpaSpectralModel, path: str, places: Places) -> dict[str, Any]:
    tree = {"model": _describe_sherpa(model.sherpa_model), **_options(model)}
    tree["per_bin"] = model.per_bin
    return _with_rows(model, path, places, tree, _build_sherpa)


def _options(model: WrappedSpectralModel) -> dict[str, Any]:
    tree: dict[str, Any] = {}
    if not model.needs_quantities:
        tree = {
            "energy_unit": unit_text(model.energy_unit),
            "flux_unit": unit_text(model.flux_unit),
        }
    return tree | {"breaks": list(model.breaks)}


def _with_rows(
    model: WrappedSpectralModel,
    path: str,
    places: Places,
    tree: dict[str, Any],
    build: Callable[[Node], WrappedSpectralModel],
) -> dict[str, Any]:
    """Tree with the parameters, if the model that is built of it is the same."""
    energy, values = np.array([0.3, 1.0, 5.0]), model.internal_values
    pristine = build(Node(tree, path))
    with np.errstate(all="ignore"):
        expected, found = model.flux(energy, values), pristine.flux(energy, values)
    if not np.allclose(found, expected, rtol=1e-12, atol=0, equal_nan=True):
        raise ModelError(
            f"{path}: {model!r} cannot be written: it is made of more than its parameters, which "
            f"would be lost; {_HINT}"
        )
    rows = [
        encode_parameter(name, p, default, places.link(f"{path}.{name}", p))
        for (name, p), default in zip(
            model.own_parameters.items(), pristine.default_parameters, strict=True
        )
    ]
    return {"parameters": rows, **tree}


# -- from the tree ------------------------------------------------------------------------


def _class_at(node: Node, package: str) -> Any:
    """Class of a path; only modules of the package are imported for it."""
    module, _, name = node.text().rpartition(".")
    if module.partition(".")[0] == package:
        try:
            import_module(module)
        except ImportError as error:
            raise node.error(f"cannot be imported: {error}") from None
    if module not in sys.modules:
        raise node.error(f"is not known: import {module} before the file is read")
    found = getattr(sys.modules[module], name, None)
    if not isinstance(found, type):
        raise node.error("is no class")
    return found


def _astropy_of(node: Node) -> Any:
    """Model of astropy with the values that its classes begin with."""
    from astropy.modeling import Model

    if "operator" in node.value:
        return _composed(node, _astropy_of)
    node.check_keys(["class", "degree", "units"])
    cls = _class_at(node["class"], "astropy")
    if not issubclass(cls, Model):
        raise node["class"].error("is no model of astropy")
    options: dict[str, Any] = {}
    if "degree" in node:
        options["degree"] = int(node["degree"].number())
    for name in node["units"].value if "units" in node else ():
        if name not in cls.param_names:
            raise node["units"].error(f"names {name!r}, which is none of {cls.param_names}")
        default = getattr(cls, name).default
        start = 1.0 if default is None else u.Quantity(default).value
        options[name] = start * node["units"][name].unit()
    try:
        return cls(**options)
    except (TypeError, ValueError) as error:
        raise ModelError(
            f"{node.place}: {cls.__name__} cannot be made of its parameters alone ({error}); "
            f"{_HINT}"
        ) from None


def _sherpa_of(node: Node, made: dict[str, Any]) -> Any:
    """Model of sherpa; one that comes twice under a name is the same."""
    if "operator" in node.value:
        return _composed(node, lambda side: _sherpa_of(side, made))
    if "constant" in node.value:
        node.check_keys(["constant"])
        return node["constant"].number()
    node.check_keys(["class", "name"])
    cls = _class_at(node["class"], "sherpa")
    if not issubclass(cls, require("sherpa.models.model", "models of sherpa").ArithmeticModel):
        raise node["class"].error("is no model of sherpa")
    name = node["name"].text()
    if name not in made:
        made[name] = cls(name)
    return made[name]


def _composed(node: Node, build: Callable[[Node], Any]) -> Any:
    node.check_keys(["operator", "left", "right"])
    name = node["operator"].text()
    if name not in OPERATORS:
        raise node["operator"].error(f"is no operator: use one of {', '.join(OPERATORS)}")
    left, right = (build(node[side]) for side in ("left", "right"))
    return OPERATORS[name](left, right)


def _arguments(node: Node) -> dict[str, Any]:
    keys = [key for key in ("energy_unit", "flux_unit") if key in node]
    arguments: dict[str, Any] = {key: node[key].unit() for key in keys}
    if "breaks" in node:
        arguments["breaks"] = [item.text() for item in node["breaks"].items()]
    return arguments


def _build_astropy(node: Node) -> WrappedSpectralModel:
    return AstropySpectralModel(_astropy_of(node["model"]), **_arguments(node))


def _build_sherpa(node: Node) -> WrappedSpectralModel:
    per_bin = node["per_bin"].flag() if "per_bin" in node else None
    model = _sherpa_of(node["model"], {})
    return SherpaSpectralModel(model, **_arguments(node), per_bin=per_bin)


def _decode(node: Node, path: str, slots: Slots, cls: type[SpectralModel]) -> SpectralModel:
    keys = ["type", "module", "parameters", "model", "energy_unit", "flux_unit", "breaks"]
    sherpa = cls is SherpaSpectralModel
    node.check_keys([*keys, "per_bin"] if sherpa else keys)
    with node.guard():
        model = (_build_sherpa if sherpa else _build_astropy)(node)
    decode_rows(node, path, slots, model)
    return model


WRITERS: dict[type, Callable[..., dict[str, Any]]] = {
    AstropySpectralModel: _encode_astropy,
    SherpaSpectralModel: _encode_sherpa,
}
READERS: dict[type, Callable[..., SpectralModel]] = {
    AstropySpectralModel: _decode,
    SherpaSpectralModel: _decode,
}
