import math

import astropy.constants as c
import astropy.units as u
import numpy as np
import pytest

from gammapy.modeling.models import (
    BandSpectralModel,
    BlackbodySpectralModel,
    PowerLawSpectralModel,
)

KEV = np.geomspace(8, 4e4, 61) * u.keV


def test_band_as_the_fermi_tools_have_it():
    """Their Ep is the e-folding energy."""
    folding = 500 * u.MeV
    model = BandSpectralModel(
        alpha=-1.0,
        beta=-2.3,
        amplitude="1e-9 cm-2 s-1 MeV-1",
        epeak=(2 - 1) * folding,
        reference="100 MeV",
    )
    expected = [8.187307531e-10, 1.556698608e-11, 7.801974691e-14]
    np.testing.assert_allclose(model([100, 1000, 10000] * u.MeV).value, expected, rtol=1e-9)


@pytest.mark.parametrize("alpha", [-0.5, -1.2, -1.9])
def test_band_as_the_paper_has_it(alpha):
    """Band et al. 1993, eq. 1, in keV."""
    beta, folding = -2.5, 300.0 / (2 + alpha)
    model = BandSpectralModel(alpha=alpha, beta=beta, epeak="300 keV")
    energy, scaled = KEV.value, KEV.value / 100.0
    low = scaled**alpha * np.exp(-energy / folding)
    at_break = ((alpha - beta) * folding / 100.0) ** (alpha - beta) * math.exp(beta - alpha)
    expected = np.where((alpha - beta) * folding >= energy, low, at_break * scaled**beta)
    np.testing.assert_allclose(model(KEV).value, 1e-2 * expected, rtol=1e-12)
    assert model(KEV).unit == "cm-2 s-1 keV-1"


def test_band_is_smooth_once_at_its_break():
    model = BandSpectralModel()
    (kink,) = model.kinks
    assert kink == pytest.approx(1.3 * 300e-9, rel=1e-14)
    values = model.internal_values
    low, high = model.flux(kink * np.array([1 - 1e-9, 1 + 1e-9]), values)
    assert low == pytest.approx(high, rel=1e-8)
    below, above = (
        np.diff(np.log(model.flux(kink * np.array(pair), values)))[0]
        for pair in ((1 - 1e-5, 1.0), (1.0, 1 + 1e-5))
    )
    assert below == pytest.approx(above, rel=1e-4)


@pytest.mark.parametrize(
    ("alpha", "beta", "index"), [(-2.0, -3.0, 2.0), (-2.4, -3.0, 2.4), (-2.0, -1.5, 1.5)]
)
def test_band_without_a_peak_is_a_power_law(alpha, beta, index):
    model = BandSpectralModel(alpha=alpha, beta=beta)
    same = PowerLawSpectralModel(index=index, amplitude=model.amplitude.quantity)
    same.reference.quantity = model.reference.quantity
    np.testing.assert_allclose(model(KEV), same(KEV), rtol=1e-12)
    assert model.kinks == ()
    energy = KEV.to_value("TeV")
    assert np.all(np.isfinite(model.flux_partials(energy, model.internal_values)))


def test_band_below_and_above_these_is_continuous():
    for (alpha, beta), steps in {(-2.0, -3.0): (1e-9, 0.0), (-1.5, -1.5): (0.0, 1e-9)}.items():
        one, two = (
            BandSpectralModel(alpha=alpha + s * steps[0], beta=beta - s * steps[1]) for s in (-1, 1)
        )
        np.testing.assert_allclose(one(KEV), two(KEV), rtol=1e-5)


def test_photons_of_a_star():
    """Stefan-Boltzmann: the energy flux of a sphere is sigma T^4 (R / D)^2."""
    temperature = 6000 * u.K
    kt = (c.k_B * temperature).to("eV")
    ratio = 1e-3
    amplitude = 2 * np.pi * kt**2 / (c.h**3 * c.c**2) * ratio**2
    model = BlackbodySpectralModel(amplitude=amplitude.to("cm-2 s-1 eV-1"), temperature=kt)
    found = model.energy_flux(1e-4 * kt, 100 * kt)
    expected = c.sigma_sb * temperature**4 * ratio**2
    assert found.to_value("erg cm-2 s-1") == pytest.approx(
        expected.to_value("erg cm-2 s-1"), rel=1e-9
    )


def test_number_of_photons():
    """The integral of x^2 / (e^x - 1) is 2 zeta(3)."""
    model = BlackbodySpectralModel(amplitude="1 cm-2 s-1 TeV-1", temperature="1 TeV")
    found = model.integral(1e-7 * u.TeV, 200 * u.TeV).value
    assert found == pytest.approx(2 * 1.2020569031595942, rel=1e-10)


def test_cold_and_hot_bodies():
    model = BlackbodySpectralModel(temperature="1 TeV")
    values = model.internal_values
    energy = np.array([1e-200, 1e-8, 1.0, 1e4, 1e12])
    found = model.flux(energy, values)
    expected = [1e-12 * 1e-200, 1e-12 * 1e-8 * (1 - 0.5e-8), 1e-12 / math.expm1(1.0), 0.0, 0.0]
    np.testing.assert_allclose(found, expected, rtol=1e-14)
    assert np.all(np.isfinite(model.flux_partials(energy, values)))
