"""The statistic on a grid: exact values, layout, bad arguments."""

import numpy as np
import pytest

from gammapy.errors import FitError, UnknownNameError
from gammapy.modeling import Fitter
from tests.contracts.backend_problems import PROBLEMS
from tests.spectrum import crab
from tests.spectrum.toys import cash, power_law


@pytest.mark.parametrize("reoptimize", [True, False])
def test_quadratic(reoptimize):
    known = PROBLEMS["quadratic"]()
    problem = known.problem.starting_at(known.minimum)
    found = Fitter().stat_surface(problem, "c", "a", reoptimize=reoptimize)
    assert list(found) == ["c_scan", "a_scan", "stat_scan", "fit_results", "success"]
    c, a = np.meshgrid(found["c_scan"], found["a_scan"], indexing="ij")
    step = np.stack([c - known.minimum[2], a - known.minimum[0]], axis=-1)
    pair = [2, 0]
    if reoptimize:
        inverse = np.linalg.inv(known.covariance[np.ix_(pair, pair)])
    else:
        inverse = np.linalg.inv(known.covariance)[np.ix_(pair, pair)]
    rise = np.einsum("xyi,ij,xyj->xy", step, inverse, step)
    np.testing.assert_allclose(found["stat_scan"] - known.total_stat, rise, atol=1e-6)
    assert found["fit_results"].shape == (11, 11, 1)
    assert found["success"]
    if reoptimize:
        follow = known.covariance[1, pair] @ inverse
        np.testing.assert_allclose(
            found["fit_results"][..., 0], known.minimum[1] + step @ follow, rtol=1e-6
        )
    else:
        np.testing.assert_array_equal(found["fit_results"], known.minimum[1])


@pytest.mark.parametrize("name", crab.WORKLOADS)
def test_the_reference_profile_is_the_lowest_line_of_a_surface(name):
    """Minimised over y by a parabola, the surface is the re-optimised profile of x."""
    work = crab.workload(name)
    expected = work["scan"]["profile"]
    joint = crab.datasets(work)
    fitter = Fitter()
    fitter.run(joint)
    x = joint.models.parameters[expected["parameter"]]
    y = joint.models.parameters["amplitude"]
    x.scan_values = expected["values"][3:8]
    y.scan_n_values, y.scan_n_sigma = 41, 3
    found = fitter.stat_surface(joint, x, y, reoptimize=True)
    assert found["stat_scan"].shape == (5, 41)
    lowest = found["stat_scan"].min(axis=1) - joint.stat_sum()
    rise = np.array(expected["stat_reoptimized"][3:8], dtype=float) - float(expected["stat_best"])
    np.testing.assert_allclose(lowest, rise, atol=0.03)


def test_more_points_of_one_parameter():
    dataset = cash(models=power_law())
    fitter = Fitter()
    fitter.run(dataset)
    index, amplitude = (dataset.models.parameters[name] for name in ("index", "amplitude"))
    index.scan_values = [2.0, 2.2]
    amplitude.scan_values = [amplitude.value]
    before = [(p.value, p.error) for p in dataset.models.parameters]
    found = fitter.stat_surface(dataset, index, amplitude)
    assert found["stat_scan"].shape == (2, 1)
    assert found["fit_results"].shape == (2, 1, 0)
    for value, stat in zip([2.0, 2.2], found["stat_scan"][:, 0], strict=True):
        index.value = value
        assert dataset.stat_sum() == pytest.approx(stat, rel=1e-12)
        index.value = before[dataset.models.parameters.index(index)][0]
    assert [(p.value, p.error) for p in dataset.models.parameters] == before


def test_bad_arguments():
    dataset = cash(models=power_law())
    fitter = Fitter()
    fitter.run(dataset)
    with pytest.raises(FitError, match=r"x and y are both 'crab.spectral.index'"):
        fitter.stat_surface(dataset, "index", dataset.models.parameters["index"])
    with pytest.raises(UnknownNameError, match="'slope' is not a free parameter"):
        fitter.stat_surface(dataset, "index", "slope")
    with pytest.raises(FitError, match=r"reference.*is not a free parameter"):
        fitter.stat_surface(dataset, dataset.models.parameters["reference"], "index")
