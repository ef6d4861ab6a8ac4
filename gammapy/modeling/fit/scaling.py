"""Scaling: every optimiser works in units of the expected errors.

Parameters of a spectrum differ by ten orders of magnitude. In units of 1 / sqrt(curvature / 2) at
the start all are of order one, whatever their physical unit, so step sizes and tolerances mean the
same.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from gammapy.modeling.fit.problem import Evaluation, FitProblem, Residuals

__all__ = ["natural_scale", "scaled"]


def natural_scale(problem: FitProblem, at: Evaluation) -> np.ndarray:
    """Expected error [n] of each parameter if the others are known.

    Where the curvature says nothing, the size of the value, or one; and never more than the
    distance between the bounds.

    Parameters
    ----------
    problem : `FitProblem`
    at : `Evaluation`
        Objective at the start.
    """
    diagonal = np.diag(at.curvature)
    usable = (diagonal > 0) & np.isfinite(diagonal)
    fallback = np.where(problem.start != 0, np.abs(problem.start), 1.0)
    scale = np.where(usable, np.sqrt(2.0 / np.where(usable, diagonal, 1.0)), fallback)
    return np.minimum(scale, problem.upper - problem.lower)


def scaled(problem: FitProblem, scale: np.ndarray) -> FitProblem:
    """The same problem for ``z = x / scale``; it is never asked outside its bounds."""
    outer = np.outer(scale, scale)
    lower, upper = problem.lower, problem.upper

    def inside(z: np.ndarray) -> np.ndarray:
        # rounding may step over a bound, and some methods do so on their way
        return np.minimum(np.maximum(z * scale, lower), upper)

    def evaluate(z: np.ndarray) -> Evaluation:
        value, gradient, curvature = problem.evaluate(inside(z))
        return Evaluation(value, gradient * scale, curvature * outer)

    def residuals(z: np.ndarray) -> Residuals:
        residual, jacobian = problem.residuals(inside(z))  # type: ignore[misc]
        return Residuals(residual, jacobian * scale)

    return replace(
        problem,
        start=problem.start / scale,
        lower=lower / scale,
        upper=upper / scale,
        value=lambda z: problem.value(inside(z)),
        evaluate=evaluate,
        residuals=residuals if problem.residuals is not None else None,
        diagnose=problem.diagnose and (lambda z: problem.diagnose(inside(z))),  # type: ignore[misc]
        spread=None,
        refine=None,
    )
