"""Temporal models in the tree.

Most are a type, a time scale and parameters. Those with more to say have a row in `WRITERS` and
`READERS`.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from gammapy.modeling.models.temporal.base import TEMPORAL_MODEL_REGISTRY, TemporalModel
from gammapy.modeling.serialize.kinds import class_of, decode_plain, encode_plain, type_keys
from gammapy.modeling.serialize.links import Places, Slots
from gammapy.modeling.serialize.node import Node

__all__ = ["decode_temporal", "encode_temporal"]


def encode_temporal(model: TemporalModel, path: str, places: Places) -> dict[str, Any]:
    """Tree of a temporal model that stands at ``path`` ("crab.temporal")."""
    writer = WRITERS.get(type(model), encode_plain)
    return type_keys(model) | writer(model, path, places) | {"scale": model.scale}


def decode_temporal(node: Node, path: str, slots: Slots) -> TemporalModel:
    """Temporal model of a tree; its parameters go into ``slots``, which holds their links."""
    if not isinstance(node.value, dict):
        raise node.error("must be a mapping with the keys type, parameters, scale")
    cls = class_of(node, TEMPORAL_MODEL_REGISTRY)
    return READERS.get(cls, _decode_plain)(node, path, slots, cls)


def scale_option(node: Node) -> dict[str, str]:
    """Argument of the constructor, if the tree has a time scale."""
    return {"scale": node["scale"].text()} if "scale" in node else {}


def _decode_plain(node: Node, path: str, slots: Slots, cls: type[TemporalModel]) -> TemporalModel:
    return decode_plain(node, path, slots, cls, ["scale"], **scale_option(node))


WRITERS: dict[type, Callable[..., dict[str, Any]]] = {}

READERS: dict[type, Callable[..., TemporalModel]] = {}
