"""Where the value of a parameter makes sense; checked at the door, not in the formula."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, NamedTuple

from gammapy.errors import ModelError

if TYPE_CHECKING:
    from gammapy.modeling.parameter import Parameter

__all__ = ["ECCENTRICITY", "LATITUDE", "POSITIVE", "SHARE", "SIZE", "SIZE_OR_ZERO", "Domain"]


class Domain(NamedTuple):
    """Interval, in internal units, and the rule in words.

    Parameters
    ----------
    low, high : float
    with_low, with_high : bool
        Whether the ends belong to it.
    rule : str
        As it reads after "must be".
    """

    low: float
    high: float
    with_low: bool
    with_high: bool
    rule: str

    def check(self, value: float, parameter: Parameter, model: str) -> None:
        """Refuse a value outside.

        Raises
        ------
        ModelError
            With the value as the user knows it.
        """
        above = value >= self.low if self.with_low else value > self.low
        below = value <= self.high if self.with_high else value < self.high
        if not (above and below):
            raise ModelError(
                f"{model}: {parameter.name} = {parameter.quantity} must be {self.rule}; set "
                f"{parameter.name}.value, or bounds before a fit"
            )


LATITUDE = Domain(-90.0, 90.0, True, True, "within -90 and 90 deg")
ECCENTRICITY = Domain(0.0, 1.0, True, False, "at least 0 and below 1")
SIZE = Domain(0.0, 180.0, False, True, "positive, and at most 180 deg")
SIZE_OR_ZERO = Domain(0.0, 180.0, True, True, "within 0 and 180 deg")
SHARE = Domain(0.0, 1.0, True, True, "within 0 and 1")
POSITIVE = Domain(0.0, math.inf, False, False, "positive")
