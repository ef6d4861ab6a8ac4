"""What is special to power laws: closed forms without a pole."""

import astropy.units as u
import numpy as np
import pytest

from gammapy.modeling.models import PowerLawSpectralModel


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
