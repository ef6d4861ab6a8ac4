"""Energies at which a spectrum has given values."""

import astropy.units as u
import numpy as np
import pytest

from gammapy.modeling.models import (
    BrokenPowerLawSpectralModel,
    ConstantSpectralModel,
    ExpCutoffPowerLawSpectralModel,
    GaussianSpectralModel,
    LogParabolaSpectralModel,
    PowerLaw2SpectralModel,
    PowerLawNormSpectralModel,
    PowerLawSpectralModel,
)

FLUX = u.Unit("cm-2 s-1 TeV-1")


@pytest.mark.parametrize(
    "model",
    [
        PowerLawSpectralModel(index=2.3, reference="3 TeV"),
        PowerLawSpectralModel(index=-0.4, amplitude="2e-9 MeV-1 m-2 s-1"),
        PowerLaw2SpectralModel(index=1.7),
        PowerLawNormSpectralModel(tilt=0.3, norm=2.0),
    ],
)
def test_power_laws_are_closed_forms(model):
    """They hold outside of the range too, as for users of Gammapy."""
    energy = [1e-5, 0.2, 3.0, 1e6] * u.TeV
    np.testing.assert_allclose(model.inverse(model(energy)), energy, rtol=1e-12)


@pytest.mark.parametrize("value", [0.0, -1e-12])
def test_values_that_no_power_law_has(value):
    assert np.isnan(PowerLawSpectralModel().inverse(value * FLUX))


@pytest.mark.parametrize(
    "model",
    [ConstantSpectralModel(const=1e-12 * FLUX), PowerLawSpectralModel(index=0.0)],
)
def test_a_level_spectrum_singles_out_no_energy(model):
    assert np.isnan(model.inverse(1e-12 * FLUX))
    assert np.isnan(model.inverse(2e-12 * FLUX))


def test_log_parabola_against_its_quadratic_equation():
    model = LogParabolaSpectralModel(alpha=1.0, beta=0.4, reference="2 TeV")
    for ratio in (0.3, 1.0, 1.5):
        roots = np.roots([0.4, 1.0, np.log(ratio)])
        expected = np.sort(2 * np.exp(roots.real))
        (found,) = model.inverse_all(ratio * model.amplitude.quantity, 0.01 * u.TeV)
        np.testing.assert_allclose(found.to_value("TeV"), expected, rtol=1e-12)
        assert model.inverse(ratio * model.amplitude.quantity, 0.01 * u.TeV) == found[0]


def test_two_solutions_close_to_a_peak():
    model = GaussianSpectralModel(mean="5 TeV", sigma="1 TeV")
    value = model(5.001 * u.TeV)
    (found,) = model.inverse_all(value)
    np.testing.assert_allclose(found.to_value("TeV"), [4.999, 5.001], rtol=1e-9)


def test_a_peak_between_two_energies_of_the_grid():
    """Both energies lie between the same two of the grid, where the spectrum is below the value."""
    model = LogParabolaSpectralModel(alpha=0.0, beta=1.0, reference="1.234 TeV")
    (found,) = model.inverse_all(np.exp(-1e-8) * model.amplitude.quantity)
    np.testing.assert_allclose(found.to_value("TeV"), 1.234 * np.exp([-1e-4, 1e-4]), rtol=1e-9)


def test_the_peak_itself():
    model = GaussianSpectralModel(mean="5 TeV", sigma="1 TeV")
    assert model.inverse(model(5 * u.TeV)).to_value("TeV") == pytest.approx(5.0, rel=1e-6)


def test_a_kink_that_is_a_peak():
    model = BrokenPowerLawSpectralModel(index1=-1.0, index2=2.0, ebreak="3 TeV")
    (found,) = model.inverse_all(0.999 * model(3 * u.TeV))
    np.testing.assert_allclose(found.to_value("TeV"), [3 * 0.999, 3 * 0.999**-0.5], rtol=1e-10)


def test_range_and_unit():
    model = ExpCutoffPowerLawSpectralModel()
    value = model(5 * u.TeV)
    found = model.inverse(value, 1e3 * u.GeV, 1e4 * u.GeV)
    assert found.unit == u.GeV
    assert found.value == pytest.approx(5e3, rel=1e-12)
    assert np.isnan(model.inverse(value, 6 * u.TeV, 10 * u.TeV))
    edge = model.inverse(value, 5 * u.TeV, 10 * u.TeV)
    assert edge.to_value("TeV") == pytest.approx(5.0, rel=1e-12)


def test_values_below_zero():
    model = PowerLawSpectralModel(index=3.0) - 1e-13 * FLUX
    (zero,) = model.inverse_all(0 * FLUX)
    np.testing.assert_allclose(zero.to_value("TeV"), [10 ** (1 / 3)], rtol=1e-12)
    (below,) = model.inverse_all(-5e-14 * FLUX)
    np.testing.assert_allclose(below.to_value("TeV"), [20 ** (1 / 3)], rtol=1e-12)


def test_shapes():
    model = ExpCutoffPowerLawSpectralModel()
    values = model([[1, 2, 3], [4, 5, 6]] * u.TeV)
    assert model.inverse(values).shape == (2, 3)
    assert len(model.inverse_all(values)) == 6
    assert model.inverse([] * FLUX).shape == (0,)
