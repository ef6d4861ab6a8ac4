"""A problem with some parameters held."""

import numpy as np
import pytest

from gammapy.errors import UnknownNameError
from gammapy.modeling import Fitter
from tests.contracts.backend_problems import PROBLEMS


def test_held_is_a_slice_of_the_whole():
    known = PROBLEMS["quadratic"]()
    held = known.bounded.held({"a": 5e-11, "c": -650.0})
    assert held.names == ("b",)
    assert held.start == known.problem.start[1]
    assert (held.lower, held.upper) == (known.lower[1], known.upper[1])
    whole = np.array([5e-11, 2.2, -650.0])
    x = np.array([2.2])
    value, gradient, curvature = known.problem.evaluate(whole)
    assert held.value(x) == value
    assert held.evaluate(x).value == value
    np.testing.assert_array_equal(held.evaluate(x).gradient, gradient[[1]])
    np.testing.assert_array_equal(held.evaluate(x).curvature, curvature[1:2, 1:2])
    residual, jacobian = known.problem.residuals(whole)
    np.testing.assert_array_equal(held.residuals(x).residual, residual)
    np.testing.assert_array_equal(held.residuals(x).jacobian, jacobian[:, [1]])


def test_fixed_minimum_is_the_conditional_one():
    known = PROBLEMS["quadratic"]()
    value = known.minimum[1] + 2 * known.errors[1]
    result = Fitter().run(known.problem.fixed("b", value))
    slope = known.covariance[[0, 2], 1] / known.covariance[1, 1]
    expected = known.minimum[[0, 2]] + slope * (value - known.minimum[1])
    np.testing.assert_allclose(result.values, expected, atol=0.05 * known.errors[0])
    assert result.total_stat == pytest.approx(known.total_stat + 4.0, abs=0.01)


def test_held_leaves_the_problem_alone():
    known = PROBLEMS["quadratic"]()
    start = known.problem.start.copy()
    held = known.problem.held({"a": 1.0})
    held.start[:] = 0.0
    held.value(np.zeros(2))
    np.testing.assert_array_equal(known.problem.start, start)


def test_unknown_name():
    with pytest.raises(UnknownNameError, match=r"'z' is not a free parameter: free are \['a', 'b'"):
        PROBLEMS["quadratic"]().problem.fixed("z", 1.0)


def test_starting_at_moves_inside_the_bounds():
    known = PROBLEMS["quadratic"]()
    moved = known.bounded.starting_at(known.upper + 1.0)
    np.testing.assert_array_equal(moved.start, known.upper)
    assert known.problem.starting_at(known.minimum).start is not known.minimum
