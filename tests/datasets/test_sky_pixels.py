"""Pixels of map geometries, and directions between frames."""

import numpy as np
import pytest
from astropy.coordinates import SkyCoord
from numpy.testing import assert_allclose

from gammapy.datasets.sky_pixels import SkyPixels, angles, direction_of, rotated_vectors
from gammapy.engine.pixel_nodes import unit_vectors
from gammapy.maps import MapAxis, WcsGeom, WcsNDMap
from gammapy.modeling.models import (
    CompoundSpatialModel,
    ConstantSpatialModel,
    GaussianSpatialModel,
    PointSpatialModel,
    ShellSpatialModel,
    TemplateSpatialModel,
)
from tests.twins.solid_angle import pixel_solid_angle

GEOMS = {
    "CAR at the seam": {"skydir": (0.0, 0.0), "npix": (31, 20), "binsz": 0.2, "proj": "CAR"},
    "TAN at a pole": {"skydir": (30.0, 90.0), "npix": (20, 21), "binsz": 0.3, "proj": "TAN"},
    "AIT": {"skydir": (0.0, 0.0), "npix": (80, 44), "binsz": 5.0, "proj": "AIT"},
    "all of the sky": {"skydir": (0.0, 0.0), "npix": (72, 36), "binsz": 5.0, "proj": "CAR"},
}


def sky(name, frame="galactic", axes=None):
    return SkyPixels(WcsGeom.create(frame=frame, axes=axes, **GEOMS[name]))


@pytest.mark.parametrize("name", GEOMS)
@pytest.mark.parametrize("frame", ["galactic", "icrs"])
def test_centres_are_those_of_the_geometry(name, frame):
    pixels = sky(name, frame)
    assert pixels.frame == frame
    assert pixels.nodes.shape == pixels.geom.data_shape[-2:]
    expected = pixels.geom.get_coord().skycoord.cartesian.xyz.value.reshape(3, -1).T
    whole = pixels.nodes.solid_angle > 0
    off = np.linalg.norm(pixels.nodes.centers[whole] - expected[whole], axis=1)
    # a mean of corners is off by the square of the size; more at the rim of Aitoff's ellipse
    if name == "AIT":
        off = off[pixels.nodes.centers[whole] @ unit_vectors(0.0, 0.0) > 0.7]
    assert np.rad2deg(off.max()) < 0.25 * np.deg2rad(GEOMS[name]["binsz"]) * GEOMS[name]["binsz"]


@pytest.mark.parametrize("name", GEOMS)
def test_solid_angles(name):
    pixels = sky(name)
    n_y, n_x = pixels.nodes.shape
    for x, y in ((n_x // 2, n_y // 2), (n_x // 2 + 3, n_y // 2 - 4)):
        truth = pixel_solid_angle(pixels.geom.wcs, x, y, 50)
        found = pixels.nodes.solid_angle[y * n_x + x]
        assert found == pytest.approx(truth, rel=2e-3 if GEOMS[name]["binsz"] > 1 else 1e-5)


def test_all_of_the_sky_is_there_once():
    assert sky("all of the sky").nodes.solid_angle.sum() == pytest.approx(4 * np.pi, rel=1e-8)
    inner = sky("AIT").nodes.solid_angle
    assert 0.9 * 4 * np.pi < inner.sum() < 4 * np.pi  # without the pixels that the rim cuts
    assert np.isfinite(inner).all()


def test_axes_do_not_matter():
    axis = MapAxis.from_energy_bounds("1 TeV", "10 TeV", 3)
    assert_allclose(
        sky("CAR at the seam", axes=[axis]).nodes.centers, sky("CAR at the seam").nodes.centers
    )


# -- directions --------------------------------------------------------------------------


def test_angles_are_those_of_the_vectors():
    lon = np.array([0.0, 0.001, 359.999, 180.0, 77.0])
    lat = np.array([0.0, -89.999, 89.999, 45.0, -1e-9])
    found = angles(unit_vectors(lon, lat))
    assert_allclose(found[0], lon, rtol=0, atol=1e-9)
    assert_allclose(found[1], lat, rtol=0, atol=1e-12)


def test_angles_of_any_length_and_shape():
    vectors = 7.0 * unit_vectors(np.full((2, 3), 300.0), np.full((2, 3), 10.0))
    found = angles(vectors)
    assert_allclose(found, np.stack([np.full((2, 3), 300.0), np.full((2, 3), 10.0)]))


def test_longitudes_are_within_a_turn():
    lon, _ = angles(np.array([[1.0, -1e-30, 0.0], [1.0, -1e-9, 0.0], [-1.0, 0.0, 0.0]]))
    assert np.all(lon >= 0)
    assert np.all(np.abs(np.cos(np.deg2rad(lon))) == pytest.approx(1.0))


@pytest.mark.parametrize("frames", [("galactic", "icrs"), ("icrs", "galactic")])
def test_rotated(frames):
    rng = np.random.default_rng(1)
    lon, lat = rng.uniform(0, 360, 50), rng.uniform(-90, 90, 50)
    there = SkyCoord(lon, lat, unit="deg", frame=frames[0]).transform_to(frames[1])
    found = rotated_vectors(unit_vectors(lon, lat), *frames)
    assert_allclose(found, there.cartesian.xyz.value.T, rtol=0, atol=1e-12)
    back = rotated_vectors(found.reshape(5, 10, 3), *frames[::-1])
    assert_allclose(back.reshape(50, 3), unit_vectors(lon, lat), rtol=0, atol=1e-14)


def test_nothing_to_rotate():
    vectors = unit_vectors(np.array([3.0]), np.array([4.0]))
    assert rotated_vectors(vectors, "icrs", "icrs") is vectors


@pytest.mark.parametrize("kind", [PointSpatialModel, GaussianSpatialModel, ShellSpatialModel])
@pytest.mark.parametrize("frame", ["galactic", "icrs"])
def test_direction_of_a_shape(kind, frame):
    model = kind(lon_0="83.6 deg", lat_0="22.0 deg", frame="icrs")
    there = SkyCoord(83.6, 22.0, unit="deg").transform_to(frame)
    found = direction_of(model, frame)
    assert_allclose(found, there.cartesian.xyz.value, rtol=0, atol=1e-12)


def test_direction_in_other_units():
    model = PointSpatialModel(lon_0="1.2 rad", lat_0="30 arcmin", frame="galactic")
    expected = unit_vectors(np.rad2deg(1.2), 0.5)
    assert_allclose(direction_of(model, "galactic"), expected, rtol=0, atol=1e-14)


def test_direction_of_a_template_is_its_middle():
    geom = WcsGeom.create(skydir=(40.0, -3.0), npix=(11, 9), binsz=0.1, frame="galactic")
    model = TemplateSpatialModel(WcsNDMap(geom, np.ones((9, 11)), unit="sr-1"))
    assert_allclose(direction_of(model, "galactic"), unit_vectors(40.0, -3.0), rtol=0, atol=1e-9)


def test_no_direction():
    assert direction_of(ConstantSpatialModel(), "galactic") is None


def test_direction_of_a_sum():
    """None, or between its parts."""
    parts = [PointSpatialModel(lon_0=f"{x} deg", lat_0="0 deg", frame="galactic") for x in (1, 3)]
    found = direction_of(CompoundSpatialModel(parts), "galactic")
    assert found is None or 1.0 <= angles(found)[0] <= 3.0
