"""From densities of the migration, reconstructed over true energy, to probabilities of bins."""

from __future__ import annotations

import numpy as np

__all__ = ["bin_probabilities"]


def bin_probabilities(
    density: np.ndarray, migra_edges: np.ndarray, energy: np.ndarray, energy_edges: np.ndarray
) -> np.ndarray:
    """Probabilities [..., k, r] that true energies are reconstructed in bins.

    The density is constant in each bin of the migration, and divided by its integral: those of
    files often miss one by a little. It is zero beyond the bins.

    Parameters
    ----------
    density : ndarray [..., k, n]
        A row of zeros, where there is no response, gives zeros.
    migra_edges : ndarray [n + 1]
    energy : ndarray [k]
        True energies.
    energy_edges : ndarray [r + 1]
        In the unit of these.
    """
    inside = np.cumsum(density * np.diff(migra_edges), axis=-1)
    inside = np.concatenate([np.zeros_like(inside[..., :1]), inside], axis=-1)
    total = inside[..., -1:]
    inside = inside / np.where(total > 0, total, 1.0)
    migra = np.clip(energy_edges / energy[:, None], migra_edges[0], migra_edges[-1])
    low = np.searchsorted(migra_edges, migra, side="right") - 1
    low = np.clip(low, 0, len(migra_edges) - 2)
    share = (migra - migra_edges[low]) / np.diff(migra_edges)[low]
    row = np.arange(len(energy))[:, None]
    below, above = inside[..., row, low], inside[..., row, low + 1]
    return np.diff(below + share * (above - below), axis=-1)
