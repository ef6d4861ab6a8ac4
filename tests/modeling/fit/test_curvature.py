"""The covariance at a minimum, where it is known and where it is not."""

from dataclasses import replace

import numpy as np
import pytest

from gammapy.modeling import Evaluation, FitProblem
from gammapy.modeling.covariance import Covariance
from gammapy.modeling.fit.curvature import analyse_minimum
from gammapy.modeling.fit.scaling import natural_scale, scaled
from tests.contracts.backend_problems import PROBLEMS, Watch


def analysed(problem, x):
    """Minimum of a problem, and its covariance in the user's units."""
    scale = natural_scale(problem, problem.evaluate(problem.start))
    minimum = analyse_minimum(scaled(problem, scale), x / scale)
    return minimum, minimum.covariance * np.outer(scale, scale)


@pytest.mark.parametrize("make", PROBLEMS.values(), ids=PROBLEMS)
def test_inverse_hessian(make):
    known = make()
    minimum, covariance = analysed(known.problem, known.minimum)
    size = np.outer(known.errors, known.errors)
    np.testing.assert_allclose(covariance / size, known.covariance / size, atol=1e-5)
    assert minimum.is_minimum
    assert not minimum.at_bound.any()
    assert not minimum.flat.any()
    assert minimum.distance == pytest.approx(0.0, abs=1e-12)
    assert Covariance("xyz"[: len(known.minimum)], covariance).is_positive_semidefinite


def test_distance_is_the_height_above_the_minimum():
    known = PROBLEMS["quadratic"]()
    x = known.minimum + [0.3, -0.2, 0.5] * known.errors
    minimum, _ = analysed(known.problem, x)
    height = known.problem.value(x) - known.total_stat
    assert minimum.distance == pytest.approx(height, rel=1e-6)


@pytest.mark.parametrize("side", ["lower", "upper"])
def test_pressed_against_a_bound(side):
    """The row of the parameter is nan; the others have their conditional errors."""
    known = PROBLEMS["quadratic"]()
    bound = known.minimum[0] + (2 if side == "lower" else -2) * known.errors[0]
    ends = known.lower.copy() if side == "lower" else known.upper.copy()
    ends[0] = bound
    problem = replace(known.bounded, **{side: ends})
    precision = np.linalg.inv(known.covariance)
    conditional = np.linalg.inv(precision[1:, 1:])
    rest = known.minimum[1:] - conditional @ precision[1:, 0] * (bound - known.minimum[0])
    minimum, covariance = analysed(problem, np.append(bound, rest))
    assert minimum.at_bound.tolist() == [True, False, False]
    assert np.isnan(covariance[0]).all()
    assert np.isnan(covariance[:, 0]).all()
    np.testing.assert_allclose(covariance[1:, 1:], conditional, rtol=1e-6)
    assert minimum.distance == pytest.approx(0.0, abs=1e-9)


@pytest.mark.parametrize("side", ["lower", "upper"])
def test_minimum_on_a_bound_that_does_not_press(side):
    """Differences look inwards there, and no call leaves the bounds."""
    known = PROBLEMS["poisson"]()
    problem = replace(known.bounded, **{side: known.minimum}, start=known.minimum)
    watch = Watch(problem)
    minimum, covariance = analysed(watch.problem, known.minimum)
    assert not watch.outside
    assert not minimum.at_bound.any()
    np.testing.assert_allclose(covariance, known.covariance, rtol=1e-3)


def test_bounds_closer_than_the_steps():
    known = PROBLEMS["poisson"]()
    width = 1.5e-3 * known.errors
    problem = replace(
        known.problem, lower=known.minimum - width / 2, upper=known.minimum + width / 2
    )
    watch = Watch(problem.starting_at(known.minimum))
    _, covariance = analysed(watch.problem, known.minimum)
    assert not watch.outside
    np.testing.assert_allclose(covariance, known.covariance, rtol=1e-3)


def bowl(hessian: np.ndarray, curvature: np.ndarray | None = None) -> FitProblem:
    """x H x / 2, with a curvature that may not be the Hessian."""
    given = hessian if curvature is None else curvature

    def evaluate(x):
        return Evaluation(float(0.5 * x @ hessian @ x), hessian @ x, given)

    n = len(hessian)
    infinite = np.full(n, np.inf)
    return FitProblem(
        tuple("abcd"[:n]), np.ones(n), -infinite, infinite, lambda x: evaluate(x).value, evaluate
    )


def test_flat_direction_gives_nan_rows_and_leaves_the_others():
    direction = np.array([1.0, -1.0, 0.0]) / np.sqrt(2)
    hessian = 2.0 * (np.eye(3) - np.outer(direction, direction))
    minimum = analyse_minimum(bowl(hessian), np.zeros(3))
    assert minimum.flat.tolist() == [True, True, False]
    assert np.isnan(minimum.covariance[:2]).all()
    assert np.isnan(minimum.covariance[2, :2]).all()
    assert minimum.covariance[2, 2] == pytest.approx(1.0)
    assert minimum.is_minimum


def test_soft_direction_without_curvature_is_flat():
    """The Hessian has 1e-4 there, up or down, but the data say nothing."""
    direction = np.array([1.0, -1.0]) / np.sqrt(2)
    curvature = 2.0 * (np.eye(2) - np.outer(direction, direction))
    for bend in (2e-4, -2e-4):
        hessian = curvature + bend * np.outer(direction, direction)
        minimum = analyse_minimum(bowl(hessian, curvature), np.zeros(2))
        assert minimum.flat.all()
        assert minimum.is_minimum
        assert np.isnan(minimum.covariance).all()


def test_soft_direction_with_curvature_is_measured():
    correlation = 1.0 - 1e-5
    hessian = np.array([[2.0, 2.0 * correlation], [2.0 * correlation, 2.0]])
    minimum = analyse_minimum(bowl(hessian), np.zeros(2))
    assert not minimum.flat.any()
    np.testing.assert_allclose(minimum.covariance, 2.0 * np.linalg.inv(hessian), rtol=1e-4)


def test_saddle():
    minimum = analyse_minimum(bowl(np.diag([2.0, -2.0]), np.diag([2.0, 2.0])), np.zeros(2))
    assert not minimum.is_minimum
    assert minimum.flat.tolist() == [False, True]
    assert np.isnan(minimum.covariance[1, 1])


def test_gradient_that_is_not_finite_gives_no_errors():
    def evaluate(x):
        gradient = np.array([np.inf if x[0] > 0 else x[0]])
        return Evaluation(0.0, gradient, np.eye(1))

    infinite = np.full(1, np.inf)
    problem = FitProblem(("a",), np.zeros(1), -infinite, infinite, lambda x: 0.0, evaluate)
    minimum = analyse_minimum(problem, np.zeros(1))
    assert not minimum.is_minimum
    assert np.isnan(minimum.covariance).all()


def test_evaluations_are_counted():
    known = PROBLEMS["quadratic"]()
    scale = known.errors
    watch = Watch(known.problem)
    minimum = analyse_minimum(scaled(watch.problem, scale), known.minimum / scale)
    assert minimum.nfev == len(watch.points)
    assert minimum.value == known.problem.value(known.minimum)


def test_a_small_share_in_a_flat_direction_is_enough():
    """No error is invented for a parameter that moves, if little, along a flat direction."""
    flat = np.array([0.05, 0.7, 0.7])
    flat /= np.linalg.norm(flat)
    hessian = 2.0 * (np.eye(3) - np.outer(flat, flat))
    problem = FitProblem(
        names=("little", "b", "c"),
        start=np.zeros(3),
        lower=np.full(3, -np.inf),
        upper=np.full(3, np.inf),
        value=lambda x: float(0.5 * x @ hessian @ x),
        evaluate=lambda x: Evaluation(float(0.5 * x @ hessian @ x), hessian @ x, hessian),
    )
    minimum = analyse_minimum(problem, np.zeros(3))
    assert minimum.flat.all()
    assert np.isnan(np.diag(minimum.covariance)).all()


@pytest.mark.parametrize("jump", [0.0, 0.1, -0.1])
@pytest.mark.parametrize("offset", [-3e-4, 0.0, 3e-4])
def test_a_jump_of_the_gradient_makes_no_error(offset, jump):
    """A table that is interpolated along the first parameter has a node near the minimum.

    The slope changes there by a tenth of what it changes by in one error; differenced over a
    thousandth of an error that would make the error several times too small.
    """
    known = PROBLEMS["quadratic"]()
    node = known.minimum[0] + offset * known.errors[0]
    slope = jump / known.errors[0]

    def evaluate(x):
        value, gradient, curvature = known.problem.evaluate(x)
        step = slope * np.array([1.0, 0.0, 0.0])
        side = 1.0 if x[0] > node else 0.0
        return Evaluation(value + side * slope * (x[0] - node), gradient + side * step, curvature)

    problem = replace(known.problem, evaluate=evaluate, value=lambda x: evaluate(x).value)
    minimum, covariance = analysed(problem, known.minimum)
    size = np.outer(known.errors, known.errors)
    np.testing.assert_allclose(covariance / size, known.covariance / size, atol=1e-5)
    assert minimum.is_minimum
