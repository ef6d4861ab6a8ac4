"""Groups of pointings: which belong together, their times, and tables that are refused."""

import os
from pathlib import Path

import astropy.units as u
import numpy as np
import pytest
from astropy.table import Table
from astropy.time import Time

from gammapy.data.groups import PointingGroup, group_pointings
from gammapy.errors import DataError, FileFormatError


def table(**changes):
    """Four pointings in three groups; a column that is None is left out."""
    columns = {
        "OBS_ID": [1, 2, 3, 4],
        "RA_PNT": [10.0, 20.0, 10.0, 20.0],
        "DEC_PNT": [5.0, 5.0, 5.0, 5.0],
        "TSTART": [0.0, 100.0, 200.0, 300.0],
        "TSTOP": [90.0, 190.0, 290.0, 390.0],
        "LIVETIME": [80.0, 81.0, 82.0, 83.0],
        "IRF": ["a", "a", "a", "b"],
    }
    columns.update({name: value for name, value in changes.items() if name in columns})
    meta = {"MJDREFI": 51544, "MJDREFF": 0.5, "TIMESYS": "TT"}
    columns.update({n: v for n, v in changes.items() if n in ("ONTIME", "DEADC", "CALDB")})
    meta.update({n: v for n, v in changes.items() if n.startswith(("MJD", "TIME"))})
    return Table({n: v for n, v in columns.items() if v is not None}, meta=meta)


def test_members_livetimes_and_times():
    groups = group_pointings(table())
    assert [group.obs_id for group in groups] == [(1, 3), (2,), (4,)]
    assert [group.response for group in groups] == ["a", "a", "b"]
    assert [(group.lon, group.lat) for group in groups] == [(10, 5), (20, 5), (20, 5)]
    assert [group.livetime for group in groups] == [162, 81, 83]
    np.testing.assert_array_equal(groups[0].start, [43200, 43400])
    np.testing.assert_array_equal(groups[0].stop, [43290, 43490])
    assert groups[0].gti.time_sum == 180 * u.s
    assert groups[0].gti.time_start[0] == Time("2000-01-01T12:00:00", scale="tt")
    assert repr(groups[0]) == "PointingGroup(2 pointings at 10.0000, 5.0000 deg, 'a', 162 s)"
    with pytest.raises(ValueError, match="read-only"):
        groups[0].start[0] = 0


@pytest.mark.parametrize(
    ("changes", "first"),
    [
        ({"MJDREFI": 51545, "MJDREFF": 0.0}, 86400),
        ({"TIMESYS": "UTC"}, 43200 + 64.184),  # 32 leap seconds and 32.184 s
        ({"TIMEZERO": 7.0}, 43207),
        ({"TIMEZERO": 1.0, "TIMEUNIT": "h"}, 46800),
        ({"TSTART": [0.0, 1.0, 2.0, 3.0] * u.min}, 43200),
        ({"TSTART": [1.0, 1.0, 1.0, 1.0] * u.min}, 43260),
    ],
)
def test_times_are_elapsed_seconds_of_tt(changes, first):
    assert group_pointings(table(**changes))[0].start[0] == pytest.approx(first, abs=1e-5)


@pytest.mark.parametrize(
    ("ra", "dec", "n"),
    [
        ([10.0, 10.0 + 5e-7], [5, 5], 1),
        ([10.0 - 4e-7, 10.0 + 4e-7], [5, 5], 1),  # would be rounded apart at 10 - 0.0000005
        ([10.0000004, 10.0000006], [5, 5], 1),
        ([10.0, 10.0 + 2e-6], [5, 5], 2),
        ([359.9999997, 2e-7], [5, 5], 1),
        ([359.9999997, 0.1], [5, 5], 2),
        ([-90.0, 270.0], [5, 5], 1),
        ([10, 10], [5, 5 + 5e-7], 1),
        ([10, 10], [5, 5.1], 2),
        ([10 * u.deg.to(u.rad), 10 * u.deg.to(u.rad)] * u.rad, [5, 5], 1),
    ],
)
def test_same_directions(ra, dec, n):
    pointings = table()[:2]
    pointings["RA_PNT"], pointings["DEC_PNT"] = ra, dec
    assert len(group_pointings(pointings)) == n


def test_livetime_of_a_table_without_it():
    groups = group_pointings(table(LIVETIME=None, ONTIME=[100.0] * 4, DEADC=[0.9] * 4))
    np.testing.assert_allclose([group.livetime for group in groups], [180, 90, 90], rtol=1e-12)


def test_times_of_observation():
    """By the column; without it, and for a group made by hand, from start to stop."""
    by_column = group_pointings(table(ONTIME=[100.0, 101.0, 102.0, 103.0]))
    assert [group.ontime for group in by_column] == [202, 101, 103]
    assert [group.livetime for group in by_column] == [162, 81, 83]
    assert by_column[0].gti.time_sum == 180 * u.s
    assert group_pointings(table(ONTIME=[2.0] * 4 * u.min))[0].ontime == 240
    by_times = group_pointings(table())
    assert [group.ontime for group in by_times] == [180, 90, 90]
    one = by_column[0]
    values = one.lon, one.lat, one.response, one.livetime, one.obs_id, one.start, one.stop
    assert PointingGroup(*values).ontime == 180
    assert PointingGroup(*values, ontime=0.0).ontime == 0


def test_columns_of_the_response():
    pointings = table(CALDB=["x", "x", "y", "x"])
    assert [g.response for g in group_pointings(pointings, by=("CALDB", "IRF"))] == [
        "x/a",
        "x/a",
        "y/a",
        "x/b",
    ]
    groups = group_pointings(table(IRF=None), by=())
    assert [(g.obs_id, g.response) for g in groups] == [((1, 3), ""), ((2, 4), "")]
    assert [g.obs_id for g in group_pointings(pointings, by="CALDB")] == [(1,), (2, 4), (3,)]


def test_no_pointings_no_groups():
    assert group_pointings(table()[:0]) == []


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"OBS_ID": None}, "no column OBS_ID"),
        ({"RA_PNT": None}, "no column RA_PNT"),
        ({"TSTOP": None}, "no column TSTOP"),
        ({"IRF": None}, r"no column IRF that names the response .*by=\(\)"),
        ({"LIVETIME": None}, r"no column ONTIME \(needed, as there is no LIVETIME\)"),
        ({"LIVETIME": None, "ONTIME": [1.0] * 4}, "no column DEADC"),
        ({"OBS_ID": [1, 2, 2, 4]}, r"OBS_ID 2 is in the observation table 2 times \(1 such\)"),
        ({"RA_PNT": [1, 2, np.nan, 3]}, "OBS_ID 3 has RA_PNT = nan: it must be finite"),
        ({"DEC_PNT": [1, 2, 3, np.inf]}, "OBS_ID 4 has DEC_PNT = inf"),
        ({"DEC_PNT": [1, 2, 3, 91]}, "OBS_ID 4 has DEC_PNT = 91: it must be from -90 to 90"),
        ({"DEC_PNT": [1, 2, 3, 4] * u.s}, "column DEC_PNT .* is in 's': 'deg'"),
        ({"LIVETIME": [1, -2, 3, 4]}, "OBS_ID 2 has LIVETIME = -2: a live time is not negative"),
        ({"LIVETIME": [1, np.nan, 3, 4]}, "OBS_ID 2 has LIVETIME = nan"),
        ({"ONTIME": [1, 2, -3, 4]}, "OBS_ID 3 has ONTIME = -3: a time of observation is not neg"),
        ({"ONTIME": [1, 2, 3, np.nan]}, "OBS_ID 4 has ONTIME = nan"),
        ({"TSTOP": [-1.0, 200, 300, 400]}, "OBS_ID 1 has TSTOP - TSTART = -1: a pointing ends"),
        ({"TSTART": [np.nan, 1, 2, 3]}, "OBS_ID 1 has TSTART = nan"),
        ({"IRF": ["a", " ", "b", "c"]}, "OBS_ID 2 has IRF = '': a response needs a name"),
    ],
)
def test_bad_tables(changes, message):
    with pytest.raises(DataError, match=message):
        group_pointings(table(**changes))


def test_masked_is_not_a_direction():
    pointings = Table(table(), masked=True)
    pointings["RA_PNT"].mask[1] = True
    with pytest.raises(DataError, match="OBS_ID 2 has RA_PNT = nan"):
        group_pointings(pointings)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"MJDREFI": None}, "states no reference time"),
        ({"TIMESYS": "LMT"}, "TIMESYS = 'LMT'"),
        ({"TIMEZERO": "x"}, "TIMEZERO = 'x'"),
        ({"TIMEZERO": 1.0, "TIMEUNIT": "m"}, "TIMEZERO = 1.0 in 'm'"),
    ],
)
def test_bad_reference_times(changes, message):
    with pytest.raises(FileFormatError, match=message):
        group_pointings(table(**changes))


def test_pointings_of_the_first_data_challenge():
    folder = os.environ.get("GAMMAPY_DATA")
    if not folder:
        pytest.skip("GAMMAPY_DATA is not set: it names the folder this test reads")
    index = Table.read(Path(folder) / "cta-1dc-index/gps/obs-index.fits.gz")
    groups = group_pointings(index)
    assert len(groups) == 244
    assert len(group_pointings(index, by=("CALDB", "IRF"))) == 244
    members = np.concatenate([group.obs_id for group in groups])
    assert sorted(members) == sorted(index["OBS_ID"])
    assert sum(g.livetime for g in groups) == pytest.approx(index["LIVETIME"].sum(), rel=1e-12)
    # its TSTOP - TSTART are rounded to 1792 s, and all ONTIME are 1800 s
    assert sum(g.ontime for g in groups) == 1800 * 3270
    assert sum((g.stop - g.start).sum() for g in groups) == pytest.approx(1792 * 3270, rel=1e-9)
    # what a look at each pointing gives
    pairs = {(round(r["RA_PNT"], 6), round(r["DEC_PNT"], 6), r["IRF"].strip()) for r in index}
    assert len(pairs) == 244
    assert {g.response for g in groups} == {pair[2] for pair in pairs}
