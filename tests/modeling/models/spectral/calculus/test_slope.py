"""The local index: complex step, and what happens where a formula does not stand it."""

import astropy.units as u
import numpy as np
import pytest

from gammapy.modeling import Parameter
from gammapy.modeling.models import (
    BrokenPowerLawSpectralModel,
    ExpCutoffPowerLawSpectralModel,
    LogParabolaSpectralModel,
    PowerLawSpectralModel,
    SpectralModel,
)
from gammapy.modeling.models.spectral.calculus.slope import log_slope

ENERGY = np.geomspace(0.01, 300, 30)


def test_log_slope_is_exact_to_rounding():
    found = log_slope(lambda e: np.sin(np.log(e)), ENERGY)
    np.testing.assert_allclose(found, np.cos(np.log(ENERGY)), rtol=1e-13, atol=1e-14)


@pytest.mark.parametrize("steep", [0.1, 3.0, 20.0])
def test_steep_cutoff(steep):
    """Index plus energy over cutoff, over 2000 powers of e."""
    model = ExpCutoffPowerLawSpectralModel(index=1.5, lambda_=steep / u.TeV)
    energy = ENERGY[steep * ENERGY < 600]
    found = model.spectral_index(energy * u.TeV).value
    np.testing.assert_allclose(found, 1.5 + steep * energy, rtol=1e-13)


class Folded(SpectralModel):
    """Power law written so that the imaginary part of an energy is lost, in part or altogether."""

    index = Parameter("index", 2.4)
    amplitude = Parameter("amplitude", "1e-12 cm-2 s-1 TeV-1")

    @staticmethod
    def evaluate(energy, index, amplitude):
        x = np.log(energy)
        return amplitude * np.exp(-index * x) * np.exp(-1e-3 * np.abs(x))


class Real(SpectralModel):
    """Refuses complex energies."""

    index = Parameter("index", 2.4)
    amplitude = Parameter("amplitude", "1e-12 cm-2 s-1 TeV-1")

    @staticmethod
    def evaluate(energy, index, amplitude):
        return amplitude * np.power(np.asarray(energy, dtype=float), -index)


def test_lost_imaginary_parts_are_noticed():
    energy = ENERGY[np.abs(np.log(ENERGY)) > 0.01]
    found = Folded().spectral_index(energy * u.TeV).value
    np.testing.assert_allclose(found, 2.4 + 1e-3 * np.sign(np.log(energy)), rtol=1e-8)


def test_a_real_formula_is_differenced_without_a_warning():
    found = Real().spectral_index(ENERGY * u.TeV).value
    np.testing.assert_allclose(found, 2.4, rtol=1e-9)


def test_negative_flux_has_an_index():
    model = -1.0 * PowerLawSpectralModel(index=2.2)
    assert model.spectral_index(3 * u.TeV).value == pytest.approx(2.2, rel=1e-13)


def test_no_flux_no_index():
    model = PowerLawSpectralModel() - PowerLawSpectralModel()
    assert np.isnan(model.spectral_index(3 * u.TeV))


def test_mean_of_both_sides_at_a_kink():
    model = BrokenPowerLawSpectralModel(index1=1.5, index2=2.8, ebreak=0.8 * u.TeV)
    assert model.spectral_index(0.8 * u.TeV).value == pytest.approx(2.15, rel=1e-9)


def test_index_error_of_a_log_parabola():
    """The index is alpha + 2 beta ln(E / E0), linear in the parameters."""
    model = LogParabolaSpectralModel(alpha=2.1, beta=0.2, reference="2 TeV")
    covariance = np.zeros((4, 4))  # amplitude, reference, alpha, beta
    covariance[0, 0] = 1e-26
    covariance[2:, 2:] = [[0.01, 0.002], [0.002, 0.004]]
    model.covariance = covariance
    x = 2 * np.log(ENERGY / 2)
    value, errn, errp = model.spectral_index_error(ENERGY * u.TeV).value
    np.testing.assert_allclose(value, 2.1 + 0.2 * x, rtol=1e-12)
    np.testing.assert_allclose(errp, np.sqrt(0.01 + 0.004 * x + 0.004 * x**2), rtol=1e-11)
    np.testing.assert_array_equal(errn, errp)


def test_index_error_by_draws():
    model = PowerLawSpectralModel(index=2.0)
    model.index.error = 0.1
    value, errn, errp = model.spectral_index_error([1, 9] * u.TeV, n_samples=8000).value
    np.testing.assert_allclose(value, 2.0, atol=0.01)
    np.testing.assert_allclose([errn, errp], 0.1, rtol=0.05)
