import astropy.units as u
import numpy as np
import pytest

from gammapy.modeling.models import ExpCutoffPowerLawSpectralModel, PowerLawSpectralModel

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
