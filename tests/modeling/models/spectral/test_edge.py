import astropy.units as u
import numpy as np
import pytest

from gammapy.modeling.models import AbsorptionEdgeNormSpectralModel, PowerLawSpectralModel


def test_formula():
    model = AbsorptionEdgeNormSpectralModel(tau=0.7, edge="2 TeV", index=3.0)
    found = model([0.1, 1.999, 2, 4] * u.TeV)
    np.testing.assert_allclose(found, [1, 1, np.exp(-0.7), np.exp(-0.7 / 8)], rtol=1e-14)
    assert found.unit == ""


def test_factor_on_a_spectrum():
    spectrum = PowerLawSpectralModel(index=2.2)
    model = spectrum * AbsorptionEdgeNormSpectralModel(tau=0.7, edge="2 TeV", index=0.0)
    low, edge, high = (0.5, 2.0, 10.0) * u.TeV
    expected = spectrum.integral(low, edge) + np.exp(-0.7) * spectrum.integral(edge, high)
    found = model.integral(low, high)
    assert found.value == pytest.approx(expected.value, rel=1e-9, abs=0)


def test_quiet_for_a_depth_that_falls_fast():
    model = AbsorptionEdgeNormSpectralModel(tau=2.0, edge="1 GeV", index=400.0)
    assert model(10 * u.TeV) == 1
    rising = AbsorptionEdgeNormSpectralModel(tau=2.0, edge="1 GeV", index=-400.0)
    assert rising(10 * u.TeV) == 0
