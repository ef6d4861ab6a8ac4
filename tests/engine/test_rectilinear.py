import array_api_strict
import numpy as np
import pytest
from scipy.interpolate import RegularGridInterpolator

from gammapy.engine.bilinear import bilinear, bilinear_slopes
from gammapy.engine.rectilinear import rectilinear, rectilinear_slopes

NODES = [np.array([0.0, 1.0, 4.0]), np.array([-2.0, 3.0]), np.array([1.0, 2.0, 5.0, 7.0])]
TABLE = np.random.default_rng(3).normal(size=(3, 2, 4))
# inside, on nodes, and outside
POINTS = [
    np.array([0.3, 1.0, 3.9, -1.0, 9.0, 4.0]),
    np.array([-1.0, 3.0, 0.0, 4.0, -5.0, -2.0]),
    np.array([1.5, 2.0, 6.0, 0.0, 9.0, 7.0]),
]


def test_as_scipy_has_it():
    twin = RegularGridInterpolator(NODES, TABLE, bounds_error=False, fill_value=None)
    found = rectilinear(POINTS, NODES, TABLE)
    np.testing.assert_allclose(found, twin(np.transpose(POINTS)), rtol=1e-13)


def test_two_axes_are_bilinear():
    table = TABLE[:, 0, :]
    args = POINTS[0], POINTS[2], NODES[0], NODES[2], table
    found = rectilinear([POINTS[0], POINTS[2]], [NODES[0], NODES[2]], table)
    np.testing.assert_allclose(found, bilinear(*args), rtol=1e-14)
    slopes = rectilinear_slopes([POINTS[0], POINTS[2]], [NODES[0], NODES[2]], table)
    np.testing.assert_allclose(slopes, bilinear_slopes(*args), rtol=1e-13)


def test_slopes_against_differences():
    points = [np.array([0.3, 3.9, -1.0, 9.0]), np.array([-1.0, 0.0, 4.0, -5.0])]
    points.append(np.array([1.5, 6.0, 0.0, 9.0]))
    slopes = rectilinear_slopes(points, NODES, TABLE)
    for k, slope in enumerate(slopes):
        up, down = ([p + (i == k) * s for i, p in enumerate(points)] for s in (1e-3, -1e-3))
        difference = rectilinear(up, NODES, TABLE) - rectilinear(down, NODES, TABLE)
        np.testing.assert_allclose(slope, difference / 2e-3, rtol=1e-9)


def test_slope_at_a_node_is_that_of_its_lower_side():
    nodes = [np.array([0.0, 1.0, 2.0])]
    (slope,) = rectilinear_slopes([np.array([1.0, 1.0 + 1e-9])], nodes, np.array([0.0, 5.0, 7.0]))
    np.testing.assert_allclose(slope, [5.0, 2.0])


def test_points_broadcast():
    found = rectilinear([0.3, np.array([[0.0], [1.0]]), POINTS[2]], NODES, TABLE)
    assert found.shape == (2, 6)
    for row, y in zip(found, (0.0, 1.0), strict=True):
        expected = [float(rectilinear([0.3, y, z], NODES, TABLE)) for z in POINTS[2]]
        np.testing.assert_allclose(row, expected, rtol=1e-14)


@pytest.mark.parametrize("function", [rectilinear, rectilinear_slopes])
def test_on_array_api_strict(function):
    strict = function([array_api_strict.asarray(p) for p in POINTS], NODES, TABLE)
    expected = function(POINTS, NODES, TABLE)
    np.testing.assert_allclose(np.asarray(strict), np.asarray(expected), rtol=1e-14)
