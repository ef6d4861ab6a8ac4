"""Good time intervals: what they hold, how they combine, and what they refuse."""

import copy
import pickle

import astropy.units as u
import numpy as np
import pytest
from astropy.table import Table
from astropy.time import Time

from gammapy.data import GTI
from gammapy.errors import DataError, UnitMismatchError
from gammapy.maps import TimeMapAxis

START = Time("2009-06-18T00:00:00", scale="tt")


def hours(*pairs, reference=START):
    """Intervals between hours after START."""
    low, high = np.reshape(pairs, (-1, 2)).T
    return GTI.create(
        START + u.Quantity(low, "h"), START + u.Quantity(high, "h"), reference_time=reference
    )


def pairs(gti):
    """Hours after START."""
    times = ((gti.time_start - START).to_value("h"), (gti.time_stop - START).to_value("h"))
    return np.round(np.transpose(times), 9).tolist()


def test_what_they_hold():
    gti = GTI.create([0, 2, 5] * u.h, [1, 4, 6] * u.h, START)
    assert len(gti) == 3
    assert (gti.time_ref, gti.time_ref.scale, gti.time_start.scale) == (START, "tt", "tt")
    assert pairs(gti) == [[0, 1], [2, 4], [5, 6]]
    np.testing.assert_allclose(gti.met_start.to_value("s"), [0, 7200, 18000])
    np.testing.assert_allclose(gti.met_stop.to_value("s"), [3600, 14400, 21600])
    np.testing.assert_allclose(gti.time_delta.to_value("h"), [1, 2, 1])
    assert gti.time_sum.to_value("h") == pytest.approx(4)
    assert [stop - start for start, stop in gti.time_intervals][1].to_value("h") == pytest.approx(2)
    assert gti.table.colnames == ["START", "STOP"]
    assert repr(gti) == (
        "GTI(3 intervals, 14400 s, 2009-06-18 00:00:00.000 to 2009-06-18 06:00:00.000 tt)"
    )
    assert repr(gti.select_time(START + [10, 11] * u.h)) == "GTI(0 intervals)"


def test_ways_to_make_one():
    gti = hours((0, 1), (2, 4))
    assert gti == GTI(gti.table, START) == GTI(gti.table)
    assert gti == GTI.from_time_intervals(gti.time_intervals)
    assert gti == GTI.from_time_intervals([START + [0, 1] * u.h, START.utc + [2, 4] * u.h])
    relative = Table({"START": [0, 120] * u.min, "STOP": [60, 240] * u.min})
    assert gti == GTI(relative, START)
    assert gti != GTI(relative)
    one = GTI.create(0 * u.s, 100 * u.s)
    assert (len(one), one.time_ref.mjd, one.time_ref.scale) == (1, 51544.0, "tt")
    assert TimeMapAxis.from_gti(gti).time_max[1] == gti.time_stop[1]


def test_leap_seconds_count():
    """A day of UTC with a leap second (2016-12-31) is 86401 s long."""
    days = Time(["2016-12-31", "2017-01-01"], scale="utc")
    gti = GTI.create(days[:1], days[1:])
    assert gti.time_sum.to_value("s") == pytest.approx(86401, abs=1e-6)
    assert gti.time_stop.utc.iso[0] == "2017-01-01 00:00:00.000"


@pytest.mark.parametrize(
    ("given", "merged"),
    [
        ([(0, 1), (2, 4)], [[0, 1], [2, 4]]),
        ([(2, 4), (0, 1)], [[0, 1], [2, 4]]),
        ([(0, 1), (0.5, 2), (3, 4), (3, 4)], [[0, 2], [3, 4]]),
        ([(0, 5), (1, 2), (4, 6)], [[0, 6]]),
        ([(0, 1), (1, 2), (3, 4)], [[0, 2], [3, 4]]),
        ([], []),
    ],
)
def test_union(given, merged):
    assert pairs(hours(*given).union()) == merged


def test_union_that_keeps_or_refuses():
    touching = hours((0, 1), (1, 2), (3, 4))
    assert pairs(touching.union(merge_equal=False)) == [[0, 1], [1, 2], [3, 4]]
    assert pairs(touching.union(overlap_ok=False)) == [[0, 2], [3, 4]]
    with pytest.raises(DataError, match=r"2009-06-18 00:30:00.000 starts before .* 01:00:00.000"):
        hours((0, 1), (0.5, 2)).union(overlap_ok=False)


def test_rounding_is_no_overlap():
    mjd = 53343.92 + np.arange(300) * (1740 / 86400)
    start, stop = (Time(t, format="mjd", scale="utc") for t in (mjd, mjd + 1740 / 86400))
    gti = GTI.create(start, stop)
    assert len(gti.union(overlap_ok=False)) == 1
    assert len(gti.union(overlap_ok=False, merge_equal=False)) == 300


def test_selected_time():
    gti = hours((0, 1), (2, 4), (5, 6))
    window = START + [0.5, 3] * u.h
    assert pairs(gti.select_time(window)) == [[0.5, 1], [2, 3]]
    assert pairs(gti.select_time(window.utc)) == [[0.5, 1], [2, 3]]
    outside = [[0, 0.5], [3, 4], [5, 6]]
    assert pairs(gti.select_time(window, inverted=True)) == outside
    assert pairs(gti.delete_interval(window)) == outside
    assert pairs(hours((0, 6)).delete_interval(window)) == [[0, 0.5], [3, 6]]
    nothing = gti.select_time(START + [10, 11] * u.h)
    assert (len(nothing), nothing.time_sum.to_value("s"), len(nothing.union())) == (0, 0.0, 0)
    both = gti.select_time(window).time_sum + gti.delete_interval(window).time_sum
    assert both.to_value("s") == pytest.approx(gti.time_sum.to_value("s"))


def test_intersection():
    one = hours((0, 1), (2, 4), (5, 6))
    other = hours((3, 5.5), (0.5, 2.5), (0.6, 0.7), reference=START + 3 * u.d)
    assert pairs(one.intersection(other)) == [[0.5, 1], [2, 2.5], [3, 4], [5, 5.5]]
    assert one.intersection(other) == other.intersection(one)
    assert len(one.intersection(hours((7, 8)))) == 0


def test_stack():
    gti, other = hours((0, 1)), hours((2, 4), reference=START - 1000 * u.d)
    both = GTI.from_stack([gti, other])
    assert pairs(both) == [[0, 1], [2, 4]]
    assert len(gti) == 1
    gti.stack(other)
    assert gti == both
    assert len(other) == 1


def test_equality():
    gti = hours((0, 1), (2, 4))
    assert gti == hours((0, 1), (2, 4), reference=START.utc + 700 * u.d)
    assert gti != hours((0, 1))
    assert gti != hours((0, 1), (2, 4.001))
    assert gti != "gti"


@pytest.mark.parametrize(
    "duplicate",
    [copy.deepcopy, copy.copy, lambda g: g.copy(), lambda g: pickle.loads(pickle.dumps(g))],
)
def test_copies_are_independent(duplicate):
    gti = hours((0, 1), (2, 4))
    twin = duplicate(gti)
    assert twin == gti
    twin.stack(hours((5, 6)))
    gti.met_start[0] = 3 * u.h
    reference = gti.time_ref
    reference += 1 * u.d
    assert pairs(gti) == [[0, 1], [2, 4]]


def masked():
    times = START + [0, 1] * u.h
    times[0] = np.ma.masked
    return times


BAD = {
    "ends before start": (lambda: hours((0, 1), (3, 2)), "interval 1 runs from 10800 s to 7200 s"),
    "nan": (lambda: GTI.create([np.nan] * u.s, [1] * u.s), "interval 0 runs from nan s"),
    "inf": (lambda: GTI.create([0] * u.s, [np.inf] * u.s), "interval 0 .*must be finite"),
    "lengths": (lambda: GTI.create([0, 1] * u.s, [1] * u.s), r"shape \(2,\) .* \(1,\)"),
    "masked": (lambda: GTI.create(masked(), masked()), "START has masked times"),
    "no column": (lambda: GTI(Table({"START": START + [0] * u.s})), "needs STOP"),
    "no intervals": (lambda: GTI.from_time_intervals([]), "pairs of start and end"),
    "three times": (lambda: GTI.from_time_intervals([START + [0, 1, 2] * u.s]), "pairs of start"),
    "nothing to stack": (lambda: GTI.from_stack([]), "at least one GTI"),
    "no reference": (lambda: GTI.create([0] * u.s, [1] * u.s, "noon"), "'noon' is no time"),
    "references": (lambda: GTI.create([0] * u.s, [1] * u.s, START + [0, 1] * u.s), "one time"),
    "crossed": (lambda: hours((0, 1)).select_time(START + [1, 0] * u.h), "a start and a later end"),
    "one end": (lambda: hours((0, 1)).select_time(START + [1] * u.h), "a start and a later end"),
}


@pytest.mark.parametrize(("make", "message"), BAD.values(), ids=BAD)
def test_bad(make, message):
    with pytest.raises(DataError, match=message):
        make()


@pytest.mark.parametrize("start", [[0.0], [0.0] * u.m])
def test_bad_units(start):
    with pytest.raises(UnitMismatchError, match="START"):
        GTI.create(start, [1] * u.s)
