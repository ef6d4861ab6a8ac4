"""Pixels in fields of view, against the frames of astropy."""

from itertools import pairwise

import astropy.units as u
import numpy as np
import pytest
from astropy.coordinates import AltAz, EarthLocation, SkyCoord
from astropy.time import Time

from gammapy.data.pointing import FixedPointingInfo
from gammapy.errors import DataError
from gammapy.makers.field_of_view import (
    Pointings,
    blocks,
    direction_of,
    equatorial_axes,
    orientations,
)
from gammapy.maps import RegionGeom, WcsGeom

POINTING = SkyCoord(266.3, -29.1, unit="deg")
START = Time("2021-05-05T03:00:00")
SITE = EarthLocation.from_geodetic(-70.3 * u.deg, -24.7 * u.deg, 2100 * u.m)


def all_seen(geom, pointings, reach, size=7):
    """Place [3] by (row, column, pointing) of all pairs."""
    found = {}
    for block in blocks(geom, size=size):
        rows, columns = np.nonzero(block.on_sky)
        seen = block.seen(pointings, np.full(len(pointings.seconds), reach))
        for i, p, *place in zip(
            seen.pixel, seen.pointing, seen.lon, seen.lat, seen.offset, strict=True
        ):
            key = (rows[i] + block.where[0].start, columns[i] + block.where[1].start, p)
            assert key not in found
            found[key] = place
    return found


@pytest.mark.parametrize("frame", ["galactic", "icrs"])
@pytest.mark.parametrize(("alignment", "sign"), [("RADEC", -1), ("REVERSE_LON_RADEC", 1)])
def test_place_is_that_of_an_offset_frame(frame, alignment, sign):
    geom = WcsGeom.create(npix=(22, 17), binsz=0.5, skydir=POINTING, frame=frame, proj="TAN")
    axes = equatorial_axes(POINTING.ra.deg, POINTING.dec.deg, alignment)
    found = all_seen(geom, Pointings.of([axes], [1], [0], frame), 4.0)
    coords = geom.get_coord().skycoord
    inside = coords.separation(POINTING).deg <= 4.0
    assert len(found) == inside.sum()
    lon, lat = POINTING.spherical_offsets_to(coords.icrs)
    for (row, column, _), place in found.items():
        assert inside[row, column]
        expected = [sign * lon.deg[row, column], lat.deg[row, column]]
        expected.append(coords[row, column].separation(POINTING).deg)
        np.testing.assert_allclose(place, expected, atol=1e-9)


def test_all_the_sky_is_walked_through_once():
    geom = WcsGeom.create(binsz=5, proj="AIT", frame="galactic")
    filled = np.zeros((2, *geom.data_shape))
    for block in blocks(geom, size=10):
        assert np.all(np.isfinite(block.vector))
        n = len(block.vector)
        block.fill(filled, np.stack([np.arange(n) * 0.0 + 3, np.ones(n)], axis=1))
    on_sky = np.isfinite(geom.get_coord().lon.value)
    assert not on_sky.all()
    np.testing.assert_array_equal(filled[0], np.where(on_sky, 3, 0))
    np.testing.assert_array_equal(filled[1], on_sky)


def test_reached_leaves_out_no_pointing_that_sees_a_pixel():
    rng = np.random.default_rng(4)
    geom = WcsGeom.create(npix=(72, 20), binsz=5, frame="galactic")
    places = zip(rng.uniform(0, 360, 60), rng.uniform(-90, 90, 60), strict=True)
    pointings = Pointings.of(
        [equatorial_axes(*p) for p in places], np.ones(60), np.zeros(60), "galactic"
    )
    reach = rng.uniform(0.5, 9, 60)
    some = 0
    for block in blocks(geom, size=8):
        near = set(block.reached(pointings, reach))
        seen = set(block.seen(pointings, reach).pointing)
        assert seen <= near
        some += len(near)
    assert some < 60 * 27  # not all everywhere


def test_seam_of_the_longitude():
    """A pointing beside the edge of a picture around the sky sees both ends of it."""
    geom = WcsGeom.create(npix=(360, 9), binsz=1, frame="galactic")
    pointing = SkyCoord(180, 0, unit="deg", frame="galactic").icrs
    axes = equatorial_axes(pointing.ra.deg, pointing.dec.deg)
    found = all_seen(geom, Pointings.of([axes], [1], [0], "galactic"), 3.2, size=64)
    columns = {column for _, column, _ in found}
    assert columns == {0, 1, 2, 357, 358, 359}


@pytest.mark.parametrize("seconds", [60, 7200])
def test_aligned_to_the_zenith(seconds):
    axes, times = orientations(POINTING, "ALTAZ", START, seconds, SITE, step=1.0)
    assert sum(times) == pytest.approx(seconds)
    assert (len(axes) == 1) == (seconds == 60)
    pixel = SkyCoord(267.5, -28.0, unit="deg")
    for i, axis in enumerate(axes):
        when = START + (i + 0.5) * seconds / len(axes) * u.s
        frame = AltAz(obstime=when, location=SITE)
        lon, lat = POINTING.transform_to(frame).spherical_offsets_to(pixel.transform_to(frame))
        x, y, z = axis @ pixel.cartesian.xyz.value
        # refraction aside, the sky is not turned as a whole: aberration, 20 arcsec
        np.testing.assert_allclose(np.rad2deg(np.arctan2(x, z)), -lon.deg, atol=3e-4)
        np.testing.assert_allclose(np.rad2deg(np.arcsin(y)), lat.deg, atol=3e-4)


def test_parts_turn_by_no_more_than_the_step():
    for step in (5.0, 0.5):
        axes, _ = orientations(POINTING, "ALTAZ", START, 7200, SITE, step)
        turned = [np.degrees(np.arccos(a[1] @ b[1])) for a, b in pairwise(axes)]
        assert 0 < max(turned) < 1.3 * step  # of the mean it is less


@pytest.mark.parametrize(
    ("start", "location", "step"), [(None, SITE, 1), (START, None, 1), (START, SITE, 0)]
)
def test_zenith_needs_to_be_known(start, location, step):
    with pytest.raises(DataError, match="aligned to the zenith"):
        orientations(POINTING, "ALTAZ", start, 60, location, step)


def test_directions():
    assert direction_of(POINTING.galactic).ra.deg == pytest.approx(266.3)
    assert direction_of(FixedPointingInfo(fixed_icrs=POINTING)).dec.deg == pytest.approx(-29.1)
    assert direction_of(POINTING.reshape(1)).shape == ()
    for bad in (
        "here",
        None,
        SkyCoord([1, 2], [3, 4], unit="deg"),
        SkyCoord(np.nan, 0, unit="deg"),
    ):
        with pytest.raises(DataError, match="one finite position"):
            direction_of(bad)


def test_regions():
    geom = RegionGeom.create("icrs;circle(266.3, -28.1, 0.5)")
    (block,) = blocks(geom)
    pointings = Pointings.of([equatorial_axes(266.3, -29.1)], [1], [0], geom.frame)
    assert block.seen(pointings, np.array([2.0])).offset == pytest.approx([1.0])
    (block,) = blocks(geom, use_region_center=False)
    assert len(block.vector) > 50
    offset = block.seen(pointings, np.array([2.0])).offset
    assert offset.min() < 0.6 < 1.4 < offset.max()
    filled = np.zeros((1, 1, 1))
    block.fill(filled, offset[:, None])
    assert filled[0, 0, 0] == pytest.approx(np.average(offset, weights=block.weights))
    with pytest.raises(DataError, match="no region"):
        list(blocks(RegionGeom.create(None)))
