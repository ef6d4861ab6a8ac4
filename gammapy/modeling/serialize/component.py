"""Members of `Models` in the tree: sources, and backgrounds."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from gammapy.errors import ModelError
from gammapy.modeling.models.background import FoVBackgroundModel, TemplateNPredModel
from gammapy.modeling.models.component import MODEL_REGISTRY, Component
from gammapy.modeling.models.iact_background import IACTBackgroundModel, IACTBackgroundShape
from gammapy.modeling.models.sky import IRFS, SkyModel
from gammapy.modeling.parameter import Parameter
from gammapy.modeling.serialize.kinds import class_of, type_keys
from gammapy.modeling.serialize.links import Places, Slots
from gammapy.modeling.serialize.node import Node
from gammapy.modeling.serialize.parameter import decode_parameter, encode_parameter
from gammapy.modeling.serialize.spatial import decode_spatial, encode_spatial
from gammapy.modeling.serialize.spectral import decode_spectral, encode_spectral
from gammapy.modeling.serialize.temporal import decode_temporal, encode_temporal

__all__ = ["decode_component", "encode_component"]

#: keys of every component
_KEYS = ("name", "type", "module", "datasets_names")
_ENCODERS: dict[str, Callable[..., dict[str, Any]]] = {
    "spectral": encode_spectral,
    "spatial": encode_spatial,
    "temporal": encode_temporal,
}
_DECODERS: dict[str, Callable[..., Any]] = {
    "spectral": decode_spectral,
    "spatial": decode_spatial,
    "temporal": decode_temporal,
}


# -- to the tree --------------------------------------------------------------------------


def encode_component(model: Component, places: Places) -> dict[str, Any]:
    """Tree of a component."""
    tree: dict[str, Any] = {"name": model.name, **type_keys(model)}
    if model.datasets_names is not None:
        tree["datasets_names"] = list(model.datasets_names)
    tree |= _WRITERS.get(type(model), _nothing)(model, places)
    for kind in model.part_types:
        part = model.part(kind)
        if part is not None:
            path = f"{model.name}.{kind}"
            if isinstance(part, IACTBackgroundShape):
                tree[kind] = _encode_shape(part, path, places)
            else:
                tree[kind] = _ENCODERS[kind](part, path, places)
    return tree


def _nothing(model: Component, places: Places) -> dict[str, Any]:
    return {}


def _encode_sky(model: SkyModel, places: Places) -> dict[str, Any]:
    return {} if all(model.apply_irf.values()) else {"apply_irf": dict(model.apply_irf)}


def _encode_template(model: TemplateNPredModel, places: Places) -> dict[str, Any]:
    if model.filename is None:
        raise ModelError(
            f"TemplateNPredModel {model.name!r}: its map is in no file: write it with map.write, "
            "and set filename"
        )
    return {"filename": places.stated(model.filename)}


def _encode_iact(model: IACTBackgroundModel, places: Places) -> dict[str, Any]:
    return {"kind": model.kind} | (
        {"attributes": dict(model.attributes)} if model.attributes else {}
    )


def _encode_shape(
    shape: IACTBackgroundShape, path: str, places: Places, prefix: str = ""
) -> dict[str, Any]:
    tree: dict[str, Any] = {"type": shape.kind}
    if shape.attributes:
        tree["attributes"] = dict(shape.attributes)
    inside = {p for part in shape.parts for p in part.own_parameters.values()}
    tree["parameters"] = [
        encode_parameter(name, p, Parameter(name, 0.0), places.link(f"{path}.{prefix}{name}", p))
        for name, p in shape.own_parameters.items()
        if p not in inside
    ]
    if shape.parts:
        tree["parts"] = [
            _encode_shape(part, path, places, f"{prefix}part{i}_")
            for i, part in enumerate(shape.parts)
        ]
    return tree


_WRITERS: dict[type, Callable[..., dict[str, Any]]] = {
    SkyModel: _encode_sky,
    TemplateNPredModel: _encode_template,
    IACTBackgroundModel: _encode_iact,
}


# -- from the tree ------------------------------------------------------------------------


def decode_component(node: Node, source: str, slots: Slots) -> Component:
    """Component of a tree; its parameters go into ``slots``, which holds their links."""
    if not isinstance(node.value, dict):
        raise node.error("must be a mapping with the keys name, type, spectral")
    cls: type[Any] = class_of(node, MODEL_REGISTRY)
    if issubclass(cls, FoVBackgroundModel | TemplateNPredModel):
        node = _with_spectrum(node)
    name = _name(node, cls)
    node = node.named(f"{source}: model {name!r}")
    base = next((base for base in cls.__mro__ if base in _READERS), None)
    if base is None:
        raise node["type"].error(f"names {cls.__name__}, which no file can hold")
    return _READERS[base](node, name, slots, cls)


def _name(node: Node, cls: type[Component]) -> str:
    if "name" not in node and issubclass(cls, FoVBackgroundModel):
        return f"{_dataset_name(node)}-bkg"  # Gammapy 2 leaves it out
    return node["name"].text()


def _with_spectrum(node: Node) -> Node:
    """Tree of a background; before Gammapy 0.19 it had the parameters of its norm itself."""
    if "parameters" not in node or "spectral" in node:
        return node
    tree = {key: value for key, value in node.value.items() if key != "parameters"}
    tree["spectral"] = {
        "type": "PowerLawNormSpectralModel",
        "parameters": node.value["parameters"],
    }
    return Node(tree, node.place, node.path)


def _part(node: Node, kind: str, name: str, slots: Slots) -> Any:
    return _DECODERS[kind](node[kind], f"{name}.{kind}", slots) if kind in node else None


def _decode_sky(node: Node, name: str, slots: Slots, cls: type[SkyModel]) -> SkyModel:
    node.check_keys([*_KEYS, "apply_irf", "spectral", "spatial", "temporal"])
    apply_irf = {}
    if "apply_irf" in node:
        node["apply_irf"].check_keys(IRFS)
        apply_irf = {key: node["apply_irf"][key].flag() for key in node["apply_irf"].value}
    spectral = decode_spectral(node["spectral"], f"{name}.spectral", slots)
    spatial, temporal = (_part(node, kind, name, slots) for kind in ("spatial", "temporal"))
    with node.guard():
        return cls(spectral, spatial, temporal, name, apply_irf, _datasets_names(node))


def _decode_fov(node: Node, name: str, slots: Slots, cls: type[FoVBackgroundModel]) -> Component:
    node.check_keys([*_KEYS, "spectral", "spatial"])
    parts = {f"{kind}_model": _part(node, kind, name, slots) for kind in ("spectral", "spatial")}
    with node.guard():
        return cls(dataset_name=_dataset_name(node), name=name, **parts)


def _dataset_name(node: Node) -> str:
    names = _datasets_names(node)
    if names is None or len(names) != 1:
        raise node.error("must have one dataset under datasets_names, whose background it is")
    return names[0]


def _decode_template(
    node: Node, name: str, slots: Slots, cls: type[TemplateNPredModel]
) -> Component:
    node.check_keys([*_KEYS, "filename", "spectral", "spatial"])
    parts = {f"{kind}_model": _part(node, kind, name, slots) for kind in ("spectral", "spatial")}
    with node.guard():
        return cls(
            name=name,
            filename=slots.located(node["filename"].text()),
            datasets_names=_datasets_names(node),
            **parts,
        )


def _decode_iact(node: Node, name: str, slots: Slots, cls: type[IACTBackgroundModel]) -> Component:
    node.check_keys([*_KEYS, "kind", "attributes", "spectral", "spatial", "temporal"])
    shape = None
    if "spatial" in node:
        shape = _decode_shape(node["spatial"], f"{name}.spatial", slots)
    with node.guard():
        return cls(
            node["kind"].text(),
            spectral_model=_part(node, "spectral", name, slots),
            spatial_model=shape,
            temporal_model=_part(node, "temporal", name, slots),
            name=name,
            datasets_names=_datasets_names(node),
            attributes=_attributes(node),
        )


def _decode_shape(node: Node, path: str, slots: Slots, prefix: str = "") -> IACTBackgroundShape:
    node.check_keys(["type", "attributes", "parameters", "parts"])
    rows = node["parameters"].items() if "parameters" in node else []
    parameters = [decode_parameter(row, _declared(row)) for row in rows]
    parts = [
        _decode_shape(part, path, slots, f"{prefix}part{i}_")
        for i, part in enumerate(node["parts"].items() if "parts" in node else [])
    ]
    with node.guard():
        shape = IACTBackgroundShape(node["type"].text(), parameters, _attributes(node), parts)
    for row, parameter in zip(rows, parameters, strict=True):
        slots.add(f"{path}.{prefix}{parameter.name}", shape, parameter.name, row)
    return shape


def _declared(row: Node) -> Parameter:
    """What a row of any name and unit is read against."""
    unit = row["unit"].unit() if "unit" in row.value else ""
    with row.guard():
        return Parameter(row["name"].text(), 0.0, unit=unit)


def _attributes(node: Node) -> dict[str, str]:
    if "attributes" not in node:
        return {}
    tree = node["attributes"]
    if not isinstance(tree.value, dict):
        raise tree.error("must be a mapping of texts")
    return {key: tree[key].text() for key in tree.value}


def _datasets_names(node: Node) -> list[str] | None:
    if "datasets_names" not in node:
        return None
    names = node["datasets_names"]
    return [names.text()] if isinstance(names.value, str) else [n.text() for n in names.items()]


_READERS: dict[type, Callable[..., Component]] = {
    SkyModel: _decode_sky,
    FoVBackgroundModel: _decode_fov,
    TemplateNPredModel: _decode_template,
    IACTBackgroundModel: _decode_iact,
}
