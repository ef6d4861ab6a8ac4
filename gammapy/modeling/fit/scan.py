"""Scans of the statistic along one parameter: profiles and asymmetric errors."""

from __future__ import annotations

from typing import Any

import numpy as np

from gammapy.dispatch import find
from gammapy.errors import FitError
from gammapy.modeling.fit.curvature import analyse_minimum
from gammapy.modeling.fit.objective import Objective
from gammapy.modeling.fit.problem import FitProblem
from gammapy.modeling.fit.scaling import natural_scale, scaled
from gammapy.modeling.parameter import Parameter

__all__ = ["Profile", "confidence", "stat_profile"]

#: height above the minimum (in -2 ln L) from which limits would be misleading
TOO_HIGH = 0.1
#: the farthest, in errors, that a limit is looked for
FARTHEST = 64.0


class Profile:
    """Statistic as a function of one parameter, the others fitted again or held.

    Parameters
    ----------
    problem : `FitProblem`
        Starting at its minimum.
    name : str
        The free parameter to step along.
    reoptimize : bool
        Minimise over the other free parameters at each value, from the last point found.
    """

    def __init__(self, problem: FitProblem, name: str, reoptimize: bool) -> None:
        self.problem = problem
        self.name = name
        self.reoptimize = reoptimize and len(problem.names) > 1
        self.others = problem.held({name: problem.start[problem.index(name)]}).start
        self.nfev = 0

    def __call__(self, value: float) -> float:
        """Statistic at a value of the parameter; ``others`` holds the rest."""
        at_value = self.problem.fixed(self.name, value)
        if not self.reoptimize:
            self.nfev += 1
            return at_value.value(at_value.start)
        at_value = at_value.starting_at(self.others)
        here = at_value.evaluate(at_value.start)
        if not np.isfinite(here.value):
            return np.inf
        scale = natural_scale(at_value, here)
        objective = Objective(scaled(at_value, scale))
        with np.errstate(over="ignore", invalid="ignore", divide="ignore"):
            outcome = find("Fitter", "backend", "minuit")(objective)
        self.nfev += objective.nfev
        self.others = outcome.x * scale
        return objective.value(outcome.x)


def _error(problem: FitProblem, i: int, at_minimum: bool = False) -> float:
    scale = natural_scale(problem, problem.evaluate(problem.start))
    minimum = analyse_minimum(scaled(problem, scale), problem.start / scale)
    if at_minimum and not (minimum.is_minimum and minimum.distance < TOO_HIGH):
        raise FitError("the models do not stand at a minimum, where limits start: run the fit")
    variance = minimum.covariance[i, i] * scale[i] ** 2
    return float(np.sqrt(variance)) if variance > 0 else float(scale[i])


def confidence(
    problem: FitProblem, name: str, sigma: float = 1.0, reoptimize: bool = True, rtol: float = 1e-3
) -> dict[str, Any]:
    """Distances to where the profile has risen by ``sigma ** 2``; see `Fitter.confidence`."""
    if not sigma > 0:
        raise FitError(f"sigma = {sigma!r} must be positive")
    i = problem.index(name)
    best, error = float(problem.start[i]), _error(problem, i, at_minimum=True)
    answer: dict[str, Any] = {"nfev": 0}
    messages = []
    for key, sign, bound in (
        ("errp", 1.0, float(problem.upper[i])),
        ("errn", -1.0, float(problem.lower[i])),
    ):
        profile = Profile(problem, name, reoptimize)
        distance, message = _crossing(profile, best, sign * error * sigma, bound, sigma**2, rtol)
        answer[key] = distance
        messages += [f"{key}: {message}"] * bool(message)
        answer["nfev"] += profile.nfev
    answer["success"] = not messages
    answer["message"] = "; ".join(messages) or "both limits were found"
    return answer


def _crossing(
    profile: Profile, best: float, step: float, bound: float, rise: float, rtol: float
) -> tuple[float, str]:
    """Distance at which the statistic has risen, by growing a bracket and closing it."""
    from scipy.optimize import brentq

    stat_best = profile.problem.value(profile.problem.start)

    def excess(x: float) -> float:
        return min(profile(x) - stat_best, 1e6 * rise) - rise

    low, high, grown = best, best + step, 1.0
    room = abs(bound - best)
    while abs(high - best) < room and excess(high) < 0:
        low, grown = high, 2.0 * grown
        high = best + grown * step
        if grown > FARTHEST:
            return np.nan, f"the statistic rises by less than {rise:g} within {FARTHEST:g} errors"
    if abs(high - best) >= room:
        high = bound
        if excess(high) < 0:
            return np.nan, f"the statistic rises by less than {rise:g} up to the bound {bound:g}"
    root = brentq(excess, low, high, xtol=rtol * abs(step), rtol=1e-10)
    return abs(root - best), ""


def stat_profile(problem: FitProblem, name: str, reoptimize: bool = False) -> dict[str, Any]:
    """Statistic at the scan points of a parameter; see `Fitter.stat_profile`."""
    values = _scan_values(problem, name)
    profile = Profile(problem, name, reoptimize)
    stats, others = [], []
    for value in values:
        stats.append(profile(float(value)))
        others.append(profile.others)
    return {
        f"{name}_scan": values,
        "stat_scan": np.array(stats),
        "fit_results": np.array(others),
    }


def _scan_values(problem: FitProblem, name: str) -> np.ndarray:
    i = problem.index(name)
    if problem.parameters:
        parameter = problem.parameters[problem.paths.index(name)]
    else:
        parameter = Parameter("bare", 0.0)  # a bare function: scanned by the defaults
    if parameter.scan_values is not None:
        return np.atleast_1d(np.asarray(parameter.scan_values, dtype=float))
    reach = parameter.scan_n_sigma * _error(problem, i)
    centre = problem.start[i]
    low = centre - reach if parameter.scan_min is None else parameter.scan_min
    high = centre + reach if parameter.scan_max is None else parameter.scan_max
    low, high = max(low, problem.lower[i]), min(high, problem.upper[i])
    if parameter.interp == "log" and low > 0:
        return np.geomspace(low, high, parameter.scan_n_values)
    if parameter.interp == "sqrt" and low >= 0:
        return np.linspace(np.sqrt(low), np.sqrt(high), parameter.scan_n_values) ** 2
    return np.linspace(low, high, parameter.scan_n_values)
