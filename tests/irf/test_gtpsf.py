"""Tables of gtpsf."""

import astropy.units as u
import numpy as np
import pytest
from astropy.io import fits

from gammapy.errors import FileFormatError
from gammapy.irf import PSFMap
from tests.irf.made import data_folder

THETA = np.linspace(0, 2, 101)
SIGMA = np.array([0.3, 0.2, 0.15])


def hdus(drop="", theta=THETA):
    values = np.exp(-0.5 * (THETA / SIGMA[:, None]) ** 2) / (
        2 * np.pi * np.deg2rad(SIGMA[:, None]) ** 2
    )
    columns = {
        "Energy": fits.Column("Energy", "D", "MeV", array=[1e4, 1e5, 1e6]),
        "Exposure": fits.Column("Exposure", "D", "cm2 s", array=[1e11, 2e11, 3e11]),
        "Psf": fits.Column("Psf", "101D", "sr-1", array=values),
    }
    kept = [column for name, column in columns.items() if name != drop]
    psf = fits.BinTableHDU.from_columns(kept, name="PSF")
    table = fits.BinTableHDU.from_columns(
        [fits.Column("Theta", "D", "deg", array=theta)], name="THETA"
    )
    return fits.HDUList([fits.PrimaryHDU(), psf, table])


def test_is_valid_everywhere(tmp_path):
    path = tmp_path / "psf.fits"
    hdus().writeto(path)
    psf = PSFMap.read(path, format="gtpsf")
    assert psf.has_single_spatial_bin
    radius = psf.containment_radius(0.68, [10, 100, 1000] * u.GeV).to_value("deg")
    np.testing.assert_allclose(radius, SIGMA * np.sqrt(-2 * np.log(0.32)), rtol=1e-6)
    np.testing.assert_allclose(psf.exposure_map.data.ravel(), [1e11, 2e11, 3e11])


@pytest.mark.parametrize("drop", ["Energy", "Psf", "Exposure"])
def test_a_missing_column(drop):
    with pytest.raises(FileFormatError, match=f"no column {drop} in PSF"):
        PSFMap.from_hdulist(hdus(drop), format="gtpsf")


def test_other_bad_tables():
    with pytest.raises(FileFormatError, match="3 energies and 100 radii"):
        PSFMap.from_hdulist(hdus(theta=THETA[1:]), format="gtpsf")
    with pytest.raises(FileFormatError, match="ascending"):
        PSFMap.from_hdulist(hdus(theta=THETA[::-1]), format="gtpsf")
    with pytest.raises(FileFormatError, match="no column Theta"):
        PSFMap.from_hdulist(hdus()[:2], format="gtpsf")


def test_the_file_of_fermi():
    path = data_folder() / "fermi-3fhl-gc" / "fermi-3fhl-gc-psf-cube.fits.gz"
    found = PSFMap.read(path, format="gtpsf").containment_radius(0.68, [20, 100] * u.GeV)
    # Gammapy 2.1, which interpolates linearly: 0.11702778, 0.09934444
    np.testing.assert_allclose(found.to_value("deg"), [0.11703, 0.09934], atol=3e-4)
