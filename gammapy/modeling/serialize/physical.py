"""Models of tables and of physics in the tree: EBL absorption, dark matter, naima."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import astropy.units as u
import numpy as np

from gammapy.errors import ModelError
from gammapy.modeling.models.spectral.absorption import EBLAbsorptionNormSpectralModel
from gammapy.modeling.models.spectral.base import SpectralModel
from gammapy.modeling.models.spectral.darkmatter import (
    DarkMatterAnnihilationSpectralModel,
    DarkMatterDecaySpectralModel,
    PrimaryFlux,
    PrimarySpectra,
)
from gammapy.modeling.models.spectral.naima import NaimaSpectralModel
from gammapy.modeling.serialize.links import Places, Slots
from gammapy.modeling.serialize.node import Node
from gammapy.modeling.serialize.parameter import IGNORED, KEYS, unit_text
from gammapy.modeling.serialize.rows import decode_rows, encode_rows
from gammapy.optional import require
from gammapy.units import as_quantity

__all__ = ["READERS", "WRITERS"]


def _encode_array(array: Any) -> dict[str, Any]:
    quantity = u.Quantity(array)
    return {"data": quantity.value.tolist(), "unit": unit_text(quantity.unit)}


def _decode_array(node: Node) -> u.Quantity:
    node.check_keys(["data", "unit"])
    data, unit = node["data"], node["unit"].unit()
    if not (isinstance(data.value, list) and data.value and isinstance(data.value[0], list)):
        return u.Quantity(data.numbers(), unit)
    rows = [row.numbers() for row in data.items()]
    if len({len(row) for row in rows}) > 1:
        raise data.error("must have rows of one length")
    return u.Quantity(rows, unit)


def _quantity_text(quantity: u.Quantity) -> str:
    """Text that is read back as the same number and unit."""
    return f"{float(quantity.value)!r} {unit_text(quantity.unit)}".strip()


def _decode_quantity(node: Node, like: u.UnitBase | None = None) -> u.Quantity:
    """Quantity from its text; of any unit, if none is asked for."""
    try:
        quantity = u.Quantity(node.value if isinstance(node.value, str) else node.number())
    except (TypeError, ValueError):
        raise node.error("must be a quantity like '5.0 TeV'") from None
    with node.guard():
        return quantity if like is None else as_quantity(quantity, "value", like)


# -- absorption ---------------------------------------------------------------------------


def _encode_absorption(
    model: EBLAbsorptionNormSpectralModel, path: str, places: Places
) -> dict[str, Any]:
    tree: dict[str, Any] = {"parameters": encode_rows(model, path, places)}
    if model.filename is not None:
        return tree | {"filename": model.filename}
    table = {"energy": model.energy, "param": model.param, "values": model.data}
    return tree | {key: _encode_array(column) for key, column in table.items()}


def _decode_absorption(
    node: Node, path: str, slots: Slots, cls: type[EBLAbsorptionNormSpectralModel]
) -> SpectralModel:
    node.check_keys(["type", "module", "parameters", "filename", "energy", "param", "values"])
    with node.guard():
        if "filename" in node:
            model = cls.read(node["filename"].text(), redshift=0.0)
        else:
            energy, param, data = (
                _decode_array(node[key]) for key in ("energy", "param", "values")
            )
            model = cls(energy, param, data, redshift=0.0)
    default = cls.default_parameters["redshift"].value
    model.redshift.value = min(default, model.redshift.max)
    decode_rows(node, path, slots, model)
    return model


# -- dark matter --------------------------------------------------------------------------


def _encode_source(model: Any, channel: str) -> Any:
    """Name of the table, or of a table of the user's what the model needs of it."""
    source = model.source
    if isinstance(source, str):
        return source
    return {
        "mass": _encode_array(source.mass),
        "log10_x": source.log10_x.tolist(),
        "values": source.values[channel].tolist(),
    }


def _decode_source(node: Node, channel: str) -> Any:
    if "source" not in node:
        return "pppc4"
    source = node["source"]
    if isinstance(source.value, str):
        return source.value
    source.check_keys(["mass", "log10_x", "values"])
    with source.guard():
        values = [row.numbers() for row in source["values"].items()]
        mass = _decode_array(source["mass"])
        return PrimarySpectra(mass, source["log10_x"].numbers(), {channel: values})


def _encode_primary(model: PrimaryFlux, path: str, places: Places) -> dict[str, Any]:
    rows = encode_rows(model, path, places)
    source = _encode_source(model, model.channel)
    return {"parameters": rows, "channel": model.channel, "source": source}


def _decode_primary(node: Node, path: str, slots: Slots, cls: type[PrimaryFlux]) -> SpectralModel:
    node.check_keys(["type", "module", "parameters", "channel", "source"])
    channel = node["channel"].text()
    with node.guard():
        source = _decode_source(node, channel)
        model = cls(_mass_of(node), channel, source)
    decode_rows(node, path, slots, model)
    return model


def _mass_of(node: Node) -> u.Quantity:
    """Mass that the row of the parameter gives; the table may not reach to the default."""
    for row in node["parameters"].items() if "parameters" in node else []:
        if isinstance(row.value, dict) and row.value.get("name") == "mass" and "value" in row:
            unit = row["unit"].unit() if "unit" in row else u.GeV
            return row["value"].number() * unit
    return PrimaryFlux.default_parameters["mass"].quantity


def _encode_dark_matter(model: Any, path: str, places: Places) -> dict[str, Any]:
    tree: dict[str, Any] = {"parameters": encode_rows(model, path, places)}
    tree["channel"] = model.channel
    tree["mass"] = _quantity_text(model.mass)
    tree["jfactor"] = _quantity_text(model.jfactor)
    tree["z"] = model.z
    if hasattr(model, "k"):
        tree["k"] = model.k
    tree["source"] = _encode_source(model, model.channel)
    return tree


def _decode_dark_matter(node: Node, path: str, slots: Slots, cls: type[Any]) -> SpectralModel:
    numbers = ["z", "k"] if cls is DarkMatterAnnihilationSpectralModel else ["z"]
    node.check_keys(
        ["type", "module", "parameters", "channel", "mass", "jfactor", *numbers, "source"]
    )
    channel, mass = node["channel"].text(), _decode_quantity(node["mass"], u.TeV)
    options: dict[str, Any] = {key: node[key].number() for key in numbers if key in node}
    if "jfactor" in node:
        options["jfactor"] = _decode_quantity(node["jfactor"])
    with node.guard():
        model = cls(mass, channel, source=_decode_source(node, channel), **options)
    decode_rows(node, path, slots, model)
    return model


# -- naima --------------------------------------------------------------------------------


def _encode_naima(model: NaimaSpectralModel, path: str, places: Places) -> dict[str, Any]:
    radiation = model.radiative_model
    particles = radiation.particle_distribution
    for part in (radiation, particles):
        if type(part).__module__.partition(".")[0] != "naima":
            raise ModelError(
                f"NaimaSpectralModel of {type(part).__name__} cannot be written: only naima's own "
                "radiative models and particle distributions can be made again from a file"
            )
    options = {
        name: _encode_option(getattr(radiation, name), f"{path}.{name}")
        for name in radiation.param_names
        if name not in ("B", "seed_photon_fields")
    }
    tree: dict[str, Any] = {"parameters": encode_rows(model, path, places)}
    tree["radiative_model"] = {"type": type(radiation).__name__, "options": options}
    if hasattr(radiation, "seed_photon_fields"):
        tree["radiative_model"]["seed_photon_fields"] = {
            name: {key: _encode_option(value, f"{path}.{name}") for key, value in field.items()}
            for name, field in radiation.seed_photon_fields.items()
            if not (name == "SSC" and model.include_ssc)
        }
    tree["particle_distribution"] = {"type": type(particles).__name__}
    tree["distance"] = _quantity_text(model.distance)
    if model.seed is not None:
        tree["seed"] = model.seed
    if model.mesh_per_decade is not None:
        tree["mesh_per_decade"] = model.mesh_per_decade
    if model.nested_models:
        tree["nested_models"] = list(model.nested_models)
    return tree


def _encode_option(value: Any, where: str) -> Any:
    """Flag, number, text or quantity of a naima object; a quantity as data and unit."""
    if isinstance(value, u.Quantity):
        return _encode_array(value)
    if isinstance(value, (bool, np.bool_)):
        return bool(value)
    if isinstance(value, (int, float, np.integer, np.floating)):
        return float(value) if isinstance(value, (float, np.floating)) else int(value)
    if isinstance(value, str):
        return value
    raise ModelError(f"{where} = {value!r} cannot be written: a file holds numbers and quantities")


def _decode_option(node: Node) -> Any:
    if not isinstance(node.value, dict):
        return node.value
    node.check_keys(["data", "unit"])
    if isinstance(node["data"].value, list):
        return _decode_array(node)
    return u.Quantity(node["data"].number(), node["unit"].unit())


def _decode_naima(
    node: Node, path: str, slots: Slots, cls: type[NaimaSpectralModel]
) -> SpectralModel:
    node.check_keys(
        [
            *("type", "module", "parameters", "radiative_model", "particle_distribution"),
            *("distance", "seed", "mesh_per_decade", "nested_models"),
        ]
    )
    with node.guard():
        require("naima", "models of particle populations")
    nested = (
        [item.text() for item in node["nested_models"].items()] if "nested_models" in node else []
    )
    start = _start_values(node)
    radiation = _radiative_model(node["radiative_model"], _particles(node, start), start, nested)
    # what the rows say comes with them; a model is made of something before
    ssc = {key: start[key] for key in ("B", "radius") if key in start}
    with node.guard():
        model = cls(
            radiation,
            distance=_decode_quantity(node["distance"], u.kpc),
            seed=node["seed"].text() if "seed" in node else None,
            nested_models={name: ssc for name in nested},
            mesh_per_decade=_whole(node["mesh_per_decade"]) if "mesh_per_decade" in node else None,
        )
    decode_rows(node, path, slots, model)
    return model


def _whole(node: Node) -> int:
    number = node.number()
    if number % 1:
        raise node.error("must be a whole number")
    return int(number)


#: units of the parameters that have one, where a row leaves it to a link
_UNITS = {"amplitude": "eV-1", "B": "uG", "radius": "pc"}
_UNITS |= dict.fromkeys(("e_0", "e_break", "e_cutoff"), "TeV")


def _start_values(node: Node) -> dict[str, u.Quantity]:
    """Quantities of the rows, by name; the value of a linked one is not known yet."""
    found = {}
    for row in node["parameters"].items() if "parameters" in node else []:
        row.check_keys((*KEYS, *IGNORED))
        default = _UNITS.get(row["name"].text(), "")
        unit = row["unit"].unit() if "unit" in row.value else u.Unit(default)
        number = row["value"].number() if "value" in row.value else 1.0
        found[row["name"].text()] = u.Quantity(number, unit)
    return found


def _naima_class(node: Node, known: tuple[str, ...]) -> Any:
    name = node["type"].text()
    if name not in known:
        raise node["type"].error(f"is no class of naima.models: use one of {', '.join(known)}")
    return getattr(require("naima.models", "models of particle populations"), name)


RADIATIVE = ("PionDecay", "InverseCompton", "Synchrotron", "Bremsstrahlung")
DISTRIBUTIONS = (
    *("PowerLaw", "ExponentialCutoffPowerLaw", "BrokenPowerLaw"),
    *("ExponentialCutoffBrokenPowerLaw", "LogParabola"),
)


def _particles(node: Node, start: Mapping[str, u.Quantity]) -> Any:
    part = node["particle_distribution"]
    part.check_keys(["type"])
    cls = _naima_class(part, DISTRIBUTIONS)
    missing = [name for name in cls.param_names if name not in start]
    if missing:
        raise node["parameters"].error(f"lacks the parameter {missing[0]!r} of {cls.__name__}")
    return cls(**{name: start[name] for name in cls.param_names})


def _radiative_model(
    node: Node, particles: Any, start: Mapping[str, u.Quantity], nested: list[str]
) -> Any:
    node.check_keys(["type", "options", "seed_photon_fields"])
    cls = _naima_class(node, RADIATIVE)
    options = {}
    if "options" in node:
        options = {key: _decode_option(node["options"][key]) for key in node["options"].value}
    if "B" in start and not nested:
        options["B"] = start["B"]
    radiation = cls(particles, **options)
    unknown = [key for key in options if key not in radiation.param_names]
    if unknown:
        raise node["options"].error(f"has no meaning for {cls.__name__}: {unknown[0]!r}")
    if "seed_photon_fields" in node:
        fields = node["seed_photon_fields"]
        radiation.seed_photon_fields = type(radiation.seed_photon_fields)(
            (name, {key: _decode_option(fields[name][key]) for key in fields[name].value})
            for name in fields.value
        )
    return radiation


WRITERS: dict[type, Callable[..., dict[str, Any]]] = {
    EBLAbsorptionNormSpectralModel: _encode_absorption,
    PrimaryFlux: _encode_primary,
    DarkMatterAnnihilationSpectralModel: _encode_dark_matter,
    DarkMatterDecaySpectralModel: _encode_dark_matter,
    NaimaSpectralModel: _encode_naima,
}
READERS: dict[type, Callable[..., SpectralModel]] = {
    EBLAbsorptionNormSpectralModel: _decode_absorption,
    PrimaryFlux: _decode_primary,
    DarkMatterAnnihilationSpectralModel: _decode_dark_matter,
    DarkMatterDecaySpectralModel: _decode_dark_matter,
    NaimaSpectralModel: _decode_naima,
}
