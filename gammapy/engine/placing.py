"""Fields that are given by radius and angular order, put on pixels.

The integral over a pixel is a sum over nodes inside of it, and each node is cubic between four rows
of a table by radius: one sparse matrix per angular order, for all energies and derivatives.
"""

from __future__ import annotations

from functools import cached_property

import numpy as np
from scipy.sparse import csr_matrix

from gammapy.engine.hankel import FourierBessel
from gammapy.engine.multipoles import Multipoles
from gammapy.engine.pixel_nodes import Nodes

__all__ = ["Placing", "cubic_weights", "nodes_per_pixel"]


def nodes_per_pixel(size: float, frequency_max: float) -> int:
    """Nodes along each side of a pixel for integrals of a field of limited bandwidth.

    Gauss-Legendre with n nodes is exact for oscillations up to about 2 n / size; the margin keeps
    the error of a Gaussian below 1e-4 of its peak.

    Parameters
    ----------
    size : float
        Of the pixels, in deg.
    frequency_max : float
        Where the transform of the field has fallen to 1e-6, in rad per deg.
    """
    return max(1, int(np.ceil(0.8 + 0.3 * size * frequency_max)))


class Placing:
    """Matrices from tables by radius to pixels.

    Parameters
    ----------
    series : `FourierBessel`
    nodes : `Nodes`
    """

    def __init__(self, series: FourierBessel, nodes: Nodes) -> None:
        self._series = series
        self._nodes = nodes
        n_pixels, n_nodes = nodes.radius.shape
        place = nodes.radius.ravel() / series.step + 1.0
        row = place.astype(np.int32)
        inside = row < series.n_radii - 2
        row[~inside] = 1
        weight = np.where(inside, nodes.weight.ravel(), 0.0)
        self._entries = weight * cubic_weights(place - row)
        self._columns = (row[:, None] + np.arange(-1, 3, dtype=np.int32)).ravel()
        self._starts = np.arange(n_pixels + 1, dtype=np.int32) * (4 * n_nodes)

    def _matrix(self, angular: np.ndarray | None) -> csr_matrix:
        entries = self._entries if angular is None else self._entries * angular.ravel()
        shape = (len(self._starts) - 1, self._series.n_radii)
        return csr_matrix((entries.T.ravel(), self._columns, self._starts), shape=shape)

    @cached_property
    def _phase(self) -> np.ndarray:
        """exp(i chi) of each node, chi from x = east to y = north."""
        place = self._nodes.east + 1j * self._nodes.north
        size = np.abs(place)
        return place / np.where(size > 0, size, 1.0)

    def counts(self, field: Multipoles) -> np.ndarray:
        """Integrals [n_pixels, ...] of a field over the pixels.

        Parameters
        ----------
        field : `Multipoles`
            Transforms [n, ...], the x axis to the east.
        """
        total: np.ndarray | float = 0.0
        for part, component in zip(field, (np.real, np.imag), strict=True):
            for order, transform in part.items():
                table = self._series.table(transform, order)
                angular = None if order == 0 else component(self._phase**order)
                flat = self._matrix(angular) @ table.reshape(len(table), -1)
                total = total + flat.reshape(-1, *transform.shape[1:])
        return np.asarray(total)


def cubic_weights(t: np.ndarray) -> np.ndarray:
    """Weights [4, n] of the rows at -1, 0, 1, 2 at fractions of the way from 0 to 1."""
    before, after = t + 1.0, t - 1.0
    beyond = t - 2.0
    return np.stack(
        [
            -t * after * beyond / 6.0,
            before * after * beyond / 2.0,
            -before * t * beyond / 2.0,
            before * t * after / 6.0,
        ]
    )
