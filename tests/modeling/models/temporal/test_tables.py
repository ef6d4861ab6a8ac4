"""What a table must be to be a curve."""

import astropy.units as u
import numpy as np
import pytest
from astropy.table import MaskedColumn, Table
from astropy.time import Time

from gammapy.errors import ModelError
from gammapy.modeling.models.temporal.tables import light_curve_of, phase_curve_of

META = {"MJDREFI": 55000, "MJDREFF": 0.5}


def curve(time=(0, 10, 20), norm=(1, 2, 3), **meta):
    return light_curve_of(Table({"TIME": time, "NORM": norm}, meta=META | meta), "lc.fits")


def test_defaults_are_those_of_gammalib():
    found = curve()
    assert found.reference == Time(55000, 0.5, format="mjd", scale="tt")
    np.testing.assert_array_equal(found.seconds, [0, 10, 20])
    np.testing.assert_array_equal(found.norm, [1, 2, 3])
    assert not found.seconds.flags.writeable


def test_units_scales_and_reference():
    found = curve(TIMEUNIT="d", TIMESYS="utc", TIMEZERO=2.0)
    np.testing.assert_allclose(found.seconds, [172800, 1036800, 1900800])
    assert found.reference.scale == "utc"
    found = curve(time=[0, 1, 2] * u.h, TIMEUNIT="d")
    np.testing.assert_allclose(found.seconds, [0, 3600, 7200])
    table = Table({"time": [0, 1.0], "Norm": [1, 1]}, meta={"mjdref": 51544.25})
    assert light_curve_of(table).reference.mjd == 51544.25
    table = Table({"TIME": [0, 1.0], "NORM": np.ones((2, 1, 1))}, meta=META)
    np.testing.assert_array_equal(light_curve_of(table).norm, [1, 1])


@pytest.mark.parametrize(
    ("kwargs", "match"),
    [
        ({"time": (0, 10, 10)}, r"TIME\[2\] = 10 comes after 10: sort the rows"),
        ({"time": (0, 20, 10)}, r"TIME\[2\] = 10 comes after 20"),
        ({"time": (0, np.nan, 10)}, r"TIME\[1\] = nan must be finite"),
        ({"norm": (1, np.nan, 1)}, r"NORM\[1\] = nan must be finite, not negative"),
        ({"norm": (1, np.inf, 1)}, r"NORM\[1\] = inf"),
        ({"norm": (1, 2, -0.5)}, r"NORM\[2\] = -0.5 must be finite, not negative"),
        ({"time": [0], "norm": [1]}, "at least 2 rows"),
        ({"norm": np.ones((3, 2))}, "must be columns of numbers"),
        ({"norm": ["a", "b", "c"]}, "NORM in '' must be numbers without unit"),
        ({"norm": [1, 2, 3] * u.cm}, "NORM in 'cm' must be numbers without unit"),
        ({"time": [0, 1, 2] * u.m}, "TIME in 'm' must be times"),
        ({"TIMEUNIT": "parsec"}, "TIME in 'parsec' must be times"),
        ({"TIMESYS": "LOCAL"}, "TIMESYS = 'LOCAL' is not known: use one of UTC, TT"),
        ({"MJDREFI": "x"}, "MJDREFI = 'x' must be a finite number"),
        ({"MJDREFF": np.nan}, "MJDREFF = nan must be a finite number"),
        ({"TIMEZERO": None, "time": MaskedColumn([0, 1, 2], mask=[0, 1, 0])}, "TIMEZERO|masked"),
    ],
)
def test_bad_light_curves(kwargs, match):
    with pytest.raises(ModelError, match=f"lc.fits.*({match})"):
        curve(**kwargs)


def test_masked_rows():
    with pytest.raises(ModelError, match="TIME has masked rows"):
        curve(time=MaskedColumn([0, 1, 2], mask=[False, True, False]))


def test_no_reference_time_or_column():
    table = Table({"TIME": [0, 1.0], "NORM": [1, 1]})
    with pytest.raises(ModelError, match="set MJDREF, or MJDREFI and MJDREFF"):
        light_curve_of(table)
    with pytest.raises(ModelError, match="has no column PHASE, only TIME, NORM"):
        phase_curve_of(table)


@pytest.mark.parametrize(
    ("phase", "match"),
    [
        ((-0.1, 0.5), "PHASE = -0.1 must be between 0 and 1"),
        ((0.5, 1.2), "PHASE = 1.2 must be between"),
        ((0.5, 0.2), "sort the rows"),
        ((0.5, np.nan), r"PHASE\[1\] = nan must be finite"),
    ],
)
def test_bad_phase_curves(phase, match):
    with pytest.raises(ModelError, match=match):
        phase_curve_of(Table({"PHASE": phase, "NORM": [1, 2]}))
