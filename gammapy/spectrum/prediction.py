"""The plain prediction of a spectrum."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

from gammapy.datasets.bin_fluxes import bin_fluxes
from gammapy.modeling.models.sky import SkyModel

__all__ = ["predicted_counts"]


def predicted_counts(
    response: np.ndarray, edges: np.ndarray, models: Iterable[SkyModel]
) -> np.ndarray:
    """Predicted counts [n_reco] of some models at their current parameters.

    Parameters
    ----------
    response : ndarray [n_reco, n_true]
        In cm2 s.
    edges : ndarray [n_true + 1]
        True energies, in TeV.
    """
    total = np.zeros(response.shape[1])
    for model in models:
        total += bin_fluxes(model, edges)
    return response @ total
