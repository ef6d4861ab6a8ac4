"""Regions of the sky, as they are on the sphere."""

import astropy.units as u
import numpy as np
import pytest
from astropy.coordinates import SkyCoord
from regions import (
    CircleAnnulusSkyRegion,
    CirclePixelRegion,
    CircleSkyRegion,
    EllipseAnnulusSkyRegion,
    EllipseSkyRegion,
    PixCoord,
    PointSkyRegion,
    PolygonSkyRegion,
    RectangleSkyRegion,
)

from gammapy.errors import DataError
from gammapy.maps.region_shapes import SkyShape, is_point, read_regions, united

CENTER = SkyCoord(40, 60, unit="deg")
CIRCLE = CircleSkyRegion(CENTER, 2 * u.deg)


def places(center, n=20_000, reach=4.0, seed=1):
    """Positions evenly spread within ``reach`` deg, and their distance and angle."""
    rng = np.random.default_rng(seed)
    distance = np.degrees(np.arccos(1 - rng.random(n) * (1 - np.cos(np.radians(reach)))))
    angle = rng.random(n) * 360
    position = center.directional_offset_by(angle * u.deg, distance * u.deg)
    return position, distance, angle


@pytest.mark.parametrize("center", [CENTER, SkyCoord(0.1, -89, unit="deg"), CENTER.galactic])
def test_a_circle_is_what_is_near(center):
    position, distance, _ = places(center)
    shape = SkyShape(CircleSkyRegion(center, 2 * u.deg))
    np.testing.assert_array_equal(shape.contains(position.transform_to("icrs")), distance < 2)
    ring = SkyShape(CircleAnnulusSkyRegion(center, 1 * u.deg, 3 * u.deg))
    np.testing.assert_array_equal(ring.contains(position), (distance >= 1) & (distance < 3))


def test_a_wide_circle():
    position, distance, _ = places(CENTER, reach=170.0)
    shape = SkyShape(CircleSkyRegion(CENTER, 120 * u.deg))
    np.testing.assert_array_equal(shape.contains(position), distance < 120)
    assert shape.solid_angle() == pytest.approx(2 * np.pi * 1.5, rel=1e-12)
    assert shape.reach == pytest.approx(120)


def test_an_ellipse_on_the_plane_that_touches():
    position, distance, angle = places(CENTER)
    region = EllipseSkyRegion(CENTER, 5 * u.deg, 2 * u.deg, 30 * u.deg)
    # the long axis is 30 deg from west to north
    r = np.degrees(np.tan(np.radians(distance)))
    west, north = -r * np.sin(np.radians(angle)), r * np.cos(np.radians(angle))
    cos, sin = np.cos(np.radians(30)), np.sin(np.radians(30))
    size = ((west * cos + north * sin) / 2.5) ** 2 + ((north * cos - west * sin) / 1.0) ** 2
    clear = np.abs(size - 1) > 1e-5
    found = SkyShape(region).contains(position)
    np.testing.assert_array_equal(found[clear], size[clear] < 1)
    assert clear.sum() > 0.999 * len(clear)
    assert SkyShape(region).solid_angle() == pytest.approx(
        np.pi * np.radians(2.5) * np.radians(1), rel=1e-6
    )


@pytest.mark.parametrize("lon", [0.0, 180.0, 359.9])
def test_sides_of_polygons_are_great_circles(lon):
    corners = SkyCoord([lon - 20, lon + 20, lon], [50, 50, 60], unit="deg")
    shape = SkyShape(PolygonSkyRegion(corners))
    # the great circle between the first two is 1.2 deg north of the parallel in the middle
    top = np.degrees(np.arctan(np.tan(np.radians(50)) / np.cos(np.radians(20))))
    ask = SkyCoord([lon] * 3, [top - 0.02, top + 0.02, 59.9], unit="deg")
    np.testing.assert_array_equal(shape.contains(ask), [False, True, True])
    assert shape.contains(ask[1]) == True  # noqa: E712 (a single place)


def test_united_and_cut():
    other = CircleSkyRegion(SkyCoord(46, 60, unit="deg"), 2 * u.deg)
    ask = SkyCoord([40, 43, 46, 60], [60, 60, 60, 60], unit="deg")
    for region, expected in (
        (CIRCLE | other, [1, 1, 1, 0]),
        (CIRCLE & other, [0, 1, 0, 0]),
        (CIRCLE ^ other, [1, 0, 1, 0]),
    ):
        shape = SkyShape(region)
        np.testing.assert_array_equal(shape.contains(ask), np.array(expected, dtype=bool))
        assert np.isnan(shape.solid_angle())
    shape = SkyShape(united([CIRCLE, other]))
    assert shape.center.separation(SkyCoord(43, 60, unit="deg")).deg < 0.1
    assert 3.4 < shape.reach < 3.6


def test_points():
    point = PointSkyRegion(CENTER)
    assert is_point(point)
    assert is_point(point | point)
    assert not is_point(point | CIRCLE)
    shape = SkyShape(point)
    assert (shape.reach, shape.solid_angle()) == (0, 0)
    assert not shape.contains(CENTER)


def test_solid_angles():
    box = SkyShape(RectangleSkyRegion(CENTER, 1 * u.deg, 2 * u.deg, 20 * u.deg))
    assert box.solid_angle() == pytest.approx(2 * np.radians(1) ** 2, rel=1e-6)
    ring = SkyShape(CircleAnnulusSkyRegion(CENTER, 1 * u.deg, 2 * u.deg))
    inner, outer = np.cos(np.radians([1, 2]))
    assert ring.solid_angle() == pytest.approx(2 * np.pi * (inner - outer), rel=1e-9)
    tiny = SkyShape(CircleSkyRegion(CENTER, 0.01 * u.arcsec))
    assert tiny.solid_angle() == pytest.approx(np.pi * (0.01 * u.arcsec).to_value("rad") ** 2)
    args = (CENTER, 1 * u.deg, 2 * u.deg, 2 * u.deg, 4 * u.deg)
    rings = SkyShape(EllipseAnnulusSkyRegion(*args))
    assert rings.solid_angle() == pytest.approx(1.5 * np.pi * np.radians(1) ** 2, rel=1e-6)


def test_read():
    assert [type(r).__name__ for r in read_regions(["galactic;circle(1,2,3)", CIRCLE])] == [
        "CircleSkyRegion",
        "CircleSkyRegion",
    ]
    assert read_regions("galactic;circle(1,2,3)")[0].center.frame.name == "galactic"
    assert read_regions([]) == []


@pytest.mark.parametrize("bad", [5, [CIRCLE, 5], "circle", "icrs;circle(1)", None, [None]])
def test_no_regions(bad):
    with pytest.raises(DataError, match="region"):
        read_regions(bad)


def test_refused():
    with pytest.raises(DataError, match="at least one region"):
        united([])
    with pytest.raises(DataError, match="one of pixels"):
        SkyShape(CirclePixelRegion(PixCoord(1, 2), 3))
    wide = SkyShape(RectangleSkyRegion(CENTER, 1500 * u.deg, 1 * u.deg))
    with pytest.raises(DataError, match=r"at most 80\.0 deg fit on a plane"):
        wide.contains(CENTER)
