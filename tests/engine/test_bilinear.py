import array_api_strict
import numpy as np
import pytest
from scipy.interpolate import RegularGridInterpolator

from gammapy.engine.bilinear import bilinear, bilinear_slopes

X, Y = np.array([0.0, 0.5, 2.0]), np.array([-1.0, 0.0, 3.0, 4.0])
TABLE = np.array([[1.0, 2.0, 4.0, 1.0], [0.5, 3.0, 1.0, 2.0], [5.0, 1.0, 0.0, 7.0]])


def test_against_an_independent_interpolation():
    rng = np.random.default_rng(1)
    x, y = rng.uniform(-1, 3, 200), rng.uniform(-3, 6, 200)  # a fifth lies outside
    expected = RegularGridInterpolator((X, Y), TABLE, bounds_error=False, fill_value=None)((x, y))
    np.testing.assert_allclose(bilinear(x, y, X, Y, TABLE), expected, rtol=1e-12, atol=1e-13)


def test_exact_at_the_nodes():
    np.testing.assert_array_equal(bilinear(X[:, None], Y, X, Y, TABLE), TABLE)


@pytest.mark.parametrize("shapes", [((), ()), ((), (4,)), ((3, 1), (4,)), ((2, 3), ())])
def test_shapes_broadcast(shapes):
    x, y = np.full(shapes[0], 0.3), np.full(shapes[1], 1.2)
    found = bilinear(x, y, X, Y, TABLE)
    assert np.shape(found) == np.broadcast_shapes(*shapes)
    np.testing.assert_allclose(found, bilinear(0.3, 1.2, X, Y, TABLE), rtol=1e-15)


@pytest.mark.parametrize("point", [(0.2, -0.5), (1.7, 3.3), (-1.0, 2.0), (3.0, 9.0)])
def test_slopes_against_differences(point):
    x, y = point
    h = 1e-4  # the function has no curvature along an axis
    by_x = (bilinear(x + h, y, X, Y, TABLE) - bilinear(x - h, y, X, Y, TABLE)) / (2 * h)
    by_y = (bilinear(x, y + h, X, Y, TABLE) - bilinear(x, y - h, X, Y, TABLE)) / (2 * h)
    assert bilinear_slopes(x, y, X, Y, TABLE) == pytest.approx((by_x, by_y), rel=1e-9)


def test_slopes_at_a_node_are_those_below_it():
    found = bilinear_slopes(0.5, 0.0, X, Y, TABLE)
    assert found == pytest.approx(((3.0 - 2.0) / 0.5, 3.0 - 0.5))


def test_on_a_strict_array_library():
    x, y = np.array([0.1, 1.9]), np.array([0.4, 3.9])
    found = bilinear(array_api_strict.asarray(x), array_api_strict.asarray(y), X, Y, TABLE)
    np.testing.assert_array_equal(np.asarray(found), bilinear(x, y, X, Y, TABLE))
