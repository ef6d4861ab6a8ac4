import math
import pickle
from dataclasses import FrozenInstanceError

import astropy.units as u
import numpy as np
import pytest
from scipy.integrate import quad

from gammapy.errors import ParameterError
from gammapy.modeling import prior as module
from gammapy.modeling.prior import GaussianPrior, LogUniformPrior, Prior, UniformPrior
from tests.reference import parameters, reference

EXAMPLES = {
    "gauss": (GaussianPrior(mu=2.0, sigma=0.5), 1.3),
    "gauss-small": (GaussianPrior(mu=1e-12, sigma=3e-13), 1.2e-12),
    "uniform": (UniformPrior(min=-1.0, max=3.0), 0.7),
    "log-uniform": (LogUniformPrior(min=0.5, max=8.0), 1.7),
    "log-uniform-small": (LogUniformPrior(min=1e-13, max=1e-11), 2e-12),
}
each = pytest.mark.parametrize(("prior", "x"), EXAMPLES.values(), ids=EXAMPLES)


def cases():
    data = reference("stats.json")
    if data is None:
        return None
    return {f"{row['prior']}-{row['value']}": row for row in data["priors"]}


@pytest.mark.parametrize("case", parameters(cases()))
def test_against_reference(case):
    prior = getattr(module, case["prior"])(**case["parameters"])
    assert prior(case["value"]) == pytest.approx(float(case["stat"]), rel=1e-12)


@each
def test_density_integrates_to_one(prior, x):
    low, high = prior.support
    if math.isinf(low):
        low, high = prior.mu - 12 * prior.sigma, prior.mu + 12 * prior.sigma
    middle = 0.5 * (low + high)
    parts = [
        quad(lambda y: math.exp(-0.5 * prior(y)), a, b, epsabs=0, epsrel=1e-11, limit=200)[0]
        for a, b in ((low, middle), (middle, high))
    ]
    assert sum(parts) == pytest.approx(1, rel=1e-9)


@each
def test_derivatives(prior, x):
    value, first, second = prior.evaluate(x)
    assert value == prior(x)
    h = 1e-4 * abs(x)
    assert first * x == pytest.approx(
        (prior(x + h) - prior(x - h)) / (2 * h) * x, rel=1e-6, abs=1e-9
    )
    by_first = (prior.evaluate(x + h)[1] - prior.evaluate(x - h)[1]) / (2 * h)
    assert second * x**2 == pytest.approx(by_first * x**2, rel=1e-6, abs=1e-9)


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
    assert other(x * factor) == pytest.approx(prior(x) + 2 * math.log(factor), rel=1e-9, abs=1e-9)
    _value, first, second = other.evaluate(x * factor)
    _, first_before, second_before = prior.evaluate(x)
    assert first * factor == pytest.approx(first_before)
    assert second * factor**2 == pytest.approx(second_before)


@pytest.mark.parametrize(
    ("cls", "first", "second"),
    [(GaussianPrior, "mu", "sigma"), (UniformPrior, "min", "max"), (LogUniformPrior, "min", "max")],
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


@pytest.mark.parametrize("sigma", [0, -1, -0.0])
def test_bad_sigma(sigma):
    with pytest.raises(ParameterError, match="must be positive"):
        GaussianPrior(0, sigma)


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
    assert eval(repr(prior), vars(module).copy()) == prior
    assert isinstance(prior, Prior)
    with pytest.raises(FrozenInstanceError):
        prior.min = 3


def test_interface_cannot_be_made():
    with pytest.raises(TypeError):
        Prior()
