"""Axes of a map together."""

import astropy.units as u
import pytest

from gammapy.errors import DataError, UnknownNameError
from gammapy.maps import MapAxes, MapAxis, RegionGeom, RegionNDMap

ENERGY = MapAxis.from_energy_bounds("1 TeV", "16 TeV", 4)
RAD = MapAxis([0, 1, 2, 3] * u.deg, name="rad")
AXES = MapAxes([ENERGY, RAD])


def test_others_from_them():
    assert AXES.shape == (4, 3)
    assert AXES.squash("energy").shape == (1, 3)
    assert AXES.squash("energy")["energy"] == ENERGY.squash()
    assert AXES.drop("rad").names == ["energy"]
    assert AXES.rename_axes("energy", "energy_true").names == ["energy_true", "rad"]
    assert AXES.rename_axes(["energy", "rad"], ["a", "b"]).names == ["a", "b"]
    assert AXES.rename_axes(["energy", "rad"], ["rad", "energy"]).names == ["rad", "energy"]


def test_slices():
    found = AXES.slice_by_idx({"energy": slice(1, 3), "rad": -1})
    assert found.names == ["energy"]
    assert found["energy"].edges.to_value("TeV") == pytest.approx([2, 4, 8], rel=1e-14)


@pytest.mark.parametrize(
    ("change", "error", "text"),
    [
        (lambda: AXES.squash("norm"), UnknownNameError, "no axis 'norm'"),
        (lambda: AXES.drop("norm"), UnknownNameError, "no axis 'norm'"),
        (lambda: AXES.rename_axes("norm", "x"), UnknownNameError, "no axis 'norm'"),
        (lambda: AXES.rename_axes(["rad"], ["x", "y"]), DataError, "must be as many"),
        (
            lambda: AXES.slice_by_idx({"rad": 3}),
            DataError,
            "index 3 must be a whole number below 3",
        ),
        (lambda: AXES.slice_by_idx({"rad": -4}), DataError, "index -4 must be"),
        (lambda: AXES.slice_by_idx({"rad": 1.0}), DataError, "index 1.0 must be"),
        (lambda: AXES.slice_by_idx({"rad": slice(2, 2)}), DataError, "at least one bin"),
        (lambda: AXES.slice_by_idx({"rad": slice(0, 3, 2)}), DataError, "no step"),
    ],
)
def test_refused(change, error, text):
    with pytest.raises(error, match=text):
        change()


def test_maps_of_regions_too():
    found = RegionNDMap(RegionGeom(AXES), range(12))
    assert found.sum_over_axes().data.tolist() == [[[[66]]]]
    assert found.sum_over_axes(["rad"], keepdims=False).values.tolist() == [12, 15, 18, 21]
    assert found.slice_by_idx({"rad": 1}).values.tolist() == [4, 5, 6, 7]


def test_changed_bins():
    assert AXES.downsample(2, "energy").shape == (2, 3)
    assert AXES.upsample(2, "rad").shape == (4, 6)
    assert AXES.pad("energy", (1, 0)).shape == (5, 3)
    assert AXES.replace(RAD.squash()).shape == (4, 1)
    assert AXES.resample(ENERGY.squash()).shape == (1, 3)
    assert (AXES.index("rad"), AXES.index(ENERGY)) == (1, 0)
    assert (AXES.index_data("rad"), AXES.index_data("energy")) == (0, 1)
    assert AXES.is_allclose(MapAxes([ENERGY, RAD]))
    assert not AXES.is_allclose(MapAxes([RAD, ENERGY]))
    assert not AXES.is_allclose(MapAxes([ENERGY]))
    for call in (lambda: AXES.index("x"), lambda: AXES.pad("x", 1), lambda: AXES.index_data("x")):
        with pytest.raises(UnknownNameError, match="no axis 'x'"):
            call()
