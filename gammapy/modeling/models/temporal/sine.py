r"""Periodic modulation.

.. math:: F(t) = 1 + A \sin\left(\omega (t - t_\mathrm{ref})\right)
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from gammapy.engine.namespace import array_namespace
from gammapy.modeling.models.temporal.base import TemporalModel
from gammapy.modeling.parameter import Parameter

__all__ = ["SineTemporalModel"]

_RADIAN = math.pi / 180.0  # angles come in deg


class SineTemporalModel(TemporalModel):
    """Factor that swings about 1 by ``amp``, with the angular frequency ``omega``."""

    tag = ["SineTemporalModel", "sinus"]
    moments = ("t_ref",)
    amp = Parameter("amp", 1.0)
    omega = Parameter("omega", "1 rad d-1")
    t_ref = Parameter("t_ref", "51544 d")

    @staticmethod
    def evaluate(time: Any, amp: Any, omega: Any, t_ref: Any) -> Any:
        """Formula; see the module."""
        xp = array_namespace(time)
        return 1.0 + amp * xp.sin(_RADIAN * omega * (time - t_ref))

    @staticmethod
    def partials(time: Any, amp: Any, omega: Any, t_ref: Any) -> tuple[Any, ...]:
        """Derivatives by amp, omega, t_ref."""
        xp = array_namespace(time)
        angle = _RADIAN * omega * (time - t_ref)
        slope = _RADIAN * amp * xp.cos(angle)
        return xp.sin(angle), slope * (time - t_ref), -slope * omega

    @staticmethod
    def evaluate_integral(time_min: Any, time_max: Any, amp: Any, omega: Any, t_ref: Any) -> Any:
        """Integral over time; a difference of cosines as a product, which keeps its digits."""
        width = time_max - time_min
        middle = _RADIAN * omega * (0.5 * (time_min + time_max) - t_ref)
        half = _RADIAN * omega * 0.5 * width / math.pi
        return width * (1.0 + amp * np.sin(middle) * np.sinc(half))
