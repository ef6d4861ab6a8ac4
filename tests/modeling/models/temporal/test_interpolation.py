"""Linear interpolation."""

import array_api_strict
import numpy as np
import pytest

from gammapy.modeling.models.temporal.interpolation import interpolate, slope_between

NODES = np.array([-1.0, 0.5, 2.0, 7.0])
VALUES = np.array([3.0, 0.0, 6.0, 1.0])


def test_inside_as_numpy():
    x = np.linspace(-1, 7, 33).reshape(3, 11)
    found = interpolate(x, NODES, VALUES)
    np.testing.assert_allclose(found, np.interp(x, NODES, VALUES), atol=1e-14)


def test_ends_go_on():
    np.testing.assert_allclose(interpolate(np.array([-2.0, 8.0]), NODES, VALUES), [5, 0])
    assert float(interpolate(1.25, NODES, VALUES)) == pytest.approx(3.0)


def test_slope():
    found = slope_between(np.array([-0.9, 0.5, 0.51, 6.0]), NODES, VALUES)
    np.testing.assert_allclose(found, [-2, -2, 4, -1])


def test_strict():
    x = array_api_strict.asarray([0.0, 3.0])
    np.testing.assert_allclose(np.asarray(interpolate(x, NODES, VALUES)), [1, 5])
    np.testing.assert_allclose(np.asarray(slope_between(x, NODES, VALUES)), [-2, -1])
