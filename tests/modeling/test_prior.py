"""What every prior does; what is special to one stands in the folder `prior`."""

import itertools
import math
import pickle
from dataclasses import FrozenInstanceError

import astropy.units as u
import numpy as np
import pytest
from scipy.integrate import quad

from gammapy.errors import ParameterError
from gammapy.modeling import prior as module
from gammapy.modeling.prior import (
    GaussianPrior,
    GeneralizedGaussianPrior,
    KDEPrior,
    LogNormalPrior,
    LogUniformPrior,
    Prior,
    TruncatedNormalPrior,
    UniformPrior,
)
from tests.reference import parameters, reference

SAMPLES = [1.1, 1.2, 1.9, 2.4, 2.5, 2.6, 4.0]
INF = math.inf
#: prior, a value, and what an integral over the density breaks at, in units of that value
EXAMPLES = {
    "gauss": (GaussianPrior(mu=2.0, sigma=0.5), 1.3, [-INF, 1.5, INF]),
    "gauss-small": (GaussianPrior(mu=1e-12, sigma=3e-13), 1.2e-12, [-INF, 0.8, INF]),
    "uniform": (UniformPrior(min=-1.0, max=3.0), 0.7, [-1 / 0.7, 3 / 0.7]),
    "log-uniform": (LogUniformPrior(min=0.5, max=8.0), 1.7, [0.5 / 1.7, 8 / 1.7]),
    "log-uniform-small": (LogUniformPrior(min=1e-13, max=1e-11), 2e-12, [0.05, 0.5, 5.0]),
    "cut": (TruncatedNormalPrior(mu=2.0, sigma=0.5, min=1.2, max=2.1), 1.3, [1.2 / 1.3, 2.1 / 1.3]),
    "cut-above": (TruncatedNormalPrior(mu=-1.0, sigma=0.5, min=0.5), 0.9, [0.5 / 0.9, 1.0, INF]),
    "half": (TruncatedNormalPrior(mu=0.0, sigma=3e-13, max=0.0), -2e-13, [0, 1.5, INF]),
    "cut-far": (
        TruncatedNormalPrior(mu=0.0, sigma=1.0, min=9.0, max=9.5),
        9.1,
        [9 / 9.1, 9.5 / 9.1],
    ),
    "uncut": (TruncatedNormalPrior(mu=2.0, sigma=0.5), 1.3, [-INF, 1.5, INF]),
    "log-normal": (LogNormalPrior(mu=0.3, sigma=0.4), 1.7, [0, 0.8, INF]),
    "log-normal-wide": (LogNormalPrior(mu=0.3, sigma=2.0), 0.8, [0, 0.02, 0.2, 2, 20, INF]),
    "log-normal-small": (LogNormalPrior(mu=-27.0, sigma=0.2), 2e-12, [0, 0.9, INF]),
    "generalized-normal": (GeneralizedGaussianPrior(2.0, 0.5), 1.3, [-INF, 2 / 1.3, INF]),
    "generalized-flat": (GeneralizedGaussianPrior(2.0, 0.5, 0.1), 1.3, [-INF, 2 / 1.3, INF]),
    "generalized-sharp": (GeneralizedGaussianPrior(2e-12, 5e-13, 0.7), 1e-12, [-INF, 2, INF]),
    "laplace": (GeneralizedGaussianPrior(2.0, 0.5, 1.0), 1.3, [-INF, 2 / 1.3, INF]),
    "cusp": (GeneralizedGaussianPrior(2.0, 0.5, 1.4), 2.9, [-INF, 2 / 2.9, INF]),
    "samples": (KDEPrior(SAMPLES), 1.7, [-INF, 0.5, 1, 1.5, 2, 2.5, INF]),
    "samples-rough": (KDEPrior(SAMPLES, 0.1), 1.3, [-INF, *(s / 1.3 for s in SAMPLES), INF]),
}
each = pytest.mark.parametrize(
    ("prior", "x"), [(prior, x) for prior, x, _ in EXAMPLES.values()], ids=EXAMPLES
)


def cases():
    data = reference("stats.json")
    if data is None:
        return None
    return {f"{row['prior']}-{row['value']}": row for row in data["priors"]}


@pytest.mark.parametrize("case", parameters(cases()))
def test_against_reference(case):
    prior = getattr(module, case["prior"])(**case["parameters"])
    assert prior(case["value"]) == pytest.approx(float(case["stat"]), rel=1e-12)


@pytest.mark.parametrize(("prior", "x", "breaks"), EXAMPLES.values(), ids=EXAMPLES)
def test_density_integrates_to_one(prior, x, breaks):
    parts = [
        quad(lambda y: abs(x) * math.exp(-0.5 * prior(y * x)), *ends, epsrel=1e-11, limit=200)[0]
        for ends in itertools.pairwise(breaks)
    ]
    assert sum(parts) == pytest.approx(1, rel=1e-9)


def slope(function, x):
    """Derivative by ln x, by differences of fourth order."""
    h = 1e-3 * x
    near, far = (function(x + k * h) - function(x - k * h) for k in (1, 2))
    return x * (8 * near - far) / (12 * h)


@each
def test_derivatives(prior, x):
    value, first, second = prior.evaluate(x)
    assert value == prior(x)
    assert first * x == pytest.approx(slope(prior, x), rel=1e-8, abs=1e-10)
    by_first = x * slope(lambda y: prior.evaluate(y)[1], x)
    assert second * x**2 == pytest.approx(by_first, rel=1e-8, abs=1e-10)


@each
def test_least_squares_form(prior, x):
    """The square of the residual is -2 ln p but for a constant, which is that of another place."""
    if prior.residual(x) is None:
        assert type(prior) in (LogUniformPrior, GeneralizedGaussianPrior, KDEPrior)
        assert prior.residual(1.001 * x) is None
        return
    residual, derivative = prior.residual(x)
    elsewhere = prior(1.02 * x) - prior.residual(1.02 * x)[0] ** 2
    assert prior(x) - residual**2 == pytest.approx(elsewhere, rel=1e-12, abs=1e-12)
    assert 2 * residual * derivative == pytest.approx(prior.evaluate(x)[1], rel=1e-12)


@each
def test_curvature_is_finite_and_not_negative(prior, x):
    for place in (x, 1.001 * x, getattr(prior, "mu", x)):
        assert 0 <= prior.curvature(place) < math.inf
        assert all(map(math.isfinite, prior.evaluate(place)[1:]))


@pytest.mark.parametrize("cls", [UniformPrior, LogUniformPrior])
def test_support(cls):
    prior = cls(min=1.0, max=4.0)
    assert prior.support == (1.0, 4.0)
    assert math.isfinite(prior(1.0))
    assert math.isfinite(prior(4.0))
    for outside in (0.999, 4.001, -1.0, 0.0, math.nan):
        assert prior(outside) == math.inf


def test_support_of_a_gaussian():
    assert GaussianPrior(0, 1).support == (-math.inf, math.inf)


@each
@pytest.mark.parametrize("factor", [1e6, 0.001, 3.0])
def test_rescaled(prior, x, factor):
    """The density of a multiplied variable, and the same prior."""
    other = prior.rescaled(factor)
    assert type(other) is type(prior)
    shifted = prior(x) + 2 * math.log(factor)
    assert other(x * factor) == pytest.approx(shifted, rel=1e-12, abs=1e-12)
    _value, first, second = other.evaluate(x * factor)
    _, first_before, second_before = prior.evaluate(x)
    assert first * factor == pytest.approx(first_before, rel=1e-9, abs=1e-9 / abs(x))
    assert second * factor**2 == pytest.approx(second_before, rel=1e-9, abs=1e-9 / x**2)
    assert other.support == tuple(end * factor for end in prior.support)


@pytest.mark.parametrize(
    ("cls", "first", "second"),
    [
        (GaussianPrior, "mu", "sigma"),
        (UniformPrior, "min", "max"),
        (LogUniformPrior, "min", "max"),
        (TruncatedNormalPrior, "mu", "sigma"),
        (LogNormalPrior, "mu", "sigma"),
        (GeneralizedGaussianPrior, "mu", "sigma"),
    ],
)
@pytest.mark.parametrize(
    ("value", "message"),
    [
        ("1", "not a plain number"),
        (1 * u.TeV, "not a plain number"),
        (None, "not a plain number"),
        (True, "not a plain number"),
        (1j, "not a plain number"),
        (math.nan, "not finite"),
        (math.inf, "not finite"),
    ],
)
def test_bad_numbers(cls, first, second, value, message):
    with pytest.raises(ParameterError, match=f"{cls.__name__}: {first}.*{message}"):
        cls(**{first: value, second: 1.0})
    with pytest.raises(ParameterError, match=f"{cls.__name__}: {second}.*{message}"):
        cls(**{first: 1.0, second: value})


@pytest.mark.parametrize(
    "cls", [GaussianPrior, TruncatedNormalPrior, LogNormalPrior, GeneralizedGaussianPrior]
)
@pytest.mark.parametrize("sigma", [0, -1, -0.0])
def test_bad_sigma(cls, sigma):
    with pytest.raises(ParameterError, match=rf"{cls.__name__}: sigma = \S+ must be positive"):
        cls(0, sigma)


def test_a_width_whose_square_is_no_float():
    assert math.isfinite(GaussianPrior(0.0, 1e-149).curvature(0.0))
    with pytest.raises(ParameterError, match=r"sigma = 1e-151 must be at least 1e-150, so that"):
        GaussianPrior(0.0, 1e-151)


@pytest.mark.parametrize("cls", [UniformPrior, LogUniformPrior])
@pytest.mark.parametrize(("low", "high"), [(2, 1), (1, 1)])
def test_crossed_limits(cls, low, high):
    with pytest.raises(ParameterError, match="min < max"):
        cls(min=low, max=high)


@pytest.mark.parametrize("low", [0, -1])
def test_logarithm_needs_positive_limits(low):
    with pytest.raises(ParameterError, match="0 < min < max"):
        LogUniformPrior(min=low, max=1)


@pytest.mark.parametrize("number", [np.float32(2), np.int64(2), np.float64(2), 2])
def test_numpy_numbers_become_floats(number):
    prior = GaussianPrior(mu=number, sigma=number)
    assert type(prior.mu) is type(prior.sigma) is float
    assert repr(prior) == "GaussianPrior(mu=2.0, sigma=2.0)"


@each
def test_value_object(prior, x):
    assert pickle.loads(pickle.dumps(prior)) == prior
    if not isinstance(prior, KDEPrior):  # which has too many numbers to print
        assert eval(repr(prior), vars(module) | {"inf": math.inf}) == prior
    assert hash(prior) == hash(pickle.loads(pickle.dumps(prior)))
    assert prior != prior.rescaled(2.0)
    assert isinstance(prior, Prior)
    with pytest.raises(FrozenInstanceError):
        prior.mu = 3


def test_interface_cannot_be_made():
    with pytest.raises(TypeError):
        Prior()
