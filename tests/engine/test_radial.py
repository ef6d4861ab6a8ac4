"""Transforms of round shapes against closed forms."""

import numpy as np
import pytest
from numpy.testing import assert_allclose
from scipy.special import jv

from gammapy.engine.radial import RadialMasses, radial_masses, radial_rule

RAD = np.deg2rad(1.0)
#: so small that the sphere is a plane to 1e-9
SMALL = 0.005


def flat_disk(radius):
    """Constant brightness that sums to one on the sphere."""
    area = 4 * np.pi * np.sin(0.5 * radius * RAD) ** 2
    return lambda r: np.full_like(r, 1 / area)


@pytest.mark.parametrize("radius", [0.005, 0.3, 5.0, 90.0, 180.0])
def test_weights_sum_to_the_solid_angle(radius):
    radii, weights = radial_rule(radius, (), 3.0)
    assert np.sum(weights) == pytest.approx(4 * np.pi * np.sin(0.5 * radius * RAD) ** 2, rel=1e-12)
    assert np.all((radii > 0) & (radii < radius))
    assert np.all(weights > 0)


def test_edges_out_of_the_disc_do_not_count():
    plain = radial_rule(0.5, (), 20.0)
    for found, expected in zip(radial_rule(0.5, (-0.1, 0.0, 0.5, 0.7), 20.0), plain, strict=True):
        assert_allclose(found, expected)


def test_more_nodes_for_more_oscillations():
    assert len(radial_rule(1.0, (), 500.0)[0]) > len(radial_rule(1.0, (), 10.0)[0])


def test_disk():
    radius = SMALL
    q = np.array([0.0, 50.0, 500.0, 3000.0])
    x = np.where(q > 0, q * radius, 1.0)
    disk = radial_masses(flat_disk(radius), radius, (), q[-1])
    expected = np.where(q > 0, 2 * jv(1, x) / x, 1.0)
    assert_allclose(disk.moments(q, 1)[0], expected, rtol=0, atol=1e-8)


def test_disk_with_an_edge_inside():
    """A step is integrated exactly if it is named; brightness 3 inside of a third, 1 outside."""
    radius, inner = SMALL, SMALL / 3
    q = np.linspace(1.0, 4000.0, 40)
    masses = radial_masses(
        lambda r: np.where(r < inner, 3.0, 1.0), radius, (inner,), q[-1]
    ).moments(q, 1)[0]

    def flat(r):
        return 2 * np.pi * r * jv(1, q * r) / q * RAD**2

    expected = flat(radius) + 2 * flat(inner)
    assert_allclose(masses, expected, rtol=0, atol=1e-8 * np.pi * (radius * RAD) ** 2)


def test_shell():
    """Half circles: the transform of a sphere seen from far, 3 j1(x) / x."""
    radius = SMALL
    norm = 1.5 / (np.pi * (RAD * radius) ** 2)
    q = np.linspace(10.0, 4000.0, 50)
    x = q * radius
    sphere = radial_masses(lambda r: norm * np.sqrt(1 - (r / radius) ** 2), radius, (), q[-1])
    expected = 3 * (np.sin(x) - x * np.cos(x)) / x**3
    assert_allclose(sphere.moments(q, 1)[0], expected, rtol=0, atol=1e-8)


def test_moments_of_a_gaussian():
    """By derivatives of its transform G: M1 = -G', M2 = -G'' - G'/q, M3 = G'' - G'/q."""
    sigma = 0.005
    norm = 1 / (2 * np.pi * (sigma * RAD) ** 2)
    q = np.linspace(0.0, 1200.0, 61)
    masses = radial_masses(lambda r: norm * np.exp(-0.5 * (r / sigma) ** 2), 9 * sigma, (), q[-1])
    g = np.exp(-0.5 * (q * sigma) ** 2)
    s, t = sigma**2, (q * sigma) ** 2
    expected = np.array([g, q * s * g, s * (2 - t) * g, s * t * g])
    scale = np.array([1.0, sigma, s, s])[:, None]
    assert_allclose(masses.moments(q) / scale, expected / scale, rtol=0, atol=3e-8)
    assert masses.rms == pytest.approx(np.sqrt(2) * sigma, rel=1e-7)


@pytest.mark.parametrize("n", [1, 2, 3, 4])
def test_fewer_moments_are_the_first(n):
    disk = radial_masses(flat_disk(0.4), 0.4, (), 80.0)
    q = np.array([0.0, 1e-5, 3.0, 80.0])
    found = disk.moments(q, n)
    assert found.shape == (n, 4)
    assert_allclose(found, disk.moments(q)[:n], rtol=1e-12, atol=1e-300)


def test_small_and_large_phases_meet():
    """J2 goes by its series below a phase of 1e-4, and by recurrence above."""
    ring = RadialMasses(np.array([1.0]), np.array([1.0]))
    q = np.array([1e-5, 0.99e-4, 1.01e-4, 1e-3, 1.0])
    assert_allclose(ring.moments(q)[3], jv(2, q), rtol=1e-6, atol=2e-16)


def test_large_disk_has_as_much_as_on_the_sphere():
    disk = radial_masses(flat_disk(30.0), 30.0, (), 10.0)
    assert disk.moments(np.zeros(1), 1)[0, 0] == pytest.approx(1.0, rel=1e-12)
