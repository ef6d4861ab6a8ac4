"""Cubics through many maps on one square lattice."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
from scipy.interpolate import BSpline, NdBSpline, make_interp_spline

__all__ = ["Grids", "LatticeSplines"]

#: about one place, values hold this far
WIDE = 1e3


class LatticeSplines(NamedTuple):
    """Splines of maps, evaluated together.

    Attributes
    ----------
    knots : ndarray [m]
        Of the splines along either axis.
    coefficients : ndarray [n, n, t]
        By y, by x.
    degree : int
    """

    knots: np.ndarray
    coefficients: np.ndarray
    degree: int

    @classmethod
    def through(cls, places: np.ndarray, values: np.ndarray) -> LatticeSplines:
        """Splines with values [t, n, n] at places [n] along both axes; rows are y."""
        if len(places) == 1:  # the same everywhere
            return cls(places[0] + np.array([-WIDE, WIDE]), np.moveaxis(values, 0, -1), 0)
        degree = min(3, len(places) - 1)
        by_y = make_interp_spline(places, np.moveaxis(values, 0, -1), k=degree)
        by_x = make_interp_spline(places, np.swapaxes(by_y.c, 0, 1), k=degree)
        return cls(by_y.t, np.ascontiguousarray(np.swapaxes(by_x.c, 0, 1)), degree)

    def first(self, n: int) -> LatticeSplines:
        """The first n of the maps."""
        return self._replace(coefficients=np.ascontiguousarray(self.coefficients[:, :, :n]))

    def at(self, x: np.ndarray, y: np.ndarray, order: tuple[int, int] = (0, 0)) -> np.ndarray:
        """Values [t, p] at places [p], or a derivative by its orders along x and y."""
        knots = (self.knots, self.knots)
        spline = NdBSpline(knots, self.coefficients, self.degree)
        return np.ascontiguousarray(spline(np.stack([y, x], axis=1), nu=order[::-1]).T)

    def on_grid(self, along: np.ndarray) -> np.ndarray:
        """Values [t, m, m] with these places [m] along both axes; beyond the ends as there."""
        return np.stack(list(self.grids(along)))

    def grids(self, along: np.ndarray) -> Grids:
        """The same, each made when asked for."""
        inside = np.clip(along, self.knots[0], self.knots[-1])
        matrix = BSpline.design_matrix(inside, self.knots, self.degree).toarray()
        return Grids(matrix, self.coefficients)


class Grids(Sequence[np.ndarray]):
    """Maps [m, m] on a grid.

    Parameters
    ----------
    matrix : ndarray [m, n]
    coefficients : ndarray [n, n, t]
    """

    def __init__(self, matrix: np.ndarray, coefficients: np.ndarray) -> None:
        self._matrix = matrix
        self._coefficients = coefficients

    def __len__(self) -> int:
        return self._coefficients.shape[-1]

    def __getitem__(self, t: Any) -> Any:
        return self._matrix @ self._coefficients[:, :, t] @ self._matrix.T
