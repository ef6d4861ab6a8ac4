r"""Power law of the time after a moment.

.. math:: F(t) = \left(\frac{t - t_\mathrm{ref}}{t_0}\right)^{\alpha}, \quad t > t_\mathrm{ref}
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from gammapy.engine.namespace import array_namespace
from gammapy.modeling.models.spectral.powerlaw import power_integral
from gammapy.modeling.models.temporal.base import TemporalModel
from gammapy.modeling.parameter import Parameter

__all__ = ["PowerLawTemporalModel"]


class PowerLawTemporalModel(TemporalModel):
    """Factor that is 1 at ``t0`` after ``t_ref``, and zero before ``t_ref``.

    An afterglow fades with a negative ``alpha``; it has no value at ``t_ref`` itself, and no
    integral from there if ``alpha`` is -1 or less.
    """

    tag = ["PowerLawTemporalModel", "powerlaw"]
    moments = ("t_ref",)
    positive = ("t0",)
    alpha = Parameter("alpha", 1.0)
    t_ref = Parameter("t_ref", "51544 d", frozen=True)
    t0 = Parameter("t0", "1 d", frozen=True)

    @staticmethod
    def evaluate(time: Any, alpha: Any, t_ref: Any, t0: Any) -> Any:
        """Formula; see the module."""
        xp = array_namespace(time)
        x = (time - t_ref) / t0
        before = x < 0
        return xp.where(before, 0.0, xp.where(before, 1.0, x) ** alpha)

    @staticmethod
    def partials(time: Any, alpha: Any, t_ref: Any, t0: Any) -> tuple[Any, ...]:
        """Derivatives by alpha, t_ref, t0."""
        xp = array_namespace(time)
        x = (time - t_ref) / t0
        after = x > 0
        safe = xp.where(after, x, 1.0)
        value = xp.where(after, safe**alpha, 0.0)
        by_log = -alpha * value
        return value * xp.log(safe), by_log / safe / t0, by_log / t0

    @staticmethod
    def evaluate_integral(time_min: Any, time_max: Any, alpha: Any, t_ref: Any, t0: Any) -> Any:
        """Integral over time; infinite where there is none."""
        low, high = ((np.maximum(np.asarray(t) - t_ref, 0.0)) / t0 for t in (time_min, time_max))
        power = alpha + 1.0
        from_start = high**power / power if power > 0 else np.full_like(high, np.inf)
        later = low > 0
        between = power_integral(np.where(later, low, 1.0), np.where(later, high, 1.0), power, 1.0)
        return t0 * np.where(later, between, np.where(high > 0, from_start, 0.0))

    def kinks_at(self, values: Sequence[float]) -> tuple[float, ...]:
        """The start."""
        return (values[1],)
