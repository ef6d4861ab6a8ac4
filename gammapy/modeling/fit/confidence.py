"""Asymmetric errors: how far the profile of the statistic must go to rise by ``sigma ** 2``."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from gammapy.errors import FitError
from gammapy.modeling.fit.problem import FitProblem
from gammapy.modeling.fit.refit import refit
from gammapy.modeling.fit.scan import Profile, errors_at_minimum

__all__ = ["FARTHEST", "asymmetric_errors", "confidence", "crossing", "limit"]

#: the farthest, in errors, that a limit is looked for
FARTHEST = 64.0


def confidence(
    problem: FitProblem, name: str, sigma: float = 1.0, reoptimize: bool = True, rtol: float = 1e-3
) -> dict[str, Any]:
    """Distances to where the profile has risen by ``sigma ** 2``; see `Fitter.confidence`."""
    if not 0 < sigma < np.inf:
        raise FitError(f"sigma = {sigma!r} must be positive and finite")
    i = problem.index(name)
    error = float(errors_at_minimum(problem)[i])
    return _both_limits(problem, name, error, sigma, reoptimize, rtol)


def asymmetric_errors(
    problem: FitProblem, names: Sequence[str], rtol: float = 1e-3
) -> dict[str, dict[str, Any]]:
    """`confidence` at one sigma for several parameters; the minimum is analysed once."""
    errors = errors_at_minimum(problem)
    return {
        name: _both_limits(problem, name, float(errors[problem.index(name)]), 1.0, True, rtol)
        for name in names
    }


def _both_limits(
    problem: FitProblem, name: str, error: float, sigma: float, reoptimize: bool, rtol: float
) -> dict[str, Any]:
    answer: dict[str, Any] = {"nfev": 0}
    messages = []
    for key, sign in (("errp", 1.0), ("errn", -1.0)):
        distance, message, nfev = limit(problem, name, sign * error, sigma, reoptimize, rtol)
        answer[key] = distance
        messages += [f"{key}: {message}"] * bool(message)
        answer["nfev"] += nfev
    answer["success"] = not messages
    answer["message"] = "; ".join(messages) or "both limits were found"
    return answer


def limit(
    problem: FitProblem, name: str, error: float, sigma: float, reoptimize: bool, rtol: float
) -> tuple[float, str, int]:
    """Distance of the limit on one side, the reason if it is nan, and the evaluations.

    Parameters
    ----------
    error : float
        What is expected for one sigma; its sign says on which side.
    """
    i, side = problem.index(name), 1.0 if error > 0 else -1.0
    best = float(problem.start[i])
    bound = float(problem.upper[i] if error > 0 else problem.lower[i])
    profile = Profile(problem, name, reoptimize=reoptimize)
    # the others may stand a little off their minimum, e.g. after reading rounded values
    stat_best = refit(problem).value if profile.reoptimize else problem.value(problem.start)
    level = sigma**2
    distance = crossing(
        lambda distance: profile(best + side * distance) - stat_best,
        abs(error),
        abs(bound - best),
        level,
        rtol,
    )
    if np.isinf(distance):
        message = f"the statistic rises by less than {level:g} up to the bound {bound:g}"
    elif np.isnan(distance):
        message = f"the statistic rises by less than {level:g} within {FARTHEST:g} errors"
    elif not profile.converged:
        message = "the fit of the other parameters did not converge there"
    else:
        return distance, "", profile.nfev
    return np.nan, message, profile.nfev


def crossing(
    rise: Callable[[float], float], error: float, room: float, level: float, rtol: float
) -> float:
    """Distance at which a rising function reaches a level, by growing a bracket and closing it.

    Parameters
    ----------
    rise : callable
        ``rise(distance)``, from zero at zero.
    error : float
        Distance at which a rise of one is expected.
    room : float
        Distance of the bound.
    rtol : float
        Precision of the answer, relative to the expected one.

    Returns
    -------
    float
        Infinite if the bound comes first, nan if the function stays below the level.
    """
    from scipy.optimize import brentq

    def excess(distance: float) -> float:
        return min(rise(distance), 1e6 * level) - level

    step = error * level**0.5
    low, high, grown = 0.0, min(step, room), 1.0
    while high <= low or excess(high) < 0:
        if high >= room:
            return np.inf
        low, grown = high, 2.0 * grown
        high = min(grown * step, room)
        if grown > FARTHEST:
            return np.nan
    return float(brentq(excess, low, high, xtol=rtol * step, rtol=1e-10))
