"""The right way for a source through an instrument."""

from __future__ import annotations

from typing import Any

import numpy as np

from gammapy.datasets.compound_response import CompoundResponse
from gammapy.datasets.exact_response import ExactResponse
from gammapy.datasets.gridded_response import GriddedResponse
from gammapy.datasets.instrument import Instrument
from gammapy.datasets.local_exposure import circle
from gammapy.datasets.partial_instrument import PartialInstrument
from gammapy.datasets.psf_transform import PsfTransform
from gammapy.datasets.radial_response import RadialResponse
from gammapy.datasets.sky_pixels import SkyPixels, angles, direction_of, rotated_vectors
from gammapy.datasets.source_response import SourceResponse
from gammapy.engine.pixel_nodes import tangent_axes
from gammapy.engine.radial import radial_masses
from gammapy.modeling.models.sky_evaluation import bin_energies
from gammapy.modeling.models.spatial.compound import CompoundSpatialModel
from gammapy.modeling.models.spatial.integration import Energies
from gammapy.modeling.models.spatial.point import PointSpatialModel

__all__ = ["as_seen", "respond"]

#: a shape whose root of the mean square radius is above this, in deg...
LARGE = 0.25
#: ... goes over the grid if the transform of the PSF varies across it by more than this
STEADY = 3e-3


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
    if isinstance(shape, PointSpatialModel):
        return RadialResponse(shape, instrument, pixels)
    if shape.is_round and sees_steady_psf(shape, instrument, pixels.frame):
        return RadialResponse(shape, instrument, pixels)
    return GriddedResponse(shape, instrument, pixels, energies)


def as_seen(model: Any, instrument: Instrument) -> Instrument:
    """Instrument as a source sees it: its course in time, and the parts that it is to see."""
    if not all(model.apply_irf.values()):
        instrument = PartialInstrument(instrument, model.apply_irf)
    if model.temporal_model is not None:
        instrument = instrument.seen(model.temporal_model)
    return instrument


def sees_steady_psf(shape: Any, instrument: Instrument, frame: str) -> bool:
    """True if the point spread function hardly varies across a round shape."""
    rms = radial_masses(shape.profile, shape.reach, shape.profile_edges, 0.0).rms
    if rms < LARGE:
        return True
    axes = tangent_axes(*angles(direction_of(shape, frame)))
    steps = 1.2 * rms * np.array([[0.0, 0.0], [1, 0], [0, 1], [-1, 0], [0, -1]])
    places = angles(rotated_vectors(circle(axes, steps), frame, instrument.frame))
    exposed = np.any(instrument.exposure(*places) > 0, axis=0)
    if not exposed.all():
        return False
    here, *around = (PsfTransform(instrument, *at).values for at in zip(*places, strict=True))
    return max(float(np.abs(psf - here).max()) for psf in around) < STEADY


def _shares(energies: Energies) -> Energies:
    """Weights that sum to one in each bin: the flux comes later."""
    sums = energies.weights.sum(axis=1, keepdims=True)
    return Energies(energies.nodes, energies.weights / np.where(sums != 0, sums, 1.0))
