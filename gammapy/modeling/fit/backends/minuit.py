"""MIGRAD of iminuit, with our gradient and curvature.

The curvature is handed over as ``hessian``: it is positive semidefinite also far from the
minimum, where the exact Hessian would mislead MIGRAD. Strategy 0 trusts the analytic derivatives;
the covariance is not taken from MIGRAD anyway.
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
    return Outcome(np.array(minuit.values), minuit.valid, _message(minuit), "migrad", None, minuit)


def _definite(curvature: np.ndarray) -> np.ndarray:
    """Curvature with something on the diagonal of a parameter that it says nothing about."""
    diagonal = np.diag(curvature)
    return curvature + np.diag(np.where(diagonal > 0, 1e-9 * diagonal, 1e-6))


def _message(minuit: Minuit) -> str:
    minimum = minuit.fmin
    if minuit.valid:
        return "MIGRAD converged."
    if minimum.has_reached_call_limit:
        return "MIGRAD reached its limit of calls: raise migrad_opts={'ncall': ...}."
    if minimum.is_above_max_edm:
        return f"MIGRAD stopped at an estimated distance of {minimum.edm:.2g} to the minimum."
    return "MIGRAD found no valid minimum."
