"""The curve itself: order, even spacing, and when it gives up."""

from dataclasses import replace

import numpy as np
import pytest

from gammapy.modeling.fit.plane import Plane
from gammapy.modeling.fit.rays import directions, in_sight, shoot
from gammapy.modeling.fit.trace import trace
from tests.contracts.backend_problems import PROBLEMS
from tests.modeling.fit.test_contour import valley


def plane_of(name: str, level: float, **changes) -> Plane:
    known = PROBLEMS[name]()
    problem = replace(known.problem.starting_at(known.minimum), **changes)
    return Plane(problem, "a", "b", level)


def test_of_an_ellipse_it_makes_the_rays():
    plane = plane_of("quadratic", 4.0)
    rays = shoot(plane, 36)
    assert in_sight(plane, rays)
    points = np.array([point.w for point in trace(plane, rays[0], 36)])
    np.testing.assert_allclose(points, 2.0 * directions(36), atol=2e-4)


def test_points_are_evenly_spread_along_the_curve():
    plane = Plane(valley(1.0, 5.0), "a", "b", 4.0)
    rays = shoot(plane, 60)
    assert not in_sight(plane, rays)
    start = max(rays, key=lambda ray: ray.slope @ ray.w / np.hypot(*ray.w))
    points = np.array([point.w for point in trace(plane, start, 300)])
    chords = np.hypot(*np.diff(points, axis=0, append=points[:1]).T)
    assert np.median(chords) == pytest.approx(chords.mean(), rel=0.01)
    assert chords.max() < 1.05 * np.median(chords)  # only at the sharp ends are chords shorter


def test_it_gives_up_at_a_bound():
    known = PROBLEMS["quadratic"]()
    plane = plane_of("quadratic", 4.0, upper=known.minimum + known.errors)
    rays = shoot(plane, 36)
    assert any(ray.at_bound for ray in rays)
    assert trace(plane, rays[18], 36) is None


def test_it_gives_up_on_a_curve_that_does_not_close(monkeypatch):
    monkeypatch.setattr("gammapy.modeling.fit.trace.MAX_POINTS", 5)
    plane = plane_of("quadratic", 4.0)
    assert trace(plane, shoot(plane, 36)[0], 36) is None
