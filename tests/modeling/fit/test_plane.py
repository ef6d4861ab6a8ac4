"""The profile over two parameters: its slope by the envelope theorem, its curvature, whiteness."""

import numpy as np
import pytest

from gammapy.errors import FitError
from gammapy.modeling import Evaluation, FitProblem
from gammapy.modeling.fit.plane import Plane
from gammapy.modeling.fit.refit import refit
from tests.contracts.backend_problems import PROBLEMS
from tests.modeling.fit.test_contour import valley


def test_one_sigma_is_the_unit_circle():
    known = PROBLEMS["quadratic"]()
    plane = Plane(known.problem.starting_at(known.minimum), "c", "a", 1.0)
    pair = [2, 0]
    root = plane.root * plane.scale[pair][:, None]
    np.testing.assert_allclose(root @ root.T, known.covariance[np.ix_(pair, pair)], rtol=1e-9)


def test_slope_is_that_of_the_profile():
    """Against differences of refits, far from the minimum of a problem that is no parabola."""
    problem = valley(0.5, 2.0)
    plane = Plane(problem, "a", "b", 2.0)
    direction = np.array([0.6, 0.8])
    found = plane.cross(np.zeros(2), direction, 1.0, plane.rest)

    def profile(w):
        a, b = plane.unwhitened(w)
        return refit(problem.held({"a": a, "b": b})).value

    step = 1e-3
    for axis in np.eye(2):
        slope = (profile(found.w + step * axis) - profile(found.w - step * axis)) / (2 * step)
        assert found.slope @ axis == pytest.approx(slope, rel=5e-3, abs=5e-3)
    assert profile(found.w) == pytest.approx(2.0, abs=1e-4)


@pytest.mark.parametrize("guess", [0.01, 0.5, 1.0, 5.0])
def test_the_guess_does_not_matter(guess):
    known = PROBLEMS["poisson"]()
    plane = Plane(known.problem.starting_at(known.minimum), "a", "b", 9.0)
    direction = np.array([np.cos(2.0), np.sin(2.0)])
    found = plane.cross(np.zeros(2), direction, guess, plane.rest)
    slow = plane.cross_slowly(direction, plane.rest)
    assert found is not None
    np.testing.assert_allclose(found.w, slow.w, atol=2e-4)


def test_no_way_to_the_level():
    """Newton's iteration may end anywhere but at a wrong answer."""

    def evaluate(x):
        depth = 0.8 * (1.0 - np.exp(-x @ x))
        return Evaluation(depth, 1.6 * x * np.exp(-x @ x), 1.6 * np.eye(2))

    infinite = np.full(2, np.inf)
    problem = FitProblem(
        ("x", "y"), np.zeros(2), -infinite, infinite, lambda x: evaluate(x).value, evaluate
    )
    plane = Plane(problem, "x", "y", 1.0)
    direction = np.array([1.0, 0.0])
    assert plane.cross(np.zeros(2), direction, 1.0, plane.rest) is None
    assert plane.cross_slowly(direction, plane.rest) is None


def test_a_problem_without_a_minimum():
    def evaluate(x):
        return Evaluation(x[0] ** 2 - 1e3 * x[1], np.array([2 * x[0], -1e3]), np.diag([2.0, 0.0]))

    infinite = np.full(2, np.inf)
    problem = FitProblem(
        ("x", "y"), np.zeros(2), -infinite, infinite, lambda x: evaluate(x).value, evaluate
    )
    with pytest.raises(FitError, match="the minimum is not found from here"):
        Plane(problem, "x", "y", 1.0)
