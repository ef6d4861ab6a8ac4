"""A new kind of dataset joins spectra in one fit and touches nothing that stands."""

import numpy as np
import pytest

from gammapy.datasets import Datasets
from gammapy.modeling import Fitter, Status
from tests.datasets.toy_kind import points
from tests.spectrum.toys import cash, on_off, power_law


def test_alone():
    dataset = points(models=power_law())
    pulls = (3e-11 * dataset.energy**-2.3 - dataset.flux) / dataset.error
    assert dataset.stat_sum() == pytest.approx(np.sum(pulls**2))
    result = Fitter().run(dataset)
    assert result.status is Status.CONVERGED
    assert result.n_data == 6


@pytest.mark.parametrize("backend", ["minuit", "scipy"])
def test_joint_fit(backend):
    joint = Datasets([cash("c"), points("p"), on_off("o")])
    joint.models = power_law()
    result = Fitter(backend).run(joint)
    assert result.status is Status.CONVERGED
    assert result.n_data == 8 + 6 + 8
    joint_error = joint.models.parameters["index"].error
    weights = 0.0
    for dataset in (cash("c"), points("p"), on_off("o")):
        dataset.models = power_law()
        Fitter(backend).run(dataset)
        covariance = dataset.models.covariance.data[:2, :2]
        weights = weights + np.linalg.inv(covariance)
    # information adds up, nearly: the parts are taken at their own minima
    assert joint_error == pytest.approx(np.linalg.inv(weights)[0, 0] ** 0.5, rel=0.05)


def test_a_model_of_its_own():
    joint = Datasets([cash("c"), points("p")])
    joint.models = [power_law("a"), power_law("b")]
    joint.models["a"].datasets_names = ["c"]
    joint.models["b"].datasets_names = ["p"]
    result = Fitter().run(joint)
    assert result.status is Status.CONVERGED
    np.testing.assert_allclose(result.covariance.correlation[:2, 2:], 0.0, atol=1e-6)
    alone = points("p", models=power_law("b"))
    Fitter().run(alone)
    for found, expected in zip(
        joint.models["b"].parameters, alone.models["b"].parameters, strict=True
    ):
        assert found.value == pytest.approx(expected.value, abs=0.05 * expected.error)
        assert found.error == pytest.approx(expected.error, rel=1e-2)
