"""Against exact rational arithmetic and 50-digit decimals."""

import math
from decimal import Decimal, getcontext

import array_api_strict
import numpy as np
import pytest

from gammapy.engine.exponential import (
    exp_difference,
    exp_or_inf,
    phi1,
    phi1_log_slope,
    phi2,
    phi2_slope,
)

getcontext().prec = 60
SIZES = np.array(
    [1e-300, 1e-15, 1e-9, 9e-6, 1.1e-5, 1e-3, 0.1, 0.299, 0.301, 0.7, 0.999, 1.0, 3.0, 40.0, 590.0]
)
POINTS = np.concatenate([-SIZES[::-1], [0.0], SIZES])


def decimal_phi1(t):
    return (t.exp() - 1) / t


def decimal_phi2(t):
    return (t.exp() - 1 - t) / t**2


def decimal_phi2_slope(t):
    return (decimal_phi1(t) - 2 * decimal_phi2(t)) / t


def decimal_log_slope(t):
    return t.exp() / (t.exp() - 1) - 1 / t


@pytest.mark.parametrize(
    ("function", "truth", "at_zero"),
    [
        (phi1, decimal_phi1, 1.0),
        (phi2, decimal_phi2, 0.5),
        (phi2_slope, decimal_phi2_slope, 1 / 6),
        (phi1_log_slope, decimal_log_slope, 0.5),
    ],
)
def test_phi_functions(function, truth, at_zero):
    expected = [
        at_zero if abs(t) < 1e-14 else float(truth(Decimal(float(t)))) for t in POINTS.tolist()
    ]
    np.testing.assert_allclose(function(POINTS), expected, rtol=4e-15)
    strict = function(array_api_strict.asarray(POINTS))
    np.testing.assert_allclose(np.asarray(strict), expected, rtol=4e-15)
    assert float(function(0.25)) == pytest.approx(float(truth(Decimal("0.25"))), rel=4e-15)


@pytest.mark.parametrize("function", [phi1, phi2, phi2_slope, phi1_log_slope])
def test_phi_functions_are_finite_far_out(function):
    assert np.all(np.isfinite(function(np.array([-1e300, -1e5, 1e5, 1e300]))))


def test_exponential_that_is_too_large():
    x = np.array([-1e300, -800.0, 0.0, 700.0, 709.0, 800.0, 1e300])
    expected = [0.0, 0.0, 1.0, math.exp(700), math.exp(709), np.inf, np.inf]
    np.testing.assert_array_equal(exp_or_inf(x), expected)


@pytest.mark.parametrize("start", [-30.0, -3.0, 0.0, 5.0])
@pytest.mark.parametrize("step", [-800.0, -1.0, -1e-9, 0.0, 1e-13, 0.4, 90.0])
def test_difference(start, step):
    truth = (Decimal(start) + Decimal(step)).exp() - Decimal(start).exp()
    found = exp_difference(np.array([start]), np.array([step]))
    np.testing.assert_allclose(found, float(truth), rtol=1e-14, atol=1e-320)


@pytest.mark.parametrize(("start", "step"), [(0.0, 1e4), (1e5, 1e-9), (-1e4, 3e4), (1e5, 1e5)])
def test_difference_saturates(start, step):
    """What is left is far beyond what another exponential turns into zero."""
    found = exp_difference(np.array([start]), np.array([step]))
    assert 1e200 < found[0] < np.inf
    assert exp_difference(np.array([start + step]), np.array([-step]))[0] < -1e200


def test_difference_on_jax_has_its_derivative_at_no_step():
    jax = pytest.importorskip("jax", reason="jax is not installed")
    slope = jax.grad(exp_difference, argnums=1)(1.0, 0.0)
    assert float(slope) == pytest.approx(math.e, rel=1e-6)
