"""A break or a line that moves in a fit takes the cuts of the integrals along."""

import astropy.units as u
import numpy as np
import pytest

from gammapy.datasets.likelihood import Likelihood
from gammapy.modeling import Fitter
from gammapy.modeling.models import (
    BrokenPowerLawSpectralModel,
    GaussianSpectralModel,
    PowerLawSpectralModel,
    SkyModel,
)
from tests.spectrum.toys import cash


def broken(ebreak: float) -> SkyModel:
    spectrum = BrokenPowerLawSpectralModel(
        index1=1.5, index2=2.9, amplitude="3e-11 cm-2 s-1 TeV-1", ebreak=ebreak * u.TeV
    )
    return SkyModel(spectrum, name="broken")


def line(mean: float) -> SkyModel:
    spectrum = GaussianSpectralModel(
        amplitude="5e-12 cm-2 s-1", mean=mean * u.TeV, sigma="0.002 TeV"
    )
    return SkyModel(spectrum + PowerLawSpectralModel(), name="line")


@pytest.mark.parametrize(
    ("make", "name"), [(broken, "ebreak"), (line, "model1.mean")], ids=["break", "line"]
)
@pytest.mark.parametrize("there", [1.02, 1.9, 7.77])
def test_moved_is_as_good_as_compiled_there(make, name, there):
    dataset = cash(models=make(1.3))
    likelihood = Likelihood([dataset])
    x = likelihood.plan.start
    x[[n.endswith(name) for n in likelihood.plan.names].index(True)] = there
    dataset.models = make(there)
    fresh = Likelihood([dataset])
    found, expected = likelihood.evaluate(x), fresh.evaluate(fresh.plan.start)
    assert found.value == pytest.approx(expected.value, abs=1e-6)
    np.testing.assert_allclose(found.gradient, expected.gradient, rtol=1e-5)


def test_a_free_break_is_fitted():
    dataset = cash(models=broken(1.0), n_energy=30, n_true=40, exposure=2e15)
    dataset.fake(11)
    dataset.models = broken(1.6)
    result = Fitter().run(dataset)
    assert result.success, result.message
    ebreak = dataset.models.parameters["ebreak"]
    assert abs(ebreak.value - 1.0) < 3 * ebreak.error < 0.5
