"""Regions as geometries."""

import copy
import pickle

import astropy.units as u
import numpy as np
import pytest
from astropy.coordinates import SkyCoord
from regions import CirclePixelRegion, CircleSkyRegion, PixCoord, PointSkyRegion, RectangleSkyRegion

from gammapy.errors import DataError
from gammapy.maps import MapAxis, RegionGeom, WcsGeom

CENTER = SkyCoord(83.63, 22.01, unit="deg")
ENERGY = MapAxis.from_energy_bounds("1 TeV", "16 TeV", 4)
CIRCLE = RegionGeom(CircleSkyRegion(CENTER, 0.5 * u.deg), axes=[ENERGY])
BARE = RegionGeom([ENERGY])
POINT = RegionGeom(PointSkyRegion(CENTER), axes=[ENERGY])


def test_what_it_is():
    assert CIRCLE.data_shape == CIRCLE.data_shape_axes == (4, 1, 1)
    assert CIRCLE.is_region
    assert not CIRCLE.is_image
    assert not CIRCLE.wraps
    assert CIRCLE.to_image().is_image
    assert (CIRCLE.frame, CIRCLE.projection) == ("icrs", "TAN")
    assert RegionGeom.create("galactic;circle(1, 2, 3)").frame == "galactic"
    assert CIRCLE.center_skydir.separation(CENTER).deg < 1e-9
    assert [n[0] for n in CIRCLE.npix] == [1, 1]
    assert CIRCLE.center_pix == (0, 0, 1.5)
    assert CIRCLE.center_coord[2].to_value("TeV") == pytest.approx(4)
    assert "CircleSkyRegion about 83.6300, 22.0100 deg, icrs" in repr(CIRCLE)
    assert CIRCLE.wcs.wcs.crval == pytest.approx([83.63, 22.01])
    assert CIRCLE.binsz_wcs.deg == pytest.approx([0.1, 0.1])
    assert (POINT.is_all_point_sky_regions, CIRCLE.is_all_point_sky_regions) == (True, False)
    assert CIRCLE.as_energy_true.axes.names == ["energy_true"]
    assert CIRCLE.downsample(2, "energy").data_shape == (2, 1, 1)
    assert CIRCLE.upsample(2, "energy").data_shape == (8, 1, 1)
    assert CIRCLE.pad(1, "energy").data_shape == (6, 1, 1)


def test_without_a_region():
    assert BARE.region is None
    assert BARE.wcs is None
    assert np.isnan(BARE.center_skydir.ra)
    assert np.isnan(BARE.solid_angle())
    everywhere = SkyCoord([0, 200], [89, -3], unit="deg")
    assert BARE.to_image().contains(everywhere).all()
    assert BARE.contains({"skycoord": everywhere, "energy": [2, 20] * u.TeV}).tolist() == [1, 0]
    with pytest.raises(DataError, match="has no region"):
        BARE.to_wcs_geom()


def test_made_in_other_ways():
    both = RegionGeom.from_regions(["icrs;circle(1,2,1)", "icrs;circle(5,2,1)"], axes=[ENERGY])
    assert both.axes.names == ["energy"]
    assert both.contains(SkyCoord([1, 5, 3], [2, 2, 2], unit="deg")).tolist() == [1, 1, 0]
    wcs = WcsGeom.create(skydir=(1, 2), binsz=0.1, npix=50).wcs
    pixels = RegionGeom(CirclePixelRegion(PixCoord(24.5, 24.5), 10), wcs=wcs)
    assert pixels.center_skydir.separation(SkyCoord(1, 2, unit="deg")).deg < 1e-6
    assert pixels.region.radius.to_value("deg") == pytest.approx(1, rel=1e-3)
    assert pixels.wcs is wcs
    with pytest.raises(DataError, match="give their wcs along"):
        RegionGeom(CirclePixelRegion(PixCoord(1, 2), 3))
    joined = CIRCLE.union(RegionGeom.create("icrs;circle(85, 22.01, 0.5)"))
    assert joined.contains({"skycoord": SkyCoord(85, 22, unit="deg")}).all()
    assert joined.axes.names == ["energy"]
    with pytest.raises(DataError, match="a RegionGeom is needed"):
        CIRCLE.union("circle")


@pytest.mark.parametrize("change", [copy.copy, copy.deepcopy, lambda g: g.copy()])
def test_copies(change):
    found = change(CIRCLE)
    assert found.is_allclose(CIRCLE)
    assert found.region.radius == CIRCLE.region.radius
    assert pickle.loads(pickle.dumps(BARE)).is_allclose(BARE)


def test_contains():
    ask = SkyCoord([83.63, 83.63, 83.63], [22.5, 22.52, 22.01], unit="deg")
    assert CIRCLE.contains(ask).tolist() == [True, False, True]
    assert CIRCLE.contains(ask.galactic).tolist() == [True, False, True]
    coords = {"skycoord": ask, "energy": [1, 2, 17] * u.TeV}
    assert CIRCLE.contains(coords).tolist() == [True, False, False]
    assert POINT.contains(ask).all()
    assert CIRCLE.contains_wcs_pix(CIRCLE.wcs.world_to_pixel(ask)).tolist() == [1, 0, 1]
    assert CIRCLE.contains_pix((0, 0, [0, 3, 4])).tolist() == [1, 1, 0]


def test_pixels():
    ask = {"skycoord": SkyCoord([83.63, 0], [22, 0], unit="deg"), "energy": [2.8, 2.8] * u.TeV}
    x, y, z = CIRCLE.coord_to_pix(ask)
    np.testing.assert_array_equal(x, [0, np.nan])
    np.testing.assert_array_equal(y, [0, np.nan])
    assert z == pytest.approx(np.log2([2.8, 2.8]) - 0.5)
    assert [i.tolist() for i in CIRCLE.coord_to_idx(ask)] == [[0, -1], [0, -1], [1, 1]]
    assert [i.tolist() for i in CIRCLE.coord_to_idx({"energy": [0.1, 3] * u.TeV})] == [
        [0, 0],
        [0, 0],
        [-1, 1],
    ]
    assert [i.tolist() for i in CIRCLE.pix_to_idx(([0], [0.6], [9]), clip=True)] == [[0], [-1], [3]]
    lon, lat, energy = CIRCLE.pix_to_coord(([0, 1], [0, 0], [0, 0]))
    np.testing.assert_allclose(lon.value, [83.63, np.nan])
    np.testing.assert_allclose(lat.value, [22.01, np.nan])
    assert energy.to_value("TeV") == pytest.approx([2**0.5] * 2)
    with pytest.raises(DataError, match="pix has 2 entries"):
        CIRCLE.pix_to_idx((0, 0))
    assert [i.shape for i in CIRCLE.get_idx()] == [(4, 1, 1)] * 3
    assert CIRCLE.get_idx()[2].ravel().tolist() == [0, 1, 2, 3]


def test_coordinates():
    coords = CIRCLE.get_coord()
    assert coords.shape == (4, 1, 1)
    assert coords["energy"][:, 0, 0].to_value("TeV") == pytest.approx(2 ** np.arange(0.5, 4))
    assert coords.skycoord.separation(CENTER).max().deg < 1e-9
    assert CIRCLE.get_coord(mode="edges")["energy"].shape == (5, 1, 1)
    assert CIRCLE.get_coord(mode="edges", axis_name="x")["energy"].shape == (4, 1, 1)
    assert CIRCLE.get_coord(sparse=True)["lon"].shape == (1, 1, 1)
    moved = CIRCLE.get_coord(frame="galactic")
    assert moved["lon"][0, 0, 0].value == pytest.approx(CENTER.galactic.l.deg)
    with pytest.raises(DataError, match="mode = 'middle'"):
        CIRCLE.get_coord(mode="middle")


def test_sizes():
    exact = 2 * np.pi * (1 - np.cos(np.radians(0.5)))
    assert CIRCLE.solid_angle().to_value("sr") == pytest.approx(exact, rel=1e-9)
    volume = CIRCLE.bin_volume()
    assert volume.shape == (4, 1, 1)
    assert volume[:, 0, 0].to_value("sr TeV") == pytest.approx(exact * np.array([1, 2, 4, 8]))
    assert POINT.solid_angle() == 0 * u.sr
    assert CIRCLE.separation(SkyCoord(83.63, 23.01, unit="deg")).deg == pytest.approx(1)
    two = RegionGeom.create(["icrs;circle(10,0,1)", "icrs;circle(10.5,0,1)"])
    # two circles of radius 1 with centres 0.5 apart
    d, r = 0.5, 1.0
    common = 2 * np.arccos(d / 2) - 0.5 * d * np.sqrt(4 - d**2)
    flat = (2 * np.pi * r**2 - common) * np.radians(1) ** 2
    assert two.solid_angle().value == pytest.approx(flat, rel=5e-3)


def test_pixels_around():
    geom = CIRCLE.to_wcs_geom()
    assert list(geom.axes) == list(CIRCLE.axes)
    rim = CENTER.directional_offset_by(np.arange(360) * u.deg, 0.4999 * u.deg)
    assert geom.to_image().contains(rim).all()
    assert CIRCLE.width.to_value("deg") == pytest.approx([1.1, 1.1], abs=0.25)
    wide = CIRCLE.to_wcs_geom(width_min=(3, 2) * u.deg)
    assert (wide.width[:, 0].value >= [3, 2]).all()
    assert wide.width[:, 0].value == pytest.approx([3, 2], abs=0.21)
    assert wide.center_skydir.separation(CENTER).deg < 0.08
    wcs = WcsGeom.create(skydir=(83, 22), binsz=0.05, npix=100, frame="icrs").wcs
    inside = RegionGeom(CIRCLE.region, wcs=wcs).to_wcs_geom()
    assert inside.is_aligned(WcsGeom(wcs, (100, 100)))
    assert inside.contains(rim).all()
    point = POINT.to_wcs_geom().to_image()
    assert point.data_shape == (1, 1)
    assert point.contains(CENTER).all()
    assert CIRCLE.to_binsz_wcs("0.02 deg").to_wcs_geom().data_shape[-1] > 50


def test_parts_and_their_weights():
    coords, weights = CIRCLE.get_wcs_coord_and_weights(factor=10)
    assert coords.shape == weights.shape
    assert (weights > 0).all()
    assert (weights <= 1).all()
    assert weights.sum() * 0.1**2 == pytest.approx(np.pi * 0.25, rel=5e-3)
    away = coords.skycoord.separation(CENTER).deg
    assert (weights[away < 0.42] == 1).all()
    coords, weights = POINT.get_wcs_coord_and_weights()
    assert weights.tolist() == [1]
    assert coords.skycoord[0].separation(CENTER).deg < 1e-9
    box = RegionGeom(RectangleSkyRegion(CENTER, 0.35 * u.deg, 0.22 * u.deg, 25 * u.deg))
    _, weights = box.get_wcs_coord_and_weights(factor=20)
    assert weights.sum() * 0.1**2 == pytest.approx(0.35 * 0.22, rel=2e-2)
