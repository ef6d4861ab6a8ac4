"""Masks on geometries."""

import astropy.units as u
import numpy as np
import pytest
from astropy.coordinates import SkyCoord
from regions import CirclePixelRegion, CircleSkyRegion, EllipseSkyRegion, PixCoord, PointSkyRegion

from gammapy.errors import DataError, OptionError, UnitMismatchError, UnknownNameError
from gammapy.maps import MapAxis, RegionGeom, WcsGeom

ENERGY = MapAxis.from_energy_bounds("1 TeV", "16 TeV", 4)
CENTER = SkyCoord(1, 2, unit="deg")
GEOM = WcsGeom.create(skydir=(1, 2), npix=(6, 4), binsz=0.5, axes=[ENERGY])
PLANE = WcsGeom.create(binsz=0.5, width=(360, 20), frame="galactic")
AIT = WcsGeom.create(binsz=2, proj="AIT", frame="galactic")


def test_energies():
    for geom in (GEOM, RegionGeom([ENERGY])):
        found = geom.energy_mask("2 TeV", 8 * u.TeV)
        assert found.geom is geom
        assert found.is_mask
        assert found.data.shape == geom.data_shape
        np.testing.assert_array_equal(found.data[:, 0, 0], [False, True, True, False])
        np.testing.assert_array_equal(geom.energy_mask("2.1 TeV").data[:, 0, 0], [0, 0, 1, 1])
        near = geom.energy_mask("2.1 TeV", "7 TeV", round_to_edge=True)
        np.testing.assert_array_equal(near.data[:, 0, 0], [0, 1, 1, 0])
        assert geom.as_energy_true.energy_mask("2 TeV").data.any()
    with pytest.raises(UnitMismatchError, match="energy_min = 2"):
        GEOM.energy_mask(2.0)
    with pytest.raises(UnknownNameError):
        PLANE.energy_mask("1 TeV")


def test_ranges_of_any_axis():
    rad = MapAxis([-2, -1, 0, 1] * u.deg, name="rad")
    geom = GEOM.to_cube([rad])
    mask = geom.create_mask("rad", edge_min="-1 deg")
    assert mask.data.shape == (3, 4, 4, 6)
    np.testing.assert_array_equal(mask.data[:, 0, 0, 0], [False, True, True])
    assert mask.data.sum() == 2 * 4 * 4 * 6
    np.testing.assert_array_equal(
        geom.create_mask("energy", None, "4 TeV").data[0, :, 0, 0], [1, 1, 0, 0]
    )


@pytest.mark.parametrize("geom", [PLANE, AIT, WcsGeom.create(npix=60, binsz=2, proj="TAN")])
@pytest.mark.parametrize("lon", [180, 0.2, 359.7, 77])
@pytest.mark.parametrize("frame", ["galactic", "icrs"])
def test_circles_on_any_picture(geom, lon, frame):
    center = SkyCoord(lon, 7, unit="deg", frame=geom.frame)
    region = CircleSkyRegion(center.transform_to(frame), 8 * u.deg)
    found = geom.region_mask(region).data
    with np.errstate(invalid="ignore"):
        expected = geom.separation(center).deg < 8
    np.testing.assert_array_equal(found, expected)
    np.testing.assert_array_equal(geom.region_mask([region], inside=False).data, ~expected)


def test_kinds_of_regions():
    image = GEOM.to_image()
    away = image.separation(CENTER).deg
    circle = CircleSkyRegion(CENTER, 0.6 * u.deg)
    for regions in (circle, [circle], "icrs;circle(1, 2, 0.6)", RegionGeom(circle)):
        np.testing.assert_array_equal(image.region_mask(regions).data, away < 0.6)
    found = GEOM.region_mask([circle, "icrs;circle(2.2, 2.7, 0.4)"])
    second = image.separation(SkyCoord(2.2, 2.7, unit="deg")).deg < 0.4
    assert second.any()
    np.testing.assert_array_equal(found.data, np.broadcast_to((away < 0.6) | second, (4, 4, 6)))
    pixels = CirclePixelRegion(PixCoord(2.5, 1.5), 1.2)
    np.testing.assert_array_equal(image.region_mask(pixels).data, away < 0.6)
    point = image.region_mask(PointSkyRegion(SkyCoord(1.3, 2.2, unit="deg")))
    assert np.argwhere(point.data).tolist() == [[2, 2]]
    assert not image.region_mask(PointSkyRegion(SkyCoord(40, 2, unit="deg"))).data.any()
    assert not image.region_mask([]).data.any()
    assert image.region_mask([], inside=False).data.all()
    with pytest.raises(DataError, match="region 5"):
        image.region_mask([5])


def test_an_ellipse_over_the_seam():
    found = []
    for lon in (180, 20):
        center = SkyCoord(lon, 0, unit="deg", frame="galactic")
        region = EllipseSkyRegion(center, 12 * u.deg, 5 * u.deg, 30 * u.deg)
        found.append(PLANE.region_mask(region).data)
    np.testing.assert_array_equal(found[0], np.roll(found[1], -320, axis=1))
    assert found[0].sum() == pytest.approx(np.pi * 6 * 2.5 / 0.25, rel=0.02)


def test_shares_of_pixels():
    region = CircleSkyRegion(CENTER, 0.8 * u.deg)
    share = GEOM.region_weights(region, 20)
    assert share.data.shape == (4, 4, 6)
    assert share.data[0].sum() * 0.25 == pytest.approx(np.pi * 0.64, rel=5e-3)
    assert share.data[0, 1, 2] == 1
    assert 0 < share.data[0, 1, 1] < 1


def test_rim():
    geom = WcsGeom.create(npix=(9, 7), binsz=0.5)
    mask = geom.boundary_mask((0.6, 1.4) * u.deg).data  # 1 and 3 pixels
    expected = np.zeros((7, 9), dtype=bool)
    expected[3:4, 1:8] = True
    np.testing.assert_array_equal(mask, expected)
    assert geom.boundary_mask(0.1).data.all()
    assert not geom.boundary_mask(10).data.any()
    assert GEOM.boundary_mask("0.5 deg").data.shape == (4, 4, 6)


def test_structure():
    assert GEOM.binary_structure(0.5 * u.deg).shape == (1, 3, 3)
    np.testing.assert_array_equal(
        GEOM.to_image().binary_structure("0.5 deg"), [[0, 1, 0], [1, 1, 1], [0, 1, 0]]
    )


def test_structure_in_pixels():
    """Plain numbers: the radius of a disk, the sides of a box."""
    image = GEOM.to_image()
    assert image.binary_structure(2).shape == (5, 5)
    assert image.binary_structure((5, 3), kernel="box").shape == (3, 5)
    assert image.binary_structure(2, kernel="box").shape == (3, 3)  # the next odd number
    with pytest.raises(OptionError, match="kernel = 'ball' is not known"):
        image.binary_structure(2, kernel="ball")
