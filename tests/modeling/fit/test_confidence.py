"""Asymmetric errors against closed forms and the MINOS errors of the reference."""

from dataclasses import replace

import numpy as np
import pytest
from scipy.optimize import brentq

from gammapy.errors import FitError, OptionError, UnknownNameError
from gammapy.modeling import Evaluation, FitProblem, Fitter
from tests.contracts.backend_problems import PROBLEMS
from tests.spectrum import crab
from tests.spectrum.toys import cash, power_law


def at_minimum(known) -> FitProblem:
    return known.problem.starting_at(known.minimum)


@pytest.mark.parametrize("sigma", [1.0, 2.5])
@pytest.mark.parametrize("index", [0, 1, 2])
def test_quadratic_is_symmetric(index, sigma):
    known = PROBLEMS["quadratic"]()
    limits = Fitter().confidence(at_minimum(known), "abc"[index], sigma=sigma)
    assert limits["success"]
    assert limits["message"] == "both limits were found"
    assert limits["nfev"] > 0
    for side in ("errp", "errn"):
        assert limits[side] == pytest.approx(sigma * known.errors[index], rel=1e-3)


def test_others_held_gives_the_conditional_error():
    known = PROBLEMS["quadratic"]()
    limits = Fitter().confidence(at_minimum(known), "a", reoptimize=False)
    conditional = np.linalg.inv(known.covariance)[0, 0] ** -0.5
    assert limits["errp"] == pytest.approx(conditional, rel=1e-3)


def poisson_mean(counts: float) -> FitProblem:
    """One Poisson mean: 2 (mu - n ln mu) has its minimum at n."""

    def evaluate(x):
        gradient = np.array([2.0 * (1.0 - counts / x[0])])
        value = 2.0 * (x[0] - counts * np.log(x[0])) if x[0] > 0 else np.inf
        return Evaluation(value, gradient, np.array([[2.0 * counts / x[0] ** 2]]))

    bounds = np.array([1e-3]), np.array([np.inf])
    return FitProblem(("mu",), np.array([counts]), *bounds, lambda x: evaluate(x).value, evaluate)


@pytest.mark.parametrize("counts", [1.0, 5.0, 100.0])
@pytest.mark.parametrize("sigma", [1.0, 3.0])
def test_poisson_mean(counts, sigma):
    """The limits solve 2 (mu - n - n ln(mu / n)) = sigma^2."""

    def rise(mu):
        return 2.0 * (mu - counts - counts * np.log(mu / counts)) - sigma**2

    limits = Fitter().confidence(poisson_mean(counts), "mu", sigma=sigma)
    upper = brentq(rise, counts, counts + 10 * sigma * np.sqrt(counts) + 20)
    lower = brentq(rise, 1e-12, counts)
    assert limits["errp"] == pytest.approx(upper - counts, rel=2e-3)
    if lower > 1e-3:
        assert limits["errn"] == pytest.approx(counts - lower, rel=2e-3)
    else:  # one count at 3 sigma: the limit is beyond the bound of 0.001
        assert np.isnan(limits["errn"])
        assert not limits["success"]
        assert limits["message"] == (
            "errn: the statistic rises by less than 9 up to the bound 0.001"
        )


@pytest.mark.parametrize("reoptimize", [True, False])
def test_limit_beyond_a_bound_is_nan_with_reason(reoptimize):
    known = PROBLEMS["quadratic"]()
    upper = known.minimum + 0.5 * np.linalg.inv(known.covariance).diagonal() ** -0.5
    problem = replace(at_minimum(known), upper=upper)
    limits = Fitter().confidence(problem, "b", reoptimize=reoptimize)
    assert np.isnan(limits["errp"])
    assert limits["errn"] > 0
    assert not limits["success"]
    assert limits["message"].startswith("errp: the statistic rises by less than 1 up to the bound")


def test_best_fit_at_a_bound():
    known = PROBLEMS["poisson"]()
    problem = replace(known.bounded, start=known.minimum, lower=known.minimum)
    limits = Fitter().confidence(problem, "a")
    assert np.isnan(limits["errn"])
    assert limits["errp"] > 0
    assert limits["message"].startswith("errn:")


def test_statistic_that_stays_flat_has_no_limit():
    def evaluate(x):
        depth = 0.8 * (1.0 - np.exp(-(x[0] ** 2)))
        slope = 1.6 * x[0] * np.exp(-(x[0] ** 2))
        return Evaluation(depth, np.array([slope]), np.array([[1.6]]))

    infinite = np.array([np.inf])
    problem = FitProblem(
        ("x",), np.zeros(1), -infinite, infinite, lambda x: evaluate(x).value, evaluate
    )
    limits = Fitter().confidence(problem, "x")
    assert np.isnan(limits["errp"])
    assert np.isnan(limits["errn"])
    assert "errp: the statistic rises by less than 1 within 64 errors" in limits["message"]


@pytest.mark.parametrize("name", crab.WORKLOADS)
def test_minos_of_the_reference(name):
    work = crab.workload(name)
    joint = crab.datasets(work)
    fitter = Fitter()
    fitter.run(joint)
    before = joint.models.parameters.value
    for path, expected in work["fit"]["minos_1sigma"].items():
        limits = fitter.confidence(joint, joint.models.parameters[path])
        assert limits["success"], limits["message"]
        assert limits["errp"] == pytest.approx(expected["errp"], rel=0.02)
        assert limits["errn"] == pytest.approx(expected["errn"], rel=0.02)
    np.testing.assert_array_equal(joint.models.parameters.value, before)


def test_names_of_the_parameter():
    dataset = cash(models=power_law())
    fitter = Fitter()
    fitter.run(dataset)
    index = dataset.models.parameters["index"]
    answers = [fitter.confidence(dataset, key) for key in (index, "index", "crab.spectral.index")]
    assert answers[0] == answers[1] == answers[2]
    with pytest.raises(UnknownNameError, match="'slope' is not a free parameter"):
        fitter.confidence(dataset, "slope")
    with pytest.raises(FitError, match=r"reference.*is not a free parameter of this fit"):
        fitter.confidence(dataset, dataset.models.parameters["reference"])


@pytest.mark.parametrize("sigma", [0.0, -1.0, np.nan, np.inf])
def test_sigma_must_be_positive(sigma):
    with pytest.raises(FitError, match="must be positive"):
        Fitter().confidence(poisson_mean(5.0), "mu", sigma=sigma)


def test_precision_is_an_option():
    rough = Fitter(confidence_opts={"rtol": 0.1}).confidence(poisson_mean(5.0), "mu")
    fine = Fitter(confidence_opts={"rtol": 1e-6}).confidence(poisson_mean(5.0), "mu")
    assert rough["nfev"] <= fine["nfev"]
    assert rough["errp"] == pytest.approx(fine["errp"], rel=0.1)
    with pytest.raises(OptionError, match=r"no option 'tolerance'.*'rtol'"):
        Fitter(confidence_opts={"tolerance": 1})


def test_models_must_stand_at_the_minimum():
    """Limits from elsewhere would look right and mean nothing."""
    dataset = cash(models=power_law(index=2.0))
    fitter = Fitter()
    with pytest.raises(FitError, match="do not stand at a minimum"):
        fitter.confidence(dataset, "index")
    fitter.run(dataset)
    assert fitter.confidence(dataset, "index")["success"]
    index = dataset.models.parameters["index"]
    index.value += 0.1 * index.error  # nearly there, as after reading rounded values
    assert fitter.confidence(dataset, "index")["success"]
    index.value += 0.5 * index.error
    with pytest.raises(FitError, match="do not stand at a minimum"):
        fitter.confidence(dataset, "index")
