"""Pictures between their pixels, against scipy."""

import numpy as np
import pytest
from scipy.interpolate import RegularGridInterpolator

from gammapy.engine.pixel_grid import SCALES, padded, surface

SCALE = {"lin": (lambda f: f,) * 2, "log": (np.log, np.exp), "sqrt": (np.sqrt, np.square)}


@pytest.fixture
def planes():
    return np.random.default_rng(2).uniform(0.5, 9.0, (3, 5, 7))


@pytest.fixture
def spots():
    rng = np.random.default_rng(3)
    return rng.integers(0, 3, 200), rng.uniform(0, 6, 200), rng.uniform(0, 4, 200)


@pytest.mark.parametrize("scale", SCALES)
def test_values_are_those_of_scipy(planes, spots, scale):
    plane, x, y = spots
    forward, back = SCALE[scale]
    for k in range(3):
        twin = RegularGridInterpolator((np.arange(5), np.arange(7)), forward(2.5 * planes[k]))
        here = plane == k
        expected = back(twin(np.stack([y, x], axis=-1)[here]))
        found = surface(padded(planes, False), plane, 2.5, x, y, scale).value[here]
        np.testing.assert_allclose(found, expected, rtol=1e-13)


@pytest.mark.parametrize("scale", SCALES)
def test_slopes(planes, spots, scale):
    plane, x, y = spots
    data, step = padded(planes, False), 1e-6
    found = surface(data, plane, 1.0, x, y, scale)
    for slope, a, b in ((found.by_x, step, 0), (found.by_y, 0, step)):
        high, low = (surface(data, plane, 1.0, x + s * a, y + s * b, scale).value for s in (1, -1))
        np.testing.assert_allclose(slope, (high - low) / (2 * step), rtol=1e-7, atol=1e-8)


@pytest.mark.parametrize("scale", SCALES)
def test_the_outer_half_is_constant(planes, scale):
    x, y = np.array([-0.5, -0.2, 6.5, 3.0]), np.array([2.0, -0.5, 4.5, 4.3])
    held = np.clip(x, 0, 6), np.clip(y, 0, 4)
    data = padded(planes, False)
    found, expected = (surface(data, 1, 1.0, *at, scale) for at in ((x, y), held))
    np.testing.assert_allclose(found.value, expected.value, rtol=1e-13)
    assert found.by_x[0] == found.by_x[2] == found.by_y[1] == 0


def test_a_closed_picture_goes_round(planes):
    found = surface(
        padded(planes, True), 0, 1.0, np.array([6.5, -0.5]), np.array([2.0, 2.0]), "lin"
    )
    between = 0.5 * (planes[0, 2, 6] + planes[0, 2, 0])
    np.testing.assert_allclose(found.value, between, rtol=1e-14)


def test_zeros_under_a_logarithm():
    planes = np.array([[[0.0, 0.0, 4.0]]])
    x = np.array([0.0, 0.5, 1.0, 1.5, 1.99, 2.0])
    found = surface(padded(planes, False), 0, 1.0, x, np.zeros(6), "log")
    floor = np.log(np.finfo(float).tiny)
    expected = np.exp(floor + np.clip(x - 1, 0, 1) * (np.log(4) - floor))
    expected[:3] = 0  # the floor itself
    np.testing.assert_allclose(found.value, expected, rtol=1e-12)
    assert np.all(found.by_x[:2] == 0)


def test_precision_of_the_data_does_not_limit_the_interpolation(planes):
    x, y = np.array([2.3]), np.array([1.7])
    single = planes.astype(np.float32)
    found = surface(padded(single, False), 0, 1.0, x, y).value
    expected = surface(padded(single.astype(float), False), 0, 1.0, x, y).value
    assert found.dtype == float
    np.testing.assert_array_equal(found, expected)
