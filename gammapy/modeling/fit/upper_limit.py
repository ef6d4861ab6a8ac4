"""Upper limits: from the profile of a fit, and from a profile that is already there.

The limit is where, above the best value, the statistic has risen by ``n_sigma ** 2`` (Rolke et al.
2005, NIM A 551, 493). For a parabola and ``n_sigma=2`` it lies above the true value in 97.7% of
all experiments. The rise counts from the minimum inside the bounds, so a best value at a lower
bound, such as an amplitude of zero, has a limit too.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from gammapy.errors import FitError
from gammapy.modeling.fit.confidence import limit
from gammapy.modeling.fit.problem import FitProblem
from gammapy.modeling.fit.scan import errors_at_minimum

__all__ = ["stat_profile_ul_scipy", "upper_limit"]


def upper_limit(
    problem: FitProblem, name: str, n_sigma: float = 2.0, rtol: float = 1e-3
) -> dict[str, Any]:
    """Where the profile has risen by ``n_sigma ** 2``; see `Fitter.upper_limit`."""
    if not 0 < n_sigma < np.inf:
        raise FitError(f"n_sigma = {n_sigma!r} must be positive and finite")
    i = problem.index(name)
    error = float(errors_at_minimum(problem)[i])
    distance, message, nfev = limit(problem, name, error, n_sigma, True, rtol)
    return {
        "ul": float(problem.start[i]) + distance,
        "success": not message,
        "message": message or "the limit was found",
        "nfev": nfev,
    }


def stat_profile_ul_scipy(
    value_scan: ArrayLike, stat_scan: ArrayLike, delta_ts: float = 4, interp_scale: str = "sqrt"
) -> float:
    """Upper limit from a profile of the statistic.

    Parameters
    ----------
    value_scan : array [n]
        Rising values of the parameter.
    stat_scan : array [n]
        Statistic at each.
    delta_ts : float
        Rise of the statistic at the limit.
    interp_scale : {"sqrt", "lin"}
        What is linear between two points: the root of the rise from the vertex of the parabola
        through the lowest three points (exact for a parabola), or the statistic, whose
        rise then counts from the lowest point.

    Returns
    -------
    float
        In the unit of ``value_scan``.

    Raises
    ------
    FitError
        If the profile is not usable, or does not reach the limit.
    """
    values, stats = np.asarray(value_scan, dtype=float), np.asarray(stat_scan, dtype=float)
    _check_profile(values, stats, delta_ts, interp_scale)
    best = int(np.argmin(stats))
    least = _vertex(values, stats, best) if interp_scale == "sqrt" else float(stats[best])
    rise, level = stats[best:] - least, float(delta_ts)
    if interp_scale == "sqrt":
        rise, level = np.sqrt(rise), level**0.5
    above = np.flatnonzero(rise >= level)
    if not above.size:
        raise FitError(
            f"the profile rises by less than delta_ts = {delta_ts:g} up to its last value "
            f"{values[-1]:g}: scan farther"
        )
    high = int(above[0])
    return float(np.interp(level, rise[high - 1 : high + 1], values[best + high - 1 :][:2]))


def _vertex(values: np.ndarray, stats: np.ndarray, best: int) -> float:
    """Height of the vertex of the parabola through the lowest point and its neighbours."""
    if not 0 < best < len(values) - 1:
        return float(stats[best])
    x, y = values[best - 1 : best + 2] - values[best], stats[best - 1 : best + 2] - stats[best]
    left, right = y[0] / x[0], y[2] / x[2]
    bend = (right - left) / (x[2] - x[0])
    slope = left - bend * x[0]
    return float(stats[best] - (slope**2 / (4.0 * bend) if bend > 0 else 0.0))


def _check_profile(
    values: np.ndarray, stats: np.ndarray, delta_ts: float, interp_scale: str
) -> None:
    if values.ndim != 1 or values.shape != stats.shape or len(values) < 2:
        raise FitError(
            f"value_scan {values.shape} and stat_scan {stats.shape} must be two arrays of the same "
            "length, at least 2"
        )
    if not (np.all(np.isfinite(stats)) and np.all(np.diff(values) > 0)):
        raise FitError("value_scan must rise and stat_scan be finite: sort, and drop other points")
    if not 0 < delta_ts < np.inf:
        raise FitError(f"delta_ts = {delta_ts!r} must be positive and finite")
    if interp_scale not in ("sqrt", "lin"):
        raise FitError(f"interp_scale = {interp_scale!r} must be 'sqrt' or 'lin'")
