r"""Power laws whose index changes at a break, sharply or smoothly.

.. math::
    \phi(E) &= \phi_0 \left(E / E_b\right)^{-\Gamma_i} \\
    \phi_s(E) &= \phi_0 \left(E / E_0\right)^{-\Gamma_1}
    \left[1 + (E / E_b)^{(\Gamma_2 - \Gamma_1) / b}\right]^{-b}, \quad
    b = \beta \, \mathrm{sign}(\Gamma_2 - \Gamma_1)

with :math:`\Gamma_1` below the break and :math:`\Gamma_2` above it, in the smooth one the other way
round if :math:`\beta` is negative; one with two turns has a second bracket, from
:math:`\Gamma_2` to :math:`\Gamma_3`. (The formula of the Fermi tools and of Gammalib has
:math:`b = \beta`, so that a spectrum that hardens has a negative :math:`\beta` there or its indices
the other way round.)
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from gammapy.engine.exponential import exp_or_inf
from gammapy.engine.namespace import array_namespace
from gammapy.modeling.models.spectral.base import SpectralModel
from gammapy.modeling.models.spectral.powerlaw import power_integral
from gammapy.modeling.parameter import Parameter

__all__ = [
    "BrokenPowerLawSpectralModel",
    "SmoothBrokenPowerLawSpectralModel",
    "SmoothDoubleBrokenPowerLawSpectralModel",
    "two_sides_integral",
]

# a smaller beta is a sharp break to all digits; its sign keeps its meaning
_SHARPEST = 1e-9


class BrokenPowerLawSpectralModel(SpectralModel):
    """Power law of ``index1`` below ``ebreak``, ``index2`` above, with ``amplitude`` there.

    The integrals are closed forms, exact at index 1 and 2.
    """

    tag = ["BrokenPowerLawSpectralModel", "bpl"]
    index1 = Parameter("index1", 2.0)
    index2 = Parameter("index2", 2.0)
    amplitude = Parameter("amplitude", "1e-12 cm-2 s-1 TeV-1", interp="log")
    ebreak = Parameter("ebreak", "1 TeV")

    @staticmethod
    def evaluate(energy: Any, index1: Any, index2: Any, amplitude: Any, ebreak: Any) -> Any:
        """Formula; see the module."""
        xp = array_namespace(energy)
        x = energy / ebreak
        return amplitude * xp.where(x < 1.0, x ** (-index1), x ** (-index2))

    @staticmethod
    def partials(
        energy: Any, index1: Any, index2: Any, amplitude: Any, ebreak: Any
    ) -> tuple[Any, ...]:
        """Derivatives by index1, index2, amplitude, ebreak."""
        xp = array_namespace(energy)
        x = energy / ebreak
        below = x < 1.0
        shape = xp.where(below, x ** (-index1), x ** (-index2))
        by_index = -amplitude * shape * xp.log(x)
        # an index as an array: where takes no two plain numbers
        index = xp.where(below, index1 + 0.0 * x, index2 + 0.0 * x)
        return (
            xp.where(below, by_index, 0.0),
            xp.where(below, 0.0, by_index),
            shape,
            amplitude * shape * index / ebreak,
        )

    @staticmethod
    def evaluate_integral(
        energy_min: Any, energy_max: Any, index1: Any, index2: Any, amplitude: Any, ebreak: Any
    ) -> Any:
        """Integral over energy."""
        indices = 1.0 - index1, 1.0 - index2
        return amplitude * ebreak * two_sides_integral(energy_min, energy_max, *indices, ebreak)

    @staticmethod
    def evaluate_energy_flux(
        energy_min: Any, energy_max: Any, index1: Any, index2: Any, amplitude: Any, ebreak: Any
    ) -> Any:
        """Integral of energy times spectrum."""
        indices = 2.0 - index1, 2.0 - index2
        return amplitude * ebreak**2 * two_sides_integral(energy_min, energy_max, *indices, ebreak)

    def kinks_at(self, values: Sequence[float]) -> tuple[float, ...]:
        """The break, for internal values of the parameters."""
        return (values[3],)


class SmoothBrokenPowerLawSpectralModel(SpectralModel):
    """Power law that turns from ``index1`` to ``index2`` about ``ebreak``.

    The turn takes a factor of about ``exp(beta / |index2 - index1|)`` in energy; at ``beta`` = 0 it
    is sharp. The amplitude is that of the power law of ``index1`` at ``reference``, far from the
    turn. As the turn is never quite over, equal indices give 2 ** -beta of the power law, the
    limit of a spectrum that softens.
    """

    tag = ["SmoothBrokenPowerLawSpectralModel", "sbpl"]
    index1 = Parameter("index1", 2.0)
    index2 = Parameter("index2", 2.0)
    amplitude = Parameter("amplitude", "1e-12 cm-2 s-1 TeV-1", interp="log")
    ebreak = Parameter("ebreak", "1 TeV")
    reference = Parameter("reference", "1 TeV", frozen=True)
    beta = Parameter("beta", 1.0, frozen=True)

    @staticmethod
    def evaluate(
        energy: Any,
        index1: Any,
        index2: Any,
        amplitude: Any,
        ebreak: Any,
        reference: Any,
        beta: Any,
    ) -> Any:
        """Formula; see the module."""
        xp = array_namespace(energy)
        bend = _Turn(energy, index2 - index1, ebreak, beta).bend
        return amplitude * exp_or_inf(-index1 * xp.log(energy / reference) - bend)

    @staticmethod
    def partials(
        energy: Any,
        index1: Any,
        index2: Any,
        amplitude: Any,
        ebreak: Any,
        reference: Any,
        beta: Any,
    ) -> tuple[Any, ...]:
        """Derivatives by index1, index2, amplitude, ebreak, reference, beta."""
        xp = array_namespace(energy)
        log_x = xp.log(energy / reference)
        turn = _Turn(energy, index2 - index1, ebreak, beta)
        shape = exp_or_inf(-index1 * log_x - turn.bend)
        value = amplitude * shape
        return (
            value * (turn.by_step - log_x),
            -value * turn.by_step,
            shape,
            -value * turn.by_break,
            value * (index1 / reference),
            -value * turn.by_beta,
        )

    def kinks_at(self, values: Sequence[float]) -> tuple[float, ...]:
        """Cuts about the turn that get wider outwards, where the turn is narrow."""
        index1, index2, _, ebreak, _, beta = values
        return _cuts(ebreak, index2 - index1, beta)


class SmoothDoubleBrokenPowerLawSpectralModel(SpectralModel):
    """Power law that turns from ``index1`` to ``index2`` and on to ``index3``.

    Each turn is that of `SmoothBrokenPowerLawSpectralModel`: about ``ebreak12`` and ``ebreak23``,
    with ``beta12`` and ``beta23``. The amplitude is that of the power law of ``index1`` at
    ``reference``, far below both.
    """

    tag = ["SmoothDoubleBrokenPowerLawSpectralModel", "sdbpl"]
    index1 = Parameter("index1", 1.5)
    index2 = Parameter("index2", 2.0)
    index3 = Parameter("index3", 2.5)
    amplitude = Parameter("amplitude", "1e-12 cm-2 s-1 TeV-1", interp="log")
    ebreak12 = Parameter("ebreak12", "1 TeV")
    ebreak23 = Parameter("ebreak23", "10 TeV")
    reference = Parameter("reference", "1 TeV", frozen=True)
    beta12 = Parameter("beta12", 0.2, frozen=True)
    beta23 = Parameter("beta23", 0.2, frozen=True)

    @staticmethod
    def evaluate(
        energy: Any,
        index1: Any,
        index2: Any,
        index3: Any,
        amplitude: Any,
        ebreak12: Any,
        ebreak23: Any,
        reference: Any,
        beta12: Any,
        beta23: Any,
    ) -> Any:
        """Formula; see the module."""
        xp = array_namespace(energy)
        first = _Turn(energy, index2 - index1, ebreak12, beta12).bend
        second = _Turn(energy, index3 - index2, ebreak23, beta23).bend
        return amplitude * exp_or_inf(-index1 * xp.log(energy / reference) - first - second)

    @staticmethod
    def partials(
        energy: Any,
        index1: Any,
        index2: Any,
        index3: Any,
        amplitude: Any,
        ebreak12: Any,
        ebreak23: Any,
        reference: Any,
        beta12: Any,
        beta23: Any,
    ) -> tuple[Any, ...]:
        """Derivatives by the parameters, in their order."""
        xp = array_namespace(energy)
        log_x = xp.log(energy / reference)
        first = _Turn(energy, index2 - index1, ebreak12, beta12)
        second = _Turn(energy, index3 - index2, ebreak23, beta23)
        shape = exp_or_inf(-index1 * log_x - first.bend - second.bend)
        value = amplitude * shape
        return (
            value * (first.by_step - log_x),
            value * (second.by_step - first.by_step),
            -value * second.by_step,
            shape,
            -value * first.by_break,
            -value * second.by_break,
            value * (index1 / reference),
            -value * first.by_beta,
            -value * second.by_beta,
        )

    def kinks_at(self, values: Sequence[float]) -> tuple[float, ...]:
        """Cuts about both turns, where they are narrow."""
        index1, index2, index3, _, ebreak12, ebreak23, _, beta12, beta23 = values
        return _cuts(ebreak12, index2 - index1, beta12) + _cuts(ebreak23, index3 - index2, beta23)


class _Turn:
    """What a turn takes off the logarithm of a power law, ``bend``, and its derivatives.

    Parameters
    ----------
    energy, step, ebreak, beta : array or float
        Energies, by how much the index rises, where, and how smoothly; see the module.
    """

    def __init__(self, energy: Any, step: Any, ebreak: Any, beta: Any) -> None:
        xp = self._xp = array_namespace(energy)
        self._log_b = xp.log(energy / ebreak)
        b, self._sign = _smoothness(energy, step, beta)
        z = self._z = step * self._log_b / b
        self._decay = xp.exp(-xp.abs(z))
        self._slope = step / ebreak
        self.bend = b * (xp.maximum(z, xp.zeros_like(z)) + xp.log1p(self._decay))

    @property
    def _above(self) -> Any:
        """Share of the side above the turn."""
        return self._xp.where(self._z > 0, 1.0, self._decay) / (1.0 + self._decay)

    @property
    def by_step(self) -> Any:
        """Derivative of ``bend`` by the step of the index."""
        return self._above * self._log_b

    @property
    def by_break(self) -> Any:
        """Derivative of ``bend`` by the break."""
        return -self._above * self._slope

    @property
    def by_beta(self) -> Any:
        """Derivative of ``bend`` by beta."""
        xp, decay = self._xp, self._decay
        return self._sign * (xp.log1p(decay) + xp.abs(self._z) * decay / (1.0 + decay))


def _cuts(ebreak: float, step: float, beta: float) -> tuple[float, ...]:
    """Cuts about a turn that get wider outwards, where it is narrow.

    The formula is smooth, but over the whole length of a bin no polynomial follows it; inside
    40 widths it differs from its two power laws.
    """
    width = max(abs(beta), _SHARPEST) / max(abs(step), 1e-9)
    steps = width * 3.0 ** np.arange(5)
    steps = steps[steps < 0.5]
    return tuple((ebreak * np.exp([*-steps[::-1], 0.0, *steps])).tolist()) if len(steps) else ()


def two_sides_integral(low: Any, high: Any, power1: Any, power2: Any, ebreak: Any) -> Any:
    """Integral of x^(power - 1) dx over x = E / ebreak, power1 below 1 and power2 above."""
    xp = array_namespace(low, high)
    below = xp.minimum(low, ebreak), xp.minimum(high, ebreak)
    above = xp.maximum(low, ebreak), xp.maximum(high, ebreak)
    return power_integral(*below, power1, ebreak) + power_integral(*above, power2, ebreak)


def _smoothness(energy: Any, step: Any, beta: Any) -> tuple[Any, Any]:
    """The exponent b of the module's formula, not zero, and its derivative by beta."""
    xp = array_namespace(energy)
    beta = beta + 0.0 * energy
    sign = xp.where(step + 0.0 * energy < 0, -1.0, 1.0 + 0.0 * energy)
    sharpest = xp.where(beta < 0, -_SHARPEST, _SHARPEST + 0.0 * beta)
    return sign * xp.where(xp.abs(beta) < _SHARPEST, sharpest, beta), sign
