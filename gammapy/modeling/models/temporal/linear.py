r"""Linear rise or fall.

.. math:: F(t) = \alpha + \beta (t - t_\mathrm{ref})
"""

from __future__ import annotations

from typing import Any

from gammapy.modeling.models.temporal.base import TemporalModel
from gammapy.modeling.parameter import Parameter

__all__ = ["LinearTemporalModel"]


class LinearTemporalModel(TemporalModel):
    """Factor that is ``alpha`` at ``t_ref`` and changes by ``beta`` in a unit of time.

    It is negative where the line is.
    """

    tag = ["LinearTemporalModel", "linear"]
    moments = ("t_ref",)
    alpha = Parameter("alpha", 1.0)
    beta = Parameter("beta", "0 d-1")
    t_ref = Parameter("t_ref", "51544 d", frozen=True)

    @staticmethod
    def evaluate(time: Any, alpha: Any, beta: Any, t_ref: Any) -> Any:
        """Formula; see the module."""
        return alpha + beta * (time - t_ref)

    @staticmethod
    def partials(time: Any, alpha: Any, beta: Any, t_ref: Any) -> tuple[Any, ...]:
        """Derivatives by alpha, beta, t_ref."""
        none = 0.0 * time
        return none + 1.0, time - t_ref, none - beta

    @staticmethod
    def evaluate_integral(time_min: Any, time_max: Any, alpha: Any, beta: Any, t_ref: Any) -> Any:
        """Integral over time."""
        return (time_max - time_min) * (alpha + beta * (0.5 * (time_min + time_max) - t_ref))
