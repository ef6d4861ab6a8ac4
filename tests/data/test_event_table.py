"""Events as FITS tables: scales of time, times that are none, cards that are kept."""

import numpy as np
import pytest
from astropy.io import fits
from astropy.time import Time

from gammapy.data import EventList
from gammapy.errors import FileFormatError
from tests.data.dl3 import events_table, write_observation


@pytest.mark.parametrize(
    "cards", [{}, {"TIMESYS": "UTC"}, {"TIMEZERO": 50.0}, {"MJDREFI": 55000, "MJDREFF": 0.1}]
)
def test_round_trip(tmp_path, cards):
    path = write_observation(tmp_path / "a.fits", events_table(**cards))
    first = EventList.read(path)
    fits.HDUList([fits.PrimaryHDU(), first.to_table_hdu()]).writeto(tmp_path / "b.fits")
    again = EventList.read(tmp_path / "b.fits")
    assert np.all(np.abs((again.time - first.time).to_value("s")) < 1e-6)
    assert again.table.colnames == first.table.colnames
    assert again.table["RA"].unit == "deg"
    for key in ("OBS_ID", "RA_PNT", "MJDREFI", "TIMESYS"):
        assert again.table.meta[key] == first.table.meta[key]


def test_comments_are_kept():
    table = events_table()
    table.meta["comments"] = ["one", "two"]
    header = EventList(table).to_table_hdu().header
    assert list(header["COMMENT"]) == ["one", "two"]


def test_events_that_were_never_in_a_file():
    table = events_table()
    table["TIME"] = Time("2020-01-01", scale="utc") + table["TIME"].quantity
    table.meta = {}
    hdu = EventList(table).to_table_hdu()
    reference = Time(hdu.header["MJDREFI"], hdu.header["MJDREFF"], format="mjd", scale="tt")
    seconds = (table["TIME"].tt - reference).to_value("s")
    np.testing.assert_allclose(hdu.data["TIME"], seconds, rtol=0, atol=1e-6)


def test_units_of_the_times(tmp_path):
    table = events_table()
    table["TIME"] = table["TIME"].quantity.to("h")
    events = EventList.read(write_observation(tmp_path / "a.fits", table))
    assert (events.time[1] - events.time[0]).to_value("s") == pytest.approx(10, abs=1e-6)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda t: t["TIME"].__setitem__(2, np.nan), r"event 2 has TIME = nan \(1 such\)"),
        (lambda t: setattr(t["TIME"], "unit", "m"), "column TIME in 'm' is no time"),
        (lambda t: t.meta.pop("MJDREFI"), "no reference time"),
        (lambda t: t.meta.update(TIMESYS="LOCAL"), "TIMESYS = 'LOCAL'"),
    ],
)
def test_bad_times(tmp_path, change, message):
    table = events_table()
    change(table)
    path = write_observation(tmp_path / "a.fits", table)
    with pytest.raises(FileFormatError, match=rf"a\.fits.*{message}"):
        EventList.read(path)
