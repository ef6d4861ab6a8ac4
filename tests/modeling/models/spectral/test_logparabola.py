import astropy.units as u
import numpy as np
import pytest

from gammapy.modeling.models import LogParabolaSpectralModel, PowerLawSpectralModel


def test_without_curvature_it_is_a_power_law():
    energy = np.geomspace(0.1, 50, 7) * u.TeV
    model = LogParabolaSpectralModel(alpha=2.2, beta=0, reference="3 TeV")
    expected = PowerLawSpectralModel(index=2.2, reference="3 TeV")(energy)
    np.testing.assert_allclose(model(energy).value, expected.value, rtol=1e-14)


def test_the_logarithm_is_natural():
    model = LogParabolaSpectralModel(alpha=2, beta=0.3, reference="1 TeV")
    ratio = model(np.e * u.TeV) / model(1 * u.TeV)
    assert ratio.to_value("") == pytest.approx(np.exp(-2.3))
