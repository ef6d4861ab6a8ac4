"""Splines on a lattice against scipy's of one map, and against a cubic, which they reproduce."""

import numpy as np
import pytest
from numpy.testing import assert_allclose
from scipy.interpolate import RectBivariateSpline

from gammapy.engine.lattice_splines import LatticeSplines

RNG = np.random.default_rng(1)
PLACES = np.linspace(-2.0, 2.0, 9)
VALUES = RNG.normal(size=(3, 9, 9))
X, Y = RNG.uniform(-2.0, 2.0, (2, 30))


@pytest.mark.parametrize("order", [(0, 0), (1, 0), (0, 1), (2, 0), (1, 1), (0, 2)])
def test_against_scipy(order):
    found = LatticeSplines.through(PLACES, VALUES).at(X, Y, order)
    for values, result in zip(VALUES, found, strict=True):
        one = RectBivariateSpline(PLACES, PLACES, values)  # by y, by x
        assert_allclose(result, one.ev(Y, X, dx=order[1], dy=order[0]), rtol=0, atol=1e-11)


def test_cubic():
    x, y = np.meshgrid(PLACES, PLACES)
    maps = LatticeSplines.through(PLACES, np.array([x**3 - 2 * x * y**2 + y]))
    assert_allclose(maps.at(X, Y)[0], X**3 - 2 * X * Y**2 + Y, atol=1e-12)
    assert_allclose(maps.at(X, Y, (1, 1))[0], -4 * Y, atol=1e-11)


def test_grid():
    maps = LatticeSplines.through(PLACES, VALUES)
    along = np.linspace(-1.9, 1.9, 7)
    x, y = np.meshgrid(along, along)
    grid = maps.on_grid(along)
    assert_allclose(grid.reshape(3, -1), maps.at(x.ravel(), y.ravel()), atol=1e-12)
    assert len(maps.grids(along)) == 3
    assert_allclose(maps.grids(along)[1], grid[1], rtol=0)


def test_beyond_the_ends_a_grid_is_as_there():
    grid = LatticeSplines.through(PLACES, VALUES).on_grid(np.array([-2.3, -2.0]))
    assert_allclose(grid[:, 0, 0], VALUES[:, 0, 0], atol=1e-12)


def test_first():
    maps = LatticeSplines.through(PLACES, VALUES)
    assert_allclose(maps.first(2).at(X, Y), maps.at(X, Y)[:2], rtol=0)
    assert maps.first(0).at(X, Y).shape == (0, 30)


@pytest.mark.parametrize("n", [1, 2, 3])
def test_few_places(n):
    """One is a constant, two a plane, three a parabola."""
    places = np.linspace(-1.0, 1.0, n) if n > 1 else np.zeros(1)
    maps = LatticeSplines.through(places, VALUES[:, :n, :n])
    at = maps.at(np.array([places[0]]), np.array([places[-1]]))
    assert_allclose(at[:, 0], VALUES[:, n - 1, 0], atol=1e-12)
    if n == 1:
        assert_allclose(maps.at(X, Y), np.repeat(VALUES[:, 0, :1], 30, axis=1), rtol=0)
        assert_allclose(maps.on_grid(PLACES), np.broadcast_to(VALUES[:, :1, :1], (3, 9, 9)), rtol=0)
