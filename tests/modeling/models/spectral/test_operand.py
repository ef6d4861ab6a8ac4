"""What stands beside a spectral model."""

import astropy.units as u
import numpy as np
import pytest

from gammapy.errors import ModelError
from gammapy.modeling.models import (
    SPECTRAL_MODEL_REGISTRY,
    ConstantSpectralModel,
    PowerLawNormSpectralModel,
    PowerLawSpectralModel,
    SkyModel,
)
from gammapy.modeling.models.spectral.operand import operand


def test_a_model_is_itself():
    model = PowerLawSpectralModel()
    assert operand(model, SPECTRAL_MODEL_REGISTRY) is model


@pytest.mark.parametrize(
    ("value", "cls", "name", "number"),
    [
        (2, PowerLawNormSpectralModel, "norm", 2.0),
        (50 * u.percent, PowerLawNormSpectralModel, "norm", 0.5),
        (3e-12 * u.Unit("cm-2 s-1 TeV-1"), ConstantSpectralModel, "const", 3e-12),
    ],
)
def test_numbers_and_quantities_are_frozen(value, cls, name, number):
    found = operand(value, SPECTRAL_MODEL_REGISTRY)
    assert type(found) is cls
    assert found.parameters[name].value == pytest.approx(number)
    assert found.frozen


@pytest.mark.parametrize("value", [np.ones(2), "model", None, SkyModel(PowerLawSpectralModel())])
def test_all_else_is_refused(value):
    with pytest.raises(ModelError, match="cannot be combined with a spectral model"):
        operand(value, SPECTRAL_MODEL_REGISTRY)
