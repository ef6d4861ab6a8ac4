import astropy.units as u
import pytest

from gammapy.modeling.models import ConstantSpectralModel


def test_closed_forms():
    model = ConstantSpectralModel(const="2 cm-2 s-1 TeV-1")
    assert model.integral(1 * u.TeV, 3 * u.TeV).value == pytest.approx(4, rel=1e-9)
    assert model.energy_flux(1 * u.TeV, 3 * u.TeV).value == pytest.approx(8, rel=1e-9)
