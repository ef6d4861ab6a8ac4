"""Tables between their cells, against scipy and on a strict array library."""

import array_api_strict
import numpy as np
import pytest
from scipy.interpolate import RegularGridInterpolator

from gammapy.engine.multilinear import inside, multilinear, nearest

RNG = np.random.default_rng(7)
TABLE = RNG.uniform(1.0, 3.0, (4, 1, 5))
PLACE = [RNG.uniform(0, 3, 40), np.zeros(40), RNG.uniform(0, 4, 40)]


def by_scipy(table, place, method="linear"):
    grid = [np.arange(n) for n in (table.shape[0], table.shape[2])]
    made = RegularGridInterpolator(grid, table[:, 0], method=method)
    return made(np.stack([place[0], place[2]], -1))


def test_linear_within():
    found = multilinear(TABLE, PLACE)
    np.testing.assert_allclose(found, by_scipy(TABLE, PLACE), rtol=1e-14)
    np.testing.assert_array_equal(nearest(TABLE, PLACE), by_scipy(TABLE, PLACE, "nearest"))


@pytest.mark.parametrize(
    ("scale", "there", "back"), [("log", np.log, np.exp), ("sqrt", np.sqrt, np.square)]
)
def test_on_a_scale(scale, there, back):
    found = multilinear(TABLE, PLACE, scale)
    np.testing.assert_allclose(found, back(by_scipy(there(TABLE), PLACE)), rtol=1e-13)


def test_a_zero_on_the_scale_of_the_logarithm():
    table = np.array([0.0, 1.0, 2.0])
    place = [np.array([0.0, 0.5, 1.0])]
    tiny = np.finfo(float).tiny
    np.testing.assert_allclose(multilinear(table, place, "log"), [0.0, tiny**0.5, 1.0], rtol=1e-12)


def test_constant_in_the_outer_half_and_beyond():
    table = np.array([[1.0, 2.0], [3.0, 5.0]])
    place = [np.array([-0.5, -9.0, 1.4]), np.array([0.0, 0.5, 1.5])]
    np.testing.assert_allclose(multilinear(table, place), [1.0, 1.5, 5.0])
    np.testing.assert_array_equal(inside(table.shape, place), [True, False, True])


def test_edges_of_cells_are_inside_and_nan_is_not():
    x = np.array([-0.5, -0.500001, 1.5, 1.500001, np.nan])
    assert inside((2,), [x]).tolist() == [True, False, True, False, False]


def test_nan_counts_only_with_a_weight():
    table = np.array([1.0, np.nan, 3.0])
    found = multilinear(table, [np.array([0.0, 0.5, 2.0])])
    np.testing.assert_array_equal(found, [1.0, np.nan, 3.0])


def test_integers_and_masks():
    place = [np.array([0.25, 1.0])]
    np.testing.assert_allclose(multilinear(np.array([0, 4, 2]), place), [1.0, 4.0])
    found = nearest(np.array([True, False, True]), place)
    assert (found.dtype, found.tolist()) == (np.dtype(bool), [True, False])


def test_on_a_strict_array_library():
    place = [array_api_strict.asarray(p) for p in PLACE]
    for scale in ("lin", "log", "sqrt"):
        found = multilinear(array_api_strict.asarray(TABLE), place, scale)
        np.testing.assert_allclose(np.asarray(found), multilinear(TABLE, PLACE, scale), rtol=1e-14)
    strict = nearest(array_api_strict.asarray(TABLE), place)
    np.testing.assert_array_equal(np.asarray(strict), nearest(TABLE, PLACE))
    assert bool(array_api_strict.all(inside(TABLE.shape, place)))
