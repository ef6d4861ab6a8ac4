"""Time axes: intervals with gaps, scales of time, and what they refuse."""

import copy
import pickle
from types import SimpleNamespace

import astropy.units as u
import numpy as np
import pytest
from astropy.time import Time

from gammapy.errors import DataError, UnitMismatchError
from gammapy.maps import MapAxis, RegionGeom, RegionNDMap, TimeMapAxis

START = Time("2009-06-18T00:00:00", scale="tt")


def gappy(**changes):
    return TimeMapAxis([0, 2, 5] * u.h, [1, 4, 6] * u.h, START).copy(**changes)


def seconds(times):
    return (times - START).to_value("s")


def test_intervals_with_gaps():
    axis = gappy()
    assert (axis.nbin, len(axis), axis.unit, axis.name, axis.interp) == (3, 3, u.h, "time", "lin")
    np.testing.assert_allclose(axis.center.value, [0.5, 3, 5.5])
    np.testing.assert_allclose(axis.bin_width.value, [1, 2, 1])
    np.testing.assert_allclose(seconds(axis.time_min), [0, 7200, 18000], atol=1e-6)
    np.testing.assert_allclose(seconds(axis.time_max), [3600, 14400, 21600], atol=1e-6)
    np.testing.assert_allclose(seconds(axis.time_mid), [1800, 10800, 19800], atol=1e-6)
    np.testing.assert_allclose(axis.time_delta.to_value("h"), [1, 2, 1])
    np.testing.assert_allclose([t.to_value("h") for t in axis.bounds], [0, 6])
    np.testing.assert_allclose([seconds(t) for t in axis.time_bounds], [0, 21600], atol=1e-6)
    assert [low.value for low, _ in axis.iter_by_edges] == [0, 2, 5]
    assert [round(seconds(high)) for _, high in axis.iter_by_time_edges] == [3600, 14400, 21600]
    assert not axis.is_contiguous
    for edges in ("edges", "time_edges"):
        with pytest.raises(DataError, match=r"axis 'time' has gaps.*use edges_min and edges_max"):
            getattr(axis, edges)
    assert repr(axis) == (
        "TimeMapAxis('time', 3 bins, 2009-06-18 00:00:00.000 to 2009-06-18 06:00:00.000, tt)"
    )


def test_intervals_without_gaps():
    axis = TimeMapAxis.from_time_bounds(START, START + 1 * u.d, 4)
    assert axis.is_contiguous
    np.testing.assert_allclose(axis.edges.to_value("d"), [0, 0.25, 0.5, 0.75, 1])
    np.testing.assert_allclose(seconds(axis.time_edges), np.arange(5) * 21600, atol=1e-6)
    assert axis == TimeMapAxis.from_time_edges(axis.time_min, axis.time_max, unit="h")


def test_scale_of_time_is_kept_and_leap_seconds_count():
    """A day of UTC with a leap second (2016-12-31) is 86401 s long."""
    days = Time(["2016-12-31", "2017-01-01", "2017-01-02"], scale="utc")
    axis = TimeMapAxis.from_time_edges(days[:-1], days[1:], unit="s")
    np.testing.assert_allclose(axis.bin_width.value, [86401, 86400], atol=1e-6)
    assert axis.time_max.scale == "utc"
    assert [t[:19] for t in axis.time_max.iso] == ["2017-01-01 00:00:00", "2017-01-02 00:00:00"]
    in_tt = TimeMapAxis.from_time_edges(days[:-1].tt, days[1:].tt)
    assert in_tt == axis
    shifted = Time(days.iso, scale="tt")
    assert TimeMapAxis.from_time_edges(shifted[:-1], shifted[1:]) != axis


def test_from_good_time_intervals():
    axis = gappy()
    gti = SimpleNamespace(time_start=axis.time_min, time_stop=axis.time_max, time_ref=START)
    assert TimeMapAxis.from_gti(gti) == axis


def test_index_of_a_time():
    axis = gappy()
    hours = [-1, 0, 0.5, 1, 1.5, 2, 3.9, 5.5, 6, 7] * u.h
    expected = [-1, 0, 0, -1, -1, 1, 1, 2, -1, -1]
    np.testing.assert_array_equal(axis.coord_to_idx(hours), expected)
    np.testing.assert_array_equal(axis.coord_to_idx(hours.to("s")), expected)
    middles = axis.time_mid.utc
    np.testing.assert_array_equal(axis.coord_to_idx(middles), [0, 1, 2])


def test_parts():
    axis = gappy()
    part = axis.slice(slice(1, 3))
    np.testing.assert_allclose(part.edges_min.value, [2, 5])
    whole = axis.squash()
    assert (whole.nbin, whole.edges.to_value("h").tolist()) == (1, [0, 6])
    assert axis.copy(name="t").name == "t"
    with pytest.raises(DataError, match="at least one"):
        axis.slice(slice(3, 3))


def test_table():
    table = gappy().to_table()
    assert table.colnames == ["START", "STOP"]
    np.testing.assert_allclose(seconds(table["STOP"]), [3600, 14400, 21600], atol=1e-6)


def test_equality():
    axis = gappy()
    assert axis == gappy(edges_min=[0, 120, 300] * u.min)
    later = START + 1 * u.h
    assert axis == TimeMapAxis([-1, 1, 4] * u.h, [0, 3, 5] * u.h, later)
    assert axis == gappy(reference_time=START.utc)
    assert axis != gappy(name="t")
    assert axis != gappy(reference_time=later)
    assert axis != gappy(edges_max=[1.01, 4, 6] * u.h)
    assert axis.is_allclose(gappy(edges_max=[1.01, 4, 6] * u.h), rtol=0.02)
    assert axis != axis.squash()
    assert axis != "time"
    assert axis != MapAxis([0, 1, 4, 6] * u.h, name="time")
    assert MapAxis([0, 1, 4, 6] * u.h, name="time") != axis


@pytest.mark.parametrize(
    "duplicate",
    [copy.deepcopy, copy.copy, lambda a: a.copy(), lambda a: pickle.loads(pickle.dumps(a))],
)
def test_cannot_be_changed(duplicate):
    low, reference = np.array([0.0, 2.0, 5.0]), Time(START)
    axis = gappy(edges_min=u.Quantity(low, "h", copy=False), reference_time=reference)
    low[0] = -1
    reference += 1 * u.d
    twin = duplicate(axis)
    assert twin == axis == gappy()
    for one in (axis, twin):
        for edges in (one.edges_min, one.edges_max):
            with pytest.raises(ValueError, match="read-only"):
                edges.value[0] = 0.5
        time = one.reference_time
        time += 1 * u.d
        assert one == gappy()


def masked_time():
    times = Time([55000.0, 55001.0], format="mjd")
    times[0] = np.ma.masked
    return times[0]


BAD = {
    "ends before start": lambda: gappy(edges_max=[1, 1.5, 6] * u.h),
    "empty": lambda: gappy(edges_max=[0, 4, 6] * u.h),
    "nan": lambda: gappy(edges_min=[0, np.nan, 5] * u.h),
    "inf": lambda: gappy(edges_max=[1, 4, np.inf] * u.h),
    "overlap": lambda: gappy(edges_max=[1, 5.5, 6] * u.h),
    "order": lambda: TimeMapAxis([2, 0] * u.h, [3, 1] * u.h, START),
    "lengths": lambda: gappy(edges_max=[1, 4] * u.h),
    "two dimensions": lambda: TimeMapAxis([[0]] * u.h, [[1]] * u.h, START),
    "none": lambda: TimeMapAxis([] * u.h, [] * u.h, START),
    "no times": lambda: TimeMapAxis.from_time_edges(Time([], format="mjd"), Time([], format="mjd")),
    "floats for times": lambda: TimeMapAxis.from_time_edges([55000.0], [55001.0]),
    "scale": lambda: gappy(interp="log"),
    "no reference": lambda: gappy(reference_time="tomorrow"),
    "two references": lambda: gappy(reference_time=Time([1, 2], format="mjd")),
    "masked reference": lambda: gappy(reference_time=masked_time()),
    "no bins": lambda: TimeMapAxis.from_time_bounds(START, START + 1 * u.d, 0),
    "crossed bounds": lambda: TimeMapAxis.from_time_bounds(START, START - 1 * u.d, 2),
}


@pytest.mark.parametrize("make", BAD.values(), ids=BAD)
def test_bad(make):
    with pytest.raises(DataError, match="axis 'time'"):
        make()


@pytest.mark.parametrize("edges", [[0, 2, 5], [0, 2, 5] * u.m])
def test_bad_units(edges):
    with pytest.raises(UnitMismatchError, match="axis 'time': edges_min"):
        gappy(edges_min=edges)


def test_rounding_is_no_overlap():
    """Times from a float MJD: the end of one and the start of the next differ by rounding."""
    mjd = 53343.92 + np.arange(300) * (1740 / 86400)
    axis = TimeMapAxis.from_time_edges(
        Time(mjd, format="mjd", scale="tt"), Time(mjd + 1740 / 86400, format="mjd", scale="tt")
    )
    assert axis.is_contiguous
    assert axis.nbin == 300


def test_in_a_map():
    energy = MapAxis.from_energy_bounds("1 TeV", "10 TeV", 4)
    geom = RegionGeom(axes=[energy, gappy()])
    assert geom.axes.names == ["energy", "time"]
    assert geom.data_shape == (3, 4, 1, 1)
    assert RegionNDMap(geom, np.arange(12)).data[2, 3, 0, 0] == 11
    assert RegionGeom(gappy()).data_shape == (3, 1, 1)
    assert geom.axes["time"] == gappy()
