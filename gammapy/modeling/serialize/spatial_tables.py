"""Spatial models that are made of data, in the tree.

A template is named by its file, which is not read here: one that is missing does no harm until a
value is asked for. What only the file could say - the frame, the position - is then left out.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from typing import Any

import astropy.units as u

from gammapy.errors import FileFormatError, MissingFileError, ModelError
from gammapy.modeling.models.spatial.base import SpatialModel
from gammapy.modeling.models.spatial.piecewise import PiecewiseNormSpatialModel
from gammapy.modeling.models.spatial.template import TemplateSpatialModel
from gammapy.modeling.models.spatial.template_nd import TemplateNDSpatialModel
from gammapy.modeling.serialize.links import Places, Slots
from gammapy.modeling.serialize.node import Node
from gammapy.modeling.serialize.parameter import unit_text
from gammapy.modeling.serialize.rows import decode_rows, encode_rows
from gammapy.modeling.serialize.template_files import expanded, split_extension

__all__ = ["READERS", "WRITERS"]


# -- to the tree --------------------------------------------------------------------------


def _encode_template(model: TemplateSpatialModel, path: str, places: Places) -> dict[str, Any]:
    filename = _file_of(model, path, places)
    tree: dict[str, Any] = {}
    with suppress(MissingFileError, FileFormatError):
        tree["frame"] = model.frame
    rows = encode_rows(model, path, places)
    for row in rows:
        if row["name"] in model.unplaced:
            row.pop("value", None)
    tree |= {"parameters": rows, "filename": filename, "normalize": model.normalize}
    with suppress(FileFormatError):
        tree["unit"] = unit_text(model.unit)
    return tree | _options(model)


def _encode_template_nd(model: TemplateNDSpatialModel, path: str, places: Places) -> dict[str, Any]:
    return {
        "frame": model.frame,
        "parameters": encode_rows(model, path, places),
        "filename": _file_of(model, path, places),
        "unit": unit_text(model.unit),
    } | _options(model)


def _file_of(model: Any, path: str, places: Places) -> str:
    """Name of the file that holds the map.

    Raises
    ------
    ModelError
        If the map is in no file.
    """
    written = "write(filename='map.fits')" if model.filename is None else "write()"
    missing = model.filename is None or (
        places.in_a_file
        and model.in_memory_only
        and not expanded(split_extension(model.filename)[0]).exists()
    )
    if missing:
        raise ModelError(
            f"{path}: the map of this {type(model).__name__} is in no file (filename = "
            f"{model.filename!r}): write it first with its method {written}"
        )
    return places.stated(model.filename)


def _options(model: Any) -> dict[str, Any]:
    return {"interp_kwargs": dict(model.interp_kwargs)} if model.interp_kwargs else {}


def _encode_piecewise(
    model: PiecewiseNormSpatialModel, path: str, places: Places
) -> dict[str, Any]:
    columns = {
        name: {"data": [float(x) for x in column.value], "unit": unit_text(column.unit)}
        for name, column in (("lon", model.coords.lon), ("lat", model.coords.lat))
    }
    tree = {"frame": model.frame, "parameters": encode_rows(model, path, places), **columns}
    return tree | ({} if model.interp == "lin" else {"interp": model.interp})


WRITERS: dict[type, Callable[..., dict[str, Any]]] = {
    PiecewiseNormSpatialModel: _encode_piecewise,
    TemplateNDSpatialModel: _encode_template_nd,
    TemplateSpatialModel: _encode_template,
}


# -- from the tree ------------------------------------------------------------------------


def _decode_template(node: Node, path: str, slots: Slots, cls: type[Any]) -> SpatialModel:
    node.check_keys(
        ["type", "module", "frame", "parameters", "filename", "normalize", "unit", "interp_kwargs"]
    )
    filename, stated = _located(node, slots)
    options: dict[str, Any] = {"interp_kwargs": _interp_kwargs(node)}
    if "frame" in node:
        options["frame"] = node["frame"].text()
    if "normalize" in node:
        options["normalize"] = node["normalize"].flag()
    if node.value.get("unit"):
        options["unit"] = node["unit"].unit()
    placed = {
        name: "0 deg" for name, row in _rows(node).items() if row.value.keys() & {"value", "link"}
    }
    with node.guard():
        model = cls(filename=filename, **options, **placed)
    model.stated_filename = stated
    decode_rows(node, path, slots, model)
    model.unplaced = [name for name in model.own_parameters if name in model.unplaced]
    return model


def _rows(node: Node) -> dict[Any, Node]:
    """Rows of parameters by name, as far as they have one; what is wrong is found later."""
    rows = node["parameters"].items() if "parameters" in node else []
    return {
        row.value["name"]: row
        for row in rows
        if isinstance(row.value, dict) and row.value.get("name") in ("lon_0", "lat_0")
    }


def _decode_template_nd(node: Node, path: str, slots: Slots, cls: type[Any]) -> SpatialModel:
    node.check_keys(["type", "module", "frame", "parameters", "filename", "unit", "interp_kwargs"])
    filename, _ = _located(node, slots)
    with node.guard():  # Gammapy 2 states icrs whatever the frame of the map is
        model = cls(filename=filename, interp_kwargs=_interp_kwargs(node))
    decode_rows(node, path, slots, model)
    return model


def _located(node: Node, slots: Slots) -> tuple[str, str]:
    """Name of the file of a map, and as the tree says it."""
    if "filename" not in node:
        raise node.error("has no filename: its map was in no file when the tree was written")
    stated = node["filename"].text()
    name, extension = split_extension(stated)
    return slots.located(name) + ("" if extension is None else f"[{extension}]"), stated


def _interp_kwargs(node: Node) -> dict[str, Any]:
    if "interp_kwargs" not in node:
        return {}
    if not isinstance(node["interp_kwargs"].value, dict):
        raise node["interp_kwargs"].error("must be a mapping")
    return dict(node["interp_kwargs"].value)


def _decode_piecewise(node: Node, path: str, slots: Slots, cls: type[Any]) -> SpatialModel:
    node.check_keys(["type", "module", "frame", "parameters", "lon", "lat", "interp"])
    options = {key: node[key].text() for key in ("frame", "interp") if key in node}
    with node.guard():
        model = cls({name: _decode_column(node[name]) for name in ("lon", "lat")}, **options)
    decode_rows(node, path, slots, model)
    return model


def _decode_column(node: Node) -> u.Quantity:
    node.check_keys(["data", "unit"])
    return u.Quantity(node["data"].numbers(), node["unit"].unit())


READERS: dict[type, Callable[..., SpatialModel]] = {
    PiecewiseNormSpatialModel: _decode_piecewise,
    TemplateNDSpatialModel: _decode_template_nd,
    TemplateSpatialModel: _decode_template,
}
