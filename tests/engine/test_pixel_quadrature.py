"""Integrals over pixels against error functions and areas."""

import numpy as np
import pytest
from numpy.testing import assert_allclose
from scipy.special import erf

import gammapy.engine.pixel_quadrature as module
from gammapy.engine.pixel_quadrature import pixel_integrals, pixel_means


def always(x, y, size):
    return np.ones(len(x), dtype=bool)


def gaussian(size, x_0, y_0):
    def function(x, y):
        square = ((x - x_0) ** 2 + (y - y_0) ** 2) / size**2
        return np.exp(-0.5 * square)[None] / (2 * np.pi * size**2)

    return function


def within(radius, x_0, y_0):
    def near(x, y, size):
        return np.hypot(x - x_0, y - y_0) <= radius + size

    return near


def truth(size, x_0, y_0, n_x, n_y):
    steps = [
        erf((np.arange(n + 1) - 0.5 - at) / (np.sqrt(2) * size))
        for n, at in ((n_y, y_0), (n_x, x_0))
    ]
    return np.outer(*(0.5 * np.diff(step) for step in steps))


@pytest.mark.parametrize("size", [0.004, 0.05, 0.3, 1.0, 2.5])
def test_gaussians_of_any_size(size):
    place = (4.47, 3.2)
    found = pixel_integrals(gaussian(size, *place), within(6 * size, *place), 9, 8, size)[0]
    expected = truth(size, *place, 9, 8)
    assert_allclose(found, expected, rtol=0, atol=1e-4 * expected.max())


def test_a_sharp_edge():
    """Half planes at angles: areas that a pixel has on one side, by a fine grid."""
    t = (np.arange(4000) + 0.5) / 4000 - 0.5
    for slope in (0.0, 0.31, 1.7):
        found = pixel_integrals(
            lambda x, y, k=slope: 1.0 * (y < 2.2 + k * (x - 2))[None], always, 5, 5
        )
        heights = np.clip(2.2 + slope * (np.arange(5)[:, None] + t - 2) + 0.5, 0, 5)
        rows = np.arange(5)[:, None, None]
        expected = np.clip(heights - rows, 0, 1).mean(axis=-1)
        assert_allclose(found[0], expected, atol=1e-3)
        if slope:  # along a row of pixels all are off to the same side
            assert found.sum() == pytest.approx(expected.sum(), rel=1e-4)


def test_several_planes_each_with_its_own_peak():
    def both(x, y):
        return np.concatenate([gaussian(0.3, 2.1, 2)(x, y), 1e-6 * gaussian(0.1, 1, 1.3)(x, y)])

    found = pixel_integrals(both, always, 5, 5, 0.25)
    for plane, expected in zip(
        found, (truth(0.3, 2.1, 2, 5, 5), 1e-6 * truth(0.1, 1, 1.3, 5, 5)), strict=True
    ):
        assert_allclose(plane, expected, rtol=0, atol=1e-3 * expected.max())


def test_off_the_sky_counts_as_the_rest_of_a_pixel():
    def function(x, y):
        return np.where(x > 1.0, np.nan, 3.0)[None]

    found = pixel_integrals(function, always, 4, 2)[0]
    assert_allclose(found, [[3, 3, 0, 0]] * 2)


def test_many_cells_in_turns(monkeypatch):
    call = gaussian(0.3, 2.1, 2.0), always, 5, 5, 0.1
    found = pixel_integrals(*call)
    monkeypatch.setattr(module, "_AT_ONCE", 7)
    assert_allclose(pixel_integrals(*call), found, rtol=1e-12)


def test_nothing_is_near():
    found = pixel_integrals(gaussian(1, 0, 0), lambda x, y, size: np.zeros(len(x), bool), 3, 2)
    assert found.shape == (1, 2, 3)
    assert not found.any()


def test_means():
    found = pixel_means(lambda x, y: (x + 10.0 * y + x**2)[None], 3, 2, 4)[0]
    step = (np.arange(4) + 0.5) / 4 - 0.5
    x = np.arange(3)
    expected = x + x**2 + np.mean(step**2) + 10 * np.arange(2)[:, None]
    assert_allclose(found, expected, rtol=1e-12, atol=1e-12)
