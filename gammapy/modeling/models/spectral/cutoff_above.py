r"""Power laws that are cut off only above an energy.

.. math::
    \phi(E) &= \phi_0 \left(E / E_0\right)^{-\Gamma} \exp\left(-\left[\frac{E - E_b}{p_1} +
    p_2 \ln\frac{E}{E_b} + p_3 \ln^2\frac{E}{E_b}\right]\right) \quad (E \ge E_b) \\
    \phi_b(E) &= \phi_0 \left(E / E_b\right)^{-\Gamma_i} \exp(-(E - E_a) / p_1) \quad (E \ge E_a)

and the power law, or broken power law, alone below :math:`E_b` and :math:`E_a`. They are
``ExpCutoff``, made for the absorption of blazars by background light, and ``BPLExpCutoff`` of the
Fermi Science Tools (Likelihood model definitions). (The latter's code has a zero exactly at both
breaks, which is a slip.)
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from gammapy.engine.exponential import exp_or_inf
from gammapy.engine.namespace import array_namespace
from gammapy.modeling.models.spectral.base import SpectralModel
from gammapy.modeling.models.spectral.broken import BrokenPowerLawSpectralModel
from gammapy.modeling.parameter import Parameter

__all__ = ["ExpCutoffAboveBreakPowerLawSpectralModel", "ExpCutoffBrokenPowerLawSpectralModel"]


class ExpCutoffAboveBreakPowerLawSpectralModel(SpectralModel):
    """Power law with a cut-off that sets in at ``ebreak``.

    ``p1`` is the energy of an exponential cut-off, ``p2`` and ``p3`` add to index and curvature.
    """

    tag = ["ExpCutoffAboveBreakPowerLawSpectralModel", "ecpl-above"]
    index = Parameter("index", 2.0)
    amplitude = Parameter("amplitude", "1e-12 cm-2 s-1 TeV-1", interp="log")
    reference = Parameter("reference", "1 TeV", frozen=True)
    ebreak = Parameter("ebreak", "1 TeV")
    p1 = Parameter("p1", "10 TeV")
    p2 = Parameter("p2", 0.0)
    p3 = Parameter("p3", 0.0)

    @staticmethod
    def evaluate(
        energy: Any,
        index: Any,
        amplitude: Any,
        reference: Any,
        ebreak: Any,
        p1: Any,
        p2: Any,
        p3: Any,
    ) -> Any:
        """Formula; see the module."""
        xp = array_namespace(energy)
        _, over, log_over = _above(energy, ebreak)
        cutoff = over / p1 + (p2 + p3 * log_over) * log_over
        return amplitude * exp_or_inf(-index * xp.log(energy / reference) - cutoff)

    @staticmethod
    def partials(
        energy: Any,
        index: Any,
        amplitude: Any,
        reference: Any,
        ebreak: Any,
        p1: Any,
        p2: Any,
        p3: Any,
    ) -> tuple[Any, ...]:
        """Derivatives by index, amplitude, reference, ebreak, p1, p2, p3."""
        xp = array_namespace(energy)
        log_x = xp.log(energy / reference)
        above, over, log_over = _above(energy, ebreak)
        cutoff = over / p1 + (p2 + p3 * log_over) * log_over
        shape = exp_or_inf(-index * log_x - cutoff)
        value = amplitude * shape
        by_break = 1.0 / p1 + (p2 + 2.0 * p3 * log_over) / ebreak
        return (
            -value * log_x,
            shape,
            value * (index / reference),
            xp.where(above, value * by_break, 0.0),
            value * over / p1**2,
            -value * log_over,
            -value * log_over * log_over,
        )

    def kinks_at(self, values: Sequence[float]) -> tuple[float, ...]:
        """Where the cut-off sets in, for internal values of the parameters."""
        return (values[3],)


class ExpCutoffBrokenPowerLawSpectralModel(SpectralModel):
    """Broken power law with an exponential cut-off of energy ``p1`` that sets in at ``eabs``."""

    tag = ["ExpCutoffBrokenPowerLawSpectralModel", "ecbpl"]
    index1 = Parameter("index1", 1.5)
    index2 = Parameter("index2", 2.5)
    amplitude = Parameter("amplitude", "1e-12 cm-2 s-1 TeV-1", interp="log")
    ebreak = Parameter("ebreak", "1 TeV")
    eabs = Parameter("eabs", "10 TeV")
    p1 = Parameter("p1", "10 TeV")

    @staticmethod
    def evaluate(
        energy: Any,
        index1: Any,
        index2: Any,
        amplitude: Any,
        ebreak: Any,
        eabs: Any,
        p1: Any,
    ) -> Any:
        """Formula; see the module."""
        broken = BrokenPowerLawSpectralModel.evaluate(energy, index1, index2, amplitude, ebreak)
        return broken * exp_or_inf(-_above(energy, eabs)[1] / p1)

    @staticmethod
    def partials(
        energy: Any,
        index1: Any,
        index2: Any,
        amplitude: Any,
        ebreak: Any,
        eabs: Any,
        p1: Any,
    ) -> tuple[Any, ...]:
        """Derivatives by index1, index2, amplitude, ebreak, eabs, p1."""
        xp = array_namespace(energy)
        above, over, _ = _above(energy, eabs)
        cutoff = exp_or_inf(-over / p1)
        broken = index1, index2, amplitude, ebreak
        value = BrokenPowerLawSpectralModel.evaluate(energy, *broken) * cutoff
        return (
            *(cutoff * d for d in BrokenPowerLawSpectralModel.partials(energy, *broken)),
            xp.where(above, value / p1, 0.0),
            value * over / p1**2,
        )

    def kinks_at(self, values: Sequence[float]) -> tuple[float, ...]:
        """The break and where the cut-off sets in, for internal values of the parameters."""
        return values[3], values[4]


def _above(energy: Any, start: Any) -> tuple[Any, Any, Any]:
    """Whether, by how much, and by which logarithm energies are above a start."""
    xp = array_namespace(energy)
    above = energy >= start
    over = xp.where(above, energy - start, 0.0)
    return above, over, xp.log(xp.where(above, energy / start, 1.0))
