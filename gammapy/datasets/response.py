"""The right way for a source through an instrument."""

from __future__ import annotations

from typing import Any

from gammapy.datasets.gridded_response import GriddedResponse
from gammapy.datasets.instrument import Instrument
from gammapy.datasets.radial_response import RadialResponse
from gammapy.datasets.sky_pixels import SkyPixels
from gammapy.datasets.source_response import SourceResponse
from gammapy.modeling.models.spatial.point import PointSpatialModel

__all__ = ["respond"]


def respond(model: Any, instrument: Instrument, pixels: SkyPixels) -> SourceResponse:
    """Response of a source, by the way that suits its shape and the instrument.

    Parameters
    ----------
    model : `~gammapy.modeling.models.SkyModel`
        With a spatial model.
    instrument : `Instrument`
    pixels : `SkyPixels`
    """
    shape = model.spatial_model
    if isinstance(shape, PointSpatialModel) or shape.is_round:
        return RadialResponse(shape, instrument, pixels)
    return GriddedResponse(shape, instrument, pixels)
