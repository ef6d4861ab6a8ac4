import math

import numpy as np
import pytest
from scipy.stats import gennorm

from gammapy.errors import ParameterError
from gammapy.modeling.prior import GaussianPrior, GeneralizedGaussianPrior

#: mu, sigma, eta, x and -2 ln p of Gammapy 2.1
ESTABLISHED = [
    (2.0, 0.5, 0.5, 1.3, 2.4115827052894536),
    (2.0, 0.5, 0.5, 2.0, 0.45158270528945477),
    (2.0, 0.5, 2.0, 2.7, 4.069365654465212),
    (2.0, 0.5, 1.0, 1.3, 2.673046167882278),
    (2.0, 0.5, 1.0, 2.0, 0.6931471805599454),
    (2.0, 0.5, 4.0, 1.3, 9.044210536395644),
    (0.0, 1.0, 0.3, 2.7, 19.12912426503727),
    (0.0, 1.0, 0.3, 2.0, 8.212696130536912),
]


@pytest.mark.parametrize(("mu", "sigma", "eta", "x", "stat"), ESTABLISHED)
def test_against_the_established_numbers(mu, sigma, eta, x, stat):
    assert GeneralizedGaussianPrior(mu, sigma, eta)(x) == pytest.approx(stat, rel=1e-12)


@pytest.mark.parametrize("eta", [0.05, 0.3, 0.5, 0.8, 1.0, 1.7, 4.0])
@pytest.mark.parametrize("x", [0.7, 1.9, 2.0, 2.7])
def test_against_scipy(eta, x):
    """Its exponent is 1/eta, its scale sqrt(2) sigma."""
    expected = -2 * gennorm(1 / eta, loc=2.0, scale=math.sqrt(2) * 0.5).logpdf(x)
    assert GeneralizedGaussianPrior(2.0, 0.5, eta)(x) == pytest.approx(expected, rel=1e-12)


def test_default_is_the_normal_density():
    ours, normal = GeneralizedGaussianPrior(2.0, 0.5), GaussianPrior(2.0, 0.5)
    for x in (-1.0, 2.0, 2.7):
        np.testing.assert_allclose(ours.evaluate(x), normal.evaluate(x), rtol=1e-13)
        np.testing.assert_allclose(ours.residual(x), normal.residual(x), rtol=1e-13)
        assert ours.curvature(x) == pytest.approx(normal.curvature(x))


def test_least_squares_form_of_the_smooth_ones():
    assert GeneralizedGaussianPrior(2.0, 0.5, eta=0.51).residual(1.3) is None
    prior = GeneralizedGaussianPrior(2.0, 0.5, eta=0.25)
    assert prior.residual(2.0) == (0.0, 0.0)
    assert prior.residual(1.3)[0] < 0 < prior.residual(2.7)[0]


@pytest.mark.parametrize("eta", [0.51, 0.7, 1.0, 1.3, 4.0])
def test_at_the_sharp_point(eta):
    """Everything is finite, and by symmetry there is no slope."""
    prior = GeneralizedGaussianPrior(2.0, 0.5, eta)
    _, first, second = prior.evaluate(2.0)
    assert first == 0.0
    assert math.isfinite(second)
    assert 0 < prior.curvature(2.0) < math.inf
    next_to_it = math.nextafter(2.0, 3.0)
    assert all(map(math.isfinite, prior.evaluate(next_to_it)))
    tiny = GeneralizedGaussianPrior(0.0, 0.5, eta)
    assert all(map(math.isfinite, tiny.evaluate(5e-324)))


@pytest.mark.parametrize("eta", [0.6, 1.0, 1.5])
@pytest.mark.parametrize("x", [2.3, 1.1, 5.0])
def test_curvature_is_of_the_touching_parabola(eta, x):
    """Same slope at x, zero slope at mu, and nowhere below -2 ln p."""
    prior = GeneralizedGaussianPrior(2.0, 0.5, eta)
    curvature = prior.curvature(x)
    assert curvature * (x - 2.0) == pytest.approx(prior.evaluate(x)[1], rel=1e-12)
    for y in np.linspace(-1.0, 6.0, 29):
        parabola = prior(x) + 0.5 * curvature * ((y - 2.0) ** 2 - (x - 2.0) ** 2)
        assert parabola >= prior(y) - 1e-12


@pytest.mark.parametrize("number", [float, np.float64])
def test_too_steep_for_floats(number):
    prior = GeneralizedGaussianPrior(0.0, 1.0, eta=1e-3)
    assert prior.evaluate(number(3.0)) == (math.inf, 0.0, 0.0)
    assert prior.residual(number(50.0)) == (math.inf, 0.0)


@pytest.mark.parametrize(
    ("eta", "message"), [(0, "must be positive"), (-1, "must be positive"), ("a", "plain number")]
)
def test_bad_eta(eta, message):
    with pytest.raises(ParameterError, match=f"GeneralizedGaussianPrior: eta = .*{message}"):
        GeneralizedGaussianPrior(0.0, 1.0, eta)
