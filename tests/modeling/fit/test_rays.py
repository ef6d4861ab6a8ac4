"""Rays: what they start from, and how a region that they do not describe shows."""

import numpy as np
import pytest

from gammapy.modeling.fit.plane import Plane
from gammapy.modeling.fit.rays import in_sight, shoot
from tests.contracts.backend_problems import PROBLEMS
from tests.modeling.fit.test_contour import valley


@pytest.mark.parametrize("name", PROBLEMS)
def test_they_meet_the_level(name):
    known = PROBLEMS[name]()
    plane = Plane(known.problem.starting_at(known.minimum), "a", "b", 1.0)
    rays = shoot(plane, 60)
    angles = np.unwrap([np.arctan2(*ray.w[::-1]) for ray in rays])
    np.testing.assert_allclose(np.diff(angles), np.pi / 30)
    assert in_sight(plane, rays)
    values = plane.unwhitened(np.array([ray.w for ray in rays]))
    others = plane.others(np.array([ray.rest for ray in rays]))
    for pair, rest in zip(values, others, strict=True):
        rise = known.problem.value(np.append(pair, rest)) - known.total_stat
        assert rise == pytest.approx(1.0, abs=3e-5)


def test_two_evaluations_a_ray():
    known = PROBLEMS["poisson"]()
    plane = Plane(known.problem.starting_at(known.minimum), "a", "b", 1.0)
    before = plane.nfev
    shoot(plane, 60)
    assert plane.nfev - before < 130


@pytest.mark.parametrize(("steep", "seen"), [(0.3, True), (5.0, False)])
def test_a_bent_valley(steep, seen):
    """In whitened coordinates (a, b - steep a^2): from 3.5 on the ends are out of sight."""
    plane = Plane(valley(1.0, steep), "a", "b", 1.0)
    assert in_sight(plane, shoot(plane, 60)) == seen


def test_newton_may_fail_but_the_ray_is_found(monkeypatch):
    known = PROBLEMS["banana"]()
    plane = Plane(known.problem.starting_at(known.minimum), "a", "b", 9.0)
    expected = [ray.w for ray in shoot(plane, 24)]
    monkeypatch.setattr(Plane, "cross", lambda *_: None)
    found = [ray.w for ray in shoot(plane, 24)]
    np.testing.assert_allclose(found, expected, atol=1e-4)


def test_a_jump_is_seen():
    known = PROBLEMS["quadratic"]()
    plane = Plane(known.problem.starting_at(known.minimum), "a", "b", 1.0)
    rays = shoot(plane, 24)
    assert in_sight(plane, rays)
    rays[7] = rays[7]._replace(w=1.2 * rays[7].w)
    assert not in_sight(plane, rays)
