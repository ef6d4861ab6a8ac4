"""Density of samples against the plain sum over all of them."""

import math
import re
import time

import astropy.units as u
import numpy as np
import pytest
from scipy.special import logsumexp
from scipy.stats import gaussian_kde

from gammapy.errors import ParameterError
from gammapy.modeling.prior import KDEPrior
from gammapy.modeling.prior.kde import CELLS, MANY


def drawn(n, seed=0):
    """Two humps, one of them narrow."""
    rng = np.random.default_rng(seed)
    return np.concatenate([rng.normal(2.0, 0.5, n - n // 3), rng.normal(4.0, 0.2, n // 3)])


def plain(samples, width, x):
    logs = -0.5 * ((x - np.asarray(samples)) / width) ** 2
    return -2 * logsumexp(logs) + 2 * math.log(len(samples) * width) + math.log(2 * math.pi)


def test_against_scipy():
    samples = drawn(200)
    width = 0.17
    density = gaussian_kde(samples, bw_method=width / np.std(samples, ddof=1))
    prior = KDEPrior(samples, bandwidth=width)
    for x in (0.5, 2.0, 3.1, 4.4):
        assert prior(x) == pytest.approx(-2 * density.logpdf(x)[0], rel=1e-12)


def test_bandwidth_is_by_silverman():
    samples = drawn(500)
    low, high = np.quantile(samples, [0.25, 0.75])
    spread = min(np.std(samples, ddof=1), (high - low) / 1.34)
    assert KDEPrior(samples).bandwidth == pytest.approx(0.9 * spread * 500**-0.2, rel=1e-12)
    ties = [1.0] * 9 + [2.0]  # quartiles that are equal say nothing
    expected = 0.9 * np.std(ties, ddof=1) * 10**-0.2
    assert KDEPrior(ties).bandwidth == pytest.approx(expected, rel=1e-12)


@pytest.mark.parametrize("n", [MANY + 1, 30_000])
def test_cells_are_as_good_as_samples(n):
    samples = drawn(n)
    prior = KDEPrior(samples)
    assert len(prior._centres) < n
    for x in np.quantile(samples, np.linspace(0.002, 0.998, 15)):
        assert prior(x) == pytest.approx(plain(samples, prior.bandwidth, x), abs=1e-4)
    for x in (samples.min() - 5 * prior.bandwidth, samples.max() + 5 * prior.bandwidth):
        assert prior(x) == pytest.approx(plain(samples, prior.bandwidth, x), rel=1e-3)


def test_widening_makes_up_for_the_cells():
    """Without it the density of cells is too narrow, by their variance."""
    samples = drawn(30_000)
    prior = KDEPrior(samples)
    found = [prior(x) - plain(samples, prior.bandwidth, x) for x in np.linspace(1.0, 4.5, 200)]
    assert abs(np.mean(found)) < 1e-6
    assert np.std(found) < 1e-5


def test_derivatives_with_many_samples():
    prior = KDEPrior(drawn(5000))
    h = 1e-3 * prior.bandwidth
    for x in (0.9, 2.0, 3.2, 4.1):
        near, far = (
            [
                a - b
                for a, b in zip(prior.evaluate(x + k * h), prior.evaluate(x - k * h), strict=True)
            ]
            for k in (1, 2)
        )
        slopes = [(8 * a - b) / (12 * h) for a, b in zip(near, far, strict=True)]
        _, first, second = prior.evaluate(x)
        assert first * prior.bandwidth == pytest.approx(slopes[0] * prior.bandwidth, abs=1e-8)
        assert second == pytest.approx(slopes[1], abs=1e-8 / prior.bandwidth**2)


@pytest.mark.parametrize("n", [300, 3000])
def test_what_is_left_out_makes_no_step(n):
    """The sum changes its kernels as x moves; the value follows its derivative all the same."""
    prior = KDEPrior(drawn(n))
    grid = np.linspace(-4.0, 9.0, 1001)
    found = np.array([prior.evaluate(x) for x in grid])
    step = grid[1] - grid[0]
    trapezoids = 0.5 * step * (found[1:, 1] + found[:-1, 1])
    bend = step**2 / 12 * (found[1:, 2] - found[:-1, 2])
    missed = np.abs(np.diff(found[:, 0]) - (trapezoids - bend))
    assert missed.max() < 1e-4 * step**4 / prior.bandwidth**4 + 1e-9 * np.abs(found[:, 0]).max()


def test_far_outside():
    samples = [1.0, 2.0, 2.5]
    prior = KDEPrior(samples, bandwidth=0.1)
    for x in (-50.0, 1e4, 1e9):
        nearest = 1.0 if x < 1 else 2.5
        value, first, second = prior.evaluate(x)
        expected = ((x - nearest) / 0.1) ** 2 + math.log(2 * math.pi) + 2 * math.log(0.3)
        assert value == pytest.approx(expected, rel=1e-12)
        assert first == pytest.approx(2 * (x - nearest) / 0.01, rel=1e-12)
        assert second == pytest.approx(2 / 0.01, rel=1e-9)
    for x in (1e200, -math.inf, math.inf, math.nan, np.float64(1e300)):
        assert prior.evaluate(x) == (math.inf, 0.0, 0.0)


def test_cost_is_bounded():
    """By numbers of kernels, also with tails that no cell can hold."""
    rng = np.random.default_rng(3)
    for samples in (rng.normal(size=300_000), rng.standard_cauchy(300_000), drawn(MANY)):
        prior = KDEPrior(samples)
        reach = 2 * math.sqrt(120 + 2 * math.log(len(samples))) + 1  # bandwidths across
        for x in (*np.quantile(samples, [0, 0.1, 0.5, 1]), 1e7):
            n_kernels = len(prior._within_reach(x)[0])
            assert 1 <= n_kernels <= max(MANY, CELLS * reach + 2)


@pytest.mark.slow
def test_a_million_samples_are_quick():
    prior = KDEPrior(np.random.default_rng(3).normal(size=1_000_000))
    start = time.perf_counter()
    for _ in range(100):
        prior(0.3)
    assert (time.perf_counter() - start) / 100 < 2e-3


def test_rescaled_keeps_the_cells():
    prior = KDEPrior(drawn(5000))
    there_and_back = prior.rescaled(1e-4 / 3).rescaled(3e4)
    for x in (0.3, 1.7, 3.3):
        assert there_and_back(x) == pytest.approx(prior(x), rel=1e-12)


def test_curvature_is_zero_between_humps():
    prior = KDEPrior([1.0, 2.0], bandwidth=0.1)
    assert prior.evaluate(1.5)[2] < 0
    assert prior.curvature(1.5) == 0
    assert prior.curvature(1.0) > 0


def test_prints_short():
    prior = KDEPrior(np.linspace(1, 2, 5000), bandwidth=0.25)
    assert repr(prior) == "KDEPrior(5000 samples from 1 to 2, bandwidth=0.25)"


def test_samples_cannot_be_changed_from_outside():
    samples = np.array([1.0, 2.0, 3.0])
    prior = KDEPrior(samples)
    before = prior(1.5)
    samples[:] = 7
    assert prior(1.5) == before
    with pytest.raises(ValueError, match="read-only"):
        prior.samples[0] = 3


MASKED = np.ma.MaskedArray([1.0, 2.0, 3.0], mask=[False, True, False])


@pytest.mark.parametrize(
    ("samples", "message"),
    [
        ([], "samples of shape (0,) must be a list of at least two numbers"),
        (3.0, "samples of shape () must be a list"),
        ([1.0], "samples of shape (1,) must be a list of at least two"),
        ([[1.0, 2.0]], "samples of shape (1, 2) must be a list"),
        ([1.0, math.nan, 3.0, math.inf], "samples[1] = nan is not finite (2 of 4 are not)"),
        ([2.0, 2.0, 2.0], "all 3 samples are 2.0: freeze the parameter"),
        (["1", "2"], "samples = ['1', '2'] must be real numbers, none masked"),
        ([1j, 2.0], "must be real numbers"),
        ([True, False], "must be real numbers"),
        ([[1.0], [1.0, 2.0]], "must be real numbers"),
        (None, "samples = None must be real numbers"),
        (MASKED, "must be real numbers, none masked"),
        ([1, 2] * u.TeV, "samples are a quantity: give plain numbers in the unit of the parameter"),
        ([1 * u.TeV, 2 * u.TeV], "must be real numbers"),
    ],
)
def test_bad_samples(samples, message):
    with pytest.raises(ParameterError, match=re.escape(f"KDEPrior: {message}"[10:])):
        KDEPrior(samples)


@pytest.mark.parametrize(
    "bandwidth", [0, -1, math.nan, math.inf, "silverman", True, 1 * u.TeV, [1.0, 2.0]]
)
def test_bad_bandwidth(bandwidth):
    with pytest.raises(ParameterError, match=r"KDEPrior: bandwidth = .* must be a positive number"):
        KDEPrior([1.0, 2.0], bandwidth)


def test_bandwidth_below_rounding():
    with pytest.raises(ParameterError, match="is below the rounding of samples from"):
        KDEPrior([1.0, 2.0], 1e-17)
