"""Nested models: is a fit with more free parameters better by more than chance?

The null hypothesis holds some parameters at values, or links them; the alternative frees them. If
the null hypothesis is true, and its values do not lie at a bound, TS = stat(null) -
stat(alternative) follows a chi square distribution with as many degrees of freedom as parameters
were freed (Wilks 1938).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from gammapy.errors import FitError
from gammapy.modeling.fit.fitter import Fitter
from gammapy.modeling.fit.problem import FitProblem
from gammapy.modeling.fit.result import FitResult, Status
from gammapy.modeling.fit.start import inert_parameters
from gammapy.modeling.parameter import Parameter
from gammapy.stats.significance import sigma_to_ts

__all__ = ["select_nested_models"]

#: what the statistic of the alternative may lie above that of the null hypothesis by rounding
ROUNDING = 1e-6


def select_nested_models(
    datasets: Any,
    parameters: Iterable[Parameter],
    null_values: Sequence[float | Parameter],
    n_sigma: float = 2,
    n_free_parameters: int | None = None,
    fit: Fitter | None = None,
) -> dict[str, Any]:
    """Fit a model and a simpler one that is nested in it, and keep the one that is justified.

    To test an added source, its amplitude is the parameter and 0 the null value.

    Parameters
    ----------
    datasets : `Datasets`, a dataset
        Anything that offers ``fit_problem()``.
    parameters : list of `Parameter`
        Free in the alternative.
    null_values : list of float or `Parameter`
        What the null hypothesis has for each: a value at which it is frozen, or a parameter that
        it is linked to.
    n_sigma : float
        Significance from which the alternative is kept.
    n_free_parameters : int, optional
        Degrees of freedom of TS; by default the number of parameters. Give the number of all
        that a source adds, if its amplitude alone is tested.
    fit : `Fitter`, optional
        By default MIGRAD.

    Returns
    -------
    dict
        ``ts``; ``fit_results`` of the alternative and ``fit_results_null``. The models are left
        at the alternative if it is significant, else at the null hypothesis.

    Raises
    ------
    FitError
        If an argument is not usable or a fit fails. The models then stand where that fit ended.
    """
    chosen = list(parameters)
    dof = len(chosen) if n_free_parameters is None else n_free_parameters
    _check(chosen, null_values, n_sigma, dof)
    fit = fit or Fitter()
    alternative, best = _alternative(fit, datasets, chosen)
    null = _null(fit, datasets, chosen, null_values)
    if null.total_stat < alternative.total_stat - ROUNDING:
        # the alternative cannot be worse: it missed its minimum, so it starts from the null result
        alternative, best = _alternative(fit, datasets, chosen)
        null = _null(fit, datasets, chosen, null_values)
    ts = float(null.total_stat - alternative.total_stat)
    ts = 0.0 if -ROUNDING < ts < 0 else ts
    if ts > sigma_to_ts(n_sigma, dof):
        _free(chosen)
        for parameter, value in best.items():
            parameter.value = value
        alternative, _ = _alternative(fit, datasets, chosen)
    return {"ts": ts, "fit_results": alternative, "fit_results_null": null}


def _alternative(
    fit: Fitter, datasets: Any, chosen: list[Parameter]
) -> tuple[FitResult, dict[Parameter, float]]:
    """Fit with the parameters free, and the values of all that moved."""
    _free(chosen)
    result = fit.run(datasets)
    _check_minimum("alternative", result)
    moved = datasets.fit_problem().parameters
    return result, {p: p.value for p in moved if p.link is None}


def _null(
    fit: Fitter, datasets: Any, chosen: list[Parameter], null_values: Sequence[float | Parameter]
) -> FitResult:
    """Fit with the parameters held; the shape of a source without flux has no effect there."""
    for parameter, null in zip(chosen, null_values, strict=True):
        if isinstance(null, Parameter):
            parameter.link = null
        else:
            parameter.value, parameter.frozen = null, True
    idle = _without_effect(datasets.fit_problem())
    for parameter in idle:
        parameter.frozen = True
    try:
        result = fit.run(datasets)
    finally:
        for parameter in idle:
            parameter.frozen = False
    _check_minimum("null hypothesis", result)
    return result


def _without_effect(problem: FitProblem) -> list[Parameter]:
    """Free parameters that change nothing at the start."""
    inert = inert_parameters(problem.evaluate(problem.start))
    free = dict(zip(problem.paths, problem.parameters, strict=True))
    return [free[name] for name, idle in zip(problem.names, inert, strict=True) if idle]


def _free(chosen: list[Parameter]) -> None:
    for parameter in chosen:
        parameter.link, parameter.frozen = None, False


def _check_minimum(what: str, result: FitResult) -> None:
    """The statistic is at its minimum, although a parameter without effect may have no error."""
    if result.success or result.status in (Status.DEGENERATE, Status.UNCONSTRAINED):
        return
    raise FitError(
        f"the fit of the {what} failed: {result.status.value} {result.message} Start from better "
        "values, or freeze what the data do not determine"
    )


def _check(
    chosen: list[Parameter],
    null_values: Sequence[float | Parameter],
    n_sigma: float,
    dof: float,
) -> None:
    if not chosen or len(chosen) != len(null_values):
        raise FitError(
            f"{len(chosen)} parameters and {len(null_values)} null_values: give one value for "
            "each parameter, at least one"
        )
    for parameter in chosen:
        if not isinstance(parameter, Parameter):
            raise FitError(f"parameters has {parameter!r}, which is not a Parameter")
    if not 0 < n_sigma < float("inf"):
        raise FitError(f"n_sigma = {n_sigma!r} must be positive and finite")
    if not dof > 0:
        raise FitError(f"n_free_parameters = {dof!r} must be positive")
