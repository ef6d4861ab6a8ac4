"""Fourier-Bessel series against closed forms, and Bessel functions against scipy's."""

import numpy as np
import pytest
from numpy.testing import assert_allclose
from scipy.special import jv
from scipy.stats import ncx2

from gammapy.engine.hankel import STEP, FourierBessel, bessel, fourier_bessel

SIGMA = 0.05


def gaussian(q, sigma=SIGMA):
    return np.exp(-0.5 * (q * sigma) ** 2)


def gaussian_density(r, sigma=SIGMA):
    return np.exp(-0.5 * (r / sigma) ** 2) / (2 * np.pi * sigma**2)


def radii(series):
    """Where tables are, by what the class says."""
    return series.step * np.arange(-1, series.n_radii - 1)


@pytest.mark.parametrize("order", range(6))
def test_bessel(order):
    x = np.concatenate([[0.0, 1e-9, 1e-3, 1.0 - 1e-9, 1.0, 1.0 + 1e-9], np.linspace(-40, 400, 777)])
    assert_allclose(bessel(order, x), jv(order, x), rtol=0, atol=1e-14)


def test_frequencies_are_those_of_the_disc():
    series = FourierBessel(0.8, 50.0)
    assert_allclose(jv(0, series.frequencies * 0.8), 0.0, atol=1e-12)
    assert series.frequencies[-1] >= 50.0
    assert series.step * series.frequencies[-1] == pytest.approx(STEP)
    r = radii(series)
    assert r[0] < 0
    assert r[1] == 0.0
    assert r[-2] >= 0.8


def test_transform_of_a_gaussian_gives_its_profile():
    series = FourierBessel(8 * SIGMA, 6.5 / SIGMA)
    r = radii(series)
    table = series.table(gaussian(series.frequencies))
    inside = np.abs(r) <= 8 * SIGMA
    peak = gaussian_density(0.0)
    assert_allclose(table[inside], gaussian_density(r[inside]), rtol=0, atol=1e-8 * peak)


def test_series_is_exact_on_a_disc():
    """J0 of a zero of the disc is one of its own functions: nothing is cut off."""
    series = FourierBessel(1.5, 20.0)
    transform = np.zeros(len(series.frequencies))
    transform[2] = 1.0
    q = series.frequencies[2]
    norm = np.pi * 1.5**2 * jv(1, q * 1.5) ** 2
    assert_allclose(series.table(transform), jv(0, q * radii(series)) / norm, rtol=0, atol=1e-13)


def test_disk_through_a_gaussian():
    """Transform of a disk 2 J1(x) / x; what comes is the chance of a miss to stay on the disk."""
    series = FourierBessel(1.0 + 8 * SIGMA, 6.5 / SIGMA)
    x, r = series.frequencies, radii(series)
    table = series.table(2 * jv(1, x) / x * gaussian(x))
    expected = ncx2.cdf(1 / SIGMA**2, 2, (r / SIGMA) ** 2) / np.pi
    inside = np.abs(r) <= series.radius
    assert_allclose(table[inside], expected[inside], rtol=0, atol=1e-9)


@pytest.mark.parametrize("order", [1, 2, 3])
def test_table_of_an_order_is_the_sum(order):
    series = FourierBessel(0.7, 40.0)
    q = series.frequencies
    transform = np.random.default_rng(1).normal(size=(len(q), 2, 3))
    found = series.table(transform, order)
    assert found.shape == (series.n_radii, 2, 3)
    weight = 1 / (np.pi * 0.7**2 * jv(1, q * 0.7) ** 2)
    for i in (0, 1, 7, series.n_radii - 1):
        direct = np.einsum("n,nab->ab", weight * jv(order, q * radii(series)[i]), transform)
        assert_allclose(found[i], direct, rtol=1e-10, atol=1e-10)


def test_order_one_is_the_slope():
    series = FourierBessel(8 * SIGMA, 6.5 / SIGMA)
    q, r = series.frequencies, radii(series)
    slope = series.table(-q * gaussian(q), 1)
    expected = -r / SIGMA**2 * gaussian_density(r)
    inside = np.abs(r) <= 8 * SIGMA
    assert_allclose(slope[inside], expected[inside], rtol=0, atol=1e-7 * np.abs(expected).max())


def test_discs_are_shared_and_large_enough():
    rng = np.random.default_rng(2)
    for radius, frequency in zip(rng.uniform(0.1, 5, 40), rng.uniform(5, 200, 40), strict=True):
        series = fourier_bessel(radius, frequency)
        assert radius <= series.radius * (1 + 1e-8)
        assert series.radius <= 1.1001 * radius
        assert series.frequencies[-1] >= frequency * (1 - 1e-8)
    assert fourier_bessel(1.02, 101.0) is fourier_bessel(1.05, 105.0)
    assert fourier_bessel(1.02, 101.0) is not fourier_bessel(1.3, 101.0)


def test_a_radius_of_the_row_of_sizes_is_kept():
    """No rounding makes of 1.1**n the next one."""
    for n in range(-20, 20):
        assert fourier_bessel(1.1**n, 10.0).radius == pytest.approx(1.1**n, rel=1e-12)
