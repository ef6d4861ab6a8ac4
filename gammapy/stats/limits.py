"""Where a statistic that rises away from its minimum reaches a given height, for whole arrays."""

import itertools
from collections.abc import Callable

import numpy as np

from gammapy.stats.inputs import FloatArray

__all__ = ["distance_at"]

#: Relative half-width of the bracket in which a root is returned.
TOLERANCE = 1e-13

#: Stands for infinity where differences and products are taken.
HUGE = 1e100


def distance_at(
    rise: Callable[[FloatArray], FloatArray],
    height: float,
    shape: tuple[int, ...],
    longest: FloatArray | None = None,
) -> FloatArray:
    """Distance from the minimum at which the statistic has risen by ``height``.

    The root of the statistic is nearly linear in the distance, and that is what is solved.

    Parameters
    ----------
    rise : callable
        Statistic minus its minimum as a function of the distance >= 0 [shape]; 0 at 0, increasing,
        possibly infinite.
    height : float
        The rise to reach, > 0.
    shape : tuple of int
        Shape of the problem.
    longest : ndarray [shape], optional
        The end of the allowed distances, and the result where ``height`` is not reached before.
        Default: no end; then ``rise`` must grow without limit.
    """
    goal = np.sqrt(height)

    def miss(distance: FloatArray) -> FloatArray:
        return np.minimum(np.sqrt(rise(distance)), HUGE) - goal

    low, high = np.zeros(shape), np.ones(shape) if longest is None else longest
    f_low, f_high = np.full(shape, -goal), miss(high)
    while longest is None and np.any(short := f_high < 0):
        low, f_low = np.where(short, high, low), np.where(short, f_high, f_low)
        high = np.where(short, 2.0 * high, high)
        f_high = miss(high)
    return _root(miss, (low, f_low), (high, f_high))


def _root(
    function: Callable[[FloatArray], FloatArray],
    low: tuple[FloatArray, FloatArray],
    high: tuple[FloatArray, FloatArray],
) -> FloatArray:
    """Root between two (position, value) pairs of opposite sign, every element on its own.

    Inverse quadratic interpolation where it is safe, else bisection: Chandrupatla 1997,
    Adv. Eng. Software 28, 145. Every fourth step bisects whatever happens, so the end is certain.
    """
    (x1, f1), (x2, f2) = low, high
    step = np.full(x1.shape, 0.5)
    for number in itertools.count(1):
        x = x1 + step * (x2 - x1)
        f = function(x)
        same = (f < 0) == (f1 < 0)
        x3, f3 = np.where(same, x1, x2), np.where(same, f1, f2)
        x2, f2 = np.where(same, x2, x1), np.where(same, f2, f1)
        x1, f1 = x, f
        best = np.where(np.abs(f1) < np.abs(f2), x1, x2)
        width = np.abs(x2 - x1)
        tolerance = TOLERANCE * np.abs(best) + np.finfo(float).tiny
        if np.all(width <= 2.0 * tolerance):
            break
        step = _step((x1, x2, x3), (f1, f2, f3)) if number % 4 else np.full(x1.shape, 0.5)
        # past the root by the tolerance, so that the bracket closes from both sides
        least = np.minimum(tolerance / np.maximum(width, tolerance), 0.5)
        step = np.clip(step, least, 1.0 - least)
    return best


def _step(x: tuple[FloatArray, ...], f: tuple[FloatArray, ...]) -> FloatArray:
    """The next step from x1 towards x2, as a part of their distance."""
    (x1, x2, x3), (f1, f2, f3) = x, f
    with np.errstate(divide="ignore", invalid="ignore"):  # closed elements: bisection
        xi, phi = (x1 - x2) / (x3 - x2), (f1 - f2) / (f3 - f2)
        quadratic = (phi**2 < xi) & ((1.0 - phi) ** 2 < 1.0 - xi)
        step = f1 / (f1 - f2) * f3 / (f3 - f2)
        step = step + (x3 - x1) / (x2 - x1) * f1 / (f1 - f3) * f2 / (f2 - f3)
    return np.where(quadratic & np.isfinite(step), step, 0.5)
