"""Ranges, flat in x or in ln x."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import ClassVar

from gammapy.modeling.prior.base import Prior, finite, ordered

__all__ = ["LogUniformPrior", "UniformPrior"]


@dataclass(frozen=True)
class UniformPrior(Prior):
    """Flat density between ``min`` and ``max``."""

    min: float
    max: float

    is_range: ClassVar[bool] = True

    def __post_init__(self) -> None:
        finite(self)
        ordered(self, -math.inf)

    @property
    def support(self) -> tuple[float, float]:
        return self.min, self.max

    def evaluate(self, x: float) -> tuple[float, float, float]:
        if not self.min <= x <= self.max:
            return math.inf, 0.0, 0.0
        return 2.0 * math.log(self.max - self.min), 0.0, 0.0

    def residual(self, x: float) -> tuple[float, float]:
        return 0.0, 0.0

    def rescaled(self, factor: float) -> UniformPrior:
        return replace(self, min=self.min * factor, max=self.max * factor)


@dataclass(frozen=True)
class LogUniformPrior(Prior):
    """Density proportional to 1/x between ``min`` and ``max``, both positive."""

    min: float
    max: float

    def __post_init__(self) -> None:
        finite(self)
        ordered(self, 0.0)

    @property
    def support(self) -> tuple[float, float]:
        return self.min, self.max

    def evaluate(self, x: float) -> tuple[float, float, float]:
        if not self.min <= x <= self.max:
            return math.inf, 0.0, 0.0
        norm = math.log(math.log(self.max / self.min))
        return 2.0 * (math.log(x) + norm), 2.0 / x, -2.0 / (x * x)

    def rescaled(self, factor: float) -> LogUniformPrior:
        return replace(self, min=self.min * factor, max=self.max * factor)
