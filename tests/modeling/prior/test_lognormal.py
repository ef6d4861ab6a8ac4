import math

import numpy as np
import pytest
from scipy.stats import lognorm

from gammapy.modeling.prior import GaussianPrior, LogNormalPrior


@pytest.mark.parametrize("x", [0.01, 0.7, 1.35, 2.0, 40.0])
def test_against_scipy(x):
    """Its shape is our sigma, its scale the median exp(mu)."""
    expected = -2 * lognorm(s=0.4, scale=math.exp(0.3)).logpdf(x)
    assert LogNormalPrior(mu=0.3, sigma=0.4)(x) == pytest.approx(expected, rel=1e-12)


def test_mu_and_sigma_are_of_the_logarithm():
    """Density of x is that of ln x by the Jacobian 1/x; median, 68% and mode are as documented."""
    prior, of_log = LogNormalPrior(mu=-24.6, sigma=0.3), GaussianPrior(mu=-24.6, sigma=0.3)
    x = 3e-11
    assert prior(x) == pytest.approx(of_log(math.log(x)) + 2 * math.log(x), rel=1e-12)
    y = np.linspace(-24.6 - 3, -24.6 + 3, 20001)
    density = np.array([math.exp(-0.5 * prior(math.exp(v)) + v) for v in y])
    share = np.cumsum(density) * (y[1] - y[0])
    assert np.interp(-24.6, y, share) == pytest.approx(0.5, abs=1e-3)
    within = np.interp(-24.3, y, share) - np.interp(-24.9, y, share)
    assert within == pytest.approx(0.6827, abs=1e-3)
    assert prior.evaluate(math.exp(-24.6 - 0.09))[1] * x == pytest.approx(0, abs=1e-9)


def test_nothing_at_zero_and_below():
    prior = LogNormalPrior(mu=0.0, sigma=1.0)
    assert prior.support == (0.0, math.inf)
    for x in (0.0, -1.0, 1e-151, math.inf, math.nan):
        assert prior.evaluate(x) == (math.inf, 0.0, 0.0)
        assert prior.residual(x) == (math.inf, 0.0)
    assert math.isfinite(prior(2e-150))


def test_curvature_is_positive_where_the_second_derivative_is_not():
    prior = LogNormalPrior(mu=0.0, sigma=0.5)
    assert prior.evaluate(5.0)[2] < 0 < prior.curvature(5.0)
    mode = math.exp(-0.25)
    assert prior.curvature(mode) == pytest.approx(prior.evaluate(mode)[2], rel=1e-12)
