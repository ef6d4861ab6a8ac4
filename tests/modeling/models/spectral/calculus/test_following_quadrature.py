"""The quadrature that is cut where a spectrum is not smooth, and follows it."""

import astropy.units as u
import numpy as np
import pytest

from gammapy.modeling.models import BrokenPowerLawSpectralModel
from gammapy.modeling.models.spectral.calculus.following_quadrature import FollowingQuadrature

EDGES = np.geomspace(0.2, 100, 13)
BROKEN = BrokenPowerLawSpectralModel(index1=1.5, index2=2.9)


def test_rule_is_kept_while_the_kinks_stay():
    rules = FollowingQuadrature(BROKEN, [EDGES], 3)
    first = rules.at([1.5, 2.9, 1.0, 1.3])
    assert rules.at([1.7, 2.0, 2.0, 1.3]) is first
    moved = rules.at([1.5, 2.9, 1.0, 1.4])
    assert moved is not first
    fresh = FollowingQuadrature(BROKEN, [EDGES], 3).at([1.5, 2.9, 1.0, 1.4])
    np.testing.assert_array_equal(moved.nodes, fresh.nodes)


@pytest.mark.parametrize("ebreak", [0.01, 0.7, 3.3, 2000.0])
def test_integrals_are_those_of_the_closed_form_wherever_the_break_is(ebreak):
    rules = FollowingQuadrature(BROKEN, [EDGES, EDGES[:4]], 8)
    values = [1.5, 2.9, 1e-12, ebreak]
    rule = rules.at(values)
    found = rule.reduce(BROKEN.flux(rule.nodes, values))
    expected = BROKEN.evaluate_integral(EDGES[:-1], EDGES[1:], *values)
    np.testing.assert_allclose(found, [*expected, *expected[:3]], rtol=1e-11)


def test_draws_of_an_error_follow_the_break():
    """Without it the error of an integral over a moving break was off by parts in 10,000."""
    model = BrokenPowerLawSpectralModel(index1=1.5, index2=2.9, ebreak="1 TeV")
    covariance = np.zeros((4, 4))
    covariance[3, 3] = 0.2**2
    model.covariance = covariance
    draws = np.linspace(0.6, 1.4, 41)
    samples = np.column_stack([np.full((41, 3), [1.5, 2.9, 1e-12]), draws])
    sided = 1.0 * model * 1.0  # a compound has no closed form
    found = sided.integral_error(0.3 * u.TeV, 5 * u.TeV, samples=samples).value
    expected = model.integral_error(0.3 * u.TeV, 5 * u.TeV, samples=samples).value
    np.testing.assert_allclose(found, expected, rtol=1e-9)
