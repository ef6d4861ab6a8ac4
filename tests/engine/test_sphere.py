"""Distances, directions and ellipses on the sphere."""

import array_api_strict
import numpy as np
import pytest

from gammapy.engine.sphere import RAD, ellipse, ellipse_radius, offset, rotated, separation, versine
from tests.twins.sphere import exact_separation, exact_versine

CENTERS = [(0.0, 0.0), (359.9999, -0.3), (83.6, 22.0), (10.0, 90.0), (200.0, -90.0), (5.0, 89.99)]
DISTANCES = [1e-9, 1e-6, 1e-3, 0.4, 30.0, 90.0, 150.0, 179.9, 179.9999]


def around(lon_0, lat_0, distance, angle):
    """Point in deg at a distance in a direction; not to all digits, the twin gets the same."""
    b, d, a = np.deg2rad([lat_0, distance, angle])
    lat = np.arcsin(np.clip(np.sin(b) * np.cos(d) + np.cos(b) * np.sin(d) * np.cos(a), -1, 1))
    step = np.arctan2(np.sin(a) * np.sin(d) * np.cos(b), np.cos(d) - np.sin(b) * np.sin(lat))
    return (lon_0 + np.rad2deg(step)) % 360, float(np.rad2deg(lat))


@pytest.mark.parametrize("center", CENTERS)
@pytest.mark.parametrize("distance", DISTANCES)
def test_distance_has_all_digits(center, distance):
    """Up to those of the coordinates: 1e-14 deg about the pole, and 360 deg has 6e-14."""
    for angle in (0.0, 33.0, 90.0, 200.0):
        lon, lat = around(*center, distance, angle)
        points = offset(lon, lat, *center)
        expected = exact_separation(lon, lat, *center)
        assert separation(points) == pytest.approx(expected, rel=2e-14, abs=2e-14)
        if abs(center[1]) < 80 and distance < 90:
            assert separation(points) == pytest.approx(expected, rel=1e-13, abs=0)
            expected = float(exact_versine(lon, lat, *center))
            assert points.versine == pytest.approx(expected, rel=1e-13, abs=0)


def test_tiny_steps_are_exact():
    """A step in latitude, one across the seam."""
    points = offset(12.0, 1e-9, 12.0, 0.0)
    assert separation(points) == pytest.approx(1e-9, rel=1e-14, abs=0)
    for turn in (0.0, 360.0, -360.0):
        points = offset(1e-9 + turn, 0.0, turn + 360.0, 0.0)
        exact = (1e-9 + turn) - turn
        assert separation(points) == pytest.approx(exact, rel=1e-14, abs=0)


def test_centre_and_antipode():
    assert separation(offset(12.0, 34.0, 12.0, 34.0)) == 0
    assert separation(offset(192.0, -34.0, 12.0, 34.0)) == pytest.approx(180, rel=1e-15)


def test_direction():
    """From north through east."""
    north = offset(83.0, 22.1, 83.0, 22.0)
    assert north.north > 0
    assert north.east == 0
    east = offset(83.1, 22.0, 83.0, 22.0)
    assert east.east > 100 * abs(east.north)
    assert offset(0.05, 10.0, 359.95, 10.0).east > 0


@pytest.mark.parametrize("angle", [0.0, 1e-7, 0.3, 90.0, 180.0])
def test_versine(angle):
    expected = float(exact_versine(angle, 0.0, 0.0, 0.0))
    assert versine(angle) == pytest.approx(expected, rel=1e-14, abs=0)


def test_ellipse():
    """Axes, and half way between."""
    points = offset(np.array([0.0, 0.1, 0.0, -0.1]), np.array([0.1, 0.0, -0.1, 0.0]), 0.0, 0.0)
    np.testing.assert_allclose(ellipse(points, 0.6, 0.0).radius, [1, 0.8, 1, 0.8], rtol=1e-14)
    np.testing.assert_allclose(ellipse(points, 0.6, 90.0).radius, [0.8, 1, 0.8, 1], rtol=1e-14)
    half = 1 / np.sqrt(0.5 + 0.5 / 0.8**2)
    np.testing.assert_allclose(ellipse(points, 0.6, 45.0).radius, np.full(4, half), rtol=1e-14)
    np.testing.assert_array_equal(ellipse(points, 0.0, 45.0).radius, np.ones(4))
    alone = ellipse_radius(points, 0.6, 33.0)
    np.testing.assert_array_equal(alone, ellipse(points, 0.6, 33.0).radius)


@pytest.mark.parametrize("center", [(359.95, -0.3), (83.6, 62.0), (10.0, 89.5)])
def test_slopes(center):
    rng = np.random.default_rng(3)
    polar = rng.uniform([0.1, 0], [2, 360], (50, 2))
    lon, lat = np.transpose([around(*center, *at) for at in polar])
    step = 1e-4 / np.cos(center[1] * RAD), 1e-4

    def differences(function, i):
        sides = []
        for sign in (-1, 1):
            moved = list(center)
            moved[i] += sign * step[i]
            sides.append(function(offset(lon, lat, *moved)))
        return (sides[1] - sides[0]) / (2 * step[i])

    points = offset(lon, lat, *center)
    axis = ellipse(points, 0.7, 20.0)
    pairs = [
        (separation, points.slopes_of_separation),
        (lambda p: p.versine, points.slopes_of_versine),
        (lambda p: ellipse(p, 0.7, 20.0).radius, (axis.by_lon, axis.by_lat)),
    ]
    for function, slopes in pairs:
        for i in (0, 1):
            expected = differences(function, i)
            tolerance = 1e-5 * np.max(np.abs(expected))
            np.testing.assert_allclose(slopes[i], expected, rtol=0, atol=tolerance)
    by_e = (ellipse(points, 0.7001, 20.0).radius - ellipse(points, 0.6999, 20.0).radius) / 2e-4
    np.testing.assert_allclose(axis.by_e, by_e, rtol=0, atol=1e-6)
    by_phi = (ellipse(points, 0.7, 20.001).radius - ellipse(points, 0.7, 19.999).radius) / 2e-3
    np.testing.assert_allclose(axis.by_phi, by_phi, rtol=0, atol=1e-8)


def test_slopes_at_the_centre_are_zero():
    points = offset(83.0, 22.0, 83.0, 22.0)
    assert points.slopes_of_separation == (0, 0)
    assert points.slopes_of_versine == (0, 0)
    assert all(np.isfinite(part) for part in ellipse(points, 0.7, 20.0))


def test_rotation():
    quarter = ((0.0, -1.0, 0.0), (1.0, 0.0, 0.0), (0.0, 0.0, 1.0))
    lon, lat = rotated(np.array([0.0, 100.0]), np.array([10.0, -89.9999999]), quarter)
    np.testing.assert_allclose(lon, [90.0, -170.0], rtol=1e-14)
    np.testing.assert_allclose(lat, [10.0, -89.9999999], rtol=1e-14)
    over = ((1.0, 0.0, 0.0), (0.0, 0.0, -1.0), (0.0, 1.0, 0.0))
    lon, lat = rotated(90.0, 0.0, over)
    assert lat == pytest.approx(90.0, rel=1e-14)


def test_other_array_libraries():
    lon, lat = np.array([1.0, 2.0]), np.array([3.0, 4.0])
    strict = offset(array_api_strict.asarray(lon), array_api_strict.asarray(lat), 1.0, 2.0)
    points = offset(lon, lat, 1.0, 2.0)
    np.testing.assert_allclose(np.asarray(separation(strict)), separation(points), rtol=1e-14)
