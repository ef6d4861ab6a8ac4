"""The equal-area plane about a direction."""

import numpy as np
import pytest
from numpy.testing import assert_allclose

from gammapy.engine.pixel_nodes import tangent_axes, unit_vectors
from gammapy.engine.plane import from_plane, to_plane

MIDDLES = [(0.0, 0.0), (359.9, 3.0), (120.0, 88.0), (10.0, -90.0)]


@pytest.mark.parametrize("middle", MIDDLES)
def test_there_and_back(middle):
    axes = tangent_axes(*middle)
    rng = np.random.default_rng(1)
    x, y = rng.uniform(-60, 60, (2, 5, 7))
    vectors = from_plane(x, y, axes)
    assert vectors.shape == (5, 7, 3)
    assert_allclose(np.linalg.norm(vectors, axis=-1), 1.0, rtol=1e-14)
    back = to_plane(vectors, axes)
    assert_allclose(back[0], x, rtol=0, atol=1e-11)
    assert_allclose(back[1], y, rtol=0, atol=1e-11)


def test_east_and_north():
    """x grows with the longitude, also over the seam, y with the latitude."""
    axes = tangent_axes(359.95, 2.0)
    x, y = to_plane(unit_vectors([0.05, 359.95, 359.95], [2.0, 2.5, 2.0]), axes)
    assert_allclose(x, [0.1 * np.cos(np.deg2rad(2.0)), 0.0, 0.0], atol=1e-6)
    assert_allclose(y, [0.0, 0.5, 0.0], atol=1e-5)


@pytest.mark.parametrize("distance", [0.01, 5.0, 60.0, 150.0])
def test_distances_are_chords(distance):
    vector = unit_vectors(30.0, 0.0) * np.cos(np.deg2rad(distance))
    vector = vector + tangent_axes(30.0, 0.0)[0] * np.sin(np.deg2rad(distance))
    x, y = to_plane(vector, tangent_axes(30.0, 0.0))
    chord = 2 * np.rad2deg(np.sin(0.5 * np.deg2rad(distance)))
    assert np.hypot(x, y) == pytest.approx(chord, rel=1e-9)


@pytest.mark.parametrize("place", [(0.0, 0.0), (3.0, -4.0), (50.0, 20.0)])
def test_areas_are_kept(place):
    """Area of the image of a small square, by a cross product."""
    axes, step = tangent_axes(200.0, -30.0), 1e-3
    x, y = place
    along = from_plane(x + step, y, axes) - from_plane(x - step, y, axes)
    up = from_plane(x, y + step, axes) - from_plane(x, y - step, axes)
    area = np.linalg.norm(np.cross(along, up)) / (2 * np.deg2rad(step)) ** 2
    assert area == pytest.approx(1.0, rel=1e-8)


def test_stretch_is_as_small_as_said():
    axes = tangent_axes(0.0, 0.0)
    x, _ = to_plane(unit_vectors([5.0, 5.0], [0.0, 0.1]), axes)
    _, y = to_plane(unit_vectors([5.0, 5.0], [-0.05, 0.05]), axes)
    # across, what the distance loses is won
    assert (y[1] - y[0]) / 0.1 == pytest.approx(1 + np.deg2rad(5.0) ** 2 / 8, abs=2e-5)
    assert x[0] / 5.0 == pytest.approx(1 - np.deg2rad(5.0) ** 2 / 24, abs=2e-6)
