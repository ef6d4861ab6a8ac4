"""Profiles of the statistic: the reference's values, and where the points lie."""

import astropy.units as u
import numpy as np
import pytest

from gammapy.modeling import Fitter
from tests.contracts.backend_problems import PROBLEMS
from tests.spectrum import crab
from tests.spectrum.toys import cash, power_law


@pytest.mark.parametrize("name", crab.WORKLOADS)
@pytest.mark.parametrize("reoptimize", [False, True])
def test_profile_of_the_reference(name, reoptimize):
    work = crab.workload(name)
    expected = work["scan"]["profile"]
    joint = crab.datasets(work)
    fitter = Fitter(optimize_opts={"tol": 1e-4})
    # the other parameters stand where the reference has them
    for parameter in work["fit"]["parameters"]:
        joint.models.parameters[parameter["name"]].value = parameter["value"]
    scanned = joint.models.parameters[expected["parameter"]]
    scanned.scan_values = expected["values"]
    found = fitter.stat_profile(joint, scanned, reoptimize=reoptimize)
    key = "stat_reoptimized" if reoptimize else "stat_others_fixed"
    rise = np.array(expected[key], dtype=float) - float(expected["stat_best"])
    np.testing.assert_allclose(found["stat_scan"] - joint.stat_sum(), rise, atol=0.02)
    np.testing.assert_array_equal(
        found[f"crab.spectral.{expected['parameter']}_scan"], expected["values"]
    )
    assert found["fit_results"].shape == (11, 2)
    moved = np.ptp(found["fit_results"], axis=0) > 0
    assert moved.all() if reoptimize else not moved.any()


def test_scan_settings():
    dataset = cash(models=power_law())
    fitter = Fitter()
    fitter.run(dataset)
    index = dataset.models.parameters["index"]

    def scan():
        return fitter.stat_profile(dataset, index)["crab.spectral.index_scan"]

    np.testing.assert_allclose(
        scan(), np.linspace(index.value - 2 * index.error, index.value + 2 * index.error, 11)
    )
    index.scan_n_values, index.scan_n_sigma = 5, 1
    np.testing.assert_allclose(scan()[[0, -1]], index.value + index.error * np.array([-1, 1]))
    assert len(scan()) == 5
    index.scan_min, index.scan_max = 2.0, 2.8
    np.testing.assert_allclose(scan(), [2.0, 2.2, 2.4, 2.6, 2.8])
    index.interp = "log"
    np.testing.assert_allclose(scan(), np.geomspace(2.0, 2.8, 5))
    index.interp = "sqrt"
    np.testing.assert_allclose(np.sqrt(scan()), np.linspace(2.0**0.5, 2.8**0.5, 5))
    index.scan_values = [2.1, 2.5]
    np.testing.assert_array_equal(scan(), [2.1, 2.5])


def test_scan_keeps_bounds():
    dataset = cash(models=power_law())
    fitter = Fitter()
    fitter.run(dataset)
    index = dataset.models.parameters["index"]
    index.max = index.value + 0.5 * index.error
    points = fitter.stat_profile(dataset, index)["crab.spectral.index_scan"]
    assert points[-1] == index.max
    assert points[0] < index.value - 1.9 * index.error


def test_profile_of_a_bare_problem():
    known = PROBLEMS["quadratic"]()
    problem = known.problem.starting_at(known.minimum)
    found = Fitter().stat_profile(problem, "b", reoptimize=True)
    pulls = (found["b_scan"] - known.minimum[1]) / known.errors[1]
    np.testing.assert_allclose(pulls, np.linspace(-2, 2, 11), atol=1e-6)
    np.testing.assert_allclose(found["stat_scan"] - known.total_stat, pulls**2, atol=1e-3)
    slope = known.covariance[1, [0, 2]] / known.covariance[1, 1]
    np.testing.assert_allclose(
        found["fit_results"],
        known.minimum[[0, 2]] + np.outer(found["b_scan"] - known.minimum[1], slope),
        rtol=1e-3,
    )


def test_units_of_the_scan_are_the_users():
    model = power_law()
    model.spectral_model.amplitude.unit = u.Unit("m-2 s-1 GeV-1")
    dataset = cash(models=model)
    fitter = Fitter()
    fitter.run(dataset)
    amplitude = model.spectral_model.amplitude
    points = fitter.stat_profile(dataset, "amplitude")["crab.spectral.amplitude_scan"]
    np.testing.assert_allclose(points[[0, -1]].mean(), amplitude.value)
    np.testing.assert_allclose(np.ptp(points), 4 * amplitude.error, rtol=1e-3)


def test_profile_does_not_touch_the_models():
    dataset = cash(models=power_law())
    fitter = Fitter()
    fitter.run(dataset)
    before = [(p.value, p.error) for p in dataset.models.parameters]
    fitter.stat_profile(dataset, "index", reoptimize=True)
    assert [(p.value, p.error) for p in dataset.models.parameters] == before
