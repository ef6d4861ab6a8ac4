"""Profiles between radii: exact where the docstring says so, and their inverse inverts."""

from itertools import pairwise

import numpy as np
import pytest
from scipy.integrate import quad
from scipy.special import j0

from gammapy.irf.radial_profile import RadialProfile

EDGES = np.linspace(0, 0.6, 61)
CENTERS = 0.5 * (EDGES[:-1] + EDGES[1:])
SR = np.deg2rad(1.0) ** 2
SIGMA = np.array([0.02, 0.09])


def gauss(radius, sigma=SIGMA):
    return np.exp(-0.5 * (radius / sigma[:, None]) ** 2) / (2 * np.pi * sigma[:, None] ** 2 * SR)


@pytest.fixture
def profile():
    return RadialProfile(gauss(CENTERS), CENTERS, EDGES)


def test_gauss_is_exact(profile):
    radius = np.array([0.0, 0.003, 0.05, 0.2, 0.6, 3.0])
    inside = np.minimum(radius, 0.6)
    expected = -np.expm1(-0.5 * (inside / SIGMA[:, None]) ** 2)
    np.testing.assert_allclose(profile.containment(radius), expected, rtol=1e-11, atol=1e-15)
    np.testing.assert_allclose(profile(radius[:-1]), gauss(radius[:-1]), rtol=1e-9)
    assert not profile(np.array([0.61])).any()
    assert profile.radius == pytest.approx(0.6)


def test_radius_of_a_gauss(profile):
    part = np.array([0.0, 0.1, 0.68, 0.99])
    whole = profile.total[:, None]
    expected = SIGMA[:, None] * np.sqrt(-2 * np.log1p(-part * whole))
    np.testing.assert_allclose(profile.containment_radius(part), expected, rtol=1e-10, atol=1e-12)


def test_transform_of_a_gauss(profile):
    q = np.array([0.0, 1.0, 20.0, 60.0])
    expected = np.exp(-0.5 * (q * SIGMA[:, None]) ** 2)
    np.testing.assert_allclose(profile.transform(q), expected, atol=1e-9)


def test_transform_far_beyond_the_nodes(profile):
    """Where waves are shorter than the pieces nothing is left of a Gaussian."""
    q = np.array([0.0, 500.0, 1000.0, 3000.0])
    found = profile.transform(q)
    np.testing.assert_allclose(found[:, 1:], 0.0, atol=1e-6)
    np.testing.assert_allclose(found[:, 0], profile.total, rtol=1e-12)


#: a cone with an end, a ring with a hole, one that is flat, one that falls steeply...
SHAPES = {
    "cone": np.clip(1 - CENTERS / 0.31, 0, None),
    "ring": np.where((CENTERS > 0.2) & (CENTERS < 0.4), CENTERS, 0.0),
    "flat": np.ones(60),
    "rising": CENTERS**2,
    "steep": np.where(CENTERS < 0.105, 1.0, 1e-9),
    "first only": np.where(CENTERS < 0.01, 1.0, 0.0),
}


@pytest.mark.parametrize("values", SHAPES.values(), ids=SHAPES)
def test_content_is_the_integral_of_the_values(values):
    profile = RadialProfile(values[None], CENTERS, EDGES)
    knots = [0, *CENTERS, 0.6]
    for end in (0.0037, 0.2077, 0.3951, 0.6):
        pieces = [k for k in knots if k < end] + [end]
        direct = sum(
            quad(lambda r: profile(np.array([r]))[0, 0] * 2 * np.pi * r * SR, a, b)[0]
            for a, b in pairwise(pieces)
        )
        found = profile.containment(np.array([end]))[0, 0]
        assert found == pytest.approx(direct, rel=1e-6, abs=1e-12 * profile.total[0])


@pytest.mark.parametrize("values", SHAPES.values(), ids=SHAPES)
def test_radius_inverts_the_content(values):
    profile = RadialProfile(values[None], CENTERS, EDGES)
    part = np.array([1e-9, 0.01, 0.3, 0.68, 0.999, 1.0])
    radius = profile.containment_radius(part)[0]
    assert np.all(np.diff(radius) >= 0)
    found = profile.containment(radius)[0] / profile.total[0]
    np.testing.assert_allclose(found, part, rtol=1e-7, atol=1e-12)


def test_transform_against_quadrature():
    values = SHAPES["cone"]
    profile = RadialProfile(values[None], CENTERS, EDGES)
    for q in (0.0, 7.0, 35.0):
        fine = np.linspace(0, 0.6, 60001)
        integrand = profile(fine)[0] * j0(q * fine) * 2 * np.pi * fine * SR
        expected = np.trapezoid(integrand, fine)
        assert profile.transform(np.array([q]))[0, 0] == pytest.approx(
            expected, abs=2e-7 * profile.total[0]
        )


def test_nothing_has_neither_content_nor_radius():
    profile = RadialProfile(np.zeros((1, 60)), CENTERS, EDGES)
    assert profile.total == [0]
    assert profile.containment_radius(np.array([0.5])) == [[0]]
    assert profile.transform(np.array([0.0, 3.0])).tolist() == [[0, 0]]


def test_first_radius_may_be_zero_and_a_single_one_is_flat():
    centers = np.array([0.0, 0.1, 0.2])
    edges = np.array([0.0, 0.05, 0.15, 0.25])
    profile = RadialProfile(gauss(centers, np.array([0.08])), centers, edges)
    assert profile(np.array([0.05]))[0, 0] == pytest.approx(gauss(0.05, np.array([0.08]))[0, 0])
    single = RadialProfile(np.full((1, 1), 2.0), np.array([0.5]), np.array([0.0, 1.0]))
    assert single.total[0] == pytest.approx(2 * np.pi * SR)
    assert single.containment_radius(np.array([0.25]))[0, 0] == pytest.approx(0.5)
