"""Spatial models in the tree.

Most are a type, a frame and parameters. Those with more to say have a row in `WRITERS` and
`READERS`.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from gammapy.modeling.models.spatial.base import SPATIAL_MODEL_REGISTRY, SpatialModel
from gammapy.modeling.serialize.kinds import class_of, decode_plain, encode_plain, type_keys
from gammapy.modeling.serialize.links import Places, Slots
from gammapy.modeling.serialize.node import Node

__all__ = ["decode_spatial", "encode_spatial"]


def encode_spatial(model: SpatialModel, path: str, places: Places) -> dict[str, Any]:
    """Tree of a spatial model that stands at ``path`` ("crab.spatial")."""
    writer = WRITERS.get(type(model), encode_plain)
    return type_keys(model) | {"frame": model.frame} | writer(model, path, places)


def decode_spatial(node: Node, path: str, slots: Slots) -> SpatialModel:
    """Spatial model of a tree; its parameters go into ``slots``, which holds their links."""
    if not isinstance(node.value, dict):
        raise node.error("must be a mapping with the keys type, frame, parameters")
    cls = class_of(node, SPATIAL_MODEL_REGISTRY)
    return READERS.get(cls, _decode_plain)(node, path, slots, cls)


def frame_option(node: Node) -> dict[str, str]:
    """Argument of the constructor, if the tree has a frame."""
    return {"frame": node["frame"].text()} if "frame" in node else {}


def _decode_plain(node: Node, path: str, slots: Slots, cls: type[SpatialModel]) -> SpatialModel:
    return decode_plain(node, path, slots, cls, ["frame"], **frame_option(node))


WRITERS: dict[type, Callable[..., dict[str, Any]]] = {}

READERS: dict[type, Callable[..., SpatialModel]] = {}
