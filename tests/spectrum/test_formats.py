"""Finding the format of a spectrum from its content."""

import gzip

import numpy as np
import pytest
from astropy.io import fits

from gammapy.errors import FileFormatError, MissingFileError
from gammapy.spectrum import SpectrumDataset, SpectrumDatasetOnOff
from gammapy.spectrum.fits_file import read_hdus
from gammapy.spectrum.formats import sniff
from tests.spectrum import ogip_files, toys


def test_format_is_found(tmp_path):
    toys.cash().write(tmp_path / "cash.fits")
    toys.on_off().write(tmp_path / "gadf.fits", format="gadf")
    toys.on_off().write(tmp_path / "ogip.fits", format="ogip")
    assert sniff(tmp_path / "cash.fits") == "gadf"
    assert sniff(str(tmp_path / "gadf.fits")) == "gadf"
    assert sniff(tmp_path / "ogip.fits") == "ogip"
    assert sniff(ogip_files.write(tmp_path)) == "ogip"
    assert SpectrumDatasetOnOff.read(tmp_path / "gadf.fits").name == "on-off"
    assert SpectrumDatasetOnOff.read(tmp_path / "ogip.fits").name == "on-off"
    assert SpectrumDataset.read(tmp_path / "cash.fits").name == "cash"


def test_variables_in_names(tmp_path, monkeypatch):
    monkeypatch.setenv("MY_SPECTRA", str(tmp_path))
    toys.cash().write("$MY_SPECTRA/cash.fits")
    assert sniff("$MY_SPECTRA/cash.fits") == "gadf"


def test_missing_file(tmp_path):
    with pytest.raises(MissingFileError, match=r"none.fits does not exist: check the name"):
        sniff(tmp_path / "none.fits")


def test_folder(tmp_path):
    with pytest.raises(FileFormatError, match="is a folder: give the name of a FITS file"):
        sniff(tmp_path)


@pytest.mark.parametrize("content", [b"", b"hello\n", b"SIMPLE", b"\x1f\x8bnothing", b"\0" * 5000])
def test_not_fits(content, tmp_path):
    path = tmp_path / "bad.fits"
    path.write_bytes(content)
    with pytest.raises(FileFormatError, match=r"bad.fits cannot be read as FITS") as info:
        sniff(path)
    assert "\n" not in str(info.value)


@pytest.mark.parametrize("compress", [False, True])
def test_truncated_anywhere_is_an_error(compress, tmp_path):
    """Every cut is either found, or falls between two tables and leaves a file without them."""
    path = tmp_path / "cut.fits"
    toys.cash().write(path)
    content = path.read_bytes()
    places = [hdu.fileinfo() for hdu in read_hdus(path)]
    ends = {place["datLoc"] + place["datSpan"] for place in places}
    for length in range(720, len(content), 5040):
        part = content[:length]
        path.write_bytes(gzip.compress(part) if compress else part)
        if length in ends:
            assert len(read_hdus(path)) < len(places)
        else:
            with pytest.raises(FileFormatError, match=r"truncated|cannot be read as FITS"):
                read_hdus(path)


def test_truncated_compressed_file(tmp_path):
    path = tmp_path / "cut.fits.gz"
    toys.cash().write(path)
    path.write_bytes(path.read_bytes()[:-40])
    with pytest.raises(FileFormatError, match=r"cut.fits.gz cannot be read as FITS"):
        sniff(path)


def test_other_fits_files(tmp_path):
    path = tmp_path / "other.fits"
    fits.HDUList([fits.PrimaryHDU(), fits.ImageHDU(np.zeros((2, 3)), name="SKY")]).writeto(path)
    with pytest.raises(FileFormatError, match=r"no counts spectrum: a table SPECTRUM.*'SKY'"):
        sniff(path)


def test_sky_map_is_named_as_such(tmp_path):
    path = tmp_path / "map.fits"
    bands = fits.BinTableHDU.from_columns([fits.Column("CHANNEL", "J", array=[0])])
    bands.name = "COUNTS_BANDS"
    counts = fits.ImageHDU(np.zeros((1, 2, 2)), name="COUNTS")
    fits.HDUList([fits.PrimaryHDU(), counts, bands]).writeto(path)
    with pytest.raises(FileFormatError, match=r"map.fits holds counts on sky pixels.*MapDataset"):
        sniff(path)


def test_a_pha_file_is_no_cash_spectrum(tmp_path):
    toys.on_off().write(tmp_path / "pha_toy.fits")
    with pytest.raises(FileFormatError, match=r"pha_toy.fits is an OGIP.*SpectrumDatasetOnOff"):
        SpectrumDataset.read(tmp_path / "pha_toy.fits")
