"""Indices of observations: columns and selections, and the numbers of Gammapy 2.1."""

import astropy.units as u
import numpy as np
import pytest
from astropy.coordinates import SkyCoord
from astropy.io import fits
from astropy.time import Time

from gammapy.data import ObservationTable
from gammapy.errors import (
    DataError,
    FileFormatError,
    MissingFileError,
    OptionError,
    UnknownNameError,
)
from tests.data.dl3 import folder_of_data, write_folder

ZERO = Time(51910.25, format="mjd", scale="tt")
CIRCLE = {"type": "sky_circle", "frame": "icrs", "lon": "83 deg", "lat": "22 deg"}


@pytest.fixture
def table(tmp_path):
    """Three pointings at 83, 84, 85 deg that start at 1000, 1200, 1400 s and last 100 s."""
    return ObservationTable.read(write_folder(tmp_path) / "obs-index.fits.gz")


@pytest.fixture(scope="module")
def hess():
    return ObservationTable.read(folder_of_data() / "hess-dl3-dr1/obs-index.fits.gz")


def ids(table):
    return np.asarray(table["OBS_ID"]).tolist()


def test_columns(table):
    assert isinstance(table, ObservationTable)
    assert table.pointing_radec.ra.deg.tolist() == [83, 84, 85]
    assert table.time_ref == ZERO
    np.testing.assert_allclose((table.time_start - ZERO).to_value("s"), [1000, 1200, 1400], 1e-9)
    np.testing.assert_allclose((table.time_stop - ZERO).to_value("s"), [1100, 1300, 1500], 1e-9)
    assert "Number of observations: 3" in table.summary()
    with pytest.raises(DataError, match="no column GLON_PNT"):
        table.pointing_galactic  # noqa: B018
    table["GLON_PNT"], table["GLAT_PNT"] = 1.0, 2.0
    assert table.pointing_galactic.l.deg.tolist() == [1, 1, 1]


@pytest.mark.parametrize(
    ("selection", "kept"),
    [
        (None, [1, 2, 3]),
        ({**CIRCLE, "radius": "1 deg"}, [1, 2]),
        ({**CIRCLE, "radius": "1 deg", "inverted": True}, [3]),
        ({**CIRCLE, "radius": "0.5 deg", "border": "0.5 deg"}, [1, 2]),
        ({**CIRCLE, "radius": 0.5 * u.deg}, [1]),
        ({**CIRCLE, "frame": "galactic", "radius": "1 deg"}, []),
        ({"type": "par_box", "variable": "RA_PNT", "value_range": [83, 84]}, [1]),
        (
            {"type": "par_box", "variable": "RA_PNT", "value_range": ["83 deg", "1.49 rad"]},
            [1, 2, 3],
        ),
        (
            {"type": "par_box", "variable": "OBS_ID", "value_range": [2, 3], "inverted": True},
            [1, 3],
        ),
        ({"type": "time_box", "time_range": ZERO + [1150, 1350] * u.s}, [2]),
        ({"type": "time_box", "time_range": ZERO + [1000, 1300] * u.s}, [1, 2]),
        ({"type": "time_box", "time_range": ZERO + [1001, 1299] * u.s}, []),
        (
            {
                "type": "time_box",
                "time_range": ZERO + [1001, 1299] * u.s,
                "partial_overlap": True,
            },
            [1, 2],
        ),
        (
            {"type": "time_box", "time_range": ZERO + [1150, 1350] * u.s, "inverted": True},
            [1, 3],
        ),
        (
            [
                {**CIRCLE, "radius": "1.5 deg"},
                {"type": "par_box", "variable": "OBS_ID", "value_range": [2, 9]},
            ],
            [2],
        ),
    ],
)
def test_selections(table, selection, kept):
    chosen = table.select_observations(selection)
    assert ids(chosen) == kept
    assert isinstance(chosen, ObservationTable)
    assert chosen.meta["MJDREFI"] == 51910


def test_by_number(table):
    assert ids(table.select_obs_id(2)) == [2]
    assert ids(table.select_obs_id([3, 1])) == [3, 1]
    with pytest.raises(UnknownNameError, match=r"OBS_ID 9 is not in .*\(1 of 2 are not\)"):
        table.select_obs_id([1, 9])


@pytest.mark.parametrize(
    ("selection", "error", "message"),
    [
        ({"type": "foo"}, OptionError, "type must be one of"),
        ({}, OptionError, "type must be one of"),
        (CIRCLE, OptionError, "sky_circle needs .*'radius'"),
        ({**CIRCLE, "radius": "1 deg", "size": 1}, OptionError, "may have"),
        ({**CIRCLE, "radius": "0 deg"}, DataError, "one angle above 0"),
        ({"type": "par_box", "variable": "X", "value_range": [0, 1]}, UnknownNameError, "'X'"),
        ({"type": "par_box", "variable": "OBS_ID", "value_range": [1, 0]}, DataError, "larger end"),
        ({"type": "time_box", "time_range": [0, 1]}, DataError, "as Time"),
        ({"type": "time_box", "time_range": ZERO + [1, 0] * u.s}, DataError, "later end"),
    ],
)
def test_bad_selections(table, selection, error, message):
    with pytest.raises(error, match=message):
        table.select_observations(selection)


def test_bad_files(tmp_path, table):
    with pytest.raises(MissingFileError, match="does not exist"):
        ObservationTable.read(tmp_path / "none.fits")
    column = fits.Column("A", "J", array=np.array([1]))
    fits.BinTableHDU.from_columns([column]).writeto(tmp_path / "bad.fits")
    with pytest.raises(FileFormatError, match=r"no table of observations, .*OBS_ID: \['A'\]"):
        ObservationTable.read(tmp_path / "bad.fits")
    fits.PrimaryHDU().writeto(tmp_path / "empty.fits")
    with pytest.raises(FileFormatError, match="no table None of observations"):
        ObservationTable.read(tmp_path / "empty.fits")


CRAB = {"type": "sky_circle", "frame": "icrs", "lon": "83.63 deg", "lat": "22.01 deg"}


@pytest.mark.parametrize(
    ("selection", "n"),
    [  # numbers of Gammapy 2.1
        ({**CRAB, "radius": "1 deg"}, 2),
        ({**CRAB, "radius": "1 deg", "border": "1 deg"}, 4),
        ({**CRAB, "radius": "1 deg", "inverted": True}, 103),
        ({"type": "par_box", "variable": "ZEN_PNT", "value_range": [20, 30] * u.deg}, 26),
        ({"type": "par_box", "variable": "ALT_PNT", "value_range": [60, 70] * u.deg}, 26),
        ({"type": "time_box", "time_range": Time(["2004-12-01", "2004-12-10"])}, 5),
        (
            {
                "type": "time_box",
                "time_range": Time(["2004-12-01", "2004-12-10"]),
                "inverted": True,
            },
            100,
        ),
    ],
)
def test_selections_of_real_runs(hess, selection, n):
    assert len(hess.select_observations(selection)) == n


def test_real_runs(hess):
    assert ids(hess.select_observations({**CRAB, "radius": "1 deg"})) == [23523, 23526]
    center = SkyCoord(83.63, 22.01, unit="deg")
    assert len(hess.select_sky_circle(center, "2 deg")) == 4
    assert hess.time_start[0].mjd == pytest.approx(53090.1234512, abs=1e-7)
    assert hess.time_ref.isot == "2001-01-01T00:01:04.184"
    window = [hess.time_start[10] + 10 * u.s, hess.time_stop[13] - 10 * u.s]
    assert ids(hess.select_time_range(window)) == [20324, 20325]
    assert len(hess.select_time_range(window, partial_overlap=True)) == 4
    touching = [hess.time_stop[10], hess.time_start[13]]
    assert len(hess.select_time_range(touching, partial_overlap=True)) == 4


def test_blank_is_not_masked(hess):
    """TARGET_OFFSET is nan for runs on no target; a mask would hide them from selections."""
    assert not hess.has_masked_values
    assert np.isnan(hess["TARGET_OFFSET"]).any()
