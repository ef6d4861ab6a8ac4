"""What is special to power laws: closed forms without a pole."""

import astropy.units as u
import numpy as np
import pytest

from gammapy.errors import ModelError
from gammapy.modeling.models import (
    PowerLaw2SpectralModel,
    PowerLawEnergyFluxSpectralModel,
    PowerLawSpectralModel,
)


@pytest.mark.parametrize("method", ["integral", "energy_flux"])
@pytest.mark.parametrize("pole", [1.0, 2.0])
@pytest.mark.parametrize("off", [0.0, 1e-15, -1e-12, 1e-9, 1e-7, -1e-6, 9e-6, 1.1e-5, 1e-4, -1e-3])
def test_smooth_across_the_pole(method, pole, off):
    """Near index 1 and 2 the closed form loses all digits if written naively."""
    model = PowerLawSpectralModel(index=pole + off, amplitude="1 cm-2 s-1 TeV-1")
    power = {"integral": 1.0, "energy_flux": 2.0}[method] - model.index.value
    width = np.log(20.0)
    x, weights = np.polynomial.legendre.leggauss(40)
    nodes = np.log(0.5) + 0.5 * width * (x + 1)
    expected = 0.5 * width * np.sum(weights * np.exp(power * nodes))
    found = getattr(model, method)(0.5 * u.TeV, 10 * u.TeV)
    assert found.value == pytest.approx(expected, rel=1e-13)


def test_index_is_positive_for_a_falling_spectrum():
    model = PowerLawSpectralModel(index=2)
    ratio = model(10 * u.TeV) / model(1 * u.TeV)
    assert ratio.to_value("") == pytest.approx(0.01)


@pytest.mark.parametrize("index", [1.0, 1 + 1e-12, 1 - 1e-7, 2.0, 2 - 1e-9, 2.4, -1.0, 30.0])
def test_amplitude_of_power_law_2_is_the_integral(index):
    model = PowerLaw2SpectralModel(
        index=index, amplitude="3e-10 cm-2 s-1", emin="20 GeV", emax="2 TeV"
    )
    found = model.integral(20 * u.GeV, 2 * u.TeV)
    assert found.to_value("cm-2 s-1") == pytest.approx(3e-10, rel=1e-13, abs=0)
    same = PowerLawSpectralModel(index=index, amplitude=model(1 * u.TeV), reference="1 TeV")
    for method in ("integral", "energy_flux"):
        expected = getattr(same, method)(30 * u.GeV, 9 * u.TeV).value
        found = getattr(model, method)(30 * u.GeV, 9 * u.TeV).value
        assert found == pytest.approx(expected, rel=1e-12, abs=0)


def test_power_law_2_as_the_fermi_tools_have_it():
    model = PowerLaw2SpectralModel(
        amplitude="1e-7 cm-2 s-1", index=2.1, emin="100 MeV", emax="5e5 MeV"
    )
    found = model([100, 1000, 10000] * u.MeV)
    assert found.unit == "cm-2 s-1 MeV-1"
    expected = [1.100093878e-09, 8.73835628e-12, 6.941123118e-14]
    np.testing.assert_allclose(found.value, expected, rtol=1e-9)


@pytest.mark.parametrize(("emin", "emax"), [("2 TeV", "1 TeV"), ("1 TeV", "1000 GeV")])
def test_power_law_2_needs_a_range(emin, emax):
    with pytest.raises(ModelError, match=r"emin = .* and emax = .* in this order"):
        PowerLaw2SpectralModel(emin=emin, emax=emax)
    with pytest.raises(ModelError, match="must be positive"):
        PowerLaw2SpectralModel(emin="-1 TeV", emax="1 TeV")


def test_energy_flux_as_gammalib_has_it():
    """Numbers of an independent transcription of Gammalib's formula."""
    model = PowerLawEnergyFluxSpectralModel(
        amplitude="1e-11 erg cm-2 s-1", index=2.5, emin="1 TeV", emax="100 TeV"
    )
    expected = [1.096521373e-15, 3.467505041e-18, 1.096521373e-20]
    found = model([0.1, 1, 10] * u.TeV).to_value("cm-2 s-1 MeV-1")
    np.testing.assert_allclose(found, expected, rtol=1e-9)


@pytest.mark.parametrize("index", [1.0, 2.0, 2 + 1e-9, 2.7, -0.5])
def test_energy_flux_between_the_limits_is_the_amplitude(index):
    model = PowerLawEnergyFluxSpectralModel(
        amplitude="3e-12 erg cm-2 s-1", index=index, emin="300 GeV", emax="20 TeV"
    )
    found = model.energy_flux(0.3 * u.TeV, 20 * u.TeV).to_value("erg cm-2 s-1")
    assert found == pytest.approx(3e-12, rel=1e-13, abs=0)
    twin = PowerLawSpectralModel(index=index, amplitude=model(2 * u.TeV), reference="2 TeV")
    limits = 0.1 * u.TeV, 90 * u.TeV
    assert model.integral(*limits).value == pytest.approx(twin.integral(*limits).value, rel=1e-12)
    assert model.inverse(twin(5e4 * u.TeV)).to_value("TeV") == pytest.approx(5e4, rel=1e-9)


@pytest.mark.parametrize(
    ("emin", "emax"), [("2 TeV", "1 TeV"), ("1 TeV", "1 TeV"), ("0 TeV", "1 TeV")]
)
def test_energy_flux_over_no_range_is_refused(emin, emax):
    with pytest.raises(ModelError, match="must be positive and in this order"):
        PowerLawEnergyFluxSpectralModel(emin=emin, emax=emax)
