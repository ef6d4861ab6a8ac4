"""Spectral models in the tree.

Most are a type and parameters. Those with more to say have a row in `WRITERS` and `READERS`.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from gammapy.errors import ModelError
from gammapy.modeling.models.spectral.base import SPECTRAL_MODEL_REGISTRY, SpectralModel
from gammapy.modeling.models.spectral.compound import CompoundSpectralModel
from gammapy.modeling.models.spectral.exponential import ExponentialSpectralModel
from gammapy.modeling.models.spectral.piecewise import PiecewiseNormSpectralModel
from gammapy.modeling.models.spectral.powerlaw import PowerLawNormSpectralModel
from gammapy.modeling.models.spectral.scale import ScaleSpectralModel
from gammapy.modeling.models.spectral.template import TemplateSpectralModel
from gammapy.modeling.parameters import Parameters
from gammapy.modeling.serialize.energies import READERS as ENERGIES_READERS
from gammapy.modeling.serialize.energies import WRITERS as ENERGIES_WRITERS
from gammapy.modeling.serialize.energies import decode_column, encode_column
from gammapy.modeling.serialize.kinds import class_of, decode_plain, encode_plain, type_keys
from gammapy.modeling.serialize.links import Places, Slots
from gammapy.modeling.serialize.node import Node
from gammapy.modeling.serialize.physical import READERS as PHYSICAL_READERS
from gammapy.modeling.serialize.physical import WRITERS as PHYSICAL_WRITERS
from gammapy.modeling.serialize.rows import decode_rows, encode_rows
from gammapy.modeling.serialize.template_nd import READERS as TEMPLATE_ND_READERS
from gammapy.modeling.serialize.template_nd import WRITERS as TEMPLATE_ND_WRITERS
from gammapy.modeling.serialize.wrapped import READERS as WRAPPED_READERS
from gammapy.modeling.serialize.wrapped import WRITERS as WRAPPED_WRITERS

__all__ = ["decode_spectral", "encode_spectral"]


# -- to the tree --------------------------------------------------------------------------


def encode_spectral(model: SpectralModel, path: str, places: Places) -> dict[str, Any]:
    """Tree of a spectral model that stands at ``path`` ("crab.spectral")."""
    writer = WRITERS.get(type(model), encode_plain)
    return type_keys(model) | writer(model, path, places)


def _encode_compound(model: CompoundSpectralModel, path: str, places: Places) -> dict[str, Any]:
    return {
        "model1": encode_spectral(model.model1, f"{path}.model1", places),
        "model2": encode_spectral(model.model2, f"{path}.model2", places),
        "operator": model.operator.__name__,
    }


def _encode_piecewise(
    model: PiecewiseNormSpectralModel, path: str, places: Places
) -> dict[str, Any]:
    rows = encode_rows(model, path, places)
    return {"parameters": rows, "energy": encode_column(model.energy), "interp": model.interp}


def _encode_scale(model: ScaleSpectralModel, path: str, places: Places) -> dict[str, Any]:
    inner, inside = model.model, f"{path}.model"
    own = inner.own_parameters  # closed in itself: nothing outside is linked to it
    within = Places(Parameters(own.values(), [f"{inside}.{name}" for name in own]))
    tree = encode_spectral(inner, inside, within)
    return {"parameters": encode_rows(model, path, places), "model": tree}


def _encode_template(model: TemplateSpectralModel, path: str, places: Places) -> dict[str, Any]:
    tree: dict[str, Any] = {"parameters": []}
    tree["energy"] = encode_column(model.energy)
    tree["values"] = encode_column(model.values)
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


def _encode_exponential(
    model: ExponentialSpectralModel, path: str, places: Places
) -> dict[str, Any]:
    return {"model": encode_spectral(model.model, f"{path}.model", places)}


WRITERS: dict[type, Callable[..., dict[str, Any]]] = {
    CompoundSpectralModel: _encode_compound,
    PiecewiseNormSpectralModel: _encode_piecewise,
    ScaleSpectralModel: _encode_scale,
    ExponentialSpectralModel: _encode_exponential,
    TemplateSpectralModel: _encode_template,
    **ENERGIES_WRITERS,
    **TEMPLATE_ND_WRITERS,
    **PHYSICAL_WRITERS,
    **WRAPPED_WRITERS,
}


# -- from the tree ------------------------------------------------------------------------


def decode_spectral(node: Node, path: str, slots: Slots) -> SpectralModel:
    """Spectral model of a tree; its parameters go into ``slots``, which holds their links."""
    if not isinstance(node.value, dict):
        raise node.error("must be a mapping with the keys type, parameters")
    cls = class_of(node, SPECTRAL_MODEL_REGISTRY)
    return READERS.get(cls, decode_plain)(node, path, slots, cls)


def _decode_compound(
    node: Node, path: str, slots: Slots, cls: type[SpectralModel]
) -> SpectralModel:
    node.check_keys(["type", "module", "model1", "model2", "operator"])
    one = decode_spectral(node["model1"], f"{path}.model1", slots)
    two = decode_spectral(node["model2"], f"{path}.model2", slots)
    with node.guard():
        return CompoundSpectralModel(one, two, node["operator"].text())


def _decode_piecewise(
    node: Node, path: str, slots: Slots, cls: type[SpectralModel]
) -> SpectralModel:
    node.check_keys(["type", "module", "parameters", "energy", "interp"])
    interp = node["interp"].text() if "interp" in node else "log"
    with node.guard():
        model = PiecewiseNormSpectralModel(decode_column(node["energy"]), interp=interp)
    decode_rows(node, path, slots, model)
    return model


def _decode_scale(node: Node, path: str, slots: Slots, cls: type[SpectralModel]) -> SpectralModel:
    node.check_keys(["type", "module", "parameters", "model"])
    if "model" not in node:
        raise node.error(
            "does not say which model it scales (Gammapy 2 leaves that out): put its tree under "
            "the key 'model'"
        )
    within = Slots()
    inner = decode_spectral(node["model"], f"{path}.model", within)
    within.resolve()
    model = ScaleSpectralModel(inner)
    decode_rows(node, path, slots, model)
    return model


def _decode_template(
    node: Node, path: str, slots: Slots, cls: type[SpectralModel]
) -> SpectralModel:
    node.check_keys(["type", "module", "parameters", "energy", "values", "interp_kwargs", "meta"])
    if "parameters" in node and node["parameters"].items():
        return _decode_scaled_template(node, path, slots, cls)
    options = {key: node[key].value for key in ("interp_kwargs", "meta") if key in node}
    for key, value in options.items():
        if not isinstance(value, dict):
            raise node[key].error("must be a mapping")
    with node.guard():
        return TemplateSpectralModel(
            decode_column(node["energy"]), decode_column(node["values"]), **options
        )


def _decode_scaled_template(
    node: Node, path: str, slots: Slots, cls: type[SpectralModel]
) -> SpectralModel:
    """Table with a norm of its own, as it was before Gammapy 0.20."""
    rows = node["parameters"]
    if [row["name"].value for row in rows.items()] != ["norm"]:
        raise rows.error(
            "is not known: this model has no parameters (before Gammapy 0.20 one, 'norm'); "
            "multiply it by a PowerLawNormSpectralModel to scale it"
        )
    inside = {key: value for key, value in node.value.items() if key != "parameters"}
    table = _decode_template(Node(inside, node.place, node.path), f"{path}.model1", slots, cls)
    norm = PowerLawNormSpectralModel()
    factor = Node({"parameters": rows.value}, node.place, node.path)
    decode_rows(factor, f"{path}.model2", slots, norm)
    return table * norm


def _decode_exponential(
    node: Node, path: str, slots: Slots, cls: type[SpectralModel]
) -> SpectralModel:
    node.check_keys(["type", "module", "model"])
    inner = decode_spectral(node["model"], f"{path}.model", slots)
    with node.guard():
        return ExponentialSpectralModel(inner)


READERS: dict[type, Callable[..., SpectralModel]] = {
    CompoundSpectralModel: _decode_compound,
    PiecewiseNormSpectralModel: _decode_piecewise,
    ScaleSpectralModel: _decode_scale,
    ExponentialSpectralModel: _decode_exponential,
    TemplateSpectralModel: _decode_template,
    **ENERGIES_READERS,
    **TEMPLATE_ND_READERS,
    **PHYSICAL_READERS,
    **WRAPPED_READERS,
}
