"""MIGRAD of iminuit, with our gradient and curvature.

The curvature is handed over as ``hessian``: it is positive semidefinite also far from the
minimum, where the exact Hessian would mislead MIGRAD. Strategy 0 trusts the analytic derivatives;
the covariance is not taken from MIGRAD anyway.

MIGRAD updates its matrix from step to step and estimates its distance to the minimum with it, which
is now and then a hundred times too small along a soft direction. So the distance is judged by
the curvature at the end, and MIGRAD goes on from there if it is too large.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from iminuit import Minuit

from gammapy.errors import OptionError
from gammapy.modeling.fit.objective import Objective
from gammapy.modeling.fit.outcome import Outcome

__all__ = ["run"]

_MIGRAD_OPTIONS = ("ncall", "iterate", "use_simplex")
#: height above the minimum, in units of ``tol``, from which MIGRAD has to go on
FAR = 0.01
#: times that MIGRAD goes on after it found itself at the minimum
MAX_CONTINUATIONS = 3
#: distance from a bound, in expected errors, within which the bound holds a parameter
AT_BOUND = 1e-3


def run(
    objective: Objective,
    *,
    tol: float = 0.01,
    strategy: int = 0,
    print_level: int = 0,
    migrad_opts: dict[str, Any] | None = None,
    **unknown: Any,
) -> Outcome:
    """Minimise.

    Parameters
    ----------
    objective : `Objective`
    tol : float
        MIGRAD stops when the estimated distance to the minimum is below ``0.002 * tol``.
    strategy : {0, 1, 2}
    print_level : int
        What MIGRAD prints.
    migrad_opts : dict
        ``ncall``, ``iterate``, ``use_simplex``, as in `iminuit.Minuit.migrad`.
    """
    migrad_opts = dict(migrad_opts or {})
    for name in [*unknown, *(set(migrad_opts) - set(_MIGRAD_OPTIONS))]:
        raise OptionError(
            f"backend 'minuit' has no option {name!r}: use tol, strategy, print_level, or "
            f"migrad_opts with {', '.join(_MIGRAD_OPTIONS)}"
        )
    problem = objective.problem
    minuit = Minuit(
        objective.value,
        problem.start,
        grad=objective.gradient,
        hessian=lambda z: _definite(objective.curvature(z)),
        name=problem.names,
    )
    minuit.limits = [
        (None if np.isinf(low) else low, None if np.isinf(high) else high)
        for low, high in zip(problem.lower, problem.upper, strict=True)
    ]
    minuit.errors = np.ones(len(problem.start))
    minuit.tol, minuit.strategy, minuit.print_level = tol, strategy, print_level
    minuit.migrad(**migrad_opts)
    for _ in range(MAX_CONTINUATIONS):
        before = minuit.fval
        if not minuit.valid or _height(objective, np.array(minuit.values)) <= FAR * tol:
            break
        minuit.strategy = 2  # begins with the whole matrix, not with its diagonal
        minuit.migrad(**migrad_opts)
        if not minuit.fval < before:
            break
    return Outcome(np.array(minuit.values), minuit.valid, _message(minuit), "migrad", None, minuit)


def _definite(curvature: np.ndarray) -> np.ndarray:
    """Curvature with something on the diagonal of a parameter that it says nothing about."""
    diagonal = np.diag(curvature)
    return curvature + np.diag(np.where(diagonal > 0, 1e-9 * diagonal, 1e-6))


def _height(objective: Objective, z: np.ndarray) -> float:
    """Height above the minimum, by gradient and curvature, of parameters that no bound holds."""
    lower, upper = objective.problem.lower, objective.problem.upper
    _, gradient, curvature = objective.evaluate(z)
    held = ((z - lower < AT_BOUND) & (gradient > 0)) | ((upper - z < AT_BOUND) & (gradient < 0))
    free = ~held
    if not free.any():
        return 0.0
    step = np.linalg.solve(_definite(curvature)[np.ix_(free, free)], gradient[free])
    return float(0.5 * gradient[free] @ step)


def _message(minuit: Minuit) -> str:
    minimum = minuit.fmin
    if minuit.valid:
        return "MIGRAD converged."
    if minimum.has_reached_call_limit:
        return "MIGRAD reached its limit of calls: raise migrad_opts={'ncall': ...}."
    if minimum.is_above_max_edm:
        return f"MIGRAD stopped at an estimated distance of {minimum.edm:.2g} to the minimum."
    return "MIGRAD found no valid minimum."
