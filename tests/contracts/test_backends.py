"""One battery for all backends and methods: the same problems, the same answers."""

import importlib.util
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
import pytest

from gammapy.errors import OptionError
from gammapy.modeling import Fitter, Status
from gammapy.modeling.fit.backends import scipy as scipy_backend
from gammapy.modeling.fit.fitter import natural_scale, scaled
from gammapy.modeling.fit.objective import Objective
from tests.contracts.backend_problems import PROBLEMS, Watch

OPTIONAL = {"sherpa": "sherpa", "emcee": "emcee"}


@dataclass(frozen=True)
class Method:
    """A row of the table: a backend with options, and what may be asked of it."""

    backend: str
    options: dict[str, Any] = field(default_factory=dict)
    keeps_bounds: bool = True
    needs_bounds: bool = False
    samples: bool = False

    @property
    def id(self) -> str:
        return f"{self.backend}-{self.options.get('method', 'default')}"

    @property
    def quick(self) -> dict[str, Any]:
        """Options where the length of a chain does not matter."""
        return self.options | ({"nburn": 20, "nsteps": 50} if self.samples else {})

    def fitter(self, options: dict[str, Any] | None = None) -> Fitter:
        return Fitter(self.backend, optimize_opts=self.options if options is None else options)


def _scipy(name: str) -> Method:
    open_only = name == "lm" or not scipy_backend.METHODS.get(name, (True,))[0]
    return Method("scipy", {"method": name}, keeps_bounds=not open_only)


METHODS = [
    Method("minuit"),
    *(_scipy(name) for name in [*scipy_backend.LEAST_SQUARES, *scipy_backend.METHODS]),
    Method("sherpa", {"method": "levmar"}),
    Method("sherpa", {"method": "neldermead"}),
    Method("sherpa", {"method": "moncar"}, needs_bounds=True),
    Method("emcee", {"nwalkers": 8, "nburn": 200, "nsteps": 2500, "seed": 5}, samples=True),
]


def _params(methods: list[Method]) -> list[Any]:
    def marks(method: Method) -> list[Any]:
        package = OPTIONAL.get(method.backend)
        missing = package and importlib.util.find_spec(package) is None
        return [pytest.mark.skip(reason=f"{package} is not installed")] if missing else []

    return [pytest.param(method, id=method.id, marks=marks(method)) for method in methods]


every_method = pytest.mark.parametrize("method", _params(METHODS))
every_problem = pytest.mark.parametrize("make", PROBLEMS.values(), ids=PROBLEMS)


@every_method
@every_problem
def test_finds_minimum_and_covariance(method, make):
    known = make()
    problem = known.bounded if method.keeps_bounds else known.problem
    start = problem.start.copy()
    at_start = problem.evaluate(start)
    result = method.fitter().run(problem)
    pulls = (result.values - known.minimum) / known.errors
    ratios = (result.covariance.data - known.covariance) / np.outer(known.errors, known.errors)
    if method.samples:  # 8 x 2500 draws, some 500 of them independent
        assert result.status is Status.SAMPLED, result.message
        assert np.all(np.abs(pulls) < 0.3)
        assert np.all(np.abs(ratios) < 0.25)
    else:
        assert result.status is Status.CONVERGED, result.message
        assert result.total_stat == pytest.approx(known.total_stat, abs=0.01)
        assert np.all(np.abs(pulls) < 0.1)
        assert np.all(np.abs(ratios) < 0.02)
    np.testing.assert_allclose(result.errors, np.sqrt(np.diag(result.covariance.data)))
    assert result.nfev > 0
    assert result.backend == method.backend
    # the problem is what it was
    assert problem.start.tobytes() == start.tobytes()
    assert problem.evaluate(start).value == at_start.value
    np.testing.assert_array_equal(problem.evaluate(start).gradient, at_start.gradient)


@every_method
def test_counts_new_points(method):
    """``nfev`` are the points that differ from the last, ``ngrad`` those with derivatives."""
    known = PROBLEMS["poisson"]()
    problem = known.bounded if method.keeps_bounds else known.problem
    scale = natural_scale(problem, problem.evaluate(problem.start))
    watch = Watch(problem)
    objective = Objective(scaled(watch.problem, scale))
    _, run = method.fitter()._backend()
    run(objective, **method.quick)
    if method.samples:  # the draws are counted; not those that only place the walkers
        assert 8 * 70 <= objective.nfev <= watch.new_points
    else:
        assert objective.nfev == watch.new_points > 0
        assert objective.ngrad == watch.new_derivatives


@every_method
def test_refuses_unknown_option(method):
    known = PROBLEMS["quadratic"]()
    fitter = Fitter(method.backend, optimize_opts={**method.quick, "tolerence": 1.0})
    with pytest.raises(OptionError, match="tolerence"):
        fitter.run(known.bounded if method.keeps_bounds else known.problem)


@pytest.mark.parametrize("options", [{"migrad_opts": {"ncalls": 3}}], ids=["migrad_opts"])
def test_refuses_unknown_inner_option_of_minuit(options):
    with pytest.raises(OptionError, match=r"'ncalls'.*ncall, iterate, use_simplex"):
        Fitter("minuit", optimize_opts=options).run(PROBLEMS["quadratic"]().problem)


@pytest.mark.parametrize("name", scipy_backend.METHODS)
def test_refuses_unknown_inner_option_of_scipy(name):
    known = PROBLEMS["quadratic"]()
    problem = known.bounded if scipy_backend.METHODS[name][0] else known.problem
    fitter = Fitter("scipy", optimize_opts={"method": name, "options": {"maxitre": 5}})
    with pytest.raises(OptionError, match="maxitre"):
        fitter.run(problem)


@pytest.mark.parametrize(
    ("backend", "known"),
    [
        ("scipy", [*scipy_backend.LEAST_SQUARES, *scipy_backend.METHODS]),
        pytest.param(
            "sherpa",
            ["levmar", "neldermead", "simplex", "moncar"],
            marks=_params([Method("sherpa")])[0].marks,
        ),
    ],
)
def test_unknown_method_lists_the_known(backend, known):
    with pytest.raises(OptionError, match="'levenberg'") as caught:
        Fitter(backend, optimize_opts={"method": "levenberg"}).run(PROBLEMS["banana"]().problem)
    assert all(repr(name) in str(caught.value) for name in known)


def test_unknown_backend_lists_the_known():
    with pytest.raises(KeyError, match="'minuit', 'scipy', 'sherpa', 'emcee'"):
        Fitter("minuet").run(PROBLEMS["banana"]().problem)


def _upper_bound_below_minimum(known, sigmas: float):
    """The problem with its first parameter kept ``sigmas`` below the minimum."""
    upper = known.upper.copy()
    upper[0] = known.minimum[0] - sigmas * known.errors[0]
    start = np.minimum(known.problem.start, upper - known.errors)
    return replace(known.bounded, upper=upper, start=start)


@every_method
@every_problem
def test_keeps_bounds_or_refuses_them(method, make):
    known = make()
    problem = _upper_bound_below_minimum(known, sigmas=2.0)
    if not method.keeps_bounds:
        with pytest.raises(OptionError, match="cannot keep the bounds of a"):
            method.fitter().run(problem)
        return
    watch = Watch(problem)
    result = method.fitter(method.quick).run(watch.problem)
    assert not watch.outside
    assert np.all((result.values >= problem.lower) & (result.values <= problem.upper))
    if method.samples:
        assert np.all((result.samples >= problem.lower) & (result.samples <= problem.upper))
    elif method.id in STALLS_AT_BOUNDS:
        assert result.status in (Status.AT_BOUND, Status.NOT_CONVERGED)
    else:
        _check_at_bound(result, problem, known.errors)


#: row -> why it need not reach a minimum at a bound (it must say so then)
STALLS_AT_BOUNDS = {
    "scipy-powell": "a line search along a direction that crosses a bound ends there",
    "sherpa-levmar": "sherpa gives its differences a wall of 3.4e38 outside the bounds",
}


def _check_at_bound(result, problem, errors) -> None:
    conditional = Fitter("minuit").run(problem.fixed("a", problem.upper[0]))
    assert conditional.status is Status.CONVERGED
    assert result.status is Status.AT_BOUND, (result.status, result.message)
    assert result.message == "a"
    assert np.isnan(result.errors[0])
    assert np.all(np.isnan(result.covariance.data[0]))
    assert result.values[0] == pytest.approx(problem.upper[0], abs=2e-3 * errors[0])
    assert result.total_stat == pytest.approx(conditional.total_stat, abs=0.01)
    np.testing.assert_allclose(result.errors[1:], conditional.errors, rtol=0.02)


@pytest.mark.parametrize("method", _params([m for m in METHODS if m.keeps_bounds]))
def test_starts_at_a_bound(method):
    known = PROBLEMS["poisson"]()
    lower, upper = known.lower.copy(), known.upper.copy()
    upper[0], lower[1] = known.problem.start
    watch = Watch(replace(known.problem, lower=lower, upper=upper))
    result = method.fitter(method.quick).run(watch.problem)
    assert not watch.outside
    if method.samples:
        assert np.all((result.samples >= lower) & (result.samples <= upper))
    else:
        assert result.status is Status.CONVERGED, (result.status, result.message)
        assert result.total_stat == pytest.approx(known.total_stat, abs=0.01)


def test_methods_without_finite_range_are_refused_by_moncar():
    pytest.importorskip("sherpa", reason="sherpa is not installed")
    with pytest.raises(OptionError, match="give a, b finite bounds"):
        Fitter("sherpa", optimize_opts={"method": "moncar"}).run(PROBLEMS["banana"]().problem)


LEAST_SQUARES = [m for m in METHODS if m.options.get("method") in ("trf", "dogbox", "lm", "levmar")]


@pytest.mark.parametrize("method", _params([*LEAST_SQUARES, Method("sherpa")]))
def test_least_squares_refuse_a_statistic_that_is_none(method):
    problem = replace(PROBLEMS["poisson"]().problem, residuals=None)
    with pytest.raises(OptionError, match="needs a sum of squares"):
        method.fitter().run(problem)
