"""Flares: widths, tails and short intervals."""

import itertools
import math

import astropy.units as u
import numpy as np
import pytest
from astropy.time import Time
from scipy.integrate import quad

from gammapy.modeling.models import GaussianTemporalModel, GeneralizedGaussianTemporalModel

PEAK = Time(55555.0, format="mjd", scale="tt")


def test_width():
    model = GaussianTemporalModel(t_ref="55555 d", sigma="2 d", scale="tt")
    found = model(PEAK + [-2, 0, 4] * u.d)
    np.testing.assert_allclose(found.value, np.exp([-0.5, 0, -2.0]), rtol=1e-14)


def quadrature(function, *edges):
    """Integral of a positive function, between edges that ascend, to all digits."""
    pieces = itertools.pairwise(edges)
    return math.fsum(quad(function, a, b, epsabs=0, epsrel=1e-13, limit=500)[0] for a, b in pieces)


@pytest.mark.parametrize(
    ("low", "high"), [(-9, 9), (5, 5.5), (-9, -7), (8, 30), (3, 3 + 1e-7), (-1e-9, 1e-9)]
)
def test_integrals_keep_their_digits(low, high):
    found = GaussianTemporalModel.evaluate_integral(float(low), float(high), 0.0, 1.0)
    edges = [low, *np.arange(math.floor(low) + 1, math.ceil(high)), high]
    expected = quadrature(lambda x: math.exp(-0.5 * x * x), *edges)
    assert float(found) == pytest.approx(expected, rel=1e-12)


def test_half_of_eta_is_a_gaussian():
    gauss = GaussianTemporalModel(t_ref="55555 d", sigma="2 d", scale="tt")
    other = GeneralizedGaussianTemporalModel(
        t_ref="55555 d", t_rise="2 d", t_decay="2 d", eta=0.5, scale="tt"
    )
    times = PEAK + np.linspace(-9, 9, 19) * u.d
    np.testing.assert_allclose(other(times).value, gauss(times).value, rtol=1e-13)
    found = other.integral(times[:-1], times[1:]).value
    np.testing.assert_allclose(found, gauss.integral(times[:-1], times[1:]).value, rtol=1e-11)


@pytest.mark.parametrize("eta", [0.02, 0.5, 1.0, 1.7, 4.0])
@pytest.mark.parametrize(
    ("low", "high"), [(-3, 4), (-3, -1), (0.5, 2), (0, 1e-6), (-1e-5, 3), (2, 2)]
)
def test_generalized_integrals(eta, low, high):
    found = GeneralizedGaussianTemporalModel.evaluate_integral(
        float(low), float(high), 0.0, 0.7, 1.3, eta
    )

    def side(near, far, tau):
        # the cusp is smooth in x^(1 / (2 eta)), and the exponential of a box steep about tau
        power = 2.0 * eta if eta > 0.5 else 1.0
        a, b = ((x / tau) ** (1 / power) for x in (near, far))
        edges = np.unique(np.clip([a, 0.8, 0.95, 1.0, 1.05, 1.2, 2.0, 3.0, 5.0, b], a, b))
        return (
            tau
            * power
            * quadrature(lambda y: y ** (power - 1) * math.exp(-0.5 * y ** (power / eta)), *edges)
        )

    expected = side(max(-high, 0), max(-low, 0), 0.7) + side(max(low, 0), max(high, 0), 1.3)
    assert float(found) == pytest.approx(expected, rel=1e-10)


@pytest.mark.parametrize("eta", [0.5, 1.0, 1.7, 4.0])
def test_short_intervals_keep_their_digits(eta):
    values, width = (0.0, 0.7, 1.3, eta), 2.0**-26
    found = GeneralizedGaussianTemporalModel.evaluate_integral(1.0, 1.0 + width, *values)
    middle = GeneralizedGaussianTemporalModel.evaluate(1.0 + 0.5 * width, *values)
    assert float(found) == pytest.approx(width * middle, rel=1e-13)


def test_partials_far_from_the_peak_are_numbers():
    time = np.array([-1e9, -5.0, 0.0, 5.0, 1e9])
    for eta in (0.01, 0.5, 2.0):
        for partial in GeneralizedGaussianTemporalModel.partials(time, 0.0, 1.0, 2.0, eta):
            assert np.all(np.isfinite(partial))
            assert partial[2] == 0
