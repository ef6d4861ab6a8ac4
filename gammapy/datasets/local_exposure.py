r"""Exposure about a position, to second order.

.. math::
    A(x, y) = A_0 + g_x x + g_y y + \tfrac{1}{2} (B_{xx} x^2 + 2 B_{xy} x y + B_{yy} y^2)

x to the east, y to the north, in deg.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import numpy as np

from gammapy.engine.sphere import RAD

__all__ = ["STEPS", "LocalExposure", "circle", "is_quadratic", "local_exposure", "places_around"]

#: share of the largest exposure below which an energy does not ask for more
FAINT = 1e-3
_DIAGONAL = np.sqrt(0.5)
#: centre, east, north, west, south, and between these
STEPS = np.array(
    [[0.0, 0.0], [1, 0], [0, 1], [-1, 0], [0, -1]]
    + [[a * _DIAGONAL, b * _DIAGONAL] for a, b in ((1, 1), (-1, 1), (-1, -1), (1, -1))]
)


class LocalExposure(NamedTuple):
    """Coefficients of the polynomial, each [k], in cm2 s and deg."""

    value: np.ndarray
    by_x: np.ndarray
    by_y: np.ndarray
    by_xx: np.ndarray
    by_xy: np.ndarray
    by_yy: np.ndarray

    def moved(self, axis: int) -> LocalExposure:
        """Derivative of the coefficients when the centre moves along x (0) or y (1)."""
        zero = np.zeros_like(self.value)
        rows = (self.by_x, self.by_xx, self.by_xy), (self.by_y, self.by_xy, self.by_yy)
        return LocalExposure(*rows[axis], zero, zero, zero)

    def at(self, x: np.ndarray, y: np.ndarray) -> np.ndarray:
        """Values [k, n] at places [n]."""
        quadratic = (
            np.outer(self.by_xx, x * x)
            + 2.0 * np.outer(self.by_xy, x * y)
            + np.outer(self.by_yy, y * y)
        )
        return self.value[:, None] + np.outer(self.by_x, x) + np.outer(self.by_y, y) + quadratic / 2


def local_exposure(
    exposure: Callable[[np.ndarray], np.ndarray], axes: np.ndarray, radius: float
) -> LocalExposure:
    """Second-order exposure from differences on a circle.

    Parameters
    ----------
    exposure : callable
        Exposure [k, n] at unit vectors [n, 3].
    axes : ndarray [3, 3]
        Unit vectors to the east and north and outwards.
    radius : float
        In deg; zero if only the centre counts.
    """
    if radius == 0:
        value = exposure(axes[2:])[:, 0]
        zero = np.zeros_like(value)
        return LocalExposure(value, zero, zero, zero, zero, zero)
    a = exposure(circle(axes, radius * STEPS)).T
    middle, east, north, west, south, ne, nw, sw, se = a
    square = radius**2
    return LocalExposure(
        middle,
        (east - west) / (2.0 * radius),
        (north - south) / (2.0 * radius),
        (east - 2.0 * middle + west) / square,
        (ne - nw + sw - se) / (2.0 * square),
        (north - 2.0 * middle + south) / square,
    )


def places_around(vectors: np.ndarray) -> np.ndarray:
    """In the place of an exposure: one where it is asked for, so that what is found are weights.

    They give a coefficient from what there is at the places.
    """
    return np.eye(len(vectors))


def is_quadratic(
    exposure: Callable[[np.ndarray], np.ndarray],
    local: LocalExposure,
    axes: np.ndarray,
    radius: float,
    tolerance: float,
) -> bool:
    """True if a local exposure still holds on a circle, within a share of it at each energy.

    Energies at which it is below `FAINT` of the largest are as good as these.
    """
    steps = radius * STEPS[1:]
    off = np.abs(exposure(circle(axes, steps)) - local.at(*steps.T)).max(axis=1)
    value = np.abs(local.value)
    return bool(np.all(off <= tolerance * np.maximum(value, FAINT * value.max(initial=0.0))))


def circle(axes: np.ndarray, steps: np.ndarray) -> np.ndarray:
    """Unit vectors [n, 3] at steps [n, 2] in deg to the east and north."""
    distance = RAD * np.hypot(*steps.T)
    stretch = np.sinc(distance / np.pi) * RAD  # sin(d) / d
    return (steps * stretch[:, None]) @ axes[:2] + np.cos(distance)[:, None] * axes[2]
