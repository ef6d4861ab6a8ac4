r"""Exponential decay.

.. math:: F(t) = e^{-(t - t_\mathrm{ref}) / t_0}
"""

from __future__ import annotations

from typing import Any

from gammapy.engine.exponential import exp_or_inf, phi1
from gammapy.modeling.models.temporal.base import TemporalModel
from gammapy.modeling.parameter import Parameter

__all__ = ["ExpDecayTemporalModel"]


class ExpDecayTemporalModel(TemporalModel):
    """Factor that is 1 at ``t_ref`` and falls by e in ``t0``, before ``t_ref`` as well."""

    tag = ["ExpDecayTemporalModel", "exp-decay"]
    moments = ("t_ref",)
    positive = ("t0",)
    t0 = Parameter("t0", "1 d")
    t_ref = Parameter("t_ref", "51544 d", frozen=True)

    @staticmethod
    def evaluate(time: Any, t0: Any, t_ref: Any) -> Any:
        """Formula; see the module."""
        return exp_or_inf(-(time - t_ref) / t0)

    @staticmethod
    def partials(time: Any, t0: Any, t_ref: Any) -> tuple[Any, ...]:
        """Derivatives by t0, t_ref."""
        x = (time - t_ref) / t0
        value = exp_or_inf(-x)
        return value * x / t0, value / t0

    @staticmethod
    def evaluate_integral(time_min: Any, time_max: Any, t0: Any, t_ref: Any) -> Any:
        """Integral over time."""
        width = time_max - time_min
        return exp_or_inf(-(time_min - t_ref) / t0) * width * phi1(-width / t0)
