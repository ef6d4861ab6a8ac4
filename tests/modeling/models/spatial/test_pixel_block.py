"""Pixels near a position against all pixels of astropy."""

import numpy as np
import pytest
from astropy.coordinates import SkyCoord
from numpy.testing import assert_allclose

from gammapy.maps import WcsGeom
from gammapy.modeling.models.spatial.pixel_block import (
    MapPixels,
    blocks_about,
    position_in,
    whole,
)

GEOMS = {
    "plane": WcsGeom.create(width=(360, 10), binsz=0.5, frame="galactic"),
    "part": WcsGeom.create(skydir=(355, 0), npix=(61, 40), binsz=0.3, frame="galactic"),
    "twice": WcsGeom.create(npix=(900, 20), binsz=0.5, frame="galactic"),
    "oblique": WcsGeom.create(skydir=(30, 55), npix=(80, 60), binsz=0.5, frame="galactic"),
    "poles": WcsGeom.create(width=(360, 180), binsz=2.0),
    "beyond": WcsGeom.create(npix=(40, 110), binsz=2.0),
    "mercator": WcsGeom.create(npix=(120, 60), binsz=1.0, proj="MER"),
    "flat": WcsGeom.create(skydir=(83, 22), npix=(70, 50), binsz=0.4, proj="TAN"),
    "aitoff": WcsGeom.create(width=(360, 180), binsz=3.0, proj="AIT", frame="galactic"),
    "sfl": WcsGeom.create(width=(360, 180), binsz=3.0, proj="SFL"),
}
CIRCLES = [
    ((0.1, 0.2), 0.05),
    ((179.9, 1.0), 2.0),
    ((350.0, -5.2), 0.6),
    ((83.0, 22.0), 3.0),
    ((30.0, 55.0), 12.0),
    ((200.0, 89.0), 4.0),
    ((20.0, -70.0), 30.0),
    ((263.0, -22.0), 40.0),
    ((180.0, 0.0), 60.0),
]


def contained(blocks, shape):
    mask = np.zeros(shape, dtype=int)
    for block in blocks:
        mask[block.rows, block.columns] += 1
    return mask


@pytest.mark.parametrize("name", GEOMS)
@pytest.mark.parametrize("circle", CIRCLES, ids=str)
def test_blocks_hold_the_circle_and_once(name, circle):
    geom = GEOMS[name]
    center, reach = circle
    mask = contained(blocks_about(MapPixels(geom), center, reach), geom.data_shape)
    assert mask.max(initial=0) <= 1
    position = SkyCoord(*center, unit="deg", frame=geom.frame)
    inside = np.nan_to_num(geom.separation(position).deg, nan=999.0) <= reach
    assert np.all(mask[inside] == 1)
    x, y = geom.coord_to_pix(position)
    if geom.contains(position)[0]:
        assert mask[int(np.round(y[0])), int(np.round(x[0]))] == 1


@pytest.mark.parametrize(
    ("name", "circle", "most"),
    [
        ("plane", ((0.1, 0.2), 1.0), 100),
        ("plane", ((179.9, 0.0), 1.0), 110),
        ("poles", ((10.0, 60.0), 3.0), 99),
        ("flat", ((83.0, 22.0), 1.0), 120),
        ("flat", ((263.0, -22.0), 1.0), 0),
        ("aitoff", ((40.0, 10.0), 4.0), 70),
        ("plane", ((0.0, 40.0), 3.0), 0),
    ],
)
def test_blocks_are_not_much_larger(name, circle, most):
    geom = GEOMS[name]
    assert contained(blocks_about(MapPixels(geom), *circle), geom.data_shape).sum() <= most


@pytest.mark.parametrize("name", GEOMS)
def test_sky_and_back(name):
    geom = GEOMS[name]
    pixels = MapPixels(geom)
    assert MapPixels.of(pixels) is pixels
    assert pixels.is_graticule == (name in ("plane", "part", "twice", "poles", "beyond"))
    n_y, n_x = geom.data_shape
    x, y = np.linspace(-0.5, n_x - 0.5, 13), np.linspace(-0.5, n_y - 0.5, 11)[:, None]
    lon, lat = np.broadcast_arrays(*pixels.sky(x, y))
    coord = geom.pix_to_coord(np.broadcast_arrays(x, y))
    seen = np.isfinite(coord[0].value) & (np.abs(coord[1].value) < 89.999)
    assert np.array_equal(np.isfinite(lat) & (np.abs(lat) < 89.999), seen)
    turns = (lon - coord[0].value)[seen] / 360
    assert_allclose(turns, np.round(turns), atol=1e-11)
    assert_allclose(lat[seen], coord[1].value[seen], atol=1e-9)
    # a seam belongs to both of its sides
    inner = seen & (np.abs(x - 0.5 * (n_x - 1)) < 0.49 * (pixels.period or n_x))
    back = pixels.pixels(lon[inner], lat[inner])
    grid = np.broadcast_arrays(x, y)
    for found, expected in zip(back, grid, strict=True):
        assert_allclose(found, expected[inner], atol=1e-7)


def test_a_seam_cuts_a_circle_in_two():
    geom = WcsGeom.create(width=(360, 10), binsz=0.5, frame="galactic")
    blocks = blocks_about(MapPixels(geom), (180.0, 0.0), 2.0)
    assert [(b.columns.start, b.columns.stop) for b in blocks] == [(0, 7), (713, 720)]


@pytest.mark.parametrize("name", ["part", "oblique", "flat", "aitoff", "mercator"])
def test_solid_angles(name):
    geom = GEOMS[name]
    block = whole(MapPixels(geom))
    expected = np.nan_to_num(geom.solid_angle().value)
    assert_allclose(block.solid_angle, expected, rtol=1e-9)
    if name == "flat":
        assert block.on_sky
        # between the centres the density goes on: at a corner it is the mean of four pixels
        corner = block.solid_angle_at(np.array([10.49]), np.array([20.49]))
        assert_allclose(corner, expected[20:22, 10:12].mean(), rtol=3e-5)
    if name == "aitoff":
        assert not block.on_sky


def test_position_in_another_frame():
    geom = GEOMS["part"]
    found = position_in(MapPixels(geom), "icrs", 83.6, 22.0)
    there = SkyCoord(83.6, 22.0, unit="deg").galactic
    assert_allclose([found[0] % 360, found[1]], [there.l.deg, there.b.deg], atol=1e-10)
    assert position_in(MapPixels(geom), "galactic", 3.0, 4.0) == (3.0, 4.0)
