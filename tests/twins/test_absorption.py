import numpy as np
import pytest
from astropy.io import fits
from numpy.testing import assert_allclose

from tests.twins.absorption import power_law_integral, read_table, transmission

ENERGIES = [0.1, 1.0, 10.0]
DEPTH = np.array([[0.1, 0.4, 2.0], [0.2, 0.9, 4.5]])  # at redshifts 0.1, 0.3


def look(energy, redshift, alpha_norm=1.0):
    return transmission(energy, redshift, alpha_norm, ENERGIES, [0.1, 0.3], np.exp(-DEPTH))


def test_at_the_nodes():
    assert_allclose(look(ENERGIES, 0.3, 2.0), np.exp(-2 * DEPTH[1]), rtol=1e-13)


def test_between_the_nodes_by_hand():
    # a quarter of the way in redshift, half of it in the logarithm of the energy
    low, high = (0.1 + 0.4) / 2, (0.2 + 0.9) / 2
    assert_allclose(look(10**-0.5, 0.15), np.exp(-(0.75 * low + 0.25 * high)), rtol=1e-13)


def test_no_way_no_absorption():
    assert_allclose(look(ENERGIES, 0.0), 1.0, rtol=0)
    assert_allclose(look(ENERGIES, 0.05), np.exp(-DEPTH[0] / 2), rtol=1e-13)


def test_outside_of_the_energies():
    # the last cell has a slope of 1.6 per decade; the first reaches zero a third of a decade below
    assert_allclose(look(100.0, 0.1), np.exp(-3.6), rtol=1e-13)
    assert_allclose(look(0.1 * 10 ** (-1 / 6), 0.1), np.exp(-0.05), rtol=1e-13)
    assert look(0.001, 0.1) == 1.0


def test_opaque_has_a_floor():
    value = transmission(1.0, 0.2, 1.0, [1.0, 2.0], [0.2, 0.4], np.zeros((2, 2)))
    assert value == pytest.approx(1.1754943508222875e-38, rel=1e-12)


def test_integral_without_absorption_is_that_of_the_power_law():
    table = (np.array([0.5, 1.0, 3.0]), np.array([0.0, 1.0]), np.ones((2, 3)))
    found = power_law_integral(0.2, 10.0, 0, (2.5, 3e-12), (0.4, 1.0), table)
    assert found == pytest.approx(3e-12 * (0.2**-1.5 - 10**-1.5) / 1.5, rel=1e-11)
    found = power_law_integral(0.2, 10.0, 1, (2.5, 3e-12), (0.4, 1.0), table)
    assert found == pytest.approx(3e-12 * (0.2**-0.5 - 10**-0.5) / 0.5, rel=1e-11)


def test_integral_with_absorption_by_hand():
    # tau = z ln(E) between the energies: the product is again a power law
    energies = np.array([1.0, np.e**2])
    table = (energies, np.array([0.0, 1.0]), np.exp([[0.0, 0.0], [0.0, -2.0]]))
    found = power_law_integral(1.0, np.e**2, 0, (2.0, 1.0), (0.5, 1.2), table)
    assert found == pytest.approx((1 - np.exp(-2 * 1.6)) / 1.6, rel=1e-11)


def test_table_of_a_file(tmp_path):
    columns = [
        fits.Column("ENERG_LO", "E", array=[1e9, 4e9]),
        fits.Column("ENERG_HI", "E", array=[4e9, 9e9]),
    ]
    rows = [
        fits.Column("PARAMVAL", "E", array=[0.1, 0.2, 0.2]),
        fits.Column("INTPSPEC", "2E", array=[[0.5, 0.4], [0.3, 0.2], [0.3, 0.2]]),
    ]
    hdus = [
        fits.PrimaryHDU(),
        fits.BinTableHDU.from_columns(columns, name="ENERGIES"),
        fits.BinTableHDU.from_columns(rows, name="SPECTRA"),
    ]
    fits.HDUList(hdus).writeto(tmp_path / "table.fits")
    energies, redshifts, table = read_table(tmp_path / "table.fits")
    assert_allclose(energies, [2.0, 6.0], rtol=1e-7)
    assert_allclose(redshifts, [0.1, 0.2], rtol=1e-7)
    assert_allclose(table, [[0.5, 0.4], [0.3, 0.2]], rtol=1e-7)
