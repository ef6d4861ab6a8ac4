"""Reference times of headers."""

import pytest
from astropy.time import Time

from gammapy.data.time_reference import EPOCH_MJD, column_zero, epoch_shift, time_reference
from gammapy.errors import FileFormatError


@pytest.mark.parametrize(
    ("header", "mjd", "scale"),
    [
        ({"MJDREFI": 51910, "MJDREFF": 0.25}, 51910.25, "tt"),
        ({"MJDREFI": 51910}, 51910, "tt"),
        ({"MJDREF": 51910.5}, 51910.5, "tt"),
        ({"MJDREFI": 51910, "TIMESYS": "utc "}, 51910, "utc"),
        ({"MJDREFI": 51910, "TIMEZERO": 0.0}, 51910, "tt"),
    ],
)
def test_references(header, mjd, scale):
    found = time_reference(header, "a")
    assert (found.mjd, found.scale) == (mjd, scale)
    assert column_zero(header, "a") == found


def test_zero_of_the_columns():
    header = {"MJDREFI": 51910, "TIMEZERO": 2.0, "TIMEUNIT": "h"}
    assert (column_zero(header, "a") - time_reference(header, "a")).to_value("s") == pytest.approx(
        7200
    )


def test_seconds_from_the_epoch():
    assert epoch_shift(Time(EPOCH_MJD + 1, format="mjd", scale="tt")) == pytest.approx(86400)
    utc = Time("2000-01-01", scale="utc")
    assert epoch_shift(utc) == pytest.approx(64.184, abs=1e-6)


@pytest.mark.parametrize(
    ("header", "message"),
    [
        ({}, "states no reference time"),
        ({"MJDREFI": "51910"}, "MJDREFI = '51910'"),
        ({"MJDREFI": True}, "MJDREFI = True"),
        ({"MJDREFI": 51910, "MJDREFF": None}, "MJDREFF = None"),
        ({"MJDREFI": 51910, "TIMESYS": "LMT"}, "TIMESYS = 'LMT'"),
    ],
)
def test_bad_headers(header, message):
    with pytest.raises(FileFormatError, match=message):
        time_reference(header, "a")
