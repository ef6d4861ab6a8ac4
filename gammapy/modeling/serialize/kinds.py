"""The type of a model in the tree: which class it is, and what a plain model looks like.

A plain model is a type and parameters. A family's module has a row in its tables of writers and
readers for those with more to say.
"""

from __future__ import annotations

import inspect
from collections.abc import Collection
from typing import Any

from gammapy.errors import ModelError
from gammapy.modeling.models.base import ModelBase
from gammapy.modeling.models.registry import Registry
from gammapy.modeling.serialize.links import Places, Slots
from gammapy.modeling.serialize.node import Node
from gammapy.modeling.serialize.rows import decode_rows, encode_rows

__all__ = ["check_constructor", "class_of", "decode_plain", "encode_plain", "type_keys"]

#: types of earlier versions, and what they are called now
OLD_TYPES = {
    "BackgroundModel": "TemplateNPredModel",
    "PhaseCurveTemplateTemporalModel": "TemplatePhaseCurveTemporalModel",
    "AbsorbedSpectralModel": "EBLAbsorptionNormSpectralModel",
}


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
    if kind not in registry:
        if OLD_TYPES.get(kind) in registry:
            return registry.get(OLD_TYPES[kind])
        if "module" in node:
            module = node["module"].text()
            raise node["type"].error(f"is not known: import {module} before the file is read")
    with node["type"].guard():
        return registry.get(kind)


def encode_plain(model: ModelBase, path: str, places: Places) -> dict[str, Any]:
    """Parameters of a model that stands at ``path`` ("crab.spectral")."""
    check_constructor(type(model))
    return {"parameters": encode_rows(model, path, places)}


def decode_plain(
    node: Node,
    path: str,
    slots: Slots,
    cls: type[Any],
    others: Collection[str] = (),
    **options: Any,
) -> Any:
    """Model of a class, with the parameters of its node; ``others`` are keys read already."""
    node.check_keys(["type", "module", "parameters", *others])
    with node.guard():
        check_constructor(cls)
        model = cls(**options)
    decode_rows(node, path, slots, model)
    return model


def check_constructor(cls: type[ModelBase]) -> None:
    """Refuse a class that is made from more than its parameters: the rest would be lost."""
    names = {p.name for p in cls.default_parameters} | {"frame", "scale"}
    for argument in list(inspect.signature(cls.__init__).parameters.values())[1:]:
        if argument.kind is not argument.VAR_KEYWORD and argument.name not in names:
            raise ModelError(
                f"{cls.__name__} cannot stand in a file: its argument {argument.name!r} is not a "
                "parameter; make it one (frozen), or an attribute of the class"
            )
