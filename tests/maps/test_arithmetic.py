"""Arithmetic, comparisons and masks of maps of one region."""

import operator

import astropy.units as u
import numpy as np
import pytest

from gammapy.errors import DataError, UnitMismatchError
from gammapy.maps import MapAxis, RegionGeom, RegionNDMap

GEOM = RegionGeom([MapAxis.from_energy_bounds("1 TeV", "16 TeV", 4)])
OTHER = RegionGeom([MapAxis.from_energy_bounds("1 TeV", "17 TeV", 4)])
SIZES = RegionNDMap(GEOM, [1.0, 2.0, 4.0, 8.0], "m")
FAR = 200 * u.cm


@pytest.mark.parametrize(
    ("found", "values", "unit"),
    [
        (SIZES + SIZES, [2, 4, 8, 16], "m"),
        (SIZES + RegionNDMap(GEOM, np.full(4, 50.0), "cm"), [1.5, 2.5, 4.5, 8.5], "m"),
        (SIZES - 100 * u.cm, [0, 1, 3, 7], "m"),
        (100 * u.cm - SIZES, [0, -100, -300, -700], "cm"),
        (2 * SIZES, [2, 4, 8, 16], "m"),
        (SIZES * (3 * u.s), [3, 6, 12, 24], "m s"),
        (SIZES * SIZES, [1, 4, 16, 64], "m2"),
        (SIZES / 2, [0.5, 1, 2, 4], "m"),
        (8 / SIZES, [8, 4, 2, 1], "m-1"),
        (np.full((4, 1, 1), 3.0) * SIZES, [3, 6, 12, 24], "m"),
        (SIZES * (SIZES > FAR), [0, 0, 4, 8], "m"),
    ],
)
def test_pixel_by_pixel_with_units(found, values, unit):
    assert isinstance(found, RegionNDMap)
    assert found.unit == u.Unit(unit)
    np.testing.assert_allclose(found.values, values, rtol=1e-15)
    assert found.geom is GEOM


def test_operands_stay_and_results_can_be_changed():
    sealed = SIZES.read_only()
    for result in (sealed + sealed, sealed.copy()):
        result.data[0] = 7.0
        result.unit = "km"
    assert sealed.values.tolist() == SIZES.values.tolist() == [1, 2, 4, 8]
    assert sealed.unit == u.m


@pytest.mark.parametrize(
    ("compare", "mask"),
    [
        (operator.gt, [0, 0, 1, 1]),
        (operator.ge, [0, 1, 1, 1]),
        (operator.lt, [1, 0, 0, 0]),
        (operator.le, [1, 1, 0, 0]),
    ],
)
def test_comparisons_give_masks(compare, mask):
    for limit in (2 * u.m, 200 * u.cm, RegionNDMap(GEOM, np.full(4, 0.002), "km")):
        found = compare(SIZES, limit)
        assert found.data.dtype == bool
        assert found.values.tolist() == [bool(x) for x in mask]


def test_masks_combine():
    low, high = GEOM.energy_mask("2 TeV"), GEOM.energy_mask(None, "8 TeV")
    assert (low & high).values.tolist() == [False, True, True, False]
    assert (low | high).values.tolist() == [True] * 4
    assert (~low).values.tolist() == [True, False, False, False]
    assert (low & high).data.dtype == (~low).data.dtype == bool


@pytest.mark.parametrize(
    ("action", "error", "message"),
    [
        (lambda: SIZES + 1, UnitMismatchError, r"map in 'm' \+ '': the units do not convert"),
        (lambda: operator.gt(SIZES, 3 * u.s), UnitMismatchError, "'m' > 's'"),
        (lambda: SIZES + RegionNDMap(OTHER), DataError, "the axes of maps must agree"),
        (lambda: SIZES * np.ones(4), DataError, r"shape \(4, 1, 1\) \* array of shape \(4,\)"),
        (lambda: SIZES * "wide", DataError, r"map \* 'wide': a map, a quantity or a number"),
        (lambda: SIZES & SIZES, DataError, "& combines masks, maps of True and False"),
        (lambda: GEOM.energy_mask() & True, DataError, "& combines masks.*: True is none"),
        (lambda: ~SIZES, DataError, "~ combines masks"),
        (lambda: GEOM.energy_mask() | OTHER.energy_mask(), DataError, "axes of masks must agree"),
    ],
)
def test_bad_operands(action, error, message):
    with pytest.raises(error, match=message):
        action()
