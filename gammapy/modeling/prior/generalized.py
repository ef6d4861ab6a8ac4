"""Generalised normal density: flatter or more peaked than the normal one."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import ClassVar

from gammapy.modeling.prior.base import Prior, finite, positive

__all__ = ["GeneralizedGaussianPrior"]


@dataclass(frozen=True)
class GeneralizedGaussianPrior(Prior):
    """Density proportional to exp(-abs((x - mu) / (sqrt(2) sigma))^(1 / eta)).

    ``eta`` is the *inverse* of the usual exponent: at 1/2 it is a normal density of standard
    deviation ``sigma``, at 1 a Laplace density, below 1/2 flatter with steeper edges, above 1/2
    peaked with longer tails.

    Where eta > 1/2 the density is not smooth at ``mu``: the second derivative is infinite there
    for 1/2 < eta < 1, the first one jumps for eta >= 1 (and is infinite for eta > 1). This draws
    a fit to ``mu`` exactly, where the gradient does not vanish: the fit may call itself not
    converged there, and the error of the parameter has no meaning as a curvature.
    `evaluate` gives the derivatives of 1e-12 sigma away where they are infinite; `curvature` is
    that of the parabola which touches -2 ln p at x and at its mirror image in ``mu``, taken no
    nearer than 1e-3 sigma.
    """

    mu: float
    sigma: float
    eta: float = 0.5

    unitless: ClassVar[tuple[str, ...]] = ("eta",)
    #: distances from mu in sqrt(2) sigma, see above
    SHARP: ClassVar[float] = 1e-12
    BLUNT: ClassVar[float] = 1e-3

    def __post_init__(self) -> None:
        finite(self)
        positive(self, "sigma")
        positive(self, "eta")

    @property
    def support(self) -> tuple[float, float]:
        return -math.inf, math.inf

    def _distance(self, x: float) -> tuple[float, float, float]:
        """Distance from mu in units of a scale, the scale, and the exponent."""
        scale = math.sqrt(2.0) * self.sigma
        # a float of numpy would warn where Python's raises
        return (float(x) - self.mu) / scale, scale, 1.0 / self.eta

    def evaluate(self, x: float) -> tuple[float, float, float]:
        distance, scale, power = self._distance(x)
        size = abs(distance)
        try:
            value = 2.0 * size**power
        except OverflowError:
            return math.inf, 0.0, 0.0
        norm = 2.0 * (math.log(2.0 * scale * self.eta) + math.lgamma(self.eta))
        slope = 2.0 * power * self._bounded_power(size, power - 1.0) / scale
        first = math.copysign(slope, distance) if distance else 0.0
        second = 2.0 * power * (power - 1.0) * self._bounded_power(size, power - 2.0) / scale**2
        return value + norm, first, second

    def _bounded_power(self, size: float, power: float) -> float:
        return max(size, self.SHARP) ** power if power < 0 else size**power

    def residual(self, x: float) -> tuple[float, float] | None:
        """None for eta > 1/2, where its derivative is infinite at ``mu``."""
        distance, scale, power = self._distance(x)
        if power < 2.0:
            return None
        try:
            size = math.sqrt(2.0) * abs(distance) ** (0.5 * power)
        except OverflowError:
            return math.inf, 0.0
        slope = math.sqrt(0.5) * power * abs(distance) ** (0.5 * power - 1.0) / scale
        return math.copysign(size, distance), slope

    def curvature(self, x: float) -> float:
        distance, scale, power = self._distance(x)
        if power >= 2.0:
            return self.evaluate(x)[2]
        return 2.0 * power * max(abs(distance), self.BLUNT) ** (power - 2.0) / scale**2

    def rescaled(self, factor: float) -> GeneralizedGaussianPrior:
        return replace(self, mu=self.mu * factor, sigma=self.sigma * factor)
