"""Refits: the exact minimum of what starts near it, in few evaluations, with a way out."""

from dataclasses import replace

import numpy as np
import pytest

from gammapy.modeling import Evaluation, FitProblem
from gammapy.modeling.fit.refit import HEIGHT, newton_step, refit
from tests.contracts.backend_problems import PROBLEMS, Watch


@pytest.mark.parametrize("name", PROBLEMS)
def test_it_finds_the_minimum(name):
    known = PROBLEMS[name]()
    start = known.minimum + 0.5 * known.errors * np.array([1, -1, 1])[: len(known.minimum)]
    watch = Watch(known.problem.starting_at(start))
    found = refit(watch.problem)
    assert found.converged
    assert found.height <= HEIGHT
    assert found.value - known.total_stat == pytest.approx(0.0, abs=2 * HEIGHT)
    np.testing.assert_array_less(abs(found.x - known.minimum), 1e-3 * known.errors)
    assert found.nfev == watch.new_points <= 8


def test_depth_is_the_height_above_the_minimum_of_a_quadratic():
    known = PROBLEMS["quadratic"]()
    x = known.minimum + known.errors * np.array([1e-3, -2e-3, 1e-3])
    here = known.problem.evaluate(x)
    step, depth = newton_step(known.problem, x, here)
    np.testing.assert_allclose(x + step, known.minimum, rtol=1e-10)
    assert depth == pytest.approx(here.value - known.total_stat, rel=1e-6)


def test_a_quadratic_takes_two_evaluations():
    found = refit(PROBLEMS["quadratic"]().problem)
    assert found.nfev == 2


def test_it_keeps_the_bounds():
    known = PROBLEMS["quadratic"]()
    lower = known.minimum - 30 * known.errors
    lower[1] = known.minimum[1] + 0.5 * known.errors[1]
    start = known.minimum - 2 * known.errors
    start[1] = lower[1]
    watch = Watch(replace(known.problem, lower=lower, start=start))
    found = refit(watch.problem)
    assert found.converged
    assert not watch.outside
    assert found.x[1] == lower[1]
    held = known.problem.fixed("b", lower[1])
    assert found.value == pytest.approx(refit(held).value, abs=1e-6)
    # a start at a bound that does not press
    free = refit(
        replace(known.problem, lower=known.minimum - known.errors, start=lower * 0 + start)
    )
    assert free.converged


def steep(x: np.ndarray) -> Evaluation:
    """A sum of fourth powers: the curvature is right, and vanishes at the minimum."""
    return Evaluation(float(np.sum(x**4)), 4 * x**3, np.diag(12 * x**2))


def kinked(x: np.ndarray) -> Evaluation:
    """sqrt(1 + x^2): undamped Newton steps from beyond 1 diverge."""
    root = np.sqrt(1.0 + x**2)
    return Evaluation(float(root.sum()), x / root, np.diag(root**-3))


@pytest.mark.parametrize("function", [steep, kinked])
def test_damping_helps_where_newton_fails(function):
    infinite = np.full(2, np.inf)
    start = np.array([3.0, -2.0])
    problem = FitProblem(
        ("a", "b"), start, -infinite, infinite, lambda x: function(x).value, function
    )
    found = refit(problem)
    assert found.converged
    assert found.value - function(np.zeros(2)).value < 1e-4


def test_without_curvature_minuit_goes_on():
    def evaluate(x):
        value = np.sqrt(1.0 + (x[0] - 2.0) ** 2)
        return Evaluation(value, (x - 2.0) / value, np.zeros((1, 1)))

    infinite = np.array([np.inf])
    problem = FitProblem(
        ("x",), np.zeros(1), -infinite, infinite, lambda x: evaluate(x).value, evaluate
    )
    found = refit(problem)
    assert found.converged
    assert found.x == pytest.approx([2.0], abs=0.02)
    _, depth = newton_step(problem, problem.start, evaluate(problem.start))
    assert depth == np.inf


def test_a_start_without_a_finite_value():
    known = PROBLEMS["poisson"]()
    found = refit(known.problem.starting_at(np.array([-1e-11, 0.7])))
    assert not found.converged
    assert found.value == np.inf
