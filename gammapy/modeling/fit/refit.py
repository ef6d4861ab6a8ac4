"""Refit: the minimum of a problem that starts close to it, in a few evaluations.

Profiles, surfaces and contours minimise over the other parameters at each of many points, and
each minimum is next to the last one. Damped Newton steps with the curvature (Levenberg 1944,
Marquardt 1963; damped by its diagonal, so units do not matter) take two to four evaluations there.
Where they fail MIGRAD goes on, from the best point.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from gammapy.dispatch import find
from gammapy.modeling.fit.objective import Objective
from gammapy.modeling.fit.problem import Evaluation, FitProblem
from gammapy.modeling.fit.scaling import natural_scale, scaled

__all__ = ["HEIGHT", "Refit", "newton_step", "refit"]

#: estimated height above the minimum (in -2 ln L) at which a refit has converged
HEIGHT = 1e-6
#: height up to which the minimum of MIGRAD is taken for one
ACCEPTED = 1e-4
MAX_STEPS = 25
MAX_DAMPING = 1e6


class Refit(NamedTuple):
    """Where a refit ended.

    Attributes
    ----------
    x : ndarray [n]
    value : float
        Objective there.
    height : float
        Estimated height above the minimum.
    converged : bool
    nfev : int
        Evaluations.
    """

    x: np.ndarray
    value: float
    height: float
    converged: bool
    nfev: int


def newton_step(
    problem: FitProblem, x: np.ndarray, here: Evaluation, damping: float = 0.0
) -> tuple[np.ndarray, float]:
    """Step [n] to the minimum of the quadratic model, and its depth.

    Parameters that the gradient presses against a bound stay. The depth is infinite where the
    gradient falls in a direction without curvature.
    """
    step = np.zeros(len(x))
    pressed = ((x <= problem.lower) & (here.gradient > 0)) | (
        (x >= problem.upper) & (here.gradient < 0)
    )
    diagonal = np.diag(here.curvature)
    free = np.flatnonzero(~pressed & (diagonal > 0))
    lost = ~pressed & (diagonal <= 0) & (here.gradient != 0)
    if len(free):
        size = 1.0 / np.sqrt(diagonal[free])
        matrix = here.curvature[np.ix_(free, free)] * np.outer(size, size)
        matrix[np.diag_indices_from(matrix)] += damping + 1e-12
        step[free] = -size * np.linalg.solve(matrix, here.gradient[free] * size)
    depth = np.inf if lost.any() else float(-0.5 * here.gradient @ step)
    return step, depth


def refit(problem: FitProblem) -> Refit:
    """Minimise from a start that is close to the minimum.

    Returns
    -------
    Refit
        With an infinite value if the objective is not finite at the start.
    """
    x, damping = problem.start, 0.0
    here, nfev = problem.evaluate(x), 1
    if not np.isfinite(here.value):
        return Refit(x, np.inf, np.inf, False, nfev)
    while nfev < MAX_STEPS and damping < MAX_DAMPING:
        step, depth = newton_step(problem, x, here)
        if depth <= HEIGHT:
            return Refit(x, float(here.value), depth, True, nfev)
        if not np.isfinite(depth):
            break
        if damping:
            step, _ = newton_step(problem, x, here, damping)
        trial = np.clip(x + step, problem.lower, problem.upper)
        with np.errstate(over="ignore", invalid="ignore", divide="ignore"):
            there, nfev = problem.evaluate(trial), nfev + 1
        if there.value < here.value and np.all(np.isfinite(there.gradient)):
            x, here, damping = trial, there, 0.1 * damping if damping > 1e-3 else 0.0
        else:
            damping = max(10.0 * damping, 1e-2)
    return _by_minuit(problem.starting_at(x), here, nfev)


def _by_minuit(problem: FitProblem, here: Evaluation, nfev: int) -> Refit:
    scale = natural_scale(problem, here)
    objective = Objective(scaled(problem, scale))
    with np.errstate(over="ignore", invalid="ignore", divide="ignore"):
        outcome = find("Fitter", "backend", "minuit")(objective)
    x = np.clip(outcome.x * scale, problem.lower, problem.upper)
    there = problem.evaluate(x)
    _, height = newton_step(problem, x, there)
    converged = outcome.converged or height <= ACCEPTED
    return Refit(x, float(there.value), height, converged, nfev + objective.nfev + 1)
