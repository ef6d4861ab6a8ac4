"""Indices of parts of files: rows, places, what is refused."""

import numpy as np
import pytest
from astropy.io import fits

from gammapy.data import HDUIndexTable
from gammapy.errors import DataError, FileFormatError, GammapyWarning, UnknownNameError
from tests.data.dl3 import folder_of_data, write_folder


@pytest.fixture
def index(tmp_path):
    return HDUIndexTable.read(write_folder(tmp_path) / "hdu-index.fits.gz")


def test_what_there_is(index, tmp_path):
    assert index.base_dir == tmp_path
    assert index.hdu_type_unique == ["aeff", "events", "gti"]
    assert index.hdu_class_unique == ["aeff_2d", "events", "gti"]
    assert index.obs_id_unique.tolist() == [1, 2, 3]
    assert "OBS_ID: 1 -- 3" in index.summary()
    assert "Rows: 9" in index.summary()


def test_rows_and_places(index, tmp_path):
    assert index.row_idx(2) == [3, 4, 5]
    assert index.row_idx(2, hdu_type="gti") == [4]
    assert index.row_idx(2, hdu_class="aeff_2d") == [5]
    assert index.row_idx(9) == []
    place = index.hdu_location(2, "aeff")
    assert place == index.hdu_location(2, hdu_class="aeff_2d") == index.location_info(5)
    assert place.path() == tmp_path / "data/run_2.fits"
    assert str(place.path(abs_path=False)) == "data/run_2.fits"
    assert (place.obs_id, place.hdu_name) == (2, "EFFECTIVE AREA")


def test_folder_with_a_variable(index, tmp_path, monkeypatch):
    monkeypatch.setenv("RUNS", str(tmp_path))
    index.base_dir = "$RUNS"
    assert index.hdu_location(2, "gti").path() == tmp_path / "data/run_2.fits"


def test_what_there_is_not(index):
    with pytest.warns(GammapyWarning, match="OBS_ID 2 has no 'psf'"):
        assert index.hdu_location(2, "psf") is None
    assert index.hdu_location(2, "psf", warn_missing=False) is None
    with pytest.raises(UnknownNameError, match="hdu_type = 'foo' is not known"):
        index.hdu_location(2, "foo")
    with pytest.raises(UnknownNameError, match="hdu_class = 'foo' is not known"):
        index.hdu_location(2, hdu_class="foo")
    with pytest.raises(UnknownNameError, match="OBS_ID 9 is not in the index"):
        index.hdu_location(9, "aeff")
    with pytest.raises(DataError, match="give at least one"):
        index.hdu_location(2)


def test_two_of_a_kind(index):
    index["HDU_TYPE"][4] = "aeff"
    with pytest.raises(DataError, match=r"OBS_ID 2 has 2 parts for 'aeff'.*'gti', 'aeff_2d'"):
        index.hdu_location(2, "aeff")


def test_bad_file(tmp_path):
    column = fits.Column("OBS_ID", "J", array=np.array([1]))
    fits.BinTableHDU.from_columns([column]).writeto(tmp_path / "bad.fits")
    with pytest.raises(FileFormatError, match="no column HDU_TYPE"):
        HDUIndexTable.read(tmp_path / "bad.fits")


@pytest.mark.parametrize(
    ("name", "rows", "n"),
    [("cta-1dc-index/gps", 19620, 3270), ("hess-dl3-dr1", 630, 105), ("cta-1dc/index/gps", 24, 4)],
)
def test_real_indices(name, rows, n):
    index = HDUIndexTable.read(folder_of_data() / name / "hdu-index.fits.gz")
    assert (len(index), len(index.obs_id_unique)) == (rows, n)
    assert index.hdu_type_unique == ["aeff", "bkg", "edisp", "events", "gti", "psf"]
