"""Maps along their axes."""

import astropy.units as u
import numpy as np
import pytest
from scipy.integrate import quad

from gammapy.errors import DataError, UnitMismatchError, UnknownNameError
from gammapy.maps import Map, MapAxis, RegionNDMap, WcsGeom

ENERGY = MapAxis.from_energy_bounds("1 TeV", "16 TeV", 4)
RAD = MapAxis([0, 1, 3] * u.deg, name="rad")
GEOM = WcsGeom.create(npix=(3, 2), binsz=1, axes=[ENERGY, RAD])


def counting(geom=GEOM, **kwargs):
    found = Map.from_geom(geom, **kwargs)
    found.data = found.data + np.arange(found.data.size).reshape(found.data.shape)
    return found


def test_reduce():
    whole = counting(unit="s")
    found = whole.reduce("energy", weights=whole > 30 * u.s)
    np.testing.assert_array_equal(found.data, np.where(whole.data > 30, whole.data, 0).sum(axis=1))
    assert found.geom.axes.names == ["rad"]
    assert (whole > 3 * u.s).reduce("rad", np.logical_and, keepdims=True).data.shape == (1, 4, 2, 3)
    with pytest.raises(UnknownNameError):
        whole.reduce("time")


def test_integrals():
    """The integral of a power law in bins, against quadrature."""
    energy = MapAxis.from_energy_bounds("1 TeV", "100 TeV", 400)
    spectrum = RegionNDMap.create(axes=[energy], unit="s-1 TeV-1")
    spectrum.quantity = (energy.center.value**-2)[:, None, None] / (u.s * u.TeV)
    total = spectrum.cumsum("energy")
    assert total.unit == u.Unit("s-1")
    assert total.geom.axes[0].nbin == 401
    np.testing.assert_allclose(total.geom.axes[0].center.value, energy.edges.value)
    assert total.data[0, 0, 0] == 0
    for end in (1.5, 7.0, 99.0):
        expected = quad(lambda e: e**-2, 1, end)[0]
        found = spectrum.integral("energy", {"energy": end * u.TeV})
        assert found.unit == u.Unit("s-1")
        assert found.value.item() == pytest.approx(expected, rel=1e-3)


def test_cumsum_of_some_axis():
    whole = counting(unit="s")
    found = whole.cumsum("rad")
    assert found.data.shape == (3, 4, 2, 3)
    assert found.unit == u.s * u.deg
    np.testing.assert_array_equal(found.data[1], whole.data[0])
    np.testing.assert_array_equal(found.data[2], whole.data[0] + 2 * whole.data[1])


def test_normalize():
    whole = counting(unit="s")
    whole.data[:, :, 1, 1] = 0
    before = whole.copy()
    assert whole.normalize("energy") is None
    assert whole.unit == u.Unit("TeV-1")
    sums = whole.cumsum("energy").data[:, -1]
    assert (sums[:, 1, 1] == 0).all()
    sums[:, 1, 1] = 1
    np.testing.assert_allclose(sums, 1, rtol=1e-12)
    ratio = whole.data[0, 1, 0, 0] / whole.data[0, 2, 0, 0]
    assert ratio == pytest.approx(before.data[0, 1, 0, 0] / before.data[0, 2, 0, 0])
    with pytest.raises(DataError, match="cannot be changed"):
        before.read_only().normalize("energy")


def test_bins_taken_together():
    whole = counting()
    wide = MapAxis.from_energy_edges([2, 4, 16] * u.TeV)
    found = whole.resample_axis(wide)
    assert found.geom.axes["energy"].edges.to_value("TeV") == pytest.approx([2, 4, 16])
    np.testing.assert_array_equal(found.data[:, 0], whole.data[:, 1])
    np.testing.assert_array_equal(found.data[:, 1], whole.data[:, 2] + whole.data[:, 3])
    near = whole.resample_axis(MapAxis.from_energy_edges([1.1, 3.9, 15] * u.TeV))
    assert near.geom.axes["energy"].edges.to_value("TeV") == pytest.approx([1, 4, 16])
    np.testing.assert_array_equal(near.data[:, 0], whole.data[:, :2].sum(axis=1))
    weighted = whole.resample_axis(ENERGY.squash(), weights=whole > 10)
    np.testing.assert_array_equal(
        weighted.data[:, 0], np.where(whole.data > 10, whole.data, 0).sum(axis=1)
    )
    mask = (whole > 10).resample_axis(ENERGY.squash(), ufunc=np.logical_and)
    np.testing.assert_array_equal(mask.data[:, 0], (whole.data > 10).all(axis=1))
    with pytest.raises(DataError, match="each new bin must hold at least one"):
        whole.resample_axis(MapAxis.from_energy_edges([1, 1.1, 16] * u.TeV))


def test_wider_and_narrower_bins():
    whole = counting()
    for made in (whole, RegionNDMap.create(axes=[ENERGY], data=[1.0, 2, 3, np.nan])):
        sums = made.downsample(2, axis_name="energy")
        means = made.downsample(2, axis_name="energy", preserve_counts=False)
        at = made.geom.axes.index_data("energy")
        first = made.data.take([0, 1], axis=at)
        np.testing.assert_array_equal(sums.data.take(0, axis=at), first.sum(axis=at))
        np.testing.assert_array_equal(means.data.take(0, axis=at), first.mean(axis=at))
    assert sums.data[1, 0, 0] == means.data[1, 0, 0] == 3  # nan are left out
    fine = whole.upsample(3, axis_name="energy")
    np.testing.assert_allclose(fine.downsample(3, axis_name="energy").data, whole.data, rtol=1e-12)
    widths = np.diff(fine.geom.axes["energy"].edges.value)
    assert fine.data[0, 1, 0, 1] / fine.data[0, 2, 0, 1] == pytest.approx(widths[1] / widths[2])
    kept = whole.upsample(2, axis_name="rad", preserve_counts=False)
    np.testing.assert_array_equal(kept.data, np.repeat(whole.data, 2, axis=0))
    mask = (whole > 10).upsample(2, axis_name="rad", order=1)
    assert mask.is_mask
    np.testing.assert_array_equal(mask.data, np.repeat(whole.data > 10, 2, axis=0))


def test_straight_lines_between_bins():
    """Numbers of Gammapy 2.1 for the share of sqrt counts, straight lines of the density."""
    axis = MapAxis.from_energy_bounds("1 TeV", "10 TeV", 2)
    counts = RegionNDMap.create(axes=[axis], data=[2.64575131, 5.56776436])
    found = counts.upsample(2, axis_name="energy", order=1)
    assert found.values == pytest.approx([0.9522985, 1.55182729, 2.25588302, 3.5637311], rel=1e-6)
    plain = counts.upsample(2, axis_name="energy", order=1, preserve_counts=False)
    assert plain.values == pytest.approx([2.64575131, 3.37625457, 4.8372611, 5.56776436], rel=1e-6)
    with pytest.raises(DataError, match="order = 2"):
        counts.upsample(2, order=2)


def test_pieces():
    whole = counting(unit="s", meta={"a": 1})
    pieces = whole.split_by_axis("energy")
    assert len(pieces) == 4
    assert pieces[1].geom.axes.names == ["rad"]
    np.testing.assert_array_equal(pieces[1].data, whole.data[:, 1])
    kept = list(whole.iter_by_axis("energy", keepdims=True))
    assert kept[2].geom.axes["energy"].edges.to_value("TeV") == pytest.approx([4, 8])
    again = Map.from_stack(kept, axis_name="energy")
    np.testing.assert_array_equal(again.data, whole.data)
    assert again.geom == whole.geom
    stacked = Map.from_stack(pieces, axis=ENERGY)
    assert stacked.geom.axes.names == ["rad", "energy"]
    np.testing.assert_array_equal(stacked.reorder_axes(["energy", "rad"]).data, whole.data)
    assert (stacked.unit, stacked.meta) == (u.s, {"a": 1})
    mixed = Map.from_stack([pieces[0], pieces[1].to_unit("min")], axis=ENERGY.slice(slice(0, 2)))
    np.testing.assert_allclose(mixed.data, stacked.data[:2])
    for plane, idx in whole.iter_by_image_data():
        np.testing.assert_array_equal(plane, whole.data[idx])
    assert list(whole.iter_by_image_index()) == [(i, j) for i in range(2) for j in range(4)]


def test_pieces_that_do_not_fit():
    pieces = counting().split_by_axis("energy")
    with pytest.raises(DataError, match="at least one map"):
        Map.from_stack([], axis=ENERGY)
    with pytest.raises(DataError, match="either axis or axis_name"):
        Map.from_stack(pieces)
    with pytest.raises(DataError, match="3 maps of one geometry"):
        Map.from_stack(pieces[:3], axis=ENERGY)
    kept = list(counting().iter_by_axis("energy", keepdims=True))
    with pytest.raises(DataError, match="start where the first ends"):
        Map.from_stack([kept[0], kept[2]], axis_name="energy")
    other = counting(WcsGeom.create(npix=(3, 2), binsz=2, axes=[ENERGY, RAD]))
    with pytest.raises(DataError, match="differ in the axis"):
        Map.from_stack([kept[0], other.slice_by_idx({"energy": slice(1, 2)})], axis_name="energy")
    with pytest.raises((UnitMismatchError, u.UnitConversionError)):
        Map.from_stack(
            [pieces[0], counting(unit="s").split_by_axis("energy")[0]],
            axis=ENERGY.slice(slice(0, 2)),
        )


def test_order_and_further_axes():
    whole = counting()
    turned = whole.reorder_axes(["rad", "energy"])
    assert turned.geom.axes.names == ["rad", "energy"]
    assert turned.data[3, 1, 0, 2] == whole.data[1, 3, 0, 2]
    with pytest.raises(DataError, match="in some order"):
        whole.reorder_axes(["rad"])
    one = MapAxis([0, 1], name="one")
    cube = whole.to_cube([one])
    assert cube.geom.axes.names == ["energy", "rad", "one"]
    np.testing.assert_array_equal(cube.data[0], whole.data)
    with pytest.raises(DataError, match="a single bin each"):
        whole.to_cube([MapAxis([0, 1, 2], name="two")])
