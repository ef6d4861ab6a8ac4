"""Cut normal densities against scipy's and against quadrature, also far out in the tails."""

import math

import pytest
from scipy.integrate import quad
from scipy.stats import truncnorm

from gammapy.errors import ParameterError
from gammapy.modeling.prior import GaussianPrior, TruncatedNormalPrior


@pytest.mark.parametrize(
    ("low", "high"), [(-1.0, 2.0), (0.3, 0.5), (-math.inf, 1.0), (3.0, math.inf), (-9.0, -4.0)]
)
def test_against_scipy(low, high):
    mu, sigma = 2.0, 0.5
    prior = TruncatedNormalPrior(mu, sigma, min=mu + low * sigma, max=mu + high * sigma)
    density = truncnorm(low, high, mu, sigma)
    for share in (0.01, 0.5, 0.9):
        x = float(density.ppf(share))
        assert prior(x) == pytest.approx(-2 * density.logpdf(x), rel=1e-9)


@pytest.mark.parametrize(
    ("low", "high"),
    [
        *[(37.0, 38.0), (38.0, 37.0 + 1.001), (-50.0, -40.0), (-200.0, -100.0)],
        *[(1.0, 1.0 + 1e-12), (-1e-7, 2e-7), (-30.0, -30.0 + 1e-6), (0.0, 1.0), (-0.4, 0.6)],
        *[(300.0, 300.0 + 1 / 290), (300.0, 300.0 + 1 / 310)],
    ],
)
def test_is_normalised_in_tails_and_narrow_ranges(low, high):
    """Relative to the end nearer to mu, so that nothing underflows."""
    prior = TruncatedNormalPrior(mu=0.0, sigma=1.0, min=low, max=high)
    near = min((low, high), key=abs) if low * high > 0 else 0.0
    width = high - low
    reach = min(1.0, 40 / max(abs(near), 1.0) / width)  # the density falls by e^-40
    start, end = (0, reach) if near in (low, 0.0) and reach < 1 else (1 - reach, 1)
    total, _ = quad(
        lambda t: width * math.exp(-0.5 * (prior(low + t * width) - prior(near))),
        *(start, end),
        epsrel=1e-12,
        limit=200,
    )
    assert math.log(total) == pytest.approx(0.5 * prior(near), rel=1e-8, abs=1e-8)


def test_derivatives_are_those_of_the_whole_density():
    cut, whole = TruncatedNormalPrior(2.0, 0.5, min=1.0, max=2.5), GaussianPrior(2.0, 0.5)
    assert cut.evaluate(1.3)[1:] == whole.evaluate(1.3)[1:]
    assert cut.residual(1.3) == whole.residual(1.3)
    assert cut(1.3) < whole(1.3)
    assert TruncatedNormalPrior(2.0, 0.5)(1.3) == pytest.approx(whole(1.3), rel=1e-14)


def test_support_of_a_cut_density():
    prior = TruncatedNormalPrior(mu=5.0, sigma=1.0, min=1.0, max=4.0)
    assert prior.support == (1.0, 4.0)
    assert math.isfinite(prior(1.0))
    assert math.isfinite(prior(4.0))
    for outside in (0.999, 4.001, math.nan):
        assert prior(outside) == math.inf


@pytest.mark.parametrize(
    ("limits", "message"),
    [
        ({"min": 2.0, "max": 1.0}, r"min = 2\.0, max = 1\.0 breaks min < max"),
        ({"min": math.inf}, "min = inf, max = inf breaks min < max"),
        ({"max": -math.inf}, "min = -inf, max = -inf breaks min < max"),
        ({"min": math.nan}, "min = nan is not finite"),
        ({"max": "3"}, "max = '3' is not a plain number"),
        ({"min": 1e200}, r"mu = 0\.0 lies too many sigma = 1\.0 from the range 1e\+200 to inf"),
    ],
)
def test_bad_limits(limits, message):
    with pytest.raises(ParameterError, match=f"TruncatedNormalPrior: {message}"):
        TruncatedNormalPrior(mu=0.0, sigma=1.0, **limits)
