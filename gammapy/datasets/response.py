"""The right way for a source through an instrument."""

from __future__ import annotations

from typing import Any

import numpy as np

from gammapy.datasets.compound_response import CompoundResponse
from gammapy.datasets.exact_response import ExactResponse
from gammapy.datasets.gridded_response import GriddedResponse, is_beyond
from gammapy.datasets.instrument import Instrument
from gammapy.datasets.partial_instrument import PartialInstrument
from gammapy.datasets.radial_response import RadialResponse
from gammapy.datasets.sky_pixels import SkyPixels
from gammapy.datasets.source_response import SourceResponse
from gammapy.modeling.models.sky_evaluation import bin_energies
from gammapy.modeling.models.spatial.compound import CompoundSpatialModel
from gammapy.modeling.models.spatial.integration import Energies
from gammapy.modeling.models.spatial.point import PointSpatialModel

__all__ = ["as_seen", "respond"]


def respond(model: Any, instrument: Instrument, pixels: SkyPixels) -> SourceResponse:
    """Response of a source, by the way that suits its shape and the instrument.

    Parameters
    ----------
    model : `~gammapy.modeling.models.SkyModel`
        With a spatial model.
    instrument : `Instrument`
        As the source sees it; see `as_seen`.
    pixels : `SkyPixels`
    """
    shape = model.spatial_model
    energies = None
    if shape.is_energy_dependent:
        energies = _shares(bin_energies(shape, model.spectral_model, instrument.energy_edges_true))
    return _way(shape, instrument, pixels, energies)


def _way(
    shape: Any, instrument: Instrument, pixels: SkyPixels, energies: Energies | None
) -> SourceResponse:
    if isinstance(shape, CompoundSpatialModel):
        parts = [_way(part, instrument, pixels, energies) for part in shape.models]
        return CompoundResponse(shape, parts)
    if instrument.reach == 0:
        return ExactResponse(shape, instrument, pixels, energies)
    if isinstance(shape, PointSpatialModel) or (
        shape.is_round and not is_beyond(shape, instrument, pixels)
    ):
        response = RadialResponse(shape, instrument, pixels)
        if response.has_steps:
            return GriddedResponse(shape, instrument, pixels, has_steps=True)
        return response
    # diffuse emission meets the steps of all fields of view
    return GriddedResponse(shape, instrument, pixels, energies, has_steps=energies is not None)


def as_seen(model: Any, instrument: Instrument) -> Instrument:
    """Instrument as a source sees it: its course in time, and the parts that it is to see."""
    if not all(model.apply_irf.values()):
        instrument = PartialInstrument(instrument, model.apply_irf)
    if model.temporal_model is not None:
        instrument = instrument.seen(model.temporal_model)
    return instrument


def _shares(energies: Energies) -> Energies:
    """Weights that sum to one in each bin: the flux comes later."""
    sums = energies.weights.sum(axis=1, keepdims=True)
    return Energies(energies.nodes, energies.weights / np.where(sums != 0, sums, 1.0))
