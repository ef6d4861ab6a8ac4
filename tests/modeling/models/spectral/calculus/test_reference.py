"""What flux points are measured against."""

import astropy.units as u
import numpy as np
import pytest

from gammapy.errors import UnitMismatchError
from gammapy.maps import MapAxis
from gammapy.modeling.models import PowerLawNormSpectralModel, PowerLawSpectralModel


def test_power_law_of_index_two():
    """Energy flux per decade is a constant; all in closed form."""
    axis = MapAxis.from_energy_bounds("1 TeV", "100 TeV", nbin=2)
    found = PowerLawSpectralModel().reference_fluxes(axis)
    np.testing.assert_allclose(found["e_ref"].to_value("TeV"), [10**0.5, 10**1.5], rtol=1e-14)
    np.testing.assert_allclose(found["ref_dnde"].value, [1e-13, 1e-15], rtol=1e-13)
    np.testing.assert_allclose(found["ref_flux"].value, [9e-13, 9e-14], rtol=1e-13)
    np.testing.assert_allclose(found["ref_eflux"].value, 1e-12 * np.log(10), rtol=1e-13)
    np.testing.assert_allclose(found["ref_e2dnde"].value, 1e-12, rtol=1e-13)
    units = [str(found[name].unit) for name in ("ref_flux", "ref_eflux", "ref_e2dnde")]
    assert units == ["1 / (s cm2)", "TeV / (s cm2)", "TeV / (s cm2)"]


def test_factors_have_energies_for_units():
    axis = MapAxis.from_energy_bounds("1 TeV", "100 TeV", nbin=2)
    found = PowerLawNormSpectralModel().reference_fluxes(axis)
    assert found["ref_flux"].unit == u.TeV
    np.testing.assert_allclose(found["ref_flux"].value, [9, 90], rtol=1e-14)


def test_an_axis_that_is_no_energy():
    axis = MapAxis.from_nodes([1, 10], unit="m", name="rad", interp="log")
    with pytest.raises(UnitMismatchError, match="energy = "):
        PowerLawSpectralModel().reference_fluxes(axis)
