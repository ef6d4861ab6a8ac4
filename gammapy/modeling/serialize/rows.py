"""The parameters of a model as the rows of a tree."""

from __future__ import annotations

from typing import Any

from gammapy.modeling.models.base import ModelBase
from gammapy.modeling.serialize.links import Places, Slots
from gammapy.modeling.serialize.node import Node
from gammapy.modeling.serialize.parameter import decode_parameter, encode_parameter

__all__ = ["decode_rows", "encode_rows"]


def encode_rows(model: ModelBase, path: str, places: Places) -> list[dict[str, Any]]:
    """Rows of the parameters of a model that stands at ``path`` ("crab.spectral")."""
    return [
        encode_parameter(default.name, p, default, places.link(f"{path}.{default.name}", p))
        for default in model.default_parameters
        for p in [model.own_parameters[default.name]]
    ]


def decode_rows(node: Node, path: str, slots: Slots, model: ModelBase) -> None:
    """Give a model the parameters of its node; what a row does not say stays as it is.

    Each parameter goes into ``slots``, which holds the links, whether it has a row or not.
    """
    defaults = {name: p.copy() for name, p in model.own_parameters.items()}
    seen: set[str] = set()
    for row in node["parameters"].items() if "parameters" in node else []:
        name = _parameter_name(row, defaults, seen, type(model))
        row = row.named(f"{node.place}, parameter {name!r}")
        model.own_parameters[name] = decode_parameter(row, defaults[name])
        slots.add(f"{path}.{name}", model, name, row)
    for name in (n for n in defaults if n not in seen):  # links may refer to them all the same
        slots.add(f"{path}.{name}", model, name, Node({}, f"{node.place}, parameter {name!r}"))


def _parameter_name(
    row: Node, defaults: dict[str, Any], seen: set[str], cls: type[ModelBase]
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
