"""Shares along edges against closed forms on a sky so small that it is flat."""

from itertools import pairwise

import numpy as np
import pytest
from numpy.testing import assert_allclose
from scipy.integrate import quad
from scipy.special import erf

import gammapy.engine.pixel_contour as module
from gammapy.engine.pixel_contour import contour_shares, cumulative
from gammapy.engine.sphere import RAD, offset

#: deg; at this size the sky is flat to 1e-11
PIXEL = 1e-3


def plane_about(x_0, y_0, pixel=PIXEL, sign=-1):
    """Of a centre in pixel coordinates; longitude runs to the left."""

    def plane(x, y):
        points = offset(sign * pixel * (x - x_0), pixel * (y - y_0), 0.0, 0.0)
        return tuple(np.broadcast_arrays(points.east, points.north, points.versine))

    return plane


def gaussian(size):
    """Table of a Gaussian of a width in deg."""
    norm = 1 / (2 * np.pi * (RAD * size) ** 2)
    return cumulative(lambda r: norm * np.exp(-0.5 * (r / size) ** 2), [], 6 * size, size)


def disk(radius):
    norm = 1 / (np.pi * (RAD * radius) ** 2)
    return cumulative(lambda r: norm * (r <= radius), [radius], radius, radius / 6)


def shares_of_gaussian(size, x_0, y_0, n_x, n_y):
    steps = [
        erf((np.arange(n + 1) - 0.5 - at) / (np.sqrt(2) * size))
        for n, at in ((n_y, y_0), (n_x, x_0))
    ]
    return np.outer(*(0.5 * np.diff(step) for step in steps))


def shares_of_disk(radius, x_0, y_0, n_x, n_y):
    """Areas of a circle in squares, by the lengths of its chords."""

    def area(low, high, bottom, top):
        def chord(x):
            half = np.sqrt(max(radius**2 - (x - x_0) ** 2, 0.0))
            return max(min(top, y_0 + half) - max(bottom, y_0 - half), 0.0)

        cuts = [x_0 - radius, x_0, x_0 + radius]
        for side in (bottom, top):
            if abs(side - y_0) < radius:
                half = np.sqrt(radius**2 - (side - y_0) ** 2)
                cuts += [x_0 - half, x_0 + half]
        edges = [low, *sorted(c for c in cuts if low < c < high), high]
        return sum(quad(chord, *e, epsabs=1e-12)[0] for e in pairwise(edges))

    return np.array(
        [[area(i - 0.5, i + 0.5, j - 0.5, j + 0.5) for i in range(n_x)] for j in range(n_y)]
    ) / (np.pi * radius**2)


PLACES = {"middle": (4.0, 3.0), "edge": (3.5, 3.2), "corner": (3.5, 3.5), "near": (4.4993, 2.71)}


@pytest.mark.parametrize("size", [1e-6, 1e-3, 0.02, 0.1, 0.3, 0.49, 0.51, 0.9, 1.3])
@pytest.mark.parametrize("place", PLACES)
def test_gaussians_of_any_size(size, place):
    """Size in pixels; the truth is a product of error functions."""
    n_x, n_y = 9, 8
    found = contour_shares(gaussian(size * PIXEL), plane_about(*PLACES[place]), n_x, n_y)
    expected = shares_of_gaussian(size, *PLACES[place], n_x, n_y)
    assert_allclose(found, expected, rtol=0, atol=2e-4 * expected.max())
    assert found.sum() == pytest.approx(expected.sum(), abs=2e-5)


@pytest.mark.parametrize("radius", [1e-5, 0.03, 0.2, 0.49, 0.7, 1.0, 1.7, 2.6, 3.2])
@pytest.mark.parametrize("place", PLACES)
def test_disks_of_any_size(radius, place):
    """The truth is the area of a circle in squares."""
    n_x, n_y = 9, 8
    found = contour_shares(disk(radius * PIXEL), plane_about(*PLACES[place]), n_x, n_y)
    expected = shares_of_disk(radius, *PLACES[place], n_x, n_y)
    assert_allclose(found, expected, rtol=0, atol=2e-4 * expected.max())
    assert found.sum() == pytest.approx(expected.sum(), abs=2e-5)


@pytest.mark.parametrize("sign", [1, -1])
def test_either_way_round(sign):
    shape = gaussian(PIXEL)
    found = contour_shares(shape, plane_about(3.2, 2.9, sign=sign), 7, 7)
    assert_allclose(found, shares_of_gaussian(1.0, 3.2, 2.9, 7, 7), atol=1e-5)


def test_strips_make_the_same(monkeypatch):
    shape, plane = disk(2.2 * PIXEL), plane_about(3.3, 4.1)
    found = contour_shares(shape, plane, 7, 9)
    monkeypatch.setattr(module, "_AT_ONCE", 40)
    assert_allclose(contour_shares(shape, plane, 7, 9), found, rtol=1e-9, atol=1e-16)


def test_total_of_table():
    shape = gaussian(0.01)
    assert shape.total == pytest.approx(1 - np.exp(-18), abs=1e-7)
    assert shape.kernel(np.array([0.0]))[0] == pytest.approx(
        1 / (2 * np.pi * (RAD * 0.01) ** 2) / 2, rel=1e-6
    )


def test_wide_on_the_sphere():
    """A band of latitude about the pole of a cap: solid angles are differences of sines."""
    cap = cumulative(lambda r: 1.0 * (r <= 30.0), [30.0], 30.0, 5.0)
    assert cap.total == pytest.approx(2 * np.pi * (1 - np.cos(RAD * 30)), rel=1e-9)

    def plane(x, y):
        points = offset(10.0 * x, 45.0 + 10.0 * (y + 0.5), 0.0, 90.0)
        return tuple(np.broadcast_arrays(points.east, points.north, points.versine))

    found = contour_shares(cap, plane, 36, 4)  # 45 to 85 deg
    bands = np.array([0, np.sin(RAD * 65), np.sin(RAD * 75), np.sin(RAD * 85)])
    expected = (
        10
        * RAD
        * np.array([0.0, bands[1] - np.sin(RAD * 60), bands[2] - bands[1], bands[3] - bands[2]])
    )
    assert_allclose(found, np.repeat(expected[:, None], 36, axis=1), rtol=2e-4, atol=1e-12)


def test_nothing_at_the_antipode():
    shape = gaussian(0.5)

    def plane(x, y):
        points = offset(180.0 + 0.1 * (x - 3), 0.1 * (y - 3), 0.0, 0.0)
        return tuple(np.broadcast_arrays(points.east, points.north, points.versine))

    assert not np.any(contour_shares(shape, plane, 7, 7))
