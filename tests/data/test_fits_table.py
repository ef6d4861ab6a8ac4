"""Tables of FITS files as they are."""

import numpy as np
import pytest
from astropy.io import fits

from gammapy.data.fits_table import number, read_header, read_table
from gammapy.errors import FileFormatError, MissingFileError


@pytest.fixture
def path(tmp_path):
    columns = [
        fits.Column("A", "D", unit="deg", array=np.array([1.0, np.nan])),
        fits.Column("B", "3A", array=np.array(["x", ""])),
    ]
    hdu = fits.BinTableHDU.from_columns(columns, name="ONE")
    hdu.header["KEY"] = 7
    image = fits.ImageHDU(np.zeros((2, 2)), name="IMAGE")
    fits.HDUList([fits.PrimaryHDU(), image, hdu]).writeto(tmp_path / "a.fits")
    return tmp_path / "a.fits"


@pytest.mark.parametrize("hdu", [None, "ONE", "one", 2])
def test_read(path, hdu):
    table = read_table(path, hdu, "things")
    assert table.meta["KEY"] == 7
    assert table["A"].unit == "deg"
    assert not table.has_masked_values
    assert np.isnan(table["A"][1])
    assert table["B"].tolist() == ["x", ""]
    assert read_header(path, hdu, "things")["KEY"] == 7


@pytest.mark.parametrize("hdu", ["TWO", "IMAGE", 9, 0])
def test_no_such_table(path, hdu):
    for read in (read_table, read_header):
        with pytest.raises(
            FileFormatError, match=r"no table .* of things: its tables are \['ONE'\]"
        ):
            read(path, hdu, "things")


def test_columns_that_are_needed(path):
    assert read_table(path, None, "things", ["B", "A"]).colnames == ["A", "B"]
    with pytest.raises(FileFormatError, match=r"no table of things, it has no column C: \['A', 'B"):
        read_table(path, None, "things", ["A", "C", "D"])


def test_bad_files(path):
    with pytest.raises(MissingFileError, match="does not exist"):
        read_table(path.with_name("b.fits"), None, "things")
    path.write_bytes(path.read_bytes()[:-2880])
    with pytest.raises(FileFormatError, match="truncated"):
        read_table(path, None, "things")


def test_numbers():
    assert number({"A": " 1.5"}, "A", "x") == 1.5
    for value in (None, "", "x", float("nan"), float("inf")):
        with pytest.raises(FileFormatError, match="x has A = "):
            number({"A": value}, "A", "x")
