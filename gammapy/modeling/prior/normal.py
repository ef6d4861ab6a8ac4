"""Normal densities, whole or cut off."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from functools import lru_cache

import numpy as np

from gammapy.errors import ParameterError
from gammapy.modeling.prior.base import LOG_TWO_PI, Prior, finite, ordered, positive

__all__ = ["GaussianPrior", "TruncatedNormalPrior"]


@dataclass(frozen=True)
class GaussianPrior(Prior):
    """Normal density of mean ``mu`` and standard deviation ``sigma``."""

    mu: float
    sigma: float

    def __post_init__(self) -> None:
        finite(self)
        positive(self, "sigma")

    @property
    def support(self) -> tuple[float, float]:
        return -math.inf, math.inf

    def evaluate(self, x: float) -> tuple[float, float, float]:
        pull = (x - self.mu) / self.sigma
        value = pull * pull + LOG_TWO_PI + 2.0 * math.log(self.sigma)
        return value, 2.0 * pull / self.sigma, 2.0 / self.sigma**2

    def residual(self, x: float) -> tuple[float, float]:
        return (x - self.mu) / self.sigma, 1.0 / self.sigma

    def rescaled(self, factor: float) -> GaussianPrior:
        return replace(self, mu=self.mu * factor, sigma=self.sigma * factor)


@dataclass(frozen=True)
class TruncatedNormalPrior(Prior):
    """Normal density of ``mu`` and ``sigma``, cut off outside ``min`` and ``max``.

    ``mu`` and ``sigma`` are those of the whole normal density, and ``mu`` may lie outside the
    range. A limit that is infinite, as both are by default, is none: ``min=0`` with ``mu=0`` is
    a half-normal density. The rest is normalised to one.
    """

    mu: float
    sigma: float
    min: float = -math.inf
    max: float = math.inf

    def __post_init__(self) -> None:
        finite(self, unbounded=("min", "max"))
        positive(self, "sigma")
        ordered(self, -math.inf)
        if not math.isfinite(self._log_mass):
            raise ParameterError(
                f"TruncatedNormalPrior: mu = {self.mu!r} lies too many sigma = {self.sigma!r} "
                f"from the range {self.min!r} to {self.max!r}: nothing is left of the density"
            )

    @property
    def _log_mass(self) -> float:
        low, high = (self.min - self.mu) / self.sigma, (self.max - self.mu) / self.sigma
        return _log_normal_mass(low, high, (self.max - self.min) / self.sigma)

    @property
    def support(self) -> tuple[float, float]:
        return self.min, self.max

    def evaluate(self, x: float) -> tuple[float, float, float]:
        if not self.min <= x <= self.max:
            return math.inf, 0.0, 0.0
        pull = (x - self.mu) / self.sigma
        norm = LOG_TWO_PI + 2.0 * (math.log(self.sigma) + self._log_mass)
        return pull * pull + norm, 2.0 * pull / self.sigma, 2.0 / self.sigma**2

    def residual(self, x: float) -> tuple[float, float]:
        return (x - self.mu) / self.sigma, 1.0 / self.sigma

    def rescaled(self, factor: float) -> TruncatedNormalPrior:
        mu, sigma, low, high = (v * factor for v in (self.mu, self.sigma, self.min, self.max))
        return replace(self, mu=mu, sigma=sigma, min=low, max=high)


@lru_cache(maxsize=1024)
def _log_normal_mass(low: float, high: float, width: float) -> float:
    """Logarithm of the probability of a standard normal deviate between ``low`` and ``high``.

    ``width`` is their difference, which they may be too large to tell.
    """
    from scipy.special import log_ndtr

    if low > 0:  # to the lower tail, whose logarithm is accurate however far out
        low, high = -high, -low
    if width * max(1.0, abs(low), abs(high)) < 1.0:  # where a difference would cancel
        middle = 0.5 * (low + high)
        nodes, weights = np.polynomial.legendre.leggauss(20)
        step = 0.5 * width * nodes
        integral = 0.5 * width * float(weights @ np.exp(-step * (middle + 0.5 * step)))
        return math.log(integral) - 0.5 * (LOG_TWO_PI + middle * middle)
    upper, lower = float(log_ndtr(high)), float(log_ndtr(low))
    return upper + math.log1p(-math.exp(lower - upper)) if math.isfinite(upper) else upper
