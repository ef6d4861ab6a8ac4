"""Spectral models in the tree.

Most are a type and parameters. Those with more to say have a row in `WRITERS` and `READERS`.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable
from typing import Any

import astropy.units as u

from gammapy.errors import ModelError
from gammapy.modeling.models.base import ModelBase
from gammapy.modeling.models.registry import Registry
from gammapy.modeling.models.spectral.base import SPECTRAL_MODEL_REGISTRY, SpectralModel
from gammapy.modeling.models.spectral.compound import CompoundSpectralModel
from gammapy.modeling.models.spectral.template import TemplateSpectralModel
from gammapy.modeling.serialize.links import Places, Slots
from gammapy.modeling.serialize.node import Node
from gammapy.modeling.serialize.parameter import (
    decode_parameter,
    encode_parameter,
    unit_text,
)

__all__ = ["class_of", "decode_spectral", "encode_spectral", "type_keys"]


def type_keys(model: ModelBase) -> dict[str, str]:
    """Keys that name the class, and the module that defines it if it is not ours."""
    cls = type(model)
    if "tag" not in cls.__dict__:
        raise ModelError(
            f"{cls.__name__} cannot be written: it has no tag to find it by; declare "
            f"tag = [{cls.__name__!r}] in the class"
        )
    ours = cls.__module__.partition(".")[0] == "gammapy"
    return {"type": cls.tag[0]} | ({} if ours else {"module": cls.__module__})


def class_of(node: Node, registry: Registry) -> type[ModelBase]:
    """Class of the keys ``type`` and ``module``; nothing is imported to find it."""
    kind = node["type"].text()
    if kind not in registry and "module" in node:
        module = node["module"].text()
        raise node["type"].error(f"is not known: import {module} before the file is read")
    with node["type"].guard():
        return registry.get(kind)


# -- to the tree --------------------------------------------------------------------------


def encode_spectral(model: SpectralModel, path: str, places: Places) -> dict[str, Any]:
    """Tree of a spectral model that stands at ``path`` ("crab.spectral")."""
    writer = WRITERS.get(type(model), _encode_plain)
    return type_keys(model) | writer(model, path, places)


def _encode_plain(model: SpectralModel, path: str, places: Places) -> dict[str, Any]:
    _check_constructor(type(model))
    rows = [
        encode_parameter(default.name, p, default, places.link(f"{path}.{default.name}", p))
        for default in model.default_parameters
        for p in [model.own_parameters[default.name]]
    ]
    return {"parameters": rows}


def _check_constructor(cls: type[ModelBase]) -> None:
    """Refuse a class that is made from more than its parameters: the rest would be lost."""
    names = {p.name for p in cls.default_parameters}
    for argument in list(inspect.signature(cls.__init__).parameters.values())[1:]:
        if argument.kind is not argument.VAR_KEYWORD and argument.name not in names:
            raise ModelError(
                f"{cls.__name__} cannot stand in a file: its argument {argument.name!r} is not a "
                "parameter; make it one (frozen), or an attribute of the class"
            )


def _encode_compound(model: CompoundSpectralModel, path: str, places: Places) -> dict[str, Any]:
    return {
        "model1": encode_spectral(model.model1, f"{path}.model1", places),
        "model2": encode_spectral(model.model2, f"{path}.model2", places),
        "operator": model.operator.__name__,
    }


def _encode_template(model: TemplateSpectralModel, path: str, places: Places) -> dict[str, Any]:
    tree: dict[str, Any] = {"parameters": []}
    tree["energy"] = _encode_column(model.energy)
    tree["values"] = _encode_column(model.values)
    for key in ("interp_kwargs", "meta"):
        if getattr(model, key):
            tree[key] = _plain(getattr(model, key), f"{path}.{key}")
    return tree


def _plain(value: Any, where: str) -> Any:
    """Copy of nested dicts and lists of texts and numbers; refuses what a file cannot hold."""
    if isinstance(value, dict) and all(isinstance(key, str) for key in value):
        return {key: _plain(item, f"{where}.{key}") for key, item in value.items()}
    if isinstance(value, list):
        return [_plain(item, f"{where}[{i}]") for i, item in enumerate(value)]
    if type(value) in (str, int, float, bool, type(None)):
        return value
    raise ModelError(
        f"{where} = {value!r} cannot be written: use texts, plain numbers, and lists and dicts "
        "of them"
    )


def _encode_column(column: u.Quantity) -> dict[str, Any]:
    return {"data": [float(x) for x in column.value], "unit": unit_text(column.unit)}


WRITERS: dict[type, Callable[..., dict[str, Any]]] = {
    CompoundSpectralModel: _encode_compound,
    TemplateSpectralModel: _encode_template,
}


# -- from the tree ------------------------------------------------------------------------


def decode_spectral(node: Node, path: str, slots: Slots) -> SpectralModel:
    """Spectral model of a tree; its parameters go into ``slots``, which holds their links."""
    if not isinstance(node.value, dict):
        raise node.error("must be a mapping with the keys type, parameters")
    cls = class_of(node, SPECTRAL_MODEL_REGISTRY)
    return READERS.get(cls, _decode_plain)(node, path, slots, cls)


def _decode_plain(node: Node, path: str, slots: Slots, cls: type[SpectralModel]) -> SpectralModel:
    node.check_keys(["type", "module", "parameters"])
    defaults = {p.name: p for p in cls.default_parameters}
    with node.guard():
        _check_constructor(cls)
    model = cls()
    seen: set[str] = set()
    for row in node["parameters"].items() if "parameters" in node else []:
        name = _parameter_name(row, defaults, seen, cls)
        row = row.named(f"{node.place}, parameter {name!r}")
        model.own_parameters[name] = decode_parameter(row, defaults[name])
        slots.add(f"{path}.{name}", model, name, row)
    for name in (n for n in defaults if n not in seen):  # links may refer to them all the same
        slots.add(f"{path}.{name}", model, name, Node({}, f"{node.place}, parameter {name!r}"))
    return model


def _parameter_name(
    row: Node, defaults: dict[str, Any], seen: set[str], cls: type[SpectralModel]
) -> str:
    if not isinstance(row.value, dict):
        raise row.error("must be a mapping with the keys name, value")
    name = row["name"].text()
    if name not in defaults:
        known = ", ".join(defaults) or "none"
        raise row["name"].error(f"is not a parameter of {cls.__name__}: it has {known}")
    if name in seen:
        raise row["name"].error("comes twice: remove one")
    seen.add(name)
    return name


def _decode_compound(
    node: Node, path: str, slots: Slots, cls: type[SpectralModel]
) -> SpectralModel:
    node.check_keys(["type", "module", "model1", "model2", "operator"])
    one = decode_spectral(node["model1"], f"{path}.model1", slots)
    two = decode_spectral(node["model2"], f"{path}.model2", slots)
    with node.guard():
        return CompoundSpectralModel(one, two, node["operator"].text())


def _decode_template(
    node: Node, path: str, slots: Slots, cls: type[SpectralModel]
) -> SpectralModel:
    node.check_keys(["type", "module", "parameters", "energy", "values", "interp_kwargs", "meta"])
    if "parameters" in node and node["parameters"].items():
        raise node["parameters"].error(
            "is not empty, but this model has no parameters: multiply it by a "
            "PowerLawNormSpectralModel to scale it"
        )
    options = {key: node[key].value for key in ("interp_kwargs", "meta") if key in node}
    for key, value in options.items():
        if not isinstance(value, dict):
            raise node[key].error("must be a mapping")
    with node.guard():
        return TemplateSpectralModel(
            _decode_column(node["energy"]), _decode_column(node["values"]), **options
        )


def _decode_column(node: Node) -> u.Quantity:
    node.check_keys(["data", "unit"])
    return u.Quantity(node["data"].numbers(), node["unit"].unit())


READERS: dict[type, Callable[..., SpectralModel]] = {
    CompoundSpectralModel: _decode_compound,
    TemplateSpectralModel: _decode_template,
}
