import math

import astropy.units as u
import numpy as np
import pytest

from gammapy.modeling.models import LogGaussianSpectralModel, LogNormalSpectralModel


def test_formula_of_the_fermi_tools():
    """P ln10 / (sqrt(2 pi) S E) exp(-((log10 E - M) / S)^2 / 2), E in MeV."""
    prefactor, mean, sigma = 3e-9, 3.2, 0.4
    model = LogNormalSpectralModel(
        amplitude=prefactor * math.log(10) ** 2 / (u.cm**2 * u.s), log10_mean=mean,
        log10_sigma=sigma,
    )  # fmt: skip
    e = np.array([100.0, 1000.0, 10000.0])
    expected = prefactor * np.log(10) / (np.sqrt(2 * np.pi) * sigma * e)
    expected *= np.exp(-0.5 * ((np.log10(e) - mean) / sigma) ** 2)
    found = model(e * u.MeV).to_value("cm-2 s-1 MeV-1")
    np.testing.assert_allclose(found, expected, rtol=1e-12)


def test_is_the_other_bump_in_decades():
    model = LogNormalSpectralModel(log10_mean=5.3, log10_sigma=0.3)
    twin = LogGaussianSpectralModel(Ep=10**5.3 * u.MeV, w=0.3 * math.log(10))
    energy = np.geomspace(0.01, 10, 9) * u.TeV
    np.testing.assert_allclose(model(energy).value, twin(energy).to_value(model.unit), rtol=1e-12)
    limits = 0.05 * u.TeV, 2 * u.TeV
    for method in ("integral", "energy_flux"):
        found, expected = (getattr(m, method)(*limits).value for m in (model, twin))
        assert found == pytest.approx(expected, rel=1e-9, abs=0)


@pytest.mark.parametrize("sigma", [1e-4, 0.1, 1.0])
def test_integral_over_all_energies_is_the_amplitude(sigma):
    model = LogNormalSpectralModel(log10_sigma=sigma)
    limits = 1e-12 * u.TeV, 1e12 * u.TeV
    assert model.integral(*limits).value == pytest.approx(1e-12, rel=1e-12, abs=0)
    width = sigma * math.log(10)
    mean = 1e-12 * math.exp(0.5 * width**2)  # TeV cm-2 s-1, about 1 TeV
    assert model.energy_flux(*limits).value == pytest.approx(mean, rel=1e-12, abs=0)


def test_a_narrow_bump_is_found_by_a_quadrature():
    model = LogNormalSpectralModel(log10_sigma=1e-3) * 1.0
    found = model.integral(0.01 * u.TeV, 100 * u.TeV).value
    assert found == pytest.approx(1e-12, rel=1e-9, abs=0)
