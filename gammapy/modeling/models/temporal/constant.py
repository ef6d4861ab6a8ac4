r"""No variation.

.. math:: F(t) = 1
"""

from __future__ import annotations

from typing import Any

import numpy as np

from gammapy.modeling.models.temporal.base import TemporalModel

__all__ = ["ConstantTemporalModel"]


class ConstantTemporalModel(TemporalModel):
    """The factor 1 at all times."""

    tag = ["ConstantTemporalModel", "const"]

    @staticmethod
    def evaluate(time: Any) -> Any:
        """One."""
        return 1.0 + 0.0 * time

    @staticmethod
    def partials(time: Any) -> tuple[Any, ...]:
        """None: there are no parameters."""
        return ()

    @staticmethod
    def evaluate_integral(time_min: Any, time_max: Any) -> Any:
        """Length of the intervals."""
        return np.asarray(time_max) - time_min
