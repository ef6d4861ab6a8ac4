"""The start of a fit: what must hold there, and parameters that have no effect."""

from __future__ import annotations

import numpy as np

from gammapy.errors import FitError
from gammapy.modeling.fit.problem import Evaluation, FitProblem

__all__ = ["checked_start", "inert_parameters", "whole", "without"]


def checked_start(problem: FitProblem) -> Evaluation:
    """Objective at the start, or an error that says what is wrong with it."""
    outside = (problem.start < problem.lower) | (problem.start > problem.upper)
    for i in np.flatnonzero(outside):
        raise FitError(
            f"{problem.names[i]} starts at {problem.start[i]:g}, outside its bounds "
            f"{problem.lower[i]:g} to {problem.upper[i]:g}: move the value or the bounds"
        )
    for i in np.flatnonzero(problem.lower == problem.upper):
        raise FitError(
            f"{problem.names[i]} is free, but its bounds leave only {problem.lower[i]:g}: freeze "
            "it, or widen the bounds"
        )
    if len(problem.names) > problem.n_data > 0 or (problem.n_data == 0 and problem.parameters):
        raise FitError(
            f"{len(problem.names)} free parameters and {problem.n_data} data (unmasked bins and "
            "priors): widen the masks, freeze parameters or give them priors"
        )
    at_start = problem.evaluate(problem.start)
    if not np.isfinite(at_start.value):
        why = problem.diagnose(problem.start) if problem.diagnose else "choose another start"
        raise FitError(f"the statistic is {at_start.value} at the start: {why}")
    if not np.all(np.isfinite(at_start.gradient)):
        bad = [n for n, g in zip(problem.names, at_start.gradient, strict=True) if g != g]
        raise FitError(f"the gradient by {bad} is not finite at the start: choose another start")
    return at_start


def inert_parameters(at_start: Evaluation) -> np.ndarray:
    """Parameters [n] that change nothing at the start, in value or curvature."""
    return (at_start.gradient == 0) & (np.diag(at_start.curvature) == 0)


def without(problem: FitProblem, inert: np.ndarray) -> FitProblem:
    """The problem with the parameters that have no effect held at their start."""
    if not inert.any():
        return problem
    if inert.all():
        raise FitError(f"none of {list(problem.names)} has an effect on the statistic")
    return problem.held({problem.names[i]: problem.start[i] for i in np.flatnonzero(inert)})


def whole(problem: FitProblem, inert: np.ndarray, x: np.ndarray) -> np.ndarray:
    """Vector [n] of the problem from one of `without`, moved inside the bounds."""
    full = problem.start.copy()
    full[~inert] = x
    return np.clip(full, problem.lower, problem.upper)
