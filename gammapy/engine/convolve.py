r"""Convolution on a plane grid, with point spread functions that are known by their transforms.

A source is a set of point masses. Those of nodes finer than the grid go to the four nearest cells
along each axis, such that moments up to the third stay. The grid is fine enough for the transform
of the point spread function to have died away at its highest frequency, so nothing folds back. The
average over a pixel, a parallelogram with the edges a and b, is a factor there too,

.. math:: \mathrm{sinc}(q \cdot a / 2)\, \mathrm{sinc}(q \cdot b / 2)

so that a pixel is one value of the result, wherever it lies between the cells.
"""

from __future__ import annotations

import numpy as np
from scipy.fft import irfft2, next_fast_len, rfft2, rfftfreq
from scipy.sparse import csr_matrix

from gammapy.engine.placing import cubic_weights

__all__ = ["PlaneGrid", "gathering", "pixel_matrix"]


class PlaneGrid:
    """Square grid on the plane, periodic, with its middle cell at the origin.

    Parameters
    ----------
    width : float
        That it must have at least, in deg.
    step : float
        Between cells, in deg.

    Attributes
    ----------
    n : int
        Cells along a side.
    frequency : ndarray [n, n // 2 + 1]
        Absolute frequency of the transform, in rad per deg.
    """

    def __init__(self, width: float, step: float) -> None:
        self.step = step
        self.n = next_fast_len(int(np.ceil(width / step)) + 1, real=True)
        self._y = 2.0 * np.pi * np.fft.fftfreq(self.n, step)[:, None]
        self._x = 2.0 * np.pi * rfftfreq(self.n, step)
        self.frequency = np.hypot(self._x, self._y)

    @property
    def middle(self) -> int:
        """Index of the cell at the origin, along both axes."""
        return self.n // 2

    def averaged(self, edges: np.ndarray) -> np.ndarray:
        """Average over a parallelogram with two edges [2, 2] in deg, as a factor."""
        factor = 1.0
        for x, y in edges:
            factor = factor * np.sinc((self._x * x + self._y * y) / (2.0 * np.pi))
        return np.asarray(factor)

    def transform(self, masses: np.ndarray) -> np.ndarray:
        """Transform of masses [m, m], their middle cell at the origin; m is odd, or n."""
        half = len(masses) // 2
        if len(masses) == self.n:
            return rfft2(masses)
        padded = np.zeros((self.n, self.n))
        inside = slice(self.middle - half, self.middle + half + 1)
        padded[inside, inside] = masses
        return rfft2(padded)

    def density(self, transform: np.ndarray) -> np.ndarray:
        """Masses per deg2 [n, n] of a transform."""
        return irfft2(transform, s=(self.n, self.n)) / self.step**2


def gathering(n: int, parts: int) -> csr_matrix:
    """Matrix [n, n * parts] from the masses of nodes, ``parts`` in a cell, to those of cells.

    Nodes are in the middle of equal parts of the cells. What would go beyond the ends goes to
    the cells there.
    """
    node = np.arange(n * parts)
    place = (node + 0.5) / parts - 0.5  # in cells, from the middle of the first
    first = np.floor(place + 1e-12).astype(int)
    weights = cubic_weights(place - first)
    cells = np.clip(first + np.arange(-1, 3)[:, None], 0, n - 1)
    columns = np.broadcast_to(node, cells.shape)
    return csr_matrix((weights.ravel(), (cells.ravel(), columns.ravel())), (n, n * parts))


def pixel_matrix(grid: PlaneGrid, x: np.ndarray, y: np.ndarray) -> csr_matrix:
    """Matrix [n_pixels, n * n] that interpolates, by cubics, at places [n_pixels] in deg.

    Places must be inside of the grid, by two cells.
    """
    columns, rows = x / grid.step + grid.middle, y / grid.step + grid.middle
    i, j = np.floor(columns).astype(int), np.floor(rows).astype(int)
    across, up = cubic_weights(columns - i), cubic_weights(rows - j)
    steps = np.arange(-1, 3)
    entries = np.einsum("ap,bp->pba", across, up)
    cells = (j[:, None, None] + steps[:, None]) * grid.n + i[:, None, None] + steps
    starts = np.arange(len(x) + 1) * 16
    return csr_matrix((entries.ravel(), cells.ravel(), starts), (len(x), grid.n**2))
