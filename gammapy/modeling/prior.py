"""Priors: what is known of a parameter beforehand, as a term of the statistic.

A prior adds -2 ln p(x) to the statistic, once per parameter however many models share it.
Its numbers are in the unit of the parameter and follow when that unit changes.
"""

from __future__ import annotations

import math
import numbers
from abc import ABC, abstractmethod
from dataclasses import dataclass, fields, replace
from typing import Any

from gammapy.errors import ParameterError

__all__ = ["GaussianPrior", "LogUniformPrior", "Prior", "UniformPrior"]


def _finite(owner: Any) -> None:
    for field in fields(owner):
        value = getattr(owner, field.name)
        if isinstance(value, bool) or not isinstance(value, numbers.Real):
            raise ParameterError(
                f"{type(owner).__name__}: {field.name} = {value!r} is not a plain number: "
                "give it in the unit of the parameter"
            )
        if not math.isfinite(value):
            raise ParameterError(f"{type(owner).__name__}: {field.name} = {value!r} is not finite")
        object.__setattr__(owner, field.name, float(value))  # the dataclass is frozen


class Prior(ABC):
    """-2 ln p(x) with two derivatives."""

    @property
    @abstractmethod
    def support(self) -> tuple[float, float]:
        """Range outside which the density is zero; a fit takes it as bounds."""

    @abstractmethod
    def evaluate(self, x: float) -> tuple[float, float, float]:
        """-2 ln p at ``x`` and its first and second derivative; infinite outside `support`."""

    @abstractmethod
    def rescaled(self, factor: float) -> Prior:
        """The same prior when the parameter's values are multiplied by ``factor`` > 0."""

    def residual(self, x: float) -> tuple[float, float] | None:
        """Number whose square is -2 ln p but for a constant, and its derivative; None if none."""
        return None

    def __call__(self, x: float) -> float:
        """-2 ln p at ``x``."""
        return self.evaluate(x)[0]


def _ordered(prior: Any, above: float) -> None:
    _finite(prior)
    if not above < prior.min < prior.max:
        rule = "min < max" if above == -math.inf else f"{above:g} < min < max"
        raise ParameterError(
            f"{type(prior).__name__}: min = {prior.min!r}, max = {prior.max!r} breaks {rule}"
        )


@dataclass(frozen=True)
class UniformPrior(Prior):
    """Flat density between ``min`` and ``max``."""

    min: float
    max: float

    def __post_init__(self) -> None:
        _ordered(self, -math.inf)

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
        _ordered(self, 0.0)

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


@dataclass(frozen=True)
class GaussianPrior(Prior):
    """Normal density of mean ``mu`` and standard deviation ``sigma``."""

    mu: float
    sigma: float

    def __post_init__(self) -> None:
        _finite(self)
        if self.sigma <= 0:
            raise ParameterError(f"GaussianPrior: sigma = {self.sigma!r} must be positive")

    @property
    def support(self) -> tuple[float, float]:
        return -math.inf, math.inf

    def evaluate(self, x: float) -> tuple[float, float, float]:
        pull = (x - self.mu) / self.sigma
        value = pull * pull + math.log(2.0 * math.pi * self.sigma**2)
        return value, 2.0 * pull / self.sigma, 2.0 / self.sigma**2

    def residual(self, x: float) -> tuple[float, float]:
        return (x - self.mu) / self.sigma, 1.0 / self.sigma

    def rescaled(self, factor: float) -> GaussianPrior:
        return replace(self, mu=self.mu * factor, sigma=self.sigma * factor)
