"""King profile: closed forms, its limits, large slopes."""

import astropy.units as u
import numpy as np
import pytest
from scipy.special import gammaln

from gammapy.irf.psf_king import KingShape
from tests.irf.made import king

PLACE = {"energy_true": 1 * u.TeV, "offset": 1 * u.deg}


def test_closed_forms():
    r = np.array([0.0, 0.05, 0.3])
    core = 1 + r**2 / (2 * 2.5 * 0.06**2)
    top = (1 - 1 / 2.5) / (2 * np.pi * 0.06**2)
    found = king().evaluate(rad=r * u.deg, **PLACE).to_value("deg-2")
    np.testing.assert_allclose(found, top * core**-2.5, rtol=1e-12)
    np.testing.assert_allclose(king().containment(r * u.deg, **PLACE), 1 - core**-1.5, atol=1e-15)


@pytest.mark.parametrize("gamma", [1.05, 1.5, 2.0, 3.7, 30.0, 50.9, 51.1, 60.0, 300.0, 5000.0])
def test_transform_at_all_slopes(gamma):
    q = np.array([0.0, 1e-9, 0.01, 1.0, 10.0, 40.0])
    found = KingShape(np.array(gamma), np.array(0.06), np.array(True)).transform(q)
    np.testing.assert_allclose(found, mixture(gamma - 1, q * 0.06 * np.sqrt(2 * gamma)), rtol=2e-7)


def mixture(order, x):
    """The same as a mean of normal distributions, whose precision has a gamma distribution."""
    y = np.linspace(-1000.0, 12.0, 400_001)
    weight = np.exp(order * y - np.exp(y) - gammaln(order))
    terms = [weight * np.exp(-0.25 * value**2 * np.exp(np.minimum(-y, 600))) for value in x]
    return np.array([np.trapezoid(term, y) for term in terms])


def test_a_steep_one_is_a_gauss():
    q = np.array([1.0, 10.0, 30.0])
    found = KingShape(np.array(1e6), np.array(0.06), np.array(True)).transform(q)
    np.testing.assert_allclose(found, np.exp(-0.5 * (0.06 * q) ** 2), rtol=1e-4)


@pytest.mark.parametrize(("gamma", "sigma"), [(1.0, 0.1), (0.5, 0.1), (2.0, 0.0)])
def test_what_cannot_be_normalised_is_not_usable(gamma, sigma):
    assert not king(gamma, sigma).usable(1.0, 1.0)
