"""The objective remembers its last point, counts, and builds a wall where it is infinite."""

import numpy as np
import pytest

from gammapy.modeling.fit.objective import Objective
from tests.contracts.backend_problems import PROBLEMS, Watch


@pytest.fixture
def watch():
    return Watch(PROBLEMS["poisson"]().problem)


def test_hits_give_the_same_objects(watch):
    objective = Objective(watch.problem)
    x = watch.problem.start * 1.1
    first = objective.evaluate(x)
    calls = len(watch.points)
    assert objective.evaluate(x.copy()) is first
    assert objective.value(x) == first.value
    assert objective.gradient(x) is first.gradient
    assert objective.curvature(x) is first.curvature
    residuals = objective.residuals(x)
    assert objective.residuals(x.copy()) is residuals
    assert len(watch.points) == calls + 1
    assert objective.nfev == 1


def test_derivatives_are_not_those_of_the_point_before(watch):
    objective = Objective(watch.problem)
    x, y = watch.problem.start, watch.problem.start * 1.1
    objective.evaluate(x)
    objective.value(y)
    np.testing.assert_array_equal(objective.gradient(y), watch.problem.evaluate(y).gradient)
    objective.residuals(x)
    np.testing.assert_array_equal(
        objective.residuals(y).residual, watch.problem.residuals(y).residual
    )


def test_a_point_changed_in_place_is_a_new_point(watch):
    objective = Objective(watch.problem)
    x = watch.problem.start.copy()
    before = objective.value(x)
    x *= 1.5  # as an optimiser that reuses its vector does
    assert objective.value(x) != before
    assert objective.nfev == 2


def test_counts(watch):
    objective = Objective(watch.problem)
    x, y = watch.problem.start, watch.problem.start * 1.1
    for point in (x, x, y, x):
        objective.value(point)
    assert (objective.nfev, objective.ngrad) == (3, 0)
    objective.gradient(x)
    objective.curvature(x)
    assert (objective.nfev, objective.ngrad) == (3, 1)
    objective.gradient(y)
    assert (objective.nfev, objective.ngrad) == (4, 2)
    assert objective.nfev == watch.new_points


@pytest.mark.parametrize("ask", ["value", "evaluate", "residuals"])
def test_best_point_and_trace_hold_the_statistic(watch, ask):
    """Sums of squares lack a constant; points of all kinds must compare."""
    known = PROBLEMS["poisson"]()
    objective = Objective(watch.problem, store_trace=True)
    points = [watch.problem.start, known.minimum, known.minimum * 1.3]
    for point in points:
        getattr(objective, ask)(point)
    np.testing.assert_array_equal(objective.best_x, known.minimum)
    assert objective.best_value == pytest.approx(known.total_stat)
    stats = [watch.problem.value(point) for point in points]
    np.testing.assert_allclose([stat for _, stat in objective.trace], stats)
    np.testing.assert_array_equal([x for x, _ in objective.trace], points)
    assert objective.value(points[-1]) == pytest.approx(stats[-1])


def test_wall_where_the_likelihood_is_zero(watch):
    objective = Objective(watch.problem)
    at_start = objective.value(watch.problem.start)
    outside = np.array([-1e-11, 0.3])
    wall = objective.value(outside)
    assert np.isfinite(wall)
    assert wall > abs(at_start) + 1e5
    assert objective.evaluate(outside).value == wall
    assert not objective.gradient(outside).any()
    residual, jacobian = objective.residuals(outside)
    assert residual @ residual == pytest.approx(wall)
    assert not jacobian.any()
    assert objective.best_value == at_start


def test_nothing_is_kept_between_objectives(watch):
    first, second = Objective(watch.problem), Objective(watch.problem)
    first.evaluate(watch.problem.start)
    assert second.nfev == 0
    assert second.evaluate(watch.problem.start) is not first.evaluate(watch.problem.start)
