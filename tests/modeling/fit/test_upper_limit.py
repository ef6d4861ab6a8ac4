"""Upper limits against closed forms, of fits and of profiles."""

from dataclasses import replace

import numpy as np
import pytest
from scipy.optimize import brentq

from gammapy.errors import FitError, UnknownNameError
from gammapy.modeling import Fitter, stat_profile_ul_scipy
from tests.contracts.backend_problems import PROBLEMS
from tests.modeling.fit.test_confidence import poisson_mean
from tests.spectrum.toys import cash, power_law


@pytest.mark.parametrize("n_sigma", [1.0, 2.0, 3.0])
def test_quadratic(n_sigma):
    known = PROBLEMS["quadratic"]()
    problem = known.problem.starting_at(known.minimum)
    found = Fitter().upper_limit(problem, "b", n_sigma=n_sigma)
    assert found["success"]
    assert found["message"] == "the limit was found"
    assert found["nfev"] > 0
    assert found["ul"] == pytest.approx(known.minimum[1] + n_sigma * known.errors[1], rel=1e-4)


def test_default_is_two_sigma_of_a_poisson_mean():
    def rise(mu):
        return 2.0 * (mu - 5.0 - 5.0 * np.log(mu / 5.0)) - 4.0

    found = Fitter(confidence_opts={"rtol": 1e-8}).upper_limit(poisson_mean(5.0), "mu")
    assert found["ul"] == pytest.approx(brentq(rise, 5.0, 50.0), rel=1e-6)


def test_best_value_at_its_lower_bound():
    """No excess: the rise counts from the bound, where the minimum is."""
    known = PROBLEMS["quadratic"]()
    lower = known.minimum - 30 * known.errors
    lower[0] = known.minimum[0] + known.errors[0]
    inverse = np.linalg.inv(known.covariance)
    rest = known.minimum[1:] - np.linalg.solve(
        inverse[1:, 1:], inverse[1:, 0] * (lower[0] - known.minimum[0])
    )
    problem = replace(known.problem, lower=lower, start=np.append(lower[0], rest))
    found = Fitter().upper_limit(problem, "a")
    # 1 sigma above the minimum already, 4 more: at sqrt(5) sigma
    assert found["ul"] == pytest.approx(known.minimum[0] + 5**0.5 * known.errors[0], rel=1e-3)


def test_no_limit_below_a_bound_is_nan_with_reason():
    known = PROBLEMS["quadratic"]()
    upper = known.minimum + 1.5 * known.errors
    problem = replace(known.problem, upper=upper, start=known.minimum)
    found = Fitter().upper_limit(problem, "b")
    assert np.isnan(found["ul"])
    assert not found["success"]
    assert found["message"].startswith("the statistic rises by less than 4 up to the bound 2.65")


def test_it_is_the_error_at_two_sigma_and_stores_nothing():
    dataset = cash(models=power_law())
    fitter = Fitter()
    fitter.run(dataset)
    amplitude = dataset.models.parameters["amplitude"]
    errp = fitter.confidence(dataset, amplitude, sigma=2)["errp"]
    found = fitter.upper_limit(dataset, "amplitude")
    assert found["ul"] == pytest.approx(amplitude.value + errp, rel=1e-12)
    assert np.isnan(amplitude.errp)


@pytest.mark.parametrize("n_sigma", [0.0, -1.0, np.nan, np.inf])
def test_n_sigma_must_be_positive(n_sigma):
    with pytest.raises(FitError, match=r"n_sigma = .* must be positive and finite"):
        Fitter().upper_limit(poisson_mean(5.0), "mu", n_sigma=n_sigma)


def test_bad_parameters_and_models():
    dataset = cash(models=power_law(index=2.0))
    with pytest.raises(FitError, match="do not stand at a minimum"):
        Fitter().upper_limit(dataset, "index")
    with pytest.raises(UnknownNameError, match="'slope' is not a free parameter"):
        Fitter().upper_limit(dataset, "slope")


@pytest.mark.parametrize("offset", [0.0, 100.0, -100.0])
@pytest.mark.parametrize("delta_ts", [1.0, 4.0, 7.3])
def test_profile_that_is_a_parabola(offset, delta_ts):
    x = np.array([-1.3, -0.8, 0.1, 0.45, 1.2, 2.2, 4.0])
    limit = stat_profile_ul_scipy(x, ((x - 0.2) / 0.7) ** 2 + offset, delta_ts)
    assert limit == pytest.approx(0.2 + 0.7 * delta_ts**0.5, rel=1e-9)
    assert isinstance(limit, float)


def test_linear_interpolation():
    limit = stat_profile_ul_scipy([0.0, 1.0, 2.0, 3.0], [7.0, 5.0, 8.0, 12.0], interp_scale="lin")
    assert limit == pytest.approx(2.25)  # 5 + 4 = 9 is a quarter of the way from 8 to 12


def test_profile_of_a_fit():
    dataset = cash(models=power_law())
    fitter = Fitter()
    fitter.run(dataset)
    index = dataset.models.parameters["index"]
    index.scan_n_values, index.scan_n_sigma = 31, 4
    profile = fitter.stat_profile(dataset, index, reoptimize=True)
    limit = stat_profile_ul_scipy(profile["crab.spectral.index_scan"], profile["stat_scan"])
    direct = fitter.upper_limit(dataset, index)["ul"]
    assert limit - index.value == pytest.approx(direct - index.value, rel=2e-3)


def test_profile_with_its_lowest_point_at_an_end():
    x = np.linspace(0.0, 5.0, 51)
    assert stat_profile_ul_scipy(x, (x + 1.0) ** 2) == pytest.approx(5**0.5 - 1.0, rel=1e-2)
    with pytest.raises(FitError, match="rises by less than delta_ts = 4 up to its last value 5"):
        stat_profile_ul_scipy(x, (x - 6.0) ** 2)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (([0, 1, 2], [0, 1]), "two arrays of the same length"),
        (([0], [0]), "at least 2"),
        (([0, 1, 2], [0, np.nan, 5]), "finite"),
        (([0, 2, 1], [0, 1, 5]), "must rise"),
        (([0, 1, 2], [0, 1, 5], 0), "delta_ts = 0 must be positive"),
        (([0, 1, 2], [0, 1, 5], np.nan), "delta_ts = nan must be positive"),
        (([0, 1, 2], [0, 1, 5], 4, "log"), "interp_scale = 'log' must be"),
    ],
)
def test_bad_profiles(arguments, message):
    with pytest.raises(FitError, match=message):
        stat_profile_ul_scipy(*arguments)
