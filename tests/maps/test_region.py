"""Maps of one region."""

import copy
import pickle

import astropy.units as u
import numpy as np
import pytest

from gammapy.errors import DataError, UnitMismatchError
from gammapy.maps import MapAxis, RegionGeom, RegionNDMap

AXIS = MapAxis.from_energy_bounds("1 TeV", "16 TeV", 4)
GEOM = RegionGeom([AXIS])


def test_shape():
    assert GEOM.data_shape == (4, 1, 1)
    assert RegionGeom(AXIS).data_shape == (4, 1, 1)
    assert RegionGeom.create("icrs;circle(1,2,3)", [AXIS]).region.radius == 3 * u.deg
    found = RegionNDMap(GEOM, np.arange(4.0), unit="s")
    assert found.data.shape == (4, 1, 1)
    np.testing.assert_array_equal(found.values, np.arange(4.0))
    np.testing.assert_array_equal(found.quantity[:, 0, 0], np.arange(4.0) * u.s)
    assert RegionNDMap.create(axes=[AXIS]).data.sum() == 0
    assert RegionNDMap.from_geom(GEOM, 3.0, "m").values.tolist() == [3.0] * 4


@pytest.mark.parametrize("data", [np.ones(3), np.ones((2, 4)), np.ones((5, 1, 1)), []])
def test_data_that_do_not_fit(data):
    with pytest.raises(DataError, match=r"do not fit .*\(4, 1, 1\) is needed"):
        RegionNDMap(GEOM, data)
    found = RegionNDMap(GEOM)
    with pytest.raises(DataError, match="do not fit"):
        found.data = data


def test_bad_unit():
    with pytest.raises(UnitMismatchError, match="'parsnip'"):
        RegionNDMap(GEOM, unit="parsnip")


# edges are 1, 2, 4, 8, 16 TeV
@pytest.mark.parametrize(
    ("low", "high", "expected"),
    [
        (None, None, [1, 1, 1, 1]),
        ("2 TeV", None, [0, 1, 1, 1]),
        (None, 8 * u.TeV, [1, 1, 1, 0]),
        ("1.9 TeV", "8.1 TeV", [0, 1, 1, 0]),  # wholly inside
        ("2.1 TeV", "8 TeV", [0, 0, 1, 0]),
        (2000.0 * (1 + 1e-8) * u.GeV, 8000.0 * (1 - 1e-8) * u.GeV, [0, 1, 1, 0]),
        ("5 TeV", "6 TeV", [0, 0, 0, 0]),
        ("8 TeV", "2 TeV", [0, 0, 0, 0]),
    ],
)
def test_energy_mask(low, high, expected):
    mask = GEOM.energy_mask(low, high)
    assert mask.data.dtype == bool
    assert mask.values.tolist() == [bool(x) for x in expected]


def test_energy_mask_needs_energies():
    with pytest.raises(UnitMismatchError, match="energy_min = 2"):
        GEOM.energy_mask(2.0)


def test_a_map_of_ones_own_can_be_changed():
    found = RegionNDMap(GEOM, np.ones(4))
    found.data[1] = 5.0
    found.data = np.zeros(4)
    found.unit = u.s
    assert found.values.sum() == 0


@pytest.mark.parametrize(
    "duplicate", [lambda m: m, copy.deepcopy, copy.copy, lambda m: pickle.loads(pickle.dumps(m))]
)
def test_read_only(duplicate):
    mine = RegionNDMap(GEOM, np.ones(4), unit="s")
    sealed = duplicate(mine.read_only())
    mine.data[0] = 7.0
    assert sealed.values.tolist() == [1.0] * 4
    with pytest.raises(ValueError, match="read-only"):
        sealed.data[0] = 7.0
    for name, value in (("data", np.zeros(4)), ("unit", u.m), ("geom", GEOM), ("other", 1)):
        with pytest.raises(DataError, match=f"{name} of this map cannot be changed"):
            setattr(sealed, name, value)
    assert sealed.unit == u.s


def test_made_with_data_and_quantities():
    found = RegionNDMap.create(axes=[AXIS], unit="s", data=[1, 2, 3, 4])
    assert found.values.tolist() == [1, 2, 3, 4]
    found.quantity = np.full(GEOM.data_shape, 2.0) * u.m
    assert (found.values.tolist(), found.unit) == ([2.0] * 4, u.m)
    with pytest.raises(DataError, match="do not fit"):
        found.quantity = [1.0, 2.0] * u.m
    with pytest.raises(DataError, match="quantity of this map cannot be changed"):
        found.read_only().quantity = 1 * u.m


def test_stack():
    total, other = RegionNDMap(GEOM, unit="s"), RegionNDMap(GEOM, [1.0, 2, np.nan, 4], unit="min")
    total.stack(other, weights=[[[1]], [[0]], [[1]], [[1]]])
    assert total.values.tolist() == [60, 0, 0, 240]
    mask = RegionNDMap(GEOM, np.array([True, False, False, False]))
    mask.stack(RegionNDMap(GEOM, np.array([False, False, False, True])))
    assert mask.values.tolist() == [True, False, False, True]
    with pytest.raises(DataError, match="axes must be the same"):
        total.stack(RegionNDMap(RegionGeom([AXIS.squash()]), unit="s"))
    with pytest.raises(UnitMismatchError, match="'m' added to one in 's'"):
        total.stack(RegionNDMap(GEOM, unit="m"))
    with pytest.raises(ValueError, match="read-only"):
        total.read_only().stack(other)


def test_arguments_of_users():
    found = RegionNDMap.create(
        region="icrs;circle(1, 2, 3)", axes=[AXIS], dtype=int, unit="s", binsz_wcs="0.5 deg"
    )
    assert (found.data.dtype.kind, found.unit) == ("i", u.s)
    assert found.geom.binsz_wcs.deg == pytest.approx([0.5, 0.5])
    assert RegionNDMap(GEOM, meta={"a": 1}).meta == {"a": 1}
