"""Shares of energy bins in a flux."""

import astropy.units as u
import numpy as np
import pytest

from gammapy.errors import DataError
from gammapy.irf.spectral_weights import spectral_weights
from gammapy.maps import MapAxis
from gammapy.modeling.models import PowerLawSpectralModel

AXIS = MapAxis.from_energy_edges([1, 2, 4, 20] * u.TeV)


def test_power_law_of_index_2():
    expected = np.array([0.5, 0.25, 0.2])
    np.testing.assert_allclose(spectral_weights(AXIS), expected / expected.sum())
    model = PowerLawSpectralModel(index=2, amplitude="3e-12 cm-2 s-1 TeV-1")
    np.testing.assert_allclose(spectral_weights(AXIS, model), expected / expected.sum(), rtol=1e-9)


def test_a_steeper_model_weights_low_energies():
    steep = spectral_weights(AXIS, PowerLawSpectralModel(index=3))
    expected = 1 / np.array([1, 4, 16, 400.0])
    np.testing.assert_allclose(steep, -np.diff(expected) / (1 - 1 / 400), rtol=1e-9)


@pytest.mark.parametrize("amplitude", [0.0, -1e-12])
def test_no_flux_is_refused(amplitude):
    model = PowerLawSpectralModel(amplitude=amplitude * u.Unit("cm-2 s-1 TeV-1"))
    with pytest.raises(DataError, match="not all zero"):
        spectral_weights(AXIS, model)
