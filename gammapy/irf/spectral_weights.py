"""Weights of energy bins, by which a response is averaged over them."""

from __future__ import annotations

from typing import Any

import numpy as np

from gammapy.errors import DataError
from gammapy.maps import MapAxis

__all__ = ["spectral_weights"]


def spectral_weights(axis: MapAxis, spectral_model: Any = None) -> np.ndarray:
    """Share [k] of each bin in the flux over an axis of energies.

    Parameters
    ----------
    axis : `MapAxis`
    spectral_model : `~gammapy.modeling.models.SpectralModel`, optional
        By default a power law of index 2.

    Raises
    ------
    DataError
        If the model has no flux on the axis, or a negative one.
    """
    if spectral_model is None:
        flux = -np.diff(1.0 / axis.edges.to_value("TeV"))
    else:
        integrals = spectral_model.integral(axis.edges_min, axis.edges_max)
        flux = integrals.to_value("cm-2 s-1")
    total = flux.sum()
    if np.any(flux < 0) or not 0 < total < np.inf:
        raise DataError(
            f"spectral_model has the fluxes {flux} cm-2 s-1 on {axis!r}: they must be finite, not "
            "negative and not all zero"
        )
    return flux / total
