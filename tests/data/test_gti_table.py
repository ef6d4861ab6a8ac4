"""Good time intervals as FITS tables: layout, scales of time, and damaged headers."""

import astropy.units as u
import numpy as np
import pytest
from astropy.io import fits
from astropy.time import Time

from gammapy.data import GTI
from gammapy.data.gti_table import gti_from_hdu, gti_to_hdu
from gammapy.errors import FileFormatError


def table(start=(0.0, 100.0), stop=(50.0, 160.0), unit="s", **header):
    columns = [
        fits.Column("START", "D", unit=unit, array=np.array(start)),
        fits.Column("STOP", "D", unit=unit, array=np.array(stop)),
    ]
    hdu = fits.BinTableHDU.from_columns(columns, name="GTI")
    hdu.header.update({"MJDREFI": 51910, "MJDREFF": 0.5, "TIMESYS": "TT", **header})
    for key in [key for key, value in header.items() if value is None]:
        del hdu.header[key]
    return hdu


def seconds(gti, mjd=51910.5, scale="tt"):
    reference = Time(mjd, format="mjd", scale=scale)
    return [(t - reference).to_value("s") for t in (gti.time_start, gti.time_stop)]


@pytest.mark.parametrize(
    ("changes", "factor", "shift"),
    [
        ({}, 1, 0),
        ({"unit": "h"}, 3600, 0),
        ({"unit": ""}, 1, 0),
        ({"unit": "", "TIMEUNIT": "d"}, 86400, 0),
        ({"MJDREFI": None, "MJDREF": 51910.5}, 1, 0),
        ({"MJDREFI": 51910.0, "MJDREFF": None}, 1, -43200),
        ({"TIMESYS": None}, 1, 0),
        ({"TIMESYS": "tt"}, 1, 0),
        ({"TIMESYS": "UTC"}, 1, 64.184),  # 32 leap seconds and 32.184 s
        ({"TIMESYS": "TAI"}, 1, 32.184),
        ({"TIMEZERO": 1000.0}, 1, 1000),
        ({"TIMEZERO": 1.0, "TIMEUNIT": "h"}, 1, 3600),
    ],
)
def test_layouts(changes, factor, shift):
    start, stop = seconds(gti_from_hdu(table(**changes), "a.fits"))
    np.testing.assert_allclose(start, np.array([0, 100]) * factor + shift, atol=1e-6)
    np.testing.assert_allclose(stop, np.array([50, 160]) * factor + shift, atol=1e-6)


def test_round_trip_keeps_the_reference_time():
    reference = Time(51910, 0.000742870370370241, format="mjd", scale="tt")
    gti = GTI.create([104709576.0, 104712000.25] * u.s, [104711260.0, 104713000.5] * u.s, reference)
    hdu = gti_to_hdu(gti)
    assert (hdu.name, hdu.header["MJDREFI"], hdu.header["TIMESYS"]) == ("GTI", 51910, "TT")
    assert hdu.header["MJDREFF"] == pytest.approx(0.000742870370370241, abs=1e-15)
    again = gti_from_hdu(hdu, "a.fits")
    assert np.array_equal(again.met_start, gti.met_start)
    assert np.array_equal(again.met_stop, gti.met_stop)
    assert abs((again.time_ref - gti.time_ref).to_value("s")) < 1e-10


@pytest.mark.parametrize("mjd", [(51544, 0.0), (53343, 0.75), (60000, -0.25), (51544.5, 0.5)])
def test_days_are_split(mjd):
    header = gti_to_hdu(GTI.create(0 * u.s, 1 * u.s, Time(*mjd, format="mjd", scale="tt"))).header
    assert isinstance(header["MJDREFI"], int)
    assert 0 <= header["MJDREFF"] < 1
    assert header["MJDREFI"] + header["MJDREFF"] == sum(mjd)


def test_no_intervals():
    gti = GTI.create([] * u.s, [] * u.s)
    assert len(gti_from_hdu(gti_to_hdu(gti), "a.fits")) == 0


BAD = {
    "no reference": ({"MJDREFI": None}, "states no reference time .*set both"),
    "text for a reference": ({"MJDREFI": "now"}, "MJDREFI = 'now'"),
    "scale": ({"TIMESYS": "LOCAL"}, "TIMESYS = 'LOCAL': use one of"),
    "unit": ({"unit": "m"}, "column START in 'm' is no time"),
    "odd unit": ({"unit": "parsnip"}, "column START in 'parsnip' is no time"),
    "order": ({"stop": (-50.0, 160.0)}, "interval 0 runs from 0 s to -50 s"),
    "nan": ({"start": (0.0, np.nan)}, "interval 1 runs from nan s"),
}


@pytest.mark.parametrize(("changes", "message"), BAD.values(), ids=BAD)
def test_bad_tables(changes, message):
    with pytest.raises(FileFormatError, match=f"a.fits: table GTI.*{message}"):
        gti_from_hdu(table(**changes), "a.fits")


def test_missing_column():
    hdu = fits.BinTableHDU.from_columns([fits.Column("START", "D", array=[0.0])], name="GTI")
    hdu.header["MJDREFI"] = 51910
    with pytest.raises(FileFormatError, match=r"a.fits: table GTI has no column STOP"):
        gti_from_hdu(hdu, "a.fits")
