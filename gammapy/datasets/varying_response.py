r"""Response of an instrument over a field, as a sum over few maps, each with a kernel.

.. math:: A_k(p)\, P_k(q; p)\, D_{kr}(p) = \sum_t w_t(p)\, K_{tkr}(q)

Maps are as exact as the instrument at the places that are asked for. Their derivatives are those of
splines between the knots of a lattice, on the plane about a direction.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from typing import Any

import numpy as np

from gammapy.datasets.sky_pixels import rotated_vectors
from gammapy.engine.lattice_splines import LatticeSplines
from gammapy.engine.plane import from_plane

__all__ = ["EXACT", "EXPOSURE_KNOTS", "Kernels", "VaryingResponse", "averaged", "lattice"]

#: distance of the knots of the exposure, in deg
EXPOSURE_KNOTS = 0.2
#: cells along a side up to which the exposure of each is asked for: all that lie over a map
EXACT = 700
#: places along a side of a cell, and of all cells, at which an exposure with steps is asked for
PARTS, MOST_PLACES = 8, 1600
#: shares of the largest above which a map has a slope, and a curvature, that matters
SLANTED, CURVED = 1e-3, 2e-2


class Kernels(Sequence[np.ndarray]):
    """Kernels K_t [k, q, r] in cm2 s, or in cm2, made when asked for."""

    @abstractmethod
    def folded(self, flux: np.ndarray) -> np.ndarray:
        """Kernels [t, q, r], each summed over the true energies, with a flux [k]."""


class VaryingResponse(ABC):
    """Response of an instrument on a square about a direction.

    Parameters
    ----------
    axes : ndarray [3, 3]
        Unit vectors to the east and north and outwards of the middle.
    frame : str
        Of the axes.
    target : str
        Frame of the instrument.

    Attributes
    ----------
    is_seen : bool
        True if the instrument sees any of it.
    """

    is_seen: bool

    def __init__(self, axes: np.ndarray, frame: str, target: str) -> None:
        self._axes, self._frame, self._target = axes, frame, target

    def _directions(self, x: np.ndarray, y: np.ndarray) -> np.ndarray:
        """Unit vectors [n, 3] in the frame of the instrument of places in deg."""
        return rotated_vectors(from_plane(x, y, self._axes), self._frame, self._target)

    def _places(self, knots: np.ndarray) -> np.ndarray:
        """The same [n * n, 3] of a lattice."""
        x, y = (a.ravel() for a in np.meshgrid(knots, knots))
        return self._directions(x, y)

    # -- what is asked for ------------------------------------------------------------------

    @property
    @abstractmethod
    def frequency(self) -> float:
        """Beyond which the transforms of the point spread function are nil, in rad per deg."""

    @abstractmethod
    def kernels(self, frequencies: np.ndarray, factor: np.ndarray | float = 1.0) -> Kernels:
        """Kernels at frequencies [q], times a factor [q]."""

    @abstractmethod
    def largest_step(self, x: np.ndarray, y: np.ndarray) -> float:
        """How far the exposure at places [n] is from splines, as a share of the largest.

        The worst energy counts. Of a smooth exposure it is next to nothing.
        """

    @abstractmethod
    def on_grid(self, along: np.ndarray, has_steps: bool = False) -> Sequence[np.ndarray]:
        """Maps w_t [m, m] on a grid with these places [m] along both axes, in deg, evenly spaced.

        Where the exposure has steps it is asked for in each cell, however many there are, and at
        several places of a cell if these are not too many.
        """

    def at(self, x: np.ndarray, y: np.ndarray) -> dict[tuple[int, int], np.ndarray]:
        """Maps w [t, n] at places [n] in deg, and their derivatives up to the second order.

        By the orders along x and y. Of the derivatives there are those of the first terms: the
        others are too faint for theirs to matter.
        """
        found = {(0, 0): self._maps_at(x, y)}
        slanted, curved = (int(np.sum(self._shares > share)) for share in (SLANTED, CURVED))
        maps = self._splines(slanted)
        found |= {order: maps.at(x, y, order) for order in ((1, 0), (0, 1))}
        maps = maps.first(curved)
        return found | {order: maps.at(x, y, order) for order in ((2, 0), (1, 1), (0, 2))}

    # -- what it is made of ------------------------------------------------------------------

    #: how much each term matters [t], of the largest
    _shares: np.ndarray

    @abstractmethod
    def _maps_at(self, x: np.ndarray, y: np.ndarray) -> np.ndarray:
        """Maps [t, n] at places."""

    @abstractmethod
    def _splines(self, n: int) -> LatticeSplines:
        """Splines of the first n maps."""


def averaged(maps_at: Any, along: np.ndarray, has_steps: bool) -> np.ndarray:
    """Means [j, m, m] of maps over cells: at their centres, or at several places of each.

    Parameters
    ----------
    maps_at : callable
        ``maps_at(x[n], y[n]) -> [j, n]``
    along : ndarray [m]
        Of the cells, in deg.
    has_steps : bool
    """
    n = len(along)
    parts = max(1, min(PARTS, MOST_PLACES // n)) if has_steps else 1
    steps = (np.arange(parts) - 0.5 * (parts - 1)) * (along[1] - along[0]) / parts
    fine = (along[:, np.newaxis] + steps).ravel()
    total: Any = 0.0
    for step in steps:
        rows = [  # one at a time: before they are averaged, maps are many
            maps_at(fine, np.full(len(fine), y + step)).reshape(-1, n, parts).mean(axis=-1)
            for y in along
        ]
        total = total + np.stack(rows, axis=1) / parts
    return np.asarray(total)


def lattice(half: float, spacing: float, least: int) -> np.ndarray:
    """Knots from -half to half, at most ``spacing`` apart, and at least so many."""
    return np.linspace(-half, half, max(least, int(np.ceil(2.0 * half / spacing)) + 1))
