"""Table of the distance: contents of rings, a density without steps, transforms."""

import astropy.units as u
import numpy as np
import pytest

from gammapy.irf import PSF3D
from gammapy.irf.psf_table import TableShape
from gammapy.maps import MapAxis
from tests.irf.made import OFFSET, RAD, TRUE, table

EDGES = RAD.edges.to_value("deg")


def gauss_rings(sigma, edges):
    inside = -np.expm1(-np.square(edges) / (2 * sigma**2))
    return np.diff(inside) / (np.pi * np.diff(np.square(edges)))


def test_contents_of_rings_are_kept():
    values = np.random.default_rng(3).uniform(0, 1, 200)
    shape = TableShape(EDGES, values)
    rings = np.cumsum(values * np.pi * np.diff(EDGES**2))
    np.testing.assert_allclose(shape.enclosed(EDGES[1:]), rings, rtol=1e-12)
    np.testing.assert_allclose(shape.total, rings[-1], rtol=1e-12)
    assert np.all(shape.density(np.linspace(0, 1, 5001)) >= 0)
    assert np.all(np.diff(shape.enclosed(np.linspace(0, 1, 5001))) >= 0)


def test_nothing_is_beyond_the_last_ring():
    shape = TableShape(EDGES, np.ones(200))
    assert np.array_equal(shape.density(np.array([1.0001, 5.0])), [0.0, 0.0])
    np.testing.assert_allclose(shape.enclosed(np.array([1.0, 5.0])), np.pi, rtol=1e-12)


def test_a_hole_in_the_middle():
    shape = TableShape(np.array([0.1, 0.2, 0.3]), np.array([2.0, 1.0]))
    assert np.array_equal(shape.density(np.array([0.0, 0.05])), [0.0, 0.0])
    assert np.array_equal(shape.enclosed(np.array([0.0, 0.05, 0.1])), np.zeros(3))
    assert shape.total == pytest.approx(np.pi * (2 * 0.03 + 0.05))


@pytest.mark.parametrize("sigma", [0.02, 0.06, 0.2])
def test_a_gauss_is_recovered(sigma):
    """The density to the second order of the width of the rings, their contents better."""
    shape = TableShape(EDGES, gauss_rings(sigma, EDGES))
    r = np.linspace(0, 3 * sigma, 31)
    exact = np.exp(-(r**2) / (2 * sigma**2)) / (2 * np.pi * sigma**2)
    np.testing.assert_allclose(shape.density(r), exact, atol=0.2 * (0.005 / sigma) ** 2 * exact[0])
    np.testing.assert_allclose(
        shape.enclosed(r), -np.expm1(-(r**2) / (2 * sigma**2)), atol=5e-3 * (0.005 / sigma) ** 2
    )
    q = np.linspace(0, 4 / sigma, 9)
    np.testing.assert_allclose(shape.transform(q), np.exp(-0.5 * (q * sigma) ** 2), atol=2e-4)


def test_high_frequencies_are_resolved():
    """A disk of uniform density has the transform 2 J1(q) / q."""
    from scipy.special import j1

    disk = TableShape(np.array([0.0, 0.4, 1.0]), np.ones(2) / np.pi)
    q = np.array([1.0, 30.0, 400.0])
    np.testing.assert_allclose(disk.transform(q), 2 * j1(q) / q, atol=1e-12)


def test_evaluate_is_on_lines_between_the_centres():
    psf = table()
    r = RAD.center[[3, 4]]
    ends = psf.evaluate(rad=r, energy_true=1 * u.TeV, offset=1 * u.deg)
    middle = psf.evaluate(rad=r.mean(), energy_true=1 * u.TeV, offset=1 * u.deg)
    assert middle.value == pytest.approx(ends.value.mean(), rel=1e-12)


def test_normalize():
    psf = table(total=0.92)
    before = psf.transform(1.0, 1.0, [10.0])
    psf.normalize()
    assert psf.containment(1 * u.deg, 1 * u.TeV, 1 * u.deg).value == pytest.approx(1.0, rel=1e-12)
    np.testing.assert_allclose(psf.transform(1.0, 1.0, [10.0]), before, rtol=1e-12)
    assert np.array_equal(psf.data[0, 2], np.zeros(200))


def test_units_of_values_and_distances():
    arcmin = MapAxis(RAD.edges.to("arcmin"), name="rad")
    psf = PSF3D([TRUE, OFFSET, arcmin], table().quantity.to("sr-1"))
    np.testing.assert_allclose(
        psf.profile(1.0, 1.0, [0.0, 0.1]), table().profile(1.0, 1.0, [0.0, 0.1]), rtol=1e-12
    )
