import astropy.units as u
import numpy as np
import pytest

from gammapy.errors import ModelError, UnitMismatchError
from gammapy.modeling.models import EnergyWindowNormSpectralModel, PowerLawSpectralModel


def test_lower_end_is_inside_and_upper_is_not():
    model = EnergyWindowNormSpectralModel("200 GeV", "5 TeV")
    found = model([0.1, 0.2, 1.0, 4.999, 5.0, 6.0] * u.TeV)
    np.testing.assert_array_equal(found, [0, 1, 1, 1, 0, 0])
    assert (model.emin, model.emax) == (0.2 * u.TeV, 5 * u.TeV)
    assert len(model.parameters) == 0


@pytest.mark.parametrize(("low", "high"), [(0.01, 100), (1, 3), (0.1, 1), (1, 30)])
def test_a_spectrum_in_a_window(low, high):
    spectrum = PowerLawSpectralModel(index=2.2)
    model = spectrum * EnergyWindowNormSpectralModel("200 GeV", "5 TeV")
    limits = max(low, 0.2) * u.TeV, min(high, 5) * u.TeV
    for method in ("integral", "energy_flux"):
        expected = getattr(spectrum, method)(*limits).value
        found = getattr(model, method)(low * u.TeV, high * u.TeV).value
        assert found == pytest.approx(expected, rel=1e-9, abs=0)


def test_outside_there_is_nothing():
    model = PowerLawSpectralModel() * EnergyWindowNormSpectralModel("200 GeV", "5 TeV")
    assert model.integral(6 * u.TeV, 60 * u.TeV).value == 0
    assert np.isnan(model.spectral_index(9 * u.TeV))


@pytest.mark.parametrize(
    ("emin", "emax"), [("5 TeV", "2 TeV"), ("1 TeV", "1 TeV"), ("0 TeV", "1 TeV")]
)
def test_no_window_is_refused(emin, emax):
    with pytest.raises(ModelError, match="in this order"):
        EnergyWindowNormSpectralModel(emin, emax)


def test_what_is_no_energy_is_refused():
    with pytest.raises(UnitMismatchError, match="emax"):
        EnergyWindowNormSpectralModel("1 TeV", "2 s")
    with pytest.raises(ModelError, match="two positive energies"):
        EnergyWindowNormSpectralModel([1, 2] * u.TeV, [3, 4] * u.TeV)
