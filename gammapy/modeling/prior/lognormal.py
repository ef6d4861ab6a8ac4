"""Log-normal density, of what is known within a factor."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import ClassVar

from gammapy.modeling.prior.base import LOG_TWO_PI, SMALLEST, Prior, finite, positive

__all__ = ["LogNormalPrior"]


@dataclass(frozen=True)
class LogNormalPrior(Prior):
    """The natural logarithm of the parameter is normally distributed.

    ``mu`` and ``sigma`` are mean and standard deviation *of ln x*, with x the value in the unit
    of the parameter: the median is exp(mu) and 68% lie within a factor exp(sigma) of it. For "2e-11
    within 30%" write ``LogNormalPrior(mu=math.log(2e-11), sigma=math.log(1.3))``. The density is
    that of x, (2 pi)^(-1/2) / (sigma x) exp(-((ln x - mu) / sigma)^2 / 2), highest at
    exp(mu - sigma^2) and zero at x <= 0; below 1e-150 it is taken for zero too.
    """

    mu: float
    sigma: float

    unitless: ClassVar[tuple[str, ...]] = ("mu", "sigma")

    def __post_init__(self) -> None:
        finite(self)
        positive(self, "sigma")

    @property
    def support(self) -> tuple[float, float]:
        return 0.0, math.inf

    def evaluate(self, x: float) -> tuple[float, float, float]:
        if not SMALLEST < x < math.inf:
            return math.inf, 0.0, 0.0
        log = math.log(x)
        pull = (log - self.mu) / self.sigma
        value = pull * pull + LOG_TWO_PI + 2.0 * (math.log(self.sigma) + log)
        slope = 2.0 * (pull / self.sigma + 1.0)  # by ln x
        return value, slope / x, (2.0 / self.sigma**2 - slope) / (x * x)

    def residual(self, x: float) -> tuple[float, float]:
        """Complete the square: -2 ln p is ((ln x - mu + sigma^2) / sigma)^2 plus a constant."""
        if not SMALLEST < x < math.inf:
            return math.inf, 0.0
        return (math.log(x) - self.mu) / self.sigma + self.sigma, 1.0 / (self.sigma * x)

    def rescaled(self, factor: float) -> LogNormalPrior:
        return replace(self, mu=self.mu + math.log(factor))
