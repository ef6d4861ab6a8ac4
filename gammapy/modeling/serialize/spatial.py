"""Spatial models in the tree.

Most are a type, a frame and parameters. Those with more to say have a row in `WRITERS` and
`READERS`.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from gammapy.modeling.models.spatial.base import SPATIAL_MODEL_REGISTRY, SpatialModel
from gammapy.modeling.models.spatial.compound import CompoundSpatialModel
from gammapy.modeling.parameter import Parameter
from gammapy.modeling.serialize.kinds import class_of, decode_plain, encode_plain, type_keys
from gammapy.modeling.serialize.links import Places, Slots
from gammapy.modeling.serialize.node import Node
from gammapy.modeling.serialize.parameter import decode_parameter, encode_parameter
from gammapy.modeling.serialize.spatial_tables import READERS as TABLE_READERS
from gammapy.modeling.serialize.spatial_tables import WRITERS as TABLE_WRITERS

__all__ = ["decode_spatial", "encode_spatial"]


def encode_spatial(model: SpatialModel, path: str, places: Places) -> dict[str, Any]:
    """Tree of a spatial model that stands at ``path`` ("crab.spatial")."""
    writer = WRITERS.get(type(model), encode_plain)
    if type(model) in TABLE_WRITERS:  # they say what they know of their frame themselves
        return type_keys(model) | writer(model, path, places)
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


def _encode_compound(model: CompoundSpatialModel, path: str, places: Places) -> dict[str, Any]:
    norms = [(f"norm{i}", norm) for i, (norm, _) in enumerate(model.components(), start=1)]
    return {
        "parameters": [
            encode_parameter(name, norm, _declared_norm(name), places.link(f"{path}.{name}", norm))
            for name, norm in norms
        ],
        "models": [
            encode_spatial(part, f"{path}.model{i}", places)
            for i, part in enumerate(model.models, start=1)
        ],
    }


def _declared_norm(name: str) -> Parameter:
    return Parameter(name, 1.0, frozen=True)


def _decode_compound(
    node: Node, path: str, slots: Slots, cls: type[CompoundSpatialModel]
) -> SpatialModel:
    node.check_keys(["type", "module", "frame", "parameters", "models"])
    parts = [
        decode_spatial(part, f"{path}.model{i}", slots)
        for i, part in enumerate(node["models"].items(), start=1)
    ]
    names = [f"norm{i}" for i in range(1, len(parts) + 1)]
    rows = {row["name"].text(): row for row in node["parameters"].items(len(parts))}
    if list(rows) != names:
        raise node["parameters"].error(f"must be those of {', '.join(names)}, in this order")
    norms = [decode_parameter(row, _declared_norm(name)) for name, row in rows.items()]
    with node.guard():
        model = cls(parts, norms, **frame_option(node))
    for name, row in rows.items():
        slots.add(f"{path}.{name}", model, name, row)
    return model


WRITERS: dict[type, Callable[..., dict[str, Any]]] = {
    CompoundSpatialModel: _encode_compound,
    **TABLE_WRITERS,
}

READERS: dict[type, Callable[..., SpatialModel]] = {
    CompoundSpatialModel: _decode_compound,
    **TABLE_READERS,
}
