import astropy.units as u
import numpy as np
import pytest

from gammapy.modeling.models import (
    LogParabola2SpectralModel,
    LogParabolaNormSpectralModel,
    LogParabolaSpectralModel,
    PowerLawSpectralModel,
)


def test_without_curvature_it_is_a_power_law():
    energy = np.geomspace(0.1, 50, 7) * u.TeV
    model = LogParabolaSpectralModel(alpha=2.2, beta=0, reference="3 TeV")
    expected = PowerLawSpectralModel(index=2.2, reference="3 TeV")(energy)
    np.testing.assert_allclose(model(energy).value, expected.value, rtol=1e-14)


def test_the_logarithm_is_natural():
    model = LogParabolaSpectralModel(alpha=2, beta=0.3, reference="1 TeV")
    ratio = model(np.e * u.TeV) / model(1 * u.TeV)
    assert ratio.to_value("") == pytest.approx(np.exp(-2.3))


def test_log_parabola_2_is_one_with_another_index():
    """The same parabola in ln E, expanded about the reference."""
    energy = np.geomspace(0.1, 50, 7) * u.TeV
    model = LogParabola2SpectralModel(alpha=2.2, beta=0.3, reference="3 TeV", escale="500 GeV")
    alpha = 2.2 + 0.3 * np.log(3 / 0.5)
    same = LogParabolaSpectralModel(alpha=alpha, beta=0.3, reference="3 TeV")
    np.testing.assert_allclose(model(energy), same(energy), rtol=1e-13)
    assert model.e_peak.to_value("TeV") == pytest.approx(same.e_peak.to_value("TeV"), rel=1e-13)


def test_norm_is_the_same_shape_without_a_unit():
    energy = np.geomspace(0.1, 50, 7) * u.TeV
    norm = LogParabolaNormSpectralModel(norm=2.0, alpha=0.2, beta=0.1)
    plain = LogParabolaSpectralModel(alpha=0.2, beta=0.1)
    np.testing.assert_allclose((norm(energy) / plain(energy)).value, 2e12, rtol=1e-14)


def test_curvature_of_base_ten():
    """Albert et al. 2008 (ApJ 674, 1037): index -2.31 - 0.26 log10(E / 300 GeV)."""
    flux = {"amplitude": "6e-10 cm-2 s-1 TeV-1", "reference": "300 GeV"}
    model = LogParabolaSpectralModel.from_log10(**flux, alpha=2.31, beta=0.26)
    ratio = model(3 * u.TeV) / model(300 * u.GeV)
    assert np.log10(ratio.value) == pytest.approx(-2.31 - 0.26)
    other = LogParabola2SpectralModel.from_log10(**flux, alpha=2.31, beta=0.26, escale="300 GeV")
    assert other(3 * u.TeV).value == pytest.approx(model(3 * u.TeV).value, rel=1e-13, abs=0)
    norm = LogParabolaNormSpectralModel.from_log10(1.0, "300 GeV", 2.31, 0.26)
    assert norm(3 * u.TeV).value == pytest.approx(ratio.value)
