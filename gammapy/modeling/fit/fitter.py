"""Fitter: the facade over the optimisers.

It asks the data for a `FitProblem`, scales it, lets one backend minimise it, analyses the
minimum, and writes the result back once. What a backend is, the page "write your own backend"
tells; the table in `gammapy.dispatch` lists them.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import numpy as np

from gammapy.dispatch import find
from gammapy.elsewhere import elsewhere
from gammapy.errors import FitError, OptionError
from gammapy.modeling.covariance import Covariance
from gammapy.modeling.fit.confidence import asymmetric_errors, confidence
from gammapy.modeling.fit.contour import stat_contour
from gammapy.modeling.fit.curvature import Minimum, analyse_minimum
from gammapy.modeling.fit.judge import judge
from gammapy.modeling.fit.objective import Objective
from gammapy.modeling.fit.outcome import Outcome
from gammapy.modeling.fit.problem import Evaluation, FitProblem
from gammapy.modeling.fit.result import FitResult, Status
from gammapy.modeling.fit.scaling import natural_scale, scaled
from gammapy.modeling.fit.scan import stat_profile
from gammapy.modeling.fit.start import checked_start, inert_parameters, whole, without
from gammapy.modeling.fit.surface import stat_surface
from gammapy.modeling.fit.upper_limit import upper_limit

__all__ = ["Fit", "Fitter"]

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
    asymmetric_errors : bool
        Let `run` go on with `asymmetric_errors` of all free parameters; they are in the result too.
    """

    def __init__(
        self,
        backend: str | Callable[..., Outcome] = "minuit",
        optimize_opts: dict[str, Any] | None = None,
        covariance_opts: dict[str, Any] | None = None,
        confidence_opts: dict[str, Any] | None = None,
        store_trace: bool = False,
        asymmetric_errors: bool = False,
    ) -> None:
        self.backend = backend
        self.optimize_opts = dict(optimize_opts or {})
        self.confidence_opts = dict(confidence_opts or {})
        self.store_trace = store_trace
        self._asymmetric = asymmetric_errors
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
        datasets : `Datasets`, a dataset, a list of them, or `FitProblem`
            Anything that offers ``fit_problem()``.

        Raises
        ------
        FitError
            If the statistic is not finite at the start, a start value is outside its bounds,
            or there are fewer data than free parameters.
        """
        begin = time.perf_counter()
        datasets = _together(datasets)
        problem = datasets.fit_problem()
        result, x, covariance = self.solve(problem)
        _write_back(problem, x, covariance)
        if self._asymmetric:
            self._add_asymmetric_errors(result, datasets.fit_problem().starting_at(x))
        models = getattr(datasets, "models", None)
        result.models = None if models is None else models.copy()
        result.time = time.perf_counter() - begin
        return result

    def solve(self, problem: FitProblem) -> tuple[FitResult, np.ndarray, np.ndarray]:
        """Fit without writing back: result, free values [n], covariance [n, n]."""
        name, backend = self._backend()
        at_start = checked_start(problem)
        if not problem.names:
            return _nothing_free(problem, at_start, name), problem.start, np.zeros((0, 0))
        inert = inert_parameters(at_start)
        working = without(problem, inert)
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
            x = whole(problem, inert, outcome.x * scale)
            refined = problem.refine(x) if problem.refine and not interrupted else None
            if refined is None:
                break
            notes.append("the integration over energy was made finer for this result")
            problem, working = refined, without(refined, inert)
            at_start = _start(problem)
            if attempt == MAX_REFINEMENTS:
                raise FitError("the integration over energy does not settle: narrow the bounds")
        minimum = analyse_minimum(scaled_problem, outcome.x)
        if outcome.samples is not None:
            minimum = _posterior(outcome, minimum)
        status, message = judge(problem, outcome, minimum, inert, interrupted)
        covariance = np.full((len(x), len(x)), np.nan)
        covariance[np.ix_(~inert, ~inert)] = minimum.covariance * np.outer(scale, scale)
        result = _result(problem, x, covariance, outcome, minimum, notes)
        result.backend, result.status, result.message = name, status, message
        result.nfev, result.ngrad = nfev + minimum.nfev, ngrad + minimum.nfev
        if outcome.samples is not None:
            result.samples = _with_inert(problem, inert, outcome.samples * scale)
        if self.store_trace:
            points = np.array(trace)
            full = _with_inert(problem, inert, points[:, 1:])
            result.points = np.column_stack([points[:, 0], full])
        return result, x, covariance

    if not TYPE_CHECKING:
        __getattr__ = elsewhere(
            covariance="run(datasets) leaves it in datasets.models.covariance and in the result"
        )

    def optimize(self, datasets: Any) -> FitResult:
        """Same as `run`; kept because scripts know the name."""
        return self.run(datasets)

    def confidence(
        self, datasets: Any, parameter: Any, sigma: float = 1.0, reoptimize: bool = True
    ) -> dict[str, Any]:
        """Asymmetric errors by the profile of the statistic.

        With ``sigma=1`` and ``reoptimize=True`` they become ``errn`` and ``errp`` of the parameter.

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
        problem = _together(datasets).fit_problem()
        name = _free_name(problem, parameter)
        answer = confidence(problem, name, sigma, reoptimize, **self.confidence_opts)
        if sigma == 1 and reoptimize:
            _store_asymmetric(problem, {name: answer})
        return answer

    def asymmetric_errors(self, datasets: Any, parameters: Any = None) -> dict[str, dict[str, Any]]:
        """`confidence` at one sigma for several parameters; it sets their ``errn`` and ``errp``.

        Parameters
        ----------
        datasets
            As in `run`; the models must stand at the minimum.
        parameters : list of `Parameter` or str, optional
            Free parameters; by default all of them.

        Returns
        -------
        dict
            What `confidence` returns, by name of the parameter.
        """
        problem = _together(datasets).fit_problem()
        chosen = problem.names if parameters is None else parameters
        names = [_free_name(problem, parameter) for parameter in chosen]
        answers = asymmetric_errors(problem, names, **self.confidence_opts)
        _store_asymmetric(problem, answers)
        return answers

    def _add_asymmetric_errors(self, result: FitResult, problem: FitProblem) -> None:
        """Put asymmetric errors into models and result, or a note that says why there are none."""
        if not result.success or result.samples is not None:
            why = "samples have quantiles" if result.success else "there is no minimum"
            result.notes += (f"asymmetric errors were not determined: {why}",)
            return
        answers = asymmetric_errors(problem, problem.names, **self.confidence_opts)
        _store_asymmetric(problem, answers)
        none = {"errn": np.nan, "errp": np.nan}  # of a linked parameter
        found = [answers.get(name, none) for name in result.names]
        result.errn = np.array([answer["errn"] for answer in found])
        result.errp = np.array([answer["errp"] for answer in found])
        result.notes += tuple(
            f"{name}: {answer['message']}"
            for name, answer in answers.items()
            if not answer["success"]
        )

    def upper_limit(self, datasets: Any, parameter: Any, n_sigma: float = 2.0) -> dict[str, Any]:
        """One-sided limit: where, above the best value, the profile has risen by ``n_sigma ** 2``.

        The rise counts from the minimum inside the bounds; the models must stand there.

        Returns
        -------
        dict
            ``ul``, in the unit of the parameter (nan with a reason in ``message`` if the
            statistic does not rise that far), ``success``, ``message``, ``nfev``.
        """
        problem = _together(datasets).fit_problem()
        name = _free_name(problem, parameter)
        return upper_limit(problem, name, n_sigma, **self.confidence_opts)

    def stat_profile(
        self, datasets: Any, parameter: Any, reoptimize: bool = False
    ) -> dict[str, Any]:
        """Statistic along one parameter.

        The points are the parameter's ``scan_values``, or follow from its other ``scan_``
        attributes.

        Returns
        -------
        dict
            ``"<name>_scan"`` and ``"stat_scan"``, arrays; ``"fit_results"``, the values of
            the other free parameters at each point, [n_points, n - 1]; and ``"success"``, False
            if these were to be fitted and could not be somewhere.
        """
        problem = _together(datasets).fit_problem()
        name = _free_name(problem, parameter)
        return stat_profile(problem, name, reoptimize)

    def stat_surface(
        self, datasets: Any, x: Any, y: Any, reoptimize: bool = False
    ) -> dict[str, Any]:
        """Statistic on a grid of two parameters, at the points that `stat_profile` would take.

        Returns
        -------
        dict
            ``"<x>_scan"`` [nx], ``"<y>_scan"`` [ny], ``"stat_scan"`` [nx, ny], ``"fit_results"``
            [nx, ny, n - 2] and ``"success"``, as in `stat_profile`.
        """
        problem = _together(datasets).fit_problem()
        return stat_surface(problem, _free_name(problem, x), _free_name(problem, y), reoptimize)

    def stat_contour(
        self, datasets: Any, x: Any, y: Any, numpoints: int = 10, sigma: float = 1.0
    ) -> dict[str, Any]:
        """Contour of the profile over two parameters, the others fitted again everywhere.

        Parameters
        ----------
        datasets
            As in `run`; the models must stand at the minimum.
        x, y : `Parameter` or str
            Free parameters.
        numpoints : int
            Points, at least 3; evenly around the minimum in the plane in which errors are equal
            and uncorrelated. Where the minimum does not see the whole curve they are spread
            evenly along it, which the message says.
        sigma : float
            The statistic rises by ``sigma ** 2`` on the contour, so its extent in x and y is
            their errors at ``sigma``. It covers both together with 39.3%, 86.5%, 98.9% at
            ``sigma`` of 1, 2, 3; for 68.3% take ``sigma=1.515``.

        Returns
        -------
        dict
            ``"<x>"`` and ``"<y>"``, arrays [numpoints + 1] of a closed curve, the first point
            repeated; ``"success"``; ``"message"``; ``"fit_results"``, the other free parameters
            [numpoints + 1, n - 2]; ``"nfev"``. A contour that meets a bound of x or y runs along
            it, and the message says so. A point is nan if the statistic does not rise that far.

        Raises
        ------
        FitError
            If x is y, an argument is out of range, or the models do not stand at a minimum.
        """
        problem = _together(datasets).fit_problem()
        pair = _free_name(problem, x), _free_name(problem, y)
        return stat_contour(problem, *pair, numpoints, sigma)


class Fit(Fitter):
    """Second name of `Fitter`, known to scripts."""


def _together(data: Any) -> Any:
    """What is to be fitted; datasets in a list are put together."""
    if isinstance(data, list | tuple):
        return find("Fitter", "data", "list")(data)
    if not hasattr(data, "fit_problem"):
        raise FitError(
            f"datasets = {data!r} cannot be fitted: give Datasets, a dataset, a list of them, or "
            "a FitProblem"
        )
    return data


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


def _store_asymmetric(problem: FitProblem, answers: dict[str, dict[str, Any]]) -> None:
    """Asymmetric errors to the parameters."""
    for parameter, name in zip(problem.parameters, problem.paths, strict=True):
        if name in answers:
            parameter.errn, parameter.errp = answers[name]["errn"], answers[name]["errp"]


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
