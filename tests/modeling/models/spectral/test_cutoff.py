import astropy.units as u
import numpy as np
import pytest

from gammapy.modeling.models import (
    ExpCutoffPowerLaw3FGLSpectralModel,
    ExpCutoffPowerLawNormSpectralModel,
    ExpCutoffPowerLawSEDPeakSpectralModel,
    ExpCutoffPowerLawSpectralModel,
    PowerLawSpectralModel,
)

ENERGY = np.geomspace(0.1, 50, 7)


def test_no_cutoff_is_a_power_law():
    model = ExpCutoffPowerLawSpectralModel(lambda_="0 TeV-1", index=2.0)
    expected = PowerLawSpectralModel(index=2.0)(ENERGY * u.TeV)
    np.testing.assert_array_equal(model(ENERGY * u.TeV), expected)


def test_partials_without_cutoff():
    """d flux / d lambda = -E flux at lambda = 0: a fit may start or end there."""
    model = ExpCutoffPowerLawSpectralModel(lambda_="0 TeV-1")
    values = model.internal_values
    partials = model.flux_partials(ENERGY, values)
    np.testing.assert_allclose(partials[3], -ENERGY * model.flux(ENERGY, values), rtol=1e-14)
    np.testing.assert_array_equal(partials[4], 0.0)
    assert np.isfinite(partials).all()


def test_sharpness():
    model = ExpCutoffPowerLawSpectralModel(index=0, lambda_="0.5 TeV-1", alpha=2)
    ratio = model(4 * u.TeV) / model(2 * u.TeV)
    assert ratio.to_value("") == pytest.approx(np.exp(-4 + 1))


def test_3fgl_has_its_amplitude_at_the_reference():
    model = ExpCutoffPowerLaw3FGLSpectralModel(index=1.6, reference="2 TeV", ecut="3 TeV")
    assert model(2 * u.TeV).value == pytest.approx(1e-12, rel=1e-15, abs=0)
    plain = ExpCutoffPowerLawSpectralModel(
        index=1.6, reference="2 TeV", lambda_=1 / (3 * u.TeV), amplitude="1e-12 cm-2 s-1 TeV-1"
    )
    expected = plain(ENERGY * u.TeV) * np.exp(2 / 3)
    np.testing.assert_allclose(model(ENERGY * u.TeV), expected, rtol=1e-14)


def test_norm_is_the_same_shape_without_a_unit():
    norm = ExpCutoffPowerLawNormSpectralModel(index=0.3, norm=2.0, alpha=0.7)
    plain = ExpCutoffPowerLawSpectralModel(index=0.3, alpha=0.7)
    found = (norm(ENERGY * u.TeV) / plain(ENERGY * u.TeV)).value
    np.testing.assert_allclose(found, 2e12, rtol=1e-14)
    assert norm.unit == ""


def test_peak_form_as_the_fermi_tools_have_it():
    model = ExpCutoffPowerLawSEDPeakSpectralModel(
        index=1.5, amplitude="1e-6 MeV cm-2 s-1", epeak="1 GeV"
    )
    expected = [4.959438588e-11, 1e-12, 3.512973158e-16]
    found = model([0.1, 1, 10] * u.GeV).to_value("cm-2 s-1 MeV-1")
    np.testing.assert_allclose(found, expected, rtol=1e-9)


@pytest.mark.parametrize("index", [0.5, 1.7])
def test_peak_form_is_largest_there(index):
    model = ExpCutoffPowerLawSEDPeakSpectralModel(
        index=index, amplitude="3e-12 erg cm-2 s-1", epeak="2 TeV"
    )
    energy = [1.99, 2.0, 2.01] * u.TeV
    height = (energy**2 * model(energy)).to_value("erg cm-2 s-1")
    assert height[1] == pytest.approx(3e-12, rel=1e-14, abs=0)
    assert np.argmax(height) == 1
    twin = ExpCutoffPowerLawSpectralModel(
        index=index, reference="2 TeV", lambda_=(2 - index) / (2 * u.TeV),
        amplitude=model(2 * u.TeV) * np.exp(2 - index),
    )  # fmt: skip
    np.testing.assert_allclose(
        model(ENERGY * u.TeV), twin(ENERGY * u.TeV).to(model.unit), rtol=1e-13
    )
