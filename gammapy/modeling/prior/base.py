"""What all priors share: -2 ln p with two derivatives, and the checks of their numbers."""

from __future__ import annotations

import math
import numbers
from abc import ABC, abstractmethod
from collections.abc import Collection
from dataclasses import fields
from typing import Any, ClassVar

from gammapy.errors import ParameterError

__all__ = ["LOG_TWO_PI", "SMALLEST", "Prior", "finite", "ordered", "positive"]

LOG_TWO_PI = math.log(2.0 * math.pi)
#: number whose square is still an accurate float
SMALLEST = 1e-150


def finite(owner: Any, unbounded: Collection[str] = ()) -> None:
    """Turn the fields into finite floats; those named may be infinite."""
    for field in fields(owner):
        value = getattr(owner, field.name)
        if isinstance(value, bool) or not isinstance(value, numbers.Real):
            raise ParameterError(
                f"{type(owner).__name__}: {field.name} = {value!r} is not a plain number: "
                "give it in the unit of the parameter"
            )
        if not math.isfinite(value) and (math.isnan(value) or field.name not in unbounded):
            raise ParameterError(f"{type(owner).__name__}: {field.name} = {value!r} is not finite")
        object.__setattr__(owner, field.name, float(value))  # the dataclass is frozen


def positive(owner: Any, name: str) -> None:
    """Refuse a field that is not positive, or whose square is lost to rounding."""
    value = getattr(owner, name)
    if value <= 0:
        raise ParameterError(f"{type(owner).__name__}: {name} = {value!r} must be positive")
    if value < SMALLEST:
        raise ParameterError(
            f"{type(owner).__name__}: {name} = {value!r} must be at least {SMALLEST:g}, so that "
            "its square is a float: choose another unit of the parameter"
        )


def ordered(prior: Any, above: float) -> None:
    """Refuse ``min`` and ``max`` that are not in order, and a ``min`` not above a number."""
    if not (prior.min < prior.max and (above < prior.min or above == -math.inf)):
        rule = "min < max" if above == -math.inf else f"{above:g} < min < max"
        raise ParameterError(
            f"{type(prior).__name__}: min = {prior.min!r}, max = {prior.max!r} breaks {rule}"
        )


class Prior(ABC):
    """-2 ln p(x) with two derivatives."""

    #: True if it says no more than that the parameter is in its support
    is_range: ClassVar[bool] = False
    #: fields that are plain numbers, whatever the unit of the parameter
    unitless: ClassVar[tuple[str, ...]] = ()

    @property
    @abstractmethod
    def support(self) -> tuple[float, float]:
        """Range outside which the density is zero; a fit takes it as bounds."""

    @abstractmethod
    def evaluate(self, x: float) -> tuple[float, float, float]:
        """-2 ln p at ``x`` and its first and second derivative; infinite outside `support`.

        The derivatives are finite everywhere, also where the density is not smooth.
        """

    @abstractmethod
    def rescaled(self, factor: float) -> Prior:
        """The same prior when the parameter's values are multiplied by ``factor`` > 0."""

    def residual(self, x: float) -> tuple[float, float] | None:
        """Number whose square is -2 ln p but for a constant, and its derivative; None if none."""
        return None

    def curvature(self, x: float) -> float:
        """Number >= 0 that optimisers take for the second derivative, which may be negative.

        Of a sum of squares it is what the first derivative of the residual gives (Gauss-Newton).
        """
        found = self.residual(x)
        return max(self.evaluate(x)[2], 0.0) if found is None else 2.0 * found[1] ** 2

    def __call__(self, x: float) -> float:
        """-2 ln p at ``x``."""
        return self.evaluate(x)[0]
