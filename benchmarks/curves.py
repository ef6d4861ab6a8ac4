"""How far two closed curves of points are apart."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

import numpy as np

__all__ = ["distance"]

#: points per piece of a curve between two given ones
FINE = 80


def distance(one: Sequence[np.ndarray], other: Sequence[np.ndarray]) -> float:
    """Largest distance of a point of either curve to the other, in radii.

    Both are drawn in the plane in which the first is as round as can be (its points have unit
    covariance), as smooth curves through their points; a radius is the largest distance of the
    first curve from its centre. There a narrow ellipse that is a little too wide is seen.

    Parameters
    ----------
    one, other : pair of ndarray [n]
        x and y of each; whether the first point is repeated at the end does not matter.
    """
    first = _fine(np.column_stack(one))
    centre = first.mean(axis=0)
    root = np.linalg.inv(np.linalg.cholesky(np.cov(first, rowvar=False)))
    # smooth curves, drawn in that plane: pieces are long and short there as they look
    first = _fine((np.column_stack(one) - centre) @ root.T)
    second = _fine((np.column_stack(other) - centre) @ root.T)
    radius = np.hypot(*first.T).max()
    return float(max(_farthest(first, second), _farthest(second, first)) / radius)


def _fine(points: np.ndarray) -> np.ndarray:
    """Points of a smooth closed curve through given ones: a periodic cubic in the chord length."""
    from scipy.interpolate import CubicSpline

    if not np.allclose(points[0], points[-1], rtol=1e-9, atol=0.0):
        points = np.vstack([points, points[:1]])
    points[-1] = points[0]
    size = np.ptp(points, axis=0)
    chords = np.hypot(*(np.diff(points, axis=0) / size).T)
    points, chords = points[np.append(True, chords > 0)], chords[chords > 0]
    length = np.append(0.0, np.cumsum(chords))
    at = np.concatenate([np.linspace(a, b, FINE, False) for a, b in pairwise(length)])
    return CubicSpline(length, points, bc_type="periodic")(at)


def _farthest(points: np.ndarray, curve: np.ndarray) -> float:
    """Largest distance of a point to the nearest one of a curve of many points."""
    nearest = [np.hypot(*(curve - point).T).min() for point in points[:: FINE // 8]]
    return float(max(nearest))
