"""Temporal models in the tree.

Most are a type, a time scale and parameters. Those with more to say have a row in `WRITERS` and
`READERS`.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from gammapy.errors import ModelError
from gammapy.modeling.models.temporal.base import TEMPORAL_MODEL_REGISTRY, TemporalModel
from gammapy.modeling.models.temporal.phasecurve import TemplatePhaseCurveTemporalModel
from gammapy.modeling.models.temporal.template import LightCurveTemplateTemporalModel
from gammapy.modeling.serialize.kinds import class_of, decode_plain, encode_plain, type_keys
from gammapy.modeling.serialize.links import Places, Slots
from gammapy.modeling.serialize.node import Node
from gammapy.modeling.serialize.rows import decode_rows, encode_rows

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


# -- tables in files of their own ---------------------------------------------------------

_KEYS = ["type", "module", "parameters", "scale", "filename"]


def _filename(model: Any, places: Places) -> str:
    if model.filename is None:
        raise ModelError(
            f"this {type(model).__name__} has no filename, under which its table is found again: "
            "write the table with model.write(path), and set model.filename = path"
        )
    return places.stated(model.filename)


def _encode_light_curve(
    model: LightCurveTemplateTemporalModel, path: str, places: Places
) -> dict[str, Any]:
    # a reference time that only the missing file knows has no row
    rows = [] if model.awaits_file else encode_rows(model, path, places)
    name = _filename(model, places)
    return {"parameters": rows, "filename": name, "format": model.format, "unit": ""}


def _decode_light_curve(
    node: Node, path: str, slots: Slots, cls: type[LightCurveTemplateTemporalModel]
) -> LightCurveTemplateTemporalModel:
    node.check_keys([*_KEYS, "format", "unit"])
    options = scale_option(node)
    if "format" in node:
        options["format"] = node["format"].text()
    # what has rows need not look into the file, which may be missing
    known = {"t_ref": cls.default_parameters[0].quantity} if node.value.get("parameters") else {}
    with node.guard():
        model = cls(filename=slots.located(node["filename"].text()), **known, **options)
    decode_rows(node, path, slots, model)
    return model


def _encode_phase_curve(
    model: TemplatePhaseCurveTemporalModel, path: str, places: Places
) -> dict[str, Any]:
    return {
        "parameters": encode_rows(model, path, places),
        "filename": _filename(model, places),
        "normalize": model.normalize,
    }


def _decode_phase_curve(
    node: Node, path: str, slots: Slots, cls: type[TemplatePhaseCurveTemporalModel]
) -> TemplatePhaseCurveTemporalModel:
    node.check_keys([*_KEYS, "normalize"])
    options: dict[str, Any] = scale_option(node)
    if "normalize" in node:
        options["normalize"] = node["normalize"].flag()
    with node.guard():
        model = cls(filename=slots.located(node["filename"].text()), **options)
    decode_rows(node, path, slots, model)
    return model


WRITERS: dict[type, Callable[..., dict[str, Any]]] = {
    LightCurveTemplateTemporalModel: _encode_light_curve,
    TemplatePhaseCurveTemporalModel: _encode_phase_curve,
}

READERS: dict[type, Callable[..., TemporalModel]] = {
    LightCurveTemplateTemporalModel: _decode_light_curve,
    TemplatePhaseCurveTemporalModel: _decode_phase_curve,
}
