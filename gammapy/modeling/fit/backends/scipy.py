"""The minimisers of scipy.optimize, by name.

``trf``, ``dogbox`` and ``lm`` are `scipy.optimize.least_squares` on signed deviance
residuals; all other names are methods of `scipy.optimize.minimize`. A method that uses a gradient
or a Hessian gets ours.
"""

from __future__ import annotations

import inspect
import warnings
from typing import Any

import numpy as np
from scipy.optimize import OptimizeWarning, least_squares, minimize

from gammapy.errors import OptionError
from gammapy.modeling.fit.objective import Objective
from gammapy.modeling.fit.outcome import Outcome

__all__ = ["LEAST_SQUARES", "METHODS", "run"]

LEAST_SQUARES = ("trf", "dogbox", "lm")

#: method of `minimize` -> (keeps bounds, uses the gradient, uses the Hessian)
METHODS = {
    "nelder-mead": (True, False, False),
    "powell": (True, False, False),
    "cg": (False, True, False),
    "bfgs": (False, True, False),
    "newton-cg": (False, True, True),
    "l-bfgs-b": (True, True, False),
    "tnc": (True, True, False),
    "cobyla": (True, False, False),
    "cobyqa": (True, False, False),
    "slsqp": (True, True, False),
    "trust-constr": (True, True, True),
    "dogleg": (False, True, True),
    "trust-ncg": (False, True, True),
    "trust-krylov": (False, True, True),
    "trust-exact": (False, True, True),
}


def run(objective: Objective, *, method: str = "trf", **options: Any) -> Outcome:
    """Minimise.

    Parameters
    ----------
    objective : `Objective`
    method : str
        ``trf``, ``dogbox``, ``lm``, or a method of `scipy.optimize.minimize`, in any case.
    **options
        For least squares the keywords of `scipy.optimize.least_squares` (``ftol``,
        ``max_nfev``...); else ``tol`` and ``options`` of `scipy.optimize.minimize`.
    """
    name = str(method).lower()
    if name in LEAST_SQUARES:
        return _least_squares(objective, name, options)
    if name in METHODS:
        return _minimize(objective, name, **options)
    raise OptionError(
        f"backend 'scipy' has no method {method!r}: use one of {[*LEAST_SQUARES, *METHODS]}"
    )


def _least_squares(objective: Objective, method: str, options: dict[str, Any]) -> Outcome:
    problem = objective.problem
    if problem.residuals is None:
        raise OptionError(
            f"method {method!r} needs a sum of squares, and this statistic or one of its priors "
            "is none: use method='l-bfgs-b'"
        )
    if method == "lm":
        _refuse_bounds(objective, method)
    known = set(inspect.signature(least_squares).parameters) - {
        *("fun", "x0", "jac", "bounds", "method", "args", "kwargs"),
    }
    _refuse_unknown(set(options) - known, method, known)
    bounds = {} if method == "lm" else {"bounds": (problem.lower, problem.upper)}
    settings = {"ftol": 1e-10, "xtol": 1e-10, "gtol": 1e-10} | options
    found = least_squares(
        lambda z: objective.residuals(z).residual,
        problem.start,
        jac=lambda z: objective.residuals(z).jacobian,
        method=method,
        **bounds,
        **settings,
    )
    return Outcome(found.x, found.success, found.message, method, None, found)


def _minimize(
    objective: Objective,
    method: str,
    tol: float | None = None,
    options: dict[str, Any] | None = None,
    **unknown: Any,
) -> Outcome:
    _refuse_unknown(set(unknown), method, {"tol", "options"})
    problem = objective.problem
    keeps_bounds, uses_gradient, uses_hessian = METHODS[method]
    if not keeps_bounds:
        _refuse_bounds(objective, method)
    arguments: dict[str, Any] = {"method": method, "tol": tol, "options": dict(options or {})}
    if keeps_bounds:
        arguments["bounds"] = list(zip(problem.lower, problem.upper, strict=True))
    if uses_gradient:
        arguments["jac"] = objective.gradient
    if uses_hessian:
        arguments["hess"] = objective.curvature
    if method == "nelder-mead" and tol is None:
        # scipy's defaults stop at 1e-4 of a relative step: too early for a flat valley
        arguments["options"] = {"xatol": 1e-4, "fatol": 1e-5, "adaptive": True} | (options or {})
    with warnings.catch_warnings():
        warnings.filterwarnings("error", "Unknown solver options", OptimizeWarning)
        warnings.filterwarnings("ignore", "delta_grad == 0.0", UserWarning)
        try:
            found = minimize(objective.value, problem.start, **arguments)
        except OptimizeWarning as warning:
            raise OptionError(f"scipy method {method!r}: {warning}") from None
        except TypeError as error:
            if "unexpected keyword" not in str(error) or "_minimize" not in str(error):
                raise
            raise OptionError(f"scipy method {method!r}: {error}") from None
    return Outcome(
        np.asarray(found.x), bool(found.success), str(found.message), method, None, found
    )


def _refuse_unknown(unknown: set[str], method: str, known: set[str]) -> None:
    if unknown:
        raise OptionError(
            f"scipy method {method!r} has no option {sorted(unknown)[0]!r}: known are "
            f"{sorted(known)}"
        )


def _refuse_bounds(objective: Objective, method: str) -> None:
    problem = objective.problem
    bounded = np.isfinite(problem.lower) | np.isfinite(problem.upper)
    if bounded.any():
        names = [name for name, flag in zip(problem.names, bounded, strict=True) if flag]
        raise OptionError(
            f"method {method!r} cannot keep the bounds of {', '.join(names)}: use 'trf', "
            "'l-bfgs-b', 'tnc', 'slsqp' or 'trust-constr', or remove the bounds"
        )
