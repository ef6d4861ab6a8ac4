"""Second-order exposure: exact on quadratics."""

import numpy as np
import pytest
from numpy.testing import assert_allclose

from gammapy.datasets.local_exposure import LocalExposure, circle, is_quadratic, local_exposure
from gammapy.engine.pixel_nodes import tangent_axes, unit_vectors

AXES = tangent_axes(211.0, 64.0)
RNG = np.random.default_rng(1)
#: value, by x, y, xx, xy, yy; of three energies
COEFFICIENTS = RNG.uniform(-1, 1, (6, 3)) + np.array([5.0, 0, 0, 0, 0, 0])[:, None]


def place(vectors):
    """Steps [2, n] in deg to the east and north, along great circles from the middle."""
    east, north, out = AXES @ vectors.T
    distance = np.rad2deg(np.arctan2(np.hypot(east, north), out))
    angle = np.arctan2(north, east)
    return distance * np.cos(angle), distance * np.sin(angle)


def polynomial(vectors):
    x, y = place(vectors)
    terms = np.array([np.ones_like(x), x, y, 0.5 * x**2, x * y, 0.5 * y**2])
    return COEFFICIENTS.T @ terms


def cubic(vectors, share=1.0):
    x, _ = place(vectors)
    return polynomial(vectors) + share * x**3


@pytest.mark.parametrize("radius", [0.02, 0.5, 3.0])
def test_exact_on_quadratics(radius):
    found = local_exposure(polynomial, AXES, radius)
    assert_allclose(found, COEFFICIENTS, rtol=0, atol=1e-9 * max(1, 0.02 / radius) ** 2)
    assert is_quadratic(polynomial, found, AXES, 2 * radius, 1e-9)


def test_only_the_centre_counts():
    asked = []

    def exposure(vectors):
        asked.append(vectors)
        return polynomial(vectors)

    found = local_exposure(exposure, AXES, 0.0)
    assert [len(v) for v in asked] == [1]
    assert_allclose(found.value, COEFFICIENTS[0])
    assert_allclose(found[1:], np.zeros((5, 3)), rtol=0)


def test_values():
    x, y = RNG.uniform(-2, 2, (2, 7))
    local = LocalExposure(*COEFFICIENTS)
    assert_allclose(local.at(x, y), polynomial(circle(AXES, np.array([x, y]).T)), rtol=1e-12)


@pytest.mark.parametrize("axis", [0, 1])
def test_moved(axis):
    """What changes at a place that moves with the centre."""
    x, y = RNG.uniform(-2, 2, (2, 7))
    local = LocalExposure(*COEFFICIENTS)
    step = np.eye(2)[axis]
    difference = local.at(x + step[0], y + step[1]) - local.at(x - step[0], y - step[1])
    assert_allclose(local.moved(axis).at(x, y), difference / 2, rtol=1e-12, atol=1e-12)


@pytest.mark.parametrize(("share", "holds"), [(0.0, True), (0.9e-3, True), (1.1e-3, False)])
def test_tolerance_is_a_share_of_each_energy(share, holds):
    """Of a cubic x3, at a radius of one: off by the share of the smallest."""
    local = LocalExposure(*COEFFICIENTS)
    smallest = COEFFICIENTS[0].min()
    assert 0 < smallest < COEFFICIENTS[0].max()
    exposure = lambda vectors: cubic(vectors, share * smallest)  # noqa: E731
    assert is_quadratic(exposure, local, AXES, 1.0, 1e-3) is holds


def test_nothing_is_quadratic():
    dark = lambda vectors: np.zeros((2, len(vectors)))  # noqa: E731
    assert is_quadratic(dark, local_exposure(dark, AXES, 0.5), AXES, 1.0, 1e-3)


@pytest.mark.parametrize("middle", [(0.0, 0.0), (359.9, -89.0), (12.0, 90.0)])
def test_circle(middle):
    axes = tangent_axes(*middle)
    steps = np.array([[0.0, 0.0], [0.3, 0.0], [0.0, -4.0], [60.0, 80.0]])
    found = circle(axes, steps)
    assert_allclose(np.linalg.norm(found, axis=1), 1.0, rtol=1e-14)
    assert_allclose(found[0], unit_vectors(*middle), atol=1e-15)
    distance = np.deg2rad([0.0, 0.3, 4.0, 100.0])
    assert_allclose(found @ axes[2], np.cos(distance), atol=1e-14)
    sine = np.sin(distance)[1:, None]
    assert_allclose(found[1:] @ axes[:2].T, sine * [[1, 0], [0, -1], [0.6, 0.8]], atol=1e-14)
