"""Spectral models over given energies in the tree: in a window, in bins, between nodes."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import astropy.units as u

from gammapy.modeling.models.spectral.base import SpectralModel
from gammapy.modeling.models.spectral.bins import BinsSpectralModel
from gammapy.modeling.models.spectral.piecewise_powerlaw import PiecewisePowerLawSpectralModel
from gammapy.modeling.models.spectral.window import EnergyWindowNormSpectralModel
from gammapy.modeling.serialize.links import Places, Slots
from gammapy.modeling.serialize.node import Node
from gammapy.modeling.serialize.parameter import unit_text
from gammapy.modeling.serialize.rows import decode_rows, encode_rows

__all__ = ["READERS", "WRITERS", "decode_column", "encode_column"]


def encode_column(column: u.Quantity) -> dict[str, Any]:
    """Numbers and unit of a one-dimensional quantity."""
    return {"data": [float(x) for x in column.value], "unit": unit_text(column.unit)}


def decode_column(node: Node) -> u.Quantity:
    """Quantity of such a tree."""
    node.check_keys(["data", "unit"])
    return u.Quantity(node["data"].numbers(), node["unit"].unit())


def _encode_window(
    model: EnergyWindowNormSpectralModel, path: str, places: Places
) -> dict[str, Any]:
    ends = {"emin": model.emin, "emax": model.emax}
    return {
        key: {"value": float(end.value), "unit": unit_text(end.unit)} for key, end in ends.items()
    }


def _decode_window(
    node: Node, path: str, slots: Slots, cls: type[SpectralModel]
) -> EnergyWindowNormSpectralModel:
    node.check_keys(["type", "module", "emin", "emax"])
    ends = []
    for end in (node["emin"], node["emax"]):
        end.check_keys(["value", "unit"])
        ends.append(u.Quantity(end["value"].number(), end["unit"].unit()))
    with node.guard():
        return EnergyWindowNormSpectralModel(*ends)


def _encode_bins(model: BinsSpectralModel, path: str, places: Places) -> dict[str, Any]:
    ends = {"energy_min": model.energy_min, "energy_max": model.energy_max}
    tree: dict[str, Any] = {"parameters": encode_rows(model, path, places)}
    return tree | {key: encode_column(column) for key, column in ends.items()}


def _decode_bins(
    node: Node, path: str, slots: Slots, cls: type[SpectralModel]
) -> BinsSpectralModel:
    node.check_keys(["type", "module", "parameters", "energy_min", "energy_max"])
    with node.guard():
        ends = [decode_column(node[key]) for key in ("energy_min", "energy_max")]
        model = BinsSpectralModel(*ends)
    decode_rows(node, path, slots, model)
    return model


def _encode_line(
    model: PiecewisePowerLawSpectralModel, path: str, places: Places
) -> dict[str, Any]:
    rows = encode_rows(model, path, places)
    return {"parameters": rows, "energy": encode_column(model.energy)}


def _decode_line(
    node: Node, path: str, slots: Slots, cls: type[SpectralModel]
) -> PiecewisePowerLawSpectralModel:
    node.check_keys(["type", "module", "parameters", "energy"])
    with node.guard():
        model = PiecewisePowerLawSpectralModel(decode_column(node["energy"]))
    decode_rows(node, path, slots, model)
    return model


WRITERS: dict[type, Callable[..., dict[str, Any]]] = {
    BinsSpectralModel: _encode_bins,
    EnergyWindowNormSpectralModel: _encode_window,
    PiecewisePowerLawSpectralModel: _encode_line,
}
READERS: dict[type, Callable[..., SpectralModel]] = {
    BinsSpectralModel: _decode_bins,
    EnergyWindowNormSpectralModel: _decode_window,
    PiecewisePowerLawSpectralModel: _decode_line,
}
