"""The door to maps, and what all kinds have."""

import copy
import pickle

import astropy.units as u
import numpy as np
import pytest

from gammapy.errors import DataError, OptionError, UnitMismatchError, UnknownNameError
from gammapy.maps import Map, MapAxis, RegionGeom, RegionNDMap, WcsGeom, WcsNDMap

ENERGY = MapAxis.from_energy_bounds("1 TeV", "16 TeV", 4)
RAD = MapAxis([0, 1, 2, 3] * u.deg, name="rad")
REGION = RegionGeom([ENERGY, RAD])
SKY = WcsGeom.create(npix=(3, 2), axes=[ENERGY, RAD])
GEOMS = [REGION, SKY]


def numbered(geom, **kwargs):
    return Map.from_geom(
        geom, data=np.arange(np.prod(geom.data_shape)).reshape(geom.data_shape), **kwargs
    )


def test_create_finds_the_kind():
    sky = Map.create(npix=(3, 2), axes=[ENERGY], unit="s", dtype="int32", meta={"a": 1})
    assert type(sky) is WcsNDMap
    assert (sky.data.shape, sky.data.dtype, sky.unit, sky.meta) == (
        (4, 2, 3),
        "int32",
        u.s,
        {"a": 1},
    )
    assert sky.geom.pixel_scales.deg.tolist() == pytest.approx([0.1, 0.1])
    assert type(Map.create(map_type="wcs", npix=2, binsz=1)) is WcsNDMap
    assert type(WcsNDMap.create(npix=2)) is WcsNDMap
    assert type(Map.create(region="icrs;circle(1,2,3)", axes=[ENERGY])) is RegionNDMap
    assert type(Map.create(map_type="region", axes=[ENERGY])) is RegionNDMap
    assert type(Map.from_geom(REGION)) is RegionNDMap
    assert type(Map.from_geom(SKY)) is WcsNDMap
    assert isinstance(Map.from_geom(REGION), Map)
    with pytest.raises(OptionError, match="map_type = 'hpx' is not known: choose one of"):
        Map.create(map_type="hpx")
    with pytest.raises(OptionError, match="map_type = 'region'"):
        WcsNDMap.create(map_type="region")
    with pytest.raises(DataError, match="geom = 'circle' is no geometry"):
        Map.from_geom("circle")
    with pytest.raises(DataError, match="is not a WcsGeom"):
        WcsNDMap(REGION)
    with pytest.raises(DataError, match="is not a RegionGeom"):
        RegionNDMap(SKY)


@pytest.mark.parametrize("geom", GEOMS, ids=["region", "sky"])
def test_data_with_a_unit(geom):
    data = np.ones(geom.data_shape) * u.m
    assert Map.from_geom(geom, data=data).unit == u.m
    assert Map.from_geom(geom, data=data, unit="cm").data.max() == 100
    assert Map.from_geom(geom, data=3, unit="s").data.sum() == 3 * data.size
    with pytest.raises(UnitMismatchError, match="'m' do not convert to unit = 's'"):
        Map.from_geom(geom, data=data, unit="s")
    with pytest.raises(UnitMismatchError, match="'parsnip'"):
        Map.from_geom(geom, unit="parsnip")
    found = Map.from_geom(geom, data=data)
    assert found.to_unit("km").data.max() == pytest.approx(1e-3)
    with pytest.raises(UnitMismatchError, match="unit = 's'"):
        found.to_unit("s")
    found.quantity = data * 2
    assert found.quantity.max() == 2 * u.m


@pytest.mark.parametrize("geom", GEOMS, ids=["region", "sky"])
def test_sums(geom):
    found = numbered(geom, unit="s")
    data = found.data
    assert found.sum_over_axes().data.shape == (1, 1, *data.shape[2:])
    np.testing.assert_array_equal(found.sum_over_axes().data[0, 0], data.sum(axis=(0, 1)))
    one = found.sum_over_axes(["rad"], keepdims=False)
    assert (one.geom.axes.names, one.unit) == (["energy"], u.s)
    np.testing.assert_array_equal(one.data, data.sum(axis=0))
    squashed = found.sum_over_axes(["energy"])
    assert squashed.geom.axes["energy"] == ENERGY.squash()
    weights = found > 5 * u.s
    np.testing.assert_array_equal(
        found.sum_over_axes(weights=weights).data[0, 0],
        np.where(data > 5, data, 0).sum(axis=(0, 1)),
    )
    some = weights.reduce_over_axes(np.logical_or, axes_names=["energy"])
    assert some.is_mask
    np.testing.assert_array_equal(some.data, (data > 5).any(axis=1))
    np.testing.assert_array_equal(found.sum_over_axes([]).data, data)
    with pytest.raises(UnknownNameError, match="no axis 'norm'"):
        found.sum_over_axes(["norm"])


@pytest.mark.parametrize("geom", GEOMS, ids=["region", "sky"])
def test_planes(geom):
    found = numbered(geom, meta={"a": 1})
    image = found.get_image_by_idx((1, 2))
    assert not len(image.geom.axes)
    assert image.meta == {"a": 1}
    np.testing.assert_array_equal(image.data, found.data[2, 1])
    np.testing.assert_array_equal(found.get_image_by_idx({"rad": -1, "energy": 1}).data, image.data)
    part = found.slice_by_idx({"energy": slice(1, 3)})
    assert part.geom.axes["energy"] == ENERGY.slice(slice(1, 3))
    np.testing.assert_array_equal(part.data, found.data[:, 1:3])
    part.data[...] = 0  # a view
    assert found.data[:, 1:3].max() == 0
    planes = list(found.iter_by_image())
    assert len(planes) == 12
    np.testing.assert_array_equal(planes[5].data, found.data[1, 1])
    assert next(found.iter_by_image(keepdims=True)).data.shape[:2] == (1, 1)
    for idx in ((1,), (1, 2, 3), {"energy": 1}, {"energy": 1, "rad": 0, "norm": 0}):
        with pytest.raises(DataError, match="one index is needed for each"):
            found.get_image_by_idx(idx)
    assert found.rename_axes("energy", "energy_true").geom.axes.names == ["energy_true", "rad"]


@pytest.mark.parametrize("geom", GEOMS, ids=["region", "sky"])
def test_copies(geom):
    mine = numbered(geom, unit="s", meta={"a": 1})
    other = mine.copy()
    other.data[...] = 0
    other.unit = "m"
    other.meta["b"] = 2
    assert (mine.data.max() > 0, mine.unit, mine.meta) == (True, u.s, {"a": 1})
    assert mine.copy(data=np.zeros(geom.data_shape)).data.max() == 0
    assert mine.copy(data=mine.data * u.m).unit == u.m
    assert mine.copy(unit="m", meta={}).unit == u.m
    with pytest.raises(OptionError, match=r"\['name'\] cannot be replaced"):
        mine.copy(name="x")


@pytest.mark.parametrize("geom", GEOMS, ids=["region", "sky"])
@pytest.mark.parametrize(
    "duplicate", [lambda m: m, copy.deepcopy, copy.copy, lambda m: pickle.loads(pickle.dumps(m))]
)
def test_read_only(geom, duplicate):
    mine = numbered(geom)
    sealed = duplicate(mine.read_only())
    mine.data[...] = 7
    assert sealed.data.max() == mine.data.size - 1
    with pytest.raises(ValueError, match="read-only"):
        sealed.data[...] = 7
    for name in ("data", "unit", "geom", "meta"):
        with pytest.raises(DataError, match=f"{name} of this map cannot be changed"):
            setattr(sealed, name, None)


def test_alike():
    mine = numbered(SKY, unit="m")
    assert mine.is_allclose(mine.to_unit("cm"))
    assert not mine.is_allclose(mine + 1 * u.m)
    assert mine.is_allclose(mine + 1e-9 * u.m, atol=1e-8)
    assert not mine.is_allclose(numbered(SKY, unit="s"))
    assert not mine.is_allclose(numbered(SKY.rename_axes("rad", "r"), unit="m"))
    assert not mine.is_allclose(numbered(REGION))
    assert "WcsNDMap(WcsGeom(3 x 2 pixels" in repr(mine)
    assert "unit='m', dtype=int64)" in repr(mine)
