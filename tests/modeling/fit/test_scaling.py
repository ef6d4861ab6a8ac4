"""Parameters in units of their expected errors."""

from dataclasses import replace

import numpy as np
import pytest

from gammapy.modeling import Evaluation
from gammapy.modeling.fit.scaling import natural_scale, scaled
from tests.contracts.backend_problems import PROBLEMS, Watch


def test_scale_is_the_error_with_the_others_known():
    known = PROBLEMS["quadratic"]()
    scale = natural_scale(known.problem, known.problem.evaluate(known.problem.start))
    np.testing.assert_allclose(scale, np.diag(np.linalg.inv(known.covariance)) ** -0.5)


@pytest.mark.parametrize("blind", [0.0, np.nan, -1.0, np.inf])
def test_scale_where_the_curvature_says_nothing(blind):
    known = PROBLEMS["quadratic"]()
    problem = replace(known.problem, start=np.array([-4e-11, 0.0, 5.0]))
    curvature = np.diag([blind, blind, 2.0])
    scale = natural_scale(problem, Evaluation(0.0, np.zeros(3), curvature))
    np.testing.assert_allclose(scale, [4e-11, 1.0, 1.0])


def test_scale_is_not_wider_than_the_bounds():
    known = PROBLEMS["quadratic"]()
    problem = replace(known.bounded, lower=known.minimum - 1e-15, upper=known.minimum + 1e-15)
    scale = natural_scale(problem, problem.evaluate(problem.start))
    np.testing.assert_array_equal(scale, problem.upper - problem.lower)


@pytest.mark.parametrize("make", PROBLEMS.values(), ids=PROBLEMS)
def test_scaled_problem_is_the_same(make):
    known = make()
    problem, scale = known.bounded, 3.0 * known.errors
    other = scaled(problem, scale)
    np.testing.assert_allclose(other.start * scale, problem.start)
    np.testing.assert_allclose(other.lower * scale, problem.lower)
    np.testing.assert_allclose(other.upper * scale, problem.upper)
    x = known.minimum + 0.4 * known.errors
    here, there = problem.evaluate(x), other.evaluate(x / scale)
    assert there.value == pytest.approx(here.value)
    assert other.value(x / scale) == pytest.approx(here.value)
    np.testing.assert_allclose(there.gradient, here.gradient * scale, rtol=1e-8)
    np.testing.assert_allclose(there.curvature, here.curvature * np.outer(scale, scale))
    residual, jacobian = other.residuals(x / scale)
    np.testing.assert_allclose(residual, problem.residuals(x).residual, rtol=1e-8)
    np.testing.assert_allclose(jacobian, problem.residuals(x).jacobian * scale)


def test_never_asks_outside_the_bounds():
    """Not at the bounds, where rounding may step over; and not beyond."""
    known = PROBLEMS["poisson"]()
    rng = np.random.default_rng(1)
    for scale in known.errors * rng.uniform(0.1, 10.0, (200, 2)):
        watch = Watch(known.bounded)
        other = scaled(watch.problem, scale)
        for z in (other.lower, other.upper, other.lower - 1.0):
            other.value(z)
            other.evaluate(z)
            other.residuals(z)
        assert not watch.outside
