"""Energies at the door of a spectrum."""

import astropy.units as u
import numpy as np
import pytest

from gammapy.errors import ModelError, UnitMismatchError
from gammapy.modeling.models import PowerLawSpectralModel
from gammapy.modeling.models.spectral.calculus.energies import energy_range, positive_energy

#: a spectrum that is known everywhere
ANY = PowerLawSpectralModel()


def test_in_tev():
    np.testing.assert_allclose(positive_energy([200, 5000] * u.GeV, ANY), [0.2, 5], rtol=1e-15)
    low, high = energy_range("200 GeV", [[1], [2]] * u.TeV, ANY)
    assert low == pytest.approx(0.2)
    np.testing.assert_array_equal(high, [[1], [2]])


@pytest.mark.parametrize("energy", [0, -1, np.nan])
def test_not_positive(energy):
    with pytest.raises(ModelError, match="must be positive"):
        positive_energy([1, energy] * u.TeV, ANY)
    for ends in [(energy, 1), (1, energy)]:
        with pytest.raises(ModelError, match="0 < energy_min < energy_max"):
            energy_range(*(ends * u.TeV), ANY)


@pytest.mark.parametrize("ends", [(2, 1), (1, 1), (1, np.inf)])
def test_empty_range(ends):
    with pytest.raises(ModelError, match="0 < energy_min < energy_max"):
        energy_range(*(ends * u.TeV), ANY)


def test_units():
    with pytest.raises(UnitMismatchError, match="energy = "):
        positive_energy(1 * u.m, ANY)
    with pytest.raises(UnitMismatchError, match="energy_max = "):
        energy_range(1 * u.TeV, 2, ANY)
