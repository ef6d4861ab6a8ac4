r"""Exponentials that neither overflow nor lose digits.

A cut-off is an exponential of an exponential: its inner one leaves the range of floats long before
the spectrum, which is then zero, is of interest. The :math:`\varphi` functions (as in exponential
integrators, e.g. Hochbruck & Ostermann 2010, Acta Numerica 19, 209, eq. 2.10) are what remains of
power-law integrals and cut-offs where an index makes the usual expression 0 / 0.

Array API throughout; arguments are arrays or floats, results arrays.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

from gammapy.engine.namespace import array_namespace

__all__ = ["exp_difference", "exp_or_inf", "phi1", "phi1_log_slope", "phi2", "phi2_slope"]

_OVERFLOW = 709.0
# the exponential of -e^600, and of it times any factor in use, is zero all the same
_SATURATED = 600.0

_SERIES = 1.0  # below it by Taylor series
_PHI2 = [1.0 / math.factorial(k + 2) for k in range(16)]
_PHI2_SLOPE = [(k + 1) / math.factorial(k + 3) for k in range(16)]
# t / 2 coth(t / 2) by Bernoulli numbers: B_2n / (2n)!, n = 1...6
_LOG_SLOPE = [1 / 12, -1 / 720, 1 / 30240, -1 / 1209600, 1 / 47900160, -691 / 1307674368000]


def exp_or_inf(x: Any) -> Any:
    """e^x, infinite without a warning where it is too large for a float."""
    xp = array_namespace(x)
    return xp.where(x > _OVERFLOW, xp.inf, xp.exp(xp.minimum(x, _OVERFLOW)))


def exp_difference(log_start: Any, step: Any) -> Any:
    """e^(log_start + step) - e^log_start, accurate for small steps.

    It saturates at +-e^600, which is meant to be the exponent of another exponential.
    """
    xp = array_namespace(log_start, step)
    upward = step > 0
    top = xp.exp(xp.minimum(xp.where(upward, log_start + step, log_start), _SATURATED))
    up, down = xp.where(upward, step, 0.0), xp.where(upward, 0.0, step)
    return top * xp.where(upward, -xp.expm1(-up), xp.expm1(down))


def phi1(t: Any) -> Any:
    """(e^t - 1) / t, one at zero; saturates at t = 600."""
    xp = array_namespace(t)
    t = xp.minimum(t, _SATURATED)
    near = xp.abs(t) < 1e-5
    small, safe = xp.where(near, t, 0.0), xp.where(near, 1.0, t)
    return xp.where(near, 1.0 + small / 2.0 + small * small / 6.0, xp.expm1(safe) / safe)


def phi1_log_slope(t: Any) -> Any:
    """Derivative of ln `phi1`: from 0 (t to -inf) over 1 / 2 to 1."""
    xp = array_namespace(t)
    near = xp.abs(t) < 0.3
    small, safe = xp.where(near, t, 0.0), xp.where(near, 1.0, t)
    series = 0.5 + small * _polynomial(_LOG_SLOPE, small * small)
    m = xp.abs(safe)
    tail = 1.0 / m + xp.exp(-m) / xp.expm1(-m)
    return xp.where(near, series, xp.where(safe > 0, 1.0 - tail, tail))


def phi2(t: Any) -> Any:
    """(e^t - 1 - t) / t^2, one half at zero; saturates at t = 600."""
    xp = array_namespace(t)
    near = xp.abs(t) < _SERIES
    small = xp.where(near, t, 0.0)
    safe = xp.where(near, 1.0, xp.minimum(t, _SATURATED))
    return xp.where(near, _polynomial(_PHI2, small), (xp.expm1(safe) - safe) / safe / safe)


def phi2_slope(t: Any) -> Any:
    """Derivative of `phi2`, 1 / 6 at zero."""
    xp = array_namespace(t)
    near = xp.abs(t) < _SERIES
    small = xp.where(near, t, 0.0)
    safe = xp.where(near, 1.0, xp.minimum(t, _SATURATED))
    far = (phi1(safe) - 2.0 * phi2(safe)) / safe
    return xp.where(near, _polynomial(_PHI2_SLOPE, small), far)


def _polynomial(coefficients: Sequence[float], x: Any) -> Any:
    """Horner's rule, lowest power first."""
    result = coefficients[-1] + 0.0 * x
    for c in reversed(coefficients[:-1]):
        result = result * x + c
    return result
