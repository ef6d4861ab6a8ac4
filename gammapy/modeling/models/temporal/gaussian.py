r"""Flares of a Gaussian's shape, symmetric or not.

.. math::
    F(t) &= \exp\left(-\frac{(t - t_\mathrm{ref})^2}{2 \sigma^2}\right) \\
    F_g(t) &= \exp\left(-\frac{1}{2} \left|\frac{t - t_\mathrm{ref}}{\tau}\right|^{1 / \eta}\right),
    \quad \tau = t_\mathrm{rise} \text{ before } t_\mathrm{ref}, t_\mathrm{decay} \text{ after}

The integral of the second from :math:`t_\mathrm{ref}` on is, with the regularised incomplete gamma
function :math:`P` (DLMF 8.2.4),

.. math::
    \int_0^{x} F_g = 2^\eta \, \Gamma(1 + \eta) \, \tau \,
    P\left(\eta, \tfrac{1}{2} (x / \tau)^{1 / \eta}\right)
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np

from gammapy.engine.namespace import array_namespace
from gammapy.modeling.models.temporal.base import TemporalModel
from gammapy.modeling.models.temporal.quadrature import gauss_legendre
from gammapy.modeling.parameter import Parameter

__all__ = ["GaussianTemporalModel", "GeneralizedGaussianTemporalModel"]

# an interval shorter than this, in widths or distances to the peak, is integrated by 12 nodes to
# all digits, while a difference of error functions loses some
_SHORT = 0.2


class GaussianTemporalModel(TemporalModel):
    """Factor that is 1 at ``t_ref`` and a Gaussian of the width ``sigma`` about it."""

    tag = ["GaussianTemporalModel", "gauss"]
    moments = ("t_ref",)
    positive = ("sigma",)
    t_ref = Parameter("t_ref", "51544 d")
    sigma = Parameter("sigma", "1 d")

    @staticmethod
    def evaluate(time: Any, t_ref: Any, sigma: Any) -> Any:
        """Formula; see the module."""
        xp = array_namespace(time)
        x = (time - t_ref) / sigma
        return xp.exp(-0.5 * x * x)

    @staticmethod
    def partials(time: Any, t_ref: Any, sigma: Any) -> tuple[Any, ...]:
        """Derivatives by t_ref, sigma."""
        xp = array_namespace(time)
        x = (time - t_ref) / sigma
        slope = x * xp.exp(-0.5 * x * x) / sigma
        return slope, x * slope

    @staticmethod
    def evaluate_integral(time_min: Any, time_max: Any, t_ref: Any, sigma: Any) -> Any:
        """Integral over time."""
        from scipy.special import ndtr

        low, high = ((np.asarray(t) - t_ref) / sigma for t in (time_min, time_max))
        # from the side where the function is small, where it keeps its digits
        flip = low > 0
        a, b = np.where(flip, -high, low), np.where(flip, -low, high)
        closed = math.sqrt(2.0 * math.pi) * (ndtr(b) - ndtr(a))
        short = gauss_legendre(lambda x: np.exp(-0.5 * x * x), low, high)
        return sigma * np.where(high - low < _SHORT, short, closed)


class GeneralizedGaussianTemporalModel(TemporalModel):
    """Factor that is 1 at ``t_ref``, rises to it in about ``t_rise`` and falls in ``t_decay``.

    ``eta`` = 0.5 makes two halves of a Gaussian, 1 two exponentials; a larger one a sharper peak
    with longer tails.
    """

    tag = ["GeneralizedGaussianTemporalModel", "gengauss"]
    moments = ("t_ref",)
    positive = ("t_rise", "t_decay", "eta")
    t_ref = Parameter("t_ref", "51544 d")
    t_rise = Parameter("t_rise", "1 d")
    t_decay = Parameter("t_decay", "1 d")
    eta = Parameter("eta", 0.5)

    @staticmethod
    def evaluate(time: Any, t_ref: Any, t_rise: Any, t_decay: Any, eta: Any) -> Any:
        """Formula; see the module."""
        xp = array_namespace(time)
        _, x = _side_and_distance(time - t_ref, t_rise, t_decay)
        return xp.exp(-0.5 * x ** (1.0 / eta))

    @staticmethod
    def partials(time: Any, t_ref: Any, t_rise: Any, t_decay: Any, eta: Any) -> tuple[Any, ...]:
        """Derivatives by t_ref, t_rise, t_decay, eta; at the peak, where none is unique, zero."""
        xp = array_namespace(time)
        before, x = _side_and_distance(time - t_ref, t_rise, t_decay)
        peak = x == 0.0
        safe = xp.where(peak, 1.0, x)
        # beyond e^10 the exponential is zero, and the power must not overflow
        power = xp.where(peak, 0.0, xp.exp(xp.minimum(xp.log(safe) / eta, 10.0)))
        inner = 0.5 * power * xp.exp(-0.5 * power) / eta  # derivative by -ln x
        by_rise, by_decay = xp.where(before, inner, 0.0), xp.where(before, 0.0, inner)
        distance = xp.where(peak, 1.0, time - t_ref)
        return inner / distance, by_rise / t_rise, by_decay / t_decay, inner * xp.log(safe) / eta

    @staticmethod
    def evaluate_integral(
        time_min: Any, time_max: Any, t_ref: Any, t_rise: Any, t_decay: Any, eta: Any
    ) -> Any:
        """Integral over time."""
        low, high = np.asarray(time_min) - t_ref, np.asarray(time_max) - t_ref
        zero = 0.0 * low
        rise = _one_side(np.maximum(-high, zero), np.maximum(-low, zero), t_rise, eta)
        return rise + _one_side(np.maximum(low, zero), np.maximum(high, zero), t_decay, eta)

    def kinks_at(self, values: Sequence[float]) -> tuple[float, ...]:
        """The peak."""
        return (values[0],)


def _side_and_distance(dt: Any, t_rise: Any, t_decay: Any) -> tuple[Any, Any]:
    """Whether a time is before the peak, and its distance in units of the time scale there."""
    xp = array_namespace(dt)
    before = dt < 0
    return before, xp.abs(dt) / xp.where(before, t_rise + 0.0 * dt, t_decay + 0.0 * dt)


def _one_side(near: np.ndarray, far: np.ndarray, tau: float, eta: float) -> np.ndarray:
    """Integral between distances from the peak on one side."""
    from scipy.special import gamma, gammainc, gammaincc

    a, b = (0.5 * (x / tau) ** (1.0 / eta) for x in (near, far))
    # by the smaller of P and 1 - P, which keeps its digits
    share = np.where(
        a > eta, gammaincc(eta, a) - gammaincc(eta, b), gammainc(eta, b) - gammainc(eta, a)
    )
    closed = 2.0**eta * gamma(1.0 + eta) * tau * share
    short = gauss_legendre(lambda x: np.exp(-0.5 * (x / tau) ** (1.0 / eta)), near, far)
    return np.where(far - near < _SHORT * np.minimum(near, tau), short, closed)
