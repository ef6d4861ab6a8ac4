r"""Exposure over a field, as a sum over few maps.

.. math:: A_k(p) = \sum_j u_{kj} w_j(p)

by singular values: exposures at all energies are much alike. The maps are bicubic splines between
the knots of a lattice on the plane about a direction.
"""

from __future__ import annotations

import numpy as np
from scipy.interpolate import RectBivariateSpline

from gammapy.datasets.instrument import Instrument
from gammapy.datasets.sky_pixels import angles, rotated_vectors
from gammapy.engine.plane import from_plane

__all__ = ["VaryingExposure", "few_terms", "lattice"]

#: distance of the knots, in deg
KNOTS = 0.15
#: singular values below this share of the largest are dropped
NIL = 1e-5


class VaryingExposure:
    """Exposure of an instrument on a square about a direction.

    Parameters
    ----------
    instrument : `Instrument`
    axes : ndarray [3, 3]
        Unit vectors to the east and north and outwards of the middle.
    frame : str
        Of the axes.
    half : float
        Half the width of the square, in deg.

    Attributes
    ----------
    loading : ndarray [k, j]
        u, in cm2 s.
    """

    def __init__(self, instrument: Instrument, axes: np.ndarray, frame: str, half: float) -> None:
        knots = lattice(half, KNOTS, 9)
        x, y = np.meshgrid(knots, knots)
        vectors = from_plane(x.ravel(), y.ravel(), axes)
        place = angles(rotated_vectors(vectors, frame, instrument.frame))
        self.loading, maps = few_terms(instrument.exposure(*place))
        shape = (len(knots), len(knots))
        self._maps = [RectBivariateSpline(knots, knots, m.reshape(shape)) for m in maps]

    def on_grid(self, along: np.ndarray) -> np.ndarray:
        """Maps w [j, m, m] on a grid with these places [m] along both axes."""
        return np.array([spline(along, along) for spline in self._maps])

    def at(self, x: np.ndarray, y: np.ndarray, by_x: int = 0, by_y: int = 0) -> np.ndarray:
        """Maps w [j, n], or derivatives, at places [n] in deg."""
        return np.array([spline.ev(y, x, dx=by_y, dy=by_x) for spline in self._maps])


def lattice(half: float, spacing: float, least: int) -> np.ndarray:
    """Knots from -half to half, at most ``spacing`` apart, and at least so many."""
    return np.linspace(-half, half, max(least, int(np.ceil(2.0 * half / spacing)) + 1))


def few_terms(table: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Factors [n, j] and [j, m] whose product is a table [n, m], with few terms."""
    left, values, right = np.linalg.svd(table, full_matrices=False)
    n = max(1, int(np.sum(values > NIL * values[0])))
    return left[:, :n] * values[:n], right[:n]
