"""Three normal distributions: closed forms, and bins without values."""

import astropy.units as u
import numpy as np
import pytest

from gammapy.errors import DataError, UnitMismatchError
from gammapy.irf import EnergyDependentMultiGaussPSF
from tests.irf.made import OFFSET, TRUE, gauss

PLACE = {"energy_true": 1 * u.TeV, "offset": 1 * u.deg}


def test_closed_forms():
    sigma, amplitude = np.array([0.05, 0.1, 0.3]), np.array([1.0, 0.4, 0.1])
    share = amplitude * sigma**2 / np.sum(amplitude * sigma**2)
    r, q = np.array([0.0, 0.04, 0.2]), np.array([0.0, 5.0, 30.0])
    bell = np.exp(-(r[:, None] ** 2) / (2 * sigma**2))
    psf = gauss()
    found = psf.evaluate(rad=r * u.deg, **PLACE)
    np.testing.assert_allclose(found.to_value("deg-2"), bell @ (share / (2 * np.pi * sigma**2)))
    np.testing.assert_allclose(psf.containment(r * u.deg, **PLACE), 1 - bell @ share, atol=1e-15)
    wave = np.exp(-0.5 * (q[:, None] * sigma) ** 2) @ share
    np.testing.assert_allclose(psf.transform(1.0, 1.0, q)[0, 0], wave, rtol=1e-12)


def test_one_term_has_the_radius_of_a_gauss():
    radius = gauss(ampl_2=0, ampl_3=0).containment_radius(0.68, **PLACE)
    assert radius.to_value("deg") == pytest.approx(0.05 * np.sqrt(-2 * np.log(0.32)), rel=1e-12)


def test_scale_says_only_where_values_are():
    assert gauss(scale=17.0).evaluate(rad=0 * u.deg, **PLACE) == gauss().evaluate(
        rad=0 * u.deg, **PLACE
    )
    assert not np.any(gauss(scale=0.0).usable(1.0, [0.5, 1.0]))


def test_a_term_of_no_width_is_absent():
    found = gauss(sigma_2=0.0, ampl_3=0.0).containment(0.1 * u.deg, **PLACE)
    assert found.value == pytest.approx(1 - np.exp(-2.0), rel=1e-12)


@pytest.mark.parametrize("filler", [0.0, 1.0])
def test_the_width_of_a_bin_without_values_is_not_mixed_in(filler):
    """Between 1.5 deg and 2.5 deg, where the lowest energy has nothing, the width is held."""
    psf = gauss(ampl_2=0, ampl_3=0)
    data = psf.data.copy()
    data["sigma_1"][0, 2] = filler  # whatever the file has there
    psf.data = data
    energy = 0.1778279410038923
    assert np.array_equal(psf.usable(energy, [1.5, 2.0, 2.499, 2.5]), [True, True, True, False])
    radius = psf.containment_radius(0.68, energy * u.TeV, [1.5, 2.0, 2.4] * u.deg)
    np.testing.assert_allclose(radius.value, 0.05 * np.sqrt(-2 * np.log(0.32)), rtol=1e-9)


def test_a_row_without_values_takes_those_of_its_neighbour():
    psf = gauss()
    data = psf.data.copy()
    data[0] = 0
    data["sigma_1"][1] = [0.1, 0.2, 0.3]
    psf.data = data
    found = psf.evaluate_parameters(TRUE.center[0] * 1.01, [0.5, 1.5, 2.5] * u.deg)
    np.testing.assert_allclose(found["sigma_1"].to_value("deg"), [0.1, 0.2, 0.3], rtol=1e-12)


def test_parameters_between_bins():
    psf = gauss()
    data = psf.data.copy()
    data["sigma_1"] = [0.1, 0.2, 0.3]
    psf.data = data
    found = psf.evaluate_parameters(1 * u.TeV, [0.0, 1.25, 3.5] * u.deg)
    np.testing.assert_allclose(found["sigma_1"].to_value("deg"), [0.05, 0.175, 0.4])
    assert found["ampl_2"].unit == ""


@pytest.mark.parametrize("name", ["sigma_1", "ampl_2", "scale"])
@pytest.mark.parametrize("value", [-0.1, np.nan, np.inf])
def test_parameters_that_cannot_be(name, value):
    data = gauss().data.copy()
    data[name][1, 1] = value
    with pytest.raises(DataError, match=f"parameter '{name}' has values that are negative or not"):
        EnergyDependentMultiGaussPSF([TRUE, OFFSET], data)


def test_wrong_data_and_units():
    data = gauss().data
    with pytest.raises(DataError, match="are needed"):
        EnergyDependentMultiGaussPSF([TRUE, OFFSET], data[["sigma_1", "scale"]])
    with pytest.raises(DataError, match=r"shape \(3, 6\) do not fit"):
        EnergyDependentMultiGaussPSF([TRUE, OFFSET], data.T)
    with pytest.raises(UnitMismatchError, match="'sigma_2' is in 's'"):
        EnergyDependentMultiGaussPSF([TRUE, OFFSET], data, unit={"sigma_2": "s"})


def test_widths_in_other_units():
    data = gauss().data.copy()
    for j in (1, 2, 3):
        data[f"sigma_{j}"] *= 60
    units = {f"sigma_{j}": "arcmin" for j in (1, 2, 3)}
    psf = EnergyDependentMultiGaussPSF([TRUE, OFFSET], data, unit=units)
    assert psf.evaluate(rad=0.1 * u.deg, **PLACE).value == pytest.approx(
        gauss().evaluate(rad=0.1 * u.deg, **PLACE).value, rel=1e-12
    )
    assert psf.quantity["sigma_1"][0, 0] == 3 * u.arcmin


def test_as_a_table():
    psf = gauss(ampl_2=0, ampl_3=0)
    table = psf.to_psf3d(np.linspace(0, 0.5, 501) * u.deg)
    np.testing.assert_allclose(
        table.containment_radius(0.68, **PLACE), psf.containment_radius(0.68, **PLACE), rtol=1e-4
    )
    assert psf.to_psf3d().axes["rad"].nbin == 66
