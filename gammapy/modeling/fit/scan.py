"""Scans of the statistic: the values of one or two parameters are given, the others follow."""

from __future__ import annotations

from typing import Any

import numpy as np

from gammapy.errors import FitError
from gammapy.modeling.fit.curvature import Minimum, analyse_minimum
from gammapy.modeling.fit.problem import FitProblem
from gammapy.modeling.fit.refit import refit
from gammapy.modeling.fit.scaling import natural_scale, scaled
from gammapy.modeling.parameter import Parameter

__all__ = [
    "TOO_HIGH",
    "Profile",
    "checked_minimum",
    "errors_at_minimum",
    "expected_errors",
    "scan_values",
    "stat_profile",
]

#: height above the minimum (in -2 ln L) from which limits would be misleading
TOO_HIGH = 0.1


class Profile:
    """Statistic as a function of some parameters, the others fitted again or held.

    Parameters
    ----------
    problem : `FitProblem`
        Starting at its minimum.
    *names : str
        The free parameters to step along.
    reoptimize : bool
        Minimise over the other free parameters at each point, from the last point found.
    """

    def __init__(self, problem: FitProblem, *names: str, reoptimize: bool) -> None:
        self.problem = problem
        self.names = names
        self.reoptimize = reoptimize and len(problem.names) > len(names)
        start = {name: problem.start[problem.index(name)] for name in names}
        self.others = problem.held(start).start
        self.nfev = 0
        self.converged = True

    def __call__(self, *values: float) -> float:
        """Statistic at values of the parameters.

        ``others`` holds the rest, ``converged`` whether they were fitted as they should.
        """
        held = self.problem.held(dict(zip(self.names, values, strict=True)))
        if not self.reoptimize:
            self.nfev += 1
            return held.value(held.start)
        found = refit(held.starting_at(self.others))
        self.nfev += found.nfev
        self.converged = found.converged
        if np.isfinite(found.value):
            self.others = found.x
        return found.value


def checked_minimum(problem: FitProblem) -> tuple[np.ndarray, Minimum]:
    """Natural scale [n], and what the start looks like in its units.

    Raises
    ------
    FitError
        If the start is no minimum.
    """
    scale, minimum = _analysed(problem)
    if not (minimum.is_minimum and minimum.distance < TOO_HIGH):
        raise FitError("the models do not stand at a minimum, where limits start: run the fit")
    return scale, minimum


def errors_at_minimum(problem: FitProblem) -> np.ndarray:
    """Errors [n] by the curvature at the start, which must be a minimum; see `expected_errors`."""
    return _errors(*checked_minimum(problem))


def expected_errors(problem: FitProblem) -> np.ndarray:
    """Errors [n] by the curvature at the start; where there is none, a step of natural size."""
    return _errors(*_analysed(problem))


def _analysed(problem: FitProblem) -> tuple[np.ndarray, Minimum]:
    scale = natural_scale(problem, problem.evaluate(problem.start))
    return scale, analyse_minimum(scaled(problem, scale), problem.start / scale)


def _errors(scale: np.ndarray, minimum: Minimum) -> np.ndarray:
    variance = np.diag(minimum.covariance)
    known = variance > 0
    return np.where(known, np.sqrt(np.where(known, variance, 1.0)), 1.0) * scale


def stat_profile(problem: FitProblem, name: str, reoptimize: bool = False) -> dict[str, Any]:
    """Statistic at the scan points of a parameter; see `Fitter.stat_profile`."""
    values = scan_values(problem, name)
    profile = Profile(problem, name, reoptimize=reoptimize)
    stats, others, success = [], [], True
    for value in values:
        stats.append(profile(float(value)))
        others.append(profile.others)
        success &= profile.converged
    return {
        f"{name}_scan": values,
        "stat_scan": np.array(stats),
        "fit_results": np.array(others),
        "success": success,
    }


def scan_values(problem: FitProblem, name: str) -> np.ndarray:
    """Points at which a parameter asks to be scanned."""
    i = problem.index(name)
    if problem.parameters:
        parameter = problem.parameters[problem.paths.index(name)]
    else:
        parameter = Parameter("bare", 0.0)  # a bare function: scanned by the defaults
    if parameter.scan_values is not None:
        return np.atleast_1d(np.asarray(parameter.scan_values, dtype=float))
    reach = parameter.scan_n_sigma * expected_errors(problem)[i]
    centre = problem.start[i]
    low = centre - reach if parameter.scan_min is None else parameter.scan_min
    high = centre + reach if parameter.scan_max is None else parameter.scan_max
    low, high = max(low, problem.lower[i]), min(high, problem.upper[i])
    if parameter.interp == "log" and low > 0:
        return np.geomspace(low, high, parameter.scan_n_values)
    if parameter.interp == "sqrt" and low >= 0:
        return np.linspace(np.sqrt(low), np.sqrt(high), parameter.scan_n_values) ** 2
    return np.linspace(low, high, parameter.scan_n_values)
