"""Places of parts: what they load, files that are absent, layouts that are not supported."""

import pytest

from gammapy.data import GTI, EventList, HDUIndexTable
from gammapy.errors import FileFormatError, GammapyError, MissingFileError
from gammapy.irf import EffectiveAreaTable2D
from tests.data.dl3 import write_folder


@pytest.fixture
def index(tmp_path):
    return HDUIndexTable.read(write_folder(tmp_path, absent=(3,)) / "hdu-index.fits.gz")


@pytest.mark.parametrize(
    ("kind", "cls"), [("events", EventList), ("gti", GTI), ("aeff", EffectiveAreaTable2D)]
)
def test_load(index, kind, cls):
    assert type(index.hdu_location(1, kind).load()) is cls


def test_header_without_data(index):
    assert index.hdu_location(2, "events").header()["OBS_ID"] == 2


@pytest.mark.parametrize("kind", ["events", "gti", "aeff"])
def test_absent_file_is_named(index, kind):
    place = index.hdu_location(3, kind)
    for use in (place.load, place.check_file, place.header):
        with pytest.raises(
            MissingFileError, match=rf"run_3\.fits does not exist.* {kind} of OBS_ID 3"
        ):
            use()


def test_absent_part_is_named(index):
    index["HDU_NAME"][:] = "OTHER"
    for kind in ("events", "gti", "aeff"):
        with pytest.raises(GammapyError, match=r"run_1\.fits has no .*'OTHER'"):
            index.hdu_location(1, kind).load()


def test_layout_that_is_not_supported(index):
    index["HDU_CLASS"][2] = "foo_2d"
    with pytest.raises(
        FileFormatError, match="EFFECTIVE AREA of OBS_ID 1 is of the class 'foo_2d'"
    ):
        index.location_info(2).load()


def test_layout_that_the_file_has_not(index):
    index["HDU_CLASS"][2] = "bkg_2d"
    with pytest.raises(GammapyError, match="EFFECTIVE AREA"):
        index.location_info(2).load()
