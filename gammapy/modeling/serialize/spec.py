"""The tree of a file of models: checked when it is read, complete when it is written.

It is the schema of Gammapy 2, ``{components: [...], metadata: {...}}``, with the sections of
`covariance` and `penalty` and the links of `links` added.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import gammapy
from gammapy.errors import FileFormatError
from gammapy.modeling.models.collection import Models
from gammapy.modeling.models.component import Component
from gammapy.modeling.models.sky import SkyModel
from gammapy.modeling.models.spatial.base import SpatialModel
from gammapy.modeling.models.spectral.base import SpectralModel
from gammapy.modeling.models.temporal.base import TemporalModel
from gammapy.modeling.parameters import Parameters
from gammapy.modeling.serialize import covariance
from gammapy.modeling.serialize.component import decode_component, encode_component
from gammapy.modeling.serialize.links import Places, Slots
from gammapy.modeling.serialize.node import Node
from gammapy.modeling.serialize.penalty import KEY, decode_penalties, encode_penalties
from gammapy.modeling.serialize.spatial import decode_spatial, encode_spatial
from gammapy.modeling.serialize.spectral import decode_spectral, encode_spectral
from gammapy.modeling.serialize.temporal import decode_temporal, encode_temporal

__all__ = [
    "models_from_dict",
    "models_to_dict",
    "sky_from_dict",
    "sky_to_dict",
    "spatial_from_dict",
    "spatial_to_dict",
    "spectral_from_dict",
    "spectral_to_dict",
    "temporal_from_dict",
    "temporal_to_dict",
]

#: version of the schema; a reader refuses a later one
SCHEMA = 1


# -- to the tree --------------------------------------------------------------------------


def models_to_dict(
    models: Models, write_covariance: bool = True, folder: Path | None = None
) -> dict[str, Any]:
    """Plain tree of models.

    Parameters
    ----------
    models : `Models`
    write_covariance : bool
        With correlations and asymmetric errors; symmetric errors are there in any case.
    folder : `~pathlib.Path`, optional
        Where the file will lie; files in it are named relative to it.

    Raises
    ------
    LinkError
        If a parameter is linked to one that is in none of the models.
    ModelError
        If a model holds something that the schema cannot say.
    """
    places = Places(models.parameters, folder)
    return {
        "components": [encode_component(model, places) for model in models],
        **(covariance.encode_errors(models.parameters) if write_covariance else {}),
        **encode_penalties(models, places),
        "metadata": {"creator": f"gammapy {gammapy.__version__}", "schema": SCHEMA},
    }


def sky_to_dict(model: SkyModel) -> dict[str, Any]:
    """Plain tree of one component, errors of single parameters included; as `models_to_dict`."""
    return encode_component(model, Places(Models(model).parameters))


def spectral_to_dict(model: SpectralModel) -> dict[str, Any]:
    """Plain tree of a spectral model, ``{"spectral": {...}}``; raises as `models_to_dict`."""
    return _part_to_dict(model, "spectral", encode_spectral)


def spatial_to_dict(model: SpatialModel) -> dict[str, Any]:
    """Plain tree of a spatial model, ``{"spatial": {...}}``; raises as `models_to_dict`."""
    return _part_to_dict(model, "spatial", encode_spatial)


def temporal_to_dict(model: TemporalModel) -> dict[str, Any]:
    """Plain tree of a temporal model, ``{"temporal": {...}}``; raises as `models_to_dict`."""
    return _part_to_dict(model, "temporal", encode_temporal)


def _part_to_dict(model: Any, kind: str, encode: Callable[..., Any]) -> dict[str, Any]:
    own = model.own_parameters
    parameters = Parameters(own.values(), [f"{kind}.{name}" for name in own])
    tree = encode(model, kind, Places(parameters))
    return {kind: tree, **covariance.encode_errors(parameters)}


# -- from the tree ------------------------------------------------------------------------


def models_from_dict(
    data: dict[str, Any], source: str = "models", folder: Path | None = None
) -> Models:
    """Models of a tree.

    Parameters
    ----------
    data : dict
    source : str
        What messages call the tree, e.g. the name of the file.
    folder : `~pathlib.Path`, optional
        Where files lie that the tree names.

    Raises
    ------
    FileFormatError
        If anything in the tree is not known, not supported or has the wrong type.
    """
    root = Node(data, source)
    root.check_keys(["components", "covariance", *covariance.KEYS, KEY, "metadata"])
    _check_metadata(root)
    slots = Slots(folder)
    models = [decode_component(node, source, slots) for node in root["components"].items()]
    seen: set[str] = set()
    for model in models:
        if model.name in seen:
            raise FileFormatError(f"{source}: two components are named {model.name!r}: rename one")
        seen.add(model.name)
    slots.resolve()
    covariance.decode_errors(root, slots, folder)
    return Models(models, decode_penalties(root, slots))


def sky_from_dict(data: dict[str, Any], source: str = "model") -> Component:
    """Model of the tree of one component; raises as `models_from_dict`."""
    slots = Slots()
    model = decode_component(Node(data, source), source, slots)
    slots.resolve()
    return model


def _check_metadata(root: Node) -> None:
    if "metadata" not in root:
        return
    node = root["metadata"]
    if not isinstance(node.value, dict):
        raise node.error("must be a mapping")
    if "schema" in node and node["schema"].number() > SCHEMA:
        raise node["schema"].error(f"is of a later version: this one reads up to {SCHEMA}")


def spectral_from_dict(data: dict[str, Any], source: str = "spectral model") -> SpectralModel:
    """Spectral model of a tree, ``{"spectral": {...}}`` or the inside of it.

    Raises
    ------
    FileFormatError
        As `models_from_dict`.
    """
    return _part_from_dict(data, source, "spectral", decode_spectral)


def spatial_from_dict(data: dict[str, Any], source: str = "spatial model") -> SpatialModel:
    """Spatial model of a tree; as `spectral_from_dict`."""
    return _part_from_dict(data, source, "spatial", decode_spatial)


def temporal_from_dict(data: dict[str, Any], source: str = "temporal model") -> TemporalModel:
    """Temporal model of a tree; as `spectral_from_dict`."""
    return _part_from_dict(data, source, "temporal", decode_temporal)


def _part_from_dict(data: Any, source: str, kind: str, decode: Callable[..., Any]) -> Any:
    if not (isinstance(data, dict) and kind in data):
        data = {kind: data}
    root = Node(data, source)
    root.check_keys([kind, *covariance.KEYS])
    slots = Slots()
    model = decode(root[kind], kind, slots)
    slots.resolve()
    covariance.decode_errors(root, slots, None)
    return model
