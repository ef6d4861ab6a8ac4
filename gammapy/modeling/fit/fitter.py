"""Fitter: the facade over the optimisers.

It asks the data for a `FitProblem`, scales it, lets one backend minimise it, analyses the
minimum, and writes the result back once. What a backend is, the page "write your own backend"
tells; the table in `gammapy.dispatch` lists them.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

import numpy as np

from gammapy.dispatch import find
from gammapy.errors import FitError, OptionError
from gammapy.modeling.covariance import Covariance
from gammapy.modeling.fit.curvature import Minimum, analyse_minimum
from gammapy.modeling.fit.objective import Objective
from gammapy.modeling.fit.outcome import Outcome
from gammapy.modeling.fit.problem import Evaluation, FitProblem
from gammapy.modeling.fit.result import FitResult, Status
from gammapy.modeling.fit.scaling import natural_scale, scaled
from gammapy.modeling.fit.scan import confidence, stat_profile

__all__ = ["Fit", "Fitter"]

#: estimated height above the minimum (in -2 ln L) up to which a fit counts as converged
CLOSE = 5e-3
#: times that a problem is compiled anew for the point it led to
MAX_REFINEMENTS = 5


class Fitter:
    """Fits models to data.

    Parameters
    ----------
    backend : {"minuit", "scipy", "sherpa", "emcee"} or callable
        Optimiser or sampler; a callable is a backend of your own.
    optimize_opts : dict, optional
        Options of the backend; unknown ones raise.
    covariance_opts : dict, optional
        None is known so far; the argument is there for scripts that pass an empty dict.
    confidence_opts : dict, optional
        Options of `confidence`: ``rtol``, the relative precision of a limit.
    store_trace : bool
        Keep all evaluations in ``result.trace``.
    """

    def __init__(
        self,
        backend: str | Callable[..., Outcome] = "minuit",
        optimize_opts: dict[str, Any] | None = None,
        covariance_opts: dict[str, Any] | None = None,
        confidence_opts: dict[str, Any] | None = None,
        store_trace: bool = False,
    ) -> None:
        self.backend = backend
        self.optimize_opts = dict(optimize_opts or {})
        self.confidence_opts = dict(confidence_opts or {})
        self.store_trace = store_trace
        for option in set(self.confidence_opts) - {"rtol"}:
            raise OptionError(f"confidence_opts has no option {option!r}: known is 'rtol'")
        if covariance_opts:
            raise OptionError(
                f"covariance_opts = {covariance_opts!r}: no option is known; the covariance is "
                "always the inverse Hessian at the minimum"
            )

    def _backend(self) -> tuple[str, Callable[..., Outcome]]:
        if isinstance(self.backend, str):
            return self.backend, find("Fitter", "backend", self.backend)
        return getattr(self.backend, "__name__", "backend"), self.backend

    def run(self, datasets: Any) -> FitResult:
        """Fit, and write values, errors and covariance back to the models.

        Parameters
        ----------
        datasets : `Datasets`, a dataset, or `FitProblem`
            Anything that offers ``fit_problem()``.

        Raises
        ------
        FitError
            If the statistic is not finite at the start, a start value is outside its bounds,
            or there are fewer data than free parameters.
        """
        begin = time.perf_counter()
        problem = datasets.fit_problem()
        result, x, covariance = self.solve(problem)
        _write_back(problem, x, covariance)
        models = getattr(datasets, "models", None)
        result.models = None if models is None else models.copy()
        result.time = time.perf_counter() - begin
        return result

    def solve(self, problem: FitProblem) -> tuple[FitResult, np.ndarray, np.ndarray]:
        """Fit without writing back: result, free values [n], covariance [n, n]."""
        name, backend = self._backend()
        at_start = _checked_start(problem)
        if not problem.names:
            return _nothing_free(problem, at_start, name), problem.start, np.zeros((0, 0))
        inert = _inert(at_start)
        working = _without(problem, inert)
        nfev = ngrad = 0
        notes = list(problem.notes)
        trace: list[np.ndarray] = []
        for attempt in range(MAX_REFINEMENTS + 1):
            scale = natural_scale(working, at_start if working is problem else _start(working))
            scaled_problem = scaled(working, scale)
            objective = Objective(scaled_problem, self.store_trace)
            outcome, interrupted = _minimise(backend, objective, self.optimize_opts)
            nfev, ngrad = nfev + objective.nfev, ngrad + objective.ngrad
            trace += [np.append(value, z * scale) for z, value in objective.trace or ()]
            x = _whole(problem, inert, outcome.x * scale)
            refined = problem.refine(x) if problem.refine and not interrupted else None
            if refined is None:
                break
            notes.append("the integration over energy was made finer for this result")
            problem, working = refined, _without(refined, inert)
            at_start = _start(problem)
            if attempt == MAX_REFINEMENTS:
                raise FitError("the integration over energy does not settle: narrow the bounds")
        minimum = analyse_minimum(scaled_problem, outcome.x)
        if outcome.samples is not None:
            minimum = _posterior(outcome, minimum)
        status, message = _judge(problem, outcome, minimum, inert, interrupted)
        covariance = np.full((len(x), len(x)), np.nan)
        covariance[np.ix_(~inert, ~inert)] = minimum.covariance * np.outer(scale, scale)
        result = _result(problem, x, covariance, outcome, minimum, notes)
        result.backend, result.status, result.message = name, status, message
        result.nfev, result.ngrad = nfev + minimum.nfev, ngrad + minimum.nfev
        if outcome.samples is not None:
            result.samples = _with_inert(problem, inert, outcome.samples * scale)
        if self.store_trace:
            points = np.array(trace)
            whole = _with_inert(problem, inert, points[:, 1:])
            result.points = np.column_stack([points[:, 0], whole])
        return result, x, covariance

    def optimize(self, datasets: Any) -> FitResult:
        """Same as `run`; kept because scripts know the name."""
        return self.run(datasets)

    def confidence(
        self, datasets: Any, parameter: Any, sigma: float = 1.0, reoptimize: bool = True
    ) -> dict[str, Any]:
        """Asymmetric errors by the profile of the statistic.

        Parameters
        ----------
        datasets
            As in `run`; the models must stand at the minimum.
        parameter : `Parameter` or str
            A free parameter.
        sigma : float
            The statistic rises by ``sigma ** 2`` at the limits.
        reoptimize : bool
            Fit the other parameters again at each point.

        Returns
        -------
        dict
            ``errp``, ``errn`` (positive, nan with a reason in ``message`` if the statistic
            does not rise that far), ``success``, ``message``, ``nfev``.

        Raises
        ------
        FitError
            If the models do not stand at a minimum.
        """
        problem = datasets.fit_problem()
        name = _free_name(problem, parameter)
        return confidence(problem, name, sigma, reoptimize, **self.confidence_opts)

    def stat_profile(
        self, datasets: Any, parameter: Any, reoptimize: bool = False
    ) -> dict[str, Any]:
        """Statistic along one parameter.

        The points are the parameter's ``scan_values``, or follow from its other ``scan_``
        attributes.

        Returns
        -------
        dict
            ``"<name>_scan"`` and ``"stat_scan"``, arrays, and ``"fit_results"``, the values of
            the other free parameters at each point, [n_points, n - 1].
        """
        problem = datasets.fit_problem()
        name = _free_name(problem, parameter)
        return stat_profile(problem, name, reoptimize)


class Fit(Fitter):
    """Second name of `Fitter`, known to scripts."""


def _free_name(problem: FitProblem, parameter: Any) -> str:
    if isinstance(parameter, str):
        tail = [n for n in problem.names if n == parameter or n.endswith("." + parameter)]
        return tail[0] if len(tail) == 1 else problem.names[problem.index(parameter)]
    for free, name in zip(problem.parameters, problem.paths, strict=True):
        if free is parameter and name in problem.names:
            return name
    raise FitError(f"{parameter!r} is not a free parameter of this fit: {list(problem.names)}")


def _start(problem: FitProblem) -> Evaluation:
    return problem.evaluate(problem.start)


def _checked_start(problem: FitProblem) -> Evaluation:
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
    at_start = _start(problem)
    if not np.isfinite(at_start.value):
        why = problem.diagnose(problem.start) if problem.diagnose else "choose another start"
        raise FitError(f"the statistic is {at_start.value} at the start: {why}")
    if not np.all(np.isfinite(at_start.gradient)):
        bad = [n for n, g in zip(problem.names, at_start.gradient, strict=True) if g != g]
        raise FitError(f"the gradient by {bad} is not finite at the start: choose another start")
    return at_start


def _inert(at_start: Evaluation) -> np.ndarray:
    """Parameters [n] that change nothing at the start, in value or curvature."""
    return (at_start.gradient == 0) & (np.diag(at_start.curvature) == 0)


def _without(problem: FitProblem, inert: np.ndarray) -> FitProblem:
    if not inert.any():
        return problem
    if inert.all():
        raise FitError(f"none of {list(problem.names)} has an effect on the statistic")
    return problem.held({problem.names[i]: problem.start[i] for i in np.flatnonzero(inert)})


def _whole(problem: FitProblem, inert: np.ndarray, x: np.ndarray) -> np.ndarray:
    whole = problem.start.copy()
    whole[~inert] = x
    return np.clip(whole, problem.lower, problem.upper)


def _minimise(
    backend: Callable[..., Outcome], objective: Objective, options: dict[str, Any]
) -> tuple[Outcome, bool]:
    try:
        # an optimiser may try values that overflow: the objective is a wall there
        with np.errstate(over="ignore", invalid="ignore", divide="ignore"):
            outcome = backend(objective, **options)
        if not np.all(np.isfinite(outcome.x)):
            raise FitError(f"the backend ended at {outcome.x}: start elsewhere, or set bounds")
        return outcome, False
    except KeyboardInterrupt:
        x = objective.best_x
        return Outcome(x, False, "interrupted by the user", "interrupted"), True


def _posterior(outcome: Outcome, minimum: Minimum) -> Minimum:
    assert outcome.samples is not None
    covariance = np.atleast_2d(np.cov(outcome.samples, rowvar=False))
    return minimum._replace(covariance=covariance, method="covariance of the posterior samples")


def _judge(
    problem: FitProblem,
    outcome: Outcome,
    minimum: Minimum,
    inert: np.ndarray,
    interrupted: bool,
) -> tuple[Status, str]:
    """Status and details; the worst thing found counts."""
    working = [n for n, idle in zip(problem.names, inert, strict=True) if not idle]

    def named(flags: np.ndarray) -> str:
        return ", ".join(n for n, flag in zip(working, flags, strict=True) if flag)

    if interrupted:
        return Status.INTERRUPTED, ""
    if inert.any():
        return Status.UNCONSTRAINED, ", ".join(np.array(problem.names)[inert])
    if outcome.samples is not None:
        status = Status.SAMPLED if outcome.converged else Status.SHORT_CHAIN
        return status, outcome.message
    if not minimum.is_minimum:
        return Status.NOT_CONVERGED, f"It falls off along {named(minimum.flat)}. {outcome.message}"
    if minimum.distance > CLOSE:
        return (
            Status.NOT_CONVERGED,
            f"It should go down by another {minimum.distance:.2g}. {outcome.message}",
        )
    if minimum.flat.any():
        return Status.DEGENERATE, named(minimum.flat)
    if minimum.at_bound.any():
        return Status.AT_BOUND, named(minimum.at_bound)
    if len(problem.names) == problem.n_data:
        return Status.SATURATED, ""
    return Status.CONVERGED, ""


def _result(
    problem: FitProblem,
    x: np.ndarray,
    covariance: np.ndarray,
    outcome: Outcome,
    minimum: Minimum,
    notes: list[str],
) -> FitResult:
    values, matrix = _spread(problem, x, covariance)
    paths = list(problem.paths or problem.names)
    units = [p.unit.to_string(fraction=False) for p in problem.parameters]
    named = Covariance(paths, matrix)
    return FitResult(
        status=Status.NOT_CONVERGED,
        message="",
        backend="",
        method=outcome.method,
        total_stat=minimum.value,
        names=paths,
        units=units or [""] * len(paths),
        values=values,
        errors=named.errors,
        covariance=named,
        covariance_method=minimum.method,
        nfev=0,
        ngrad=0,
        n_data=problem.n_data,
        n_free=len(problem.names),
        time=0.0,
        notes=tuple(dict.fromkeys(notes)),
    )


def _nothing_free(problem: FitProblem, at_start: Evaluation, name: str) -> FitResult:
    outcome = Outcome(problem.start, True, "", "none")
    empty = np.zeros((0, 0))
    none = np.zeros(0, dtype=bool)
    minimum = Minimum(empty, "none", none, none, True, 0.0, at_start.value, 1)
    result = _result(problem, problem.start, empty, outcome, minimum, list(problem.notes))
    result.backend, result.status, result.nfev = name, Status.NOTHING_FREE, 1
    return result


def _spread(
    problem: FitProblem, x: np.ndarray, covariance: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Values and covariance of all parameters that follow the free ones."""
    if problem.spread is None:
        return x, covariance
    values, jacobian = problem.spread(x)
    known = ~np.isnan(np.diag(covariance))
    matrix = jacobian[:, known] @ covariance[np.ix_(known, known)] @ jacobian[:, known].T
    unknown = (jacobian[:, ~known] != 0).any(axis=1)
    matrix[unknown, :] = matrix[:, unknown] = np.nan
    return values, matrix


def _write_back(problem: FitProblem, x: np.ndarray, covariance: np.ndarray) -> None:
    """Values, errors and covariance to the parameters: the only place that does so."""
    for parameter in problem.frozen:
        parameter.error, parameter.errn, parameter.errp = 0.0, np.nan, np.nan
    if not problem.parameters:
        return
    values, matrix = _spread(problem, x, covariance)
    named = Covariance(problem.paths, matrix)
    for row, (parameter, value) in enumerate(zip(problem.parameters, values, strict=True)):
        if parameter.link is None:
            parameter.value = value
        parameter.set_covariance(named, row)
        parameter.errn = parameter.errp = np.nan  # they belonged to an earlier fit


def _with_inert(problem: FitProblem, inert: np.ndarray, points: np.ndarray) -> np.ndarray:
    """Points [n_points, n], those without effect at the start, from points of the others."""
    whole = np.tile(problem.start, (len(points), 1))
    whole[:, ~inert] = points
    return whole
