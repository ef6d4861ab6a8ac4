"""Pixels on the sky against direct looks at all of them."""

import numpy as np
import pytest
from astropy.coordinates import SkyCoord
from astropy.wcs import WCS
from numpy.testing import assert_allclose

from gammapy.engine.pixel_nodes import PixelNodes, tangent_axes, unit_vectors
from tests.twins.solid_angle import pixel_solid_angle

MAPS = {
    "CAR at the seam": ("CAR", (0.0, 0.0), (0.1, 0.1), (50, 40)),
    "CAR off the equator": ("CAR", (33.0, 0.0), (0.1, 0.1), (40, 20)),
    "oblong": ("CAR", (300.0, 0.0), (0.05, 0.2), (60, 30)),
    "TAN at a pole": ("TAN", (0.0, 90.0), (0.2, 0.2), (33, 35)),
    "all of the sky": ("CAR", (0.0, 0.0), (5.0, 5.0), (72, 36)),
    "AIT": ("AIT", (0.0, 0.0), (5.0, 5.0), (80, 44)),
    "AIT, to the right": ("AIT", (0.0, 0.0), (5.0, 5.0), (20, 20), (-4.5, 3.5)),
    "AIT, to the left": ("AIT", (0.0, 0.0), (5.0, 5.0), (20, 20), (24.5, 3.5)),
    "one pixel": ("TAN", (10.0, 50.0), (0.3, 0.3), (1, 1)),
}


def wcs_of(name):
    code, center, size, npix, *corner = MAPS[name]
    wcs = WCS(naxis=2)
    wcs.wcs.ctype = [f"GLON-{code}", f"GLAT-{code}"]
    wcs.wcs.crval, wcs.wcs.cdelt = center, [-size[0], size[1]]
    wcs.wcs.crpix = corner[0] if corner else [0.5 * (n + 1) for n in npix]
    return wcs, npix


def directions(wcs, x, y):
    """Unit vectors of pixel coordinates, nan off the sky."""
    lon, lat = wcs.wcs_pix2world(np.ravel(x), np.ravel(y), 0)
    back = np.array(wcs.wcs_world2pix(lon, lat, 0))
    gone = ~np.isfinite(lon) | (np.abs(back[1] - np.ravel(y)) > 1e-6)
    gone |= np.abs(np.sin(np.pi * (back[0] - np.ravel(x)) / 72)) > 1e-6  # but for a turn
    return unit_vectors(np.where(gone, np.nan, lon), lat).reshape(*np.shape(x), 3)


def pixels_of(name):
    wcs, (n_x, n_y) = wcs_of(name)
    corners = directions(wcs, *np.meshgrid(np.arange(n_x + 1) - 0.5, np.arange(n_y + 1) - 0.5))
    area = np.ones((n_y, n_x))
    if n_x * n_y <= 2000:
        lat = np.arcsin(corners[..., 2])
        lower, upper = lat[:-1, :-1], lat[1:, :-1]
        if MAPS[name][0] == "CAR":
            area = np.deg2rad(MAPS[name][2][0]) * (np.sin(upper) - np.sin(lower))
    return wcs, PixelNodes(corners, area)


def distance(vectors, direction):
    return 2 * np.rad2deg(
        np.arcsin(np.clip(0.5 * np.linalg.norm(vectors - direction, axis=-1), 0, 1))
    )


def inside_of(wcs, pixels, n=5):
    """Vectors [n_pixels, n * n, 3] all over the pixels, edges included."""
    n_y, n_x = pixels.shape
    step = np.linspace(-0.5, 0.5, n)
    y, x = (a.reshape(-1, 1, 1) for a in np.indices((n_y, n_x)))
    x, y = np.broadcast_arrays(x + step, y + step[:, None])
    return directions(wcs, x, y).reshape(n_y * n_x, -1, 3)


# -- directions --------------------------------------------------------------------------


def test_unit_vectors():
    lon, lat = np.array([0.0, 359.0, 123.0]), np.array([0.0, -90.0, 41.0])
    expected = SkyCoord(lon, lat, unit="deg").cartesian.xyz.value.T
    assert_allclose(unit_vectors(lon, lat), expected, atol=1e-15)
    assert unit_vectors(lon[:, None], lat).shape == (3, 3, 3)


@pytest.mark.parametrize("place", [(0.0, 0.0), (211.0, -37.0), (77.0, 90.0), (180.0, -90.0)])
def test_axes(place):
    axes = tangent_axes(*place)
    assert_allclose(axes @ axes.T, np.eye(3), atol=1e-15)
    assert_allclose(np.cross(axes[0], axes[1]), axes[2], atol=1e-15)
    assert_allclose(axes[2], unit_vectors(*place), atol=1e-15)
    lon, lat = place
    north = unit_vectors(lon, lat + 1e-4) - unit_vectors(lon, lat - 1e-4)
    assert_allclose(axes[1], north / np.linalg.norm(north), atol=1e-11)
    if abs(lat) < 90:
        east = unit_vectors(lon + 1e-4, lat) - unit_vectors(lon - 1e-4, lat)
        assert_allclose(axes[0], east / np.linalg.norm(east), atol=1e-11)


# -- which are near ----------------------------------------------------------------------


@pytest.mark.parametrize("name", MAPS)
def test_all_pixels_that_a_disc_touches_are_near(name):
    wcs, pixels = pixels_of(name)
    inside = inside_of(wcs, pixels)
    whole = np.isfinite(inside).all(axis=(1, 2)) & (pixels.solid_angle > 0)
    size = max(MAPS[name][2])
    rng = np.random.default_rng(1)
    center = np.nanmean(inside.reshape(-1, 3), axis=0)
    if np.linalg.norm(center) < 0.5:
        center = inside[whole][0, 0]
    spread = 2.0 if size > 1 else 0.06
    for radius in (0.0, 0.3 * size, 2.3 * size, 11 * size):
        direction = center + rng.uniform(-spread, spread, 3)
        direction /= np.linalg.norm(direction)
        nearest = np.where(whole, distance(inside, direction).min(axis=1), np.inf)
        found = pixels.near(direction, radius)
        assert np.all(np.diff(found) > 0)
        missed = np.setdiff1d(np.flatnonzero(nearest <= radius), found)
        assert not len(missed), (radius, missed, pixels.half_diagonal)
        # and no more than pixels of which the middle is a diagonal further
        far = distance(pixels.centers[found], direction) > radius + pixels.half_diagonal + 1e-3
        assert not far.any()
        assert np.all(pixels.solid_angle[found] > 0)
        if len(found):
            assert pixels.touches(direction, radius)


@pytest.mark.parametrize("name", MAPS)
def test_half_diagonal_is_the_largest(name):
    """Of all four corners: those of a projection are skew."""
    wcs, pixels = pixels_of(name)
    inside = inside_of(wcs, pixels, 2)
    whole = np.isfinite(inside).all(axis=(1, 2))
    largest = distance(inside[whole], pixels.centers[whole][:, None]).max()
    assert pixels.half_diagonal == pytest.approx(largest, rel=1e-9)


@pytest.mark.parametrize("name", MAPS)
def test_a_direction_in_a_pixel_is_near_it(name):
    """Also one in its farthest corner."""
    wcs, pixels = pixels_of(name)
    inside = inside_of(wcs, pixels, 2)
    seen = np.flatnonzero(np.isfinite(inside).all(axis=(1, 2)))
    for pixel in seen[:: len(seen) // 40 + 1]:
        for corner in inside[pixel]:
            direction = 0.98 * corner + 0.02 * pixels.centers[pixel]
            direction /= np.linalg.norm(direction)
            assert pixel in pixels.near(direction, 0.0)


def test_nothing_is_near_a_far_direction():
    _, pixels = pixels_of("TAN at a pole")
    south = np.array([0.0, 0.0, -1.0])
    assert not len(pixels.near(south, 5.0))
    assert not pixels.touches(south, 5.0)
    assert len(pixels.near(south, 180.0)) == 33 * 35


def test_pixels_off_the_sky():
    """Corners of Aitoff's ellipse: no number there, no area, near nothing."""
    _, pixels = pixels_of("AIT")
    gone = ~np.any(pixels.centers != 0, axis=-1)
    ellipse = 4 * np.pi * np.rad2deg(1.0) ** 2 / 25  # pixels, those that are cut and all
    assert 0.9 * ellipse < (~gone).sum() < ellipse
    assert np.all(pixels.solid_angle[gone] == 0)
    assert np.isfinite(pixels.centers).all()
    everywhere = pixels.near(np.array([1.0, 0.0, 0.0]), 180.0)
    assert_allclose(everywhere, np.flatnonzero(~gone))


# -- inside of them ----------------------------------------------------------------------


def test_edges():
    _, pixels = pixels_of("oblong")
    axes = tangent_axes(300.0, 0.0)
    near = pixels.near(axes[2], 1.0)
    edges = pixels.edges(near, axes)
    assert_allclose(edges, [[-0.05, 0.0], [0.0, 0.2]], rtol=0, atol=2e-6)


def test_edges_are_those_of_the_nearest():
    """Of a pixel at b = 2 the edge along the longitude is shorter."""
    _, pixels = pixels_of("CAR at the seam")
    axes = tangent_axes(0.0, 1.95)
    edges = pixels.edges(np.arange(2000), axes)
    assert edges[0, 0] == pytest.approx(-0.1 * np.cos(np.deg2rad(1.9)), rel=1e-6)


@pytest.mark.parametrize(
    "name", ["CAR at the seam", "CAR off the equator", "oblong", "TAN at a pole"]
)
@pytest.mark.parametrize("n", [1, 2, 5])
def test_nodes_are_the_middles_of_parts(name, n):
    wcs, pixels = pixels_of(name)
    place = wcs.wcs_pix2world(*(0.43 * m for m in pixels.shape[::-1]), 0)
    axes = tangent_axes(*(float(a) for a in place))
    found = pixels.near(axes[2], 1.5)
    nodes = pixels.nodes(found, axes, n)
    y, x = (a.reshape(-1, 1, 1) for a in np.divmod(found, pixels.shape[1]))
    step = (np.arange(n) + 0.5) / n - 0.5
    x, y = np.broadcast_arrays(x + step, y + step[:, None])
    vectors = directions(wcs, x, y).reshape(len(found), n * n, 3)
    # of sin r against tan r, between corners: half of size2 times the distance
    size, reach = np.deg2rad(max(MAPS[name][2])), np.deg2rad(1.9)
    off = 0.5 * size**2 * reach
    assert_allclose(nodes.east, vectors @ axes[0], rtol=0, atol=off)
    assert_allclose(nodes.north, vectors @ axes[1], rtol=0, atol=off)
    assert_allclose(nodes.radius, distance(vectors, axes[2]), rtol=0, atol=np.rad2deg(2 * off))


def test_area_of_parts():
    wcs, pixels = pixels_of("CAR off the equator")
    found = np.arange(0, 800, 97)
    for n in (1, 3):
        nodes = pixels.nodes(found, tangent_axes(33.0, 0.0), n)
        for pixel, area in zip(found, nodes.area, strict=True):
            y, x = divmod(int(pixel), 40)
            truth = np.rad2deg(np.rad2deg(pixel_solid_angle(wcs, x, y, 20))) / n**2
            assert area == pytest.approx(truth, rel=1e-6)


def test_nodes_behind():
    """Pixels at more than a quarter of a turn."""
    _, pixels = pixels_of("all of the sky")
    axes = tangent_axes(2.0, 3.0)
    nodes = pixels.nodes(np.arange(72 * 36), axes, 1)
    truth = distance(pixels.centers, axes[2])
    away = np.abs(truth - 90) > 20  # there the arc sine is steep, and pixels of 5 deg are large
    assert_allclose(nodes.radius[away, 0], truth[away], rtol=0, atol=0.3)
    assert nodes.radius.max() > 170
