import astropy.units as u
import numpy as np
import pytest

from gammapy.errors import ModelError
from gammapy.modeling.models import (
    ExponentialSpectralModel,
    PowerLawNormSpectralModel,
    PowerLawSpectralModel,
    TemplateSpectralModel,
)


def test_absorption_by_a_table_of_depths():
    energy, depth = [0.1, 1, 10] * u.TeV, np.array([0.1, 0.7, 3.0])
    factor = ExponentialSpectralModel(
        TemplateSpectralModel(energy, depth) * PowerLawNormSpectralModel(norm=-1.0)
    )
    np.testing.assert_allclose(factor(energy), np.exp(-depth), rtol=1e-13)
    spectrum = PowerLawSpectralModel() * factor
    expected = PowerLawSpectralModel()(energy) * np.exp(-depth)
    np.testing.assert_allclose(spectrum(energy).value, expected.value, rtol=1e-13)


def test_parameters_are_those_of_the_model():
    inner = PowerLawNormSpectralModel(norm=-0.4)
    model = ExponentialSpectralModel(inner)
    assert list(model.own_parameters) == ["model.tilt", "model.norm", "model.reference"]
    assert model.parameters["model.norm"] is inner.norm
    inner.norm.value = -0.5
    assert model(1 * u.TeV).value == pytest.approx(np.exp(-0.5), rel=1e-14)
    other = PowerLawNormSpectralModel(norm=-0.1)
    model.share_parameter("model.norm", other.norm)
    assert inner.norm is other.norm
    model.freeze()
    model.unfreeze()
    assert not inner.norm.frozen
    assert inner.tilt.frozen


def test_large_depths_are_quiet():
    model = ExponentialSpectralModel(PowerLawNormSpectralModel(norm=-1e6))
    assert model(1 * u.TeV) == 0
    model.model.norm.value = 1e6
    assert model(1 * u.TeV) == np.inf


@pytest.mark.parametrize("model", [PowerLawSpectralModel(), 3.0, None])
def test_what_has_no_exponential_is_refused(model):
    with pytest.raises(ModelError, match="ExponentialSpectralModel: model"):
        ExponentialSpectralModel(model)
