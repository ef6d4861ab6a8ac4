r"""Log-parabolas.

.. math:: \phi(E) = \phi_0 \left(E / E_0\right)^{-\alpha - \beta \ln(E / E_0)}

In `LogParabola2SpectralModel` the index is :math:`\alpha` at another energy than the reference,
:math:`\phi(E) = \phi_0 \left(E / E_0\right)^{-\alpha - \beta \ln(E / E_s)}`.
"""

from __future__ import annotations

import math
from typing import Any, Self

import astropy.units as u

from gammapy.engine.exponential import exp_or_inf
from gammapy.engine.namespace import array_namespace
from gammapy.modeling.models.spectral.base import SpectralModel
from gammapy.modeling.models.spectral.calculus.peak import NO_PEAK, peak_energy
from gammapy.modeling.parameter import Parameter

__all__ = [
    "LogParabola2SpectralModel",
    "LogParabolaNormSpectralModel",
    "LogParabolaSpectralModel",
]


class LogParabolaSpectralModel(SpectralModel):
    """Power law whose index ``alpha`` changes by ``2 beta`` per factor e in energy.

    The logarithm is the natural one (e.g. Massaro et al. 2004, A&A 413, 489 use base 10: their
    curvature is ``beta * ln 10``; see `from_log10`).
    """

    tag = ["LogParabolaSpectralModel", "lp"]
    amplitude = Parameter("amplitude", "1e-12 cm-2 s-1 TeV-1", interp="log")
    reference = Parameter("reference", "10 TeV", frozen=True)
    alpha = Parameter("alpha", 2.0)
    beta = Parameter("beta", 1.0)

    @classmethod
    def from_log10(cls, amplitude: Any, reference: Any, alpha: float, beta: float) -> Self:
        """Model from a curvature ``beta`` that belongs to the logarithm of base 10."""
        beta = beta / math.log(10.0)
        return cls(amplitude=amplitude, reference=reference, alpha=alpha, beta=beta)

    @staticmethod
    def evaluate(energy: Any, amplitude: Any, reference: Any, alpha: Any, beta: Any) -> Any:
        """Formula; see the module."""
        xp = array_namespace(energy)
        log_x = xp.log(energy / reference)
        return amplitude * exp_or_inf(-(alpha + beta * log_x) * log_x)

    @staticmethod
    def partials(
        energy: Any, amplitude: Any, reference: Any, alpha: Any, beta: Any
    ) -> tuple[Any, ...]:
        """Derivatives by amplitude, reference, alpha, beta."""
        xp = array_namespace(energy)
        log_x = xp.log(energy / reference)
        shape = exp_or_inf(-(alpha + beta * log_x) * log_x)
        value = amplitude * shape
        by_alpha = -value * log_x
        by_reference = value * (alpha + 2.0 * beta * log_x) / reference
        return shape, by_reference, by_alpha, by_alpha * log_x

    @property
    def e_peak(self) -> u.Quantity:
        """Energy where E^2 times the spectrum is largest; nan unless ``beta`` > 0."""
        _, reference, alpha, beta = self.internal_values
        peak = math.log(reference) + (2.0 - alpha) / (2.0 * beta) if beta > 0 else NO_PEAK
        return peak_energy(peak, self.reference.unit)


class LogParabola2SpectralModel(SpectralModel):
    """Log-parabola with ``amplitude`` at ``reference``, and its index ``alpha`` by ``escale``.

    The local index is ``alpha`` midway (in the logarithm) between reference and escale.
    """

    tag = ["LogParabola2SpectralModel", "lp2"]
    amplitude = Parameter("amplitude", "1e-12 cm-2 s-1 TeV-1", interp="log")
    reference = Parameter("reference", "10 TeV", frozen=True)
    alpha = Parameter("alpha", 2.0)
    beta = Parameter("beta", 1.0)
    escale = Parameter("escale", "1 TeV", frozen=True)

    @classmethod
    def from_log10(
        cls, amplitude: Any, reference: Any, alpha: float, beta: float, escale: Any
    ) -> Self:
        """Model from a curvature ``beta`` that belongs to the logarithm of base 10."""
        beta = beta / math.log(10.0)
        return cls(amplitude=amplitude, reference=reference, alpha=alpha, beta=beta, escale=escale)

    @staticmethod
    def evaluate(
        energy: Any, amplitude: Any, reference: Any, alpha: Any, beta: Any, escale: Any
    ) -> Any:
        """Formula; see the module."""
        xp = array_namespace(energy)
        log_x, log_s = xp.log(energy / reference), xp.log(energy / escale)
        return amplitude * exp_or_inf(-(alpha + beta * log_s) * log_x)

    @staticmethod
    def partials(
        energy: Any, amplitude: Any, reference: Any, alpha: Any, beta: Any, escale: Any
    ) -> tuple[Any, ...]:
        """Derivatives by amplitude, reference, alpha, beta, escale."""
        xp = array_namespace(energy)
        log_x, log_s = xp.log(energy / reference), xp.log(energy / escale)
        index = alpha + beta * log_s
        shape = exp_or_inf(-index * log_x)
        value = amplitude * shape
        by_alpha = -value * log_x
        return (
            shape,
            value * index / reference,
            by_alpha,
            by_alpha * log_s,
            value * log_x * (beta / escale),
        )

    @property
    def e_peak(self) -> u.Quantity:
        """Energy where E^2 times the spectrum is largest; nan unless ``beta`` > 0."""
        _, reference, alpha, beta, escale = self.internal_values
        peak = NO_PEAK
        if beta > 0:
            peak = 0.5 * (math.log(reference) + math.log(escale) + (2.0 - alpha) / beta)
        return peak_energy(peak, self.reference.unit)


class LogParabolaNormSpectralModel(SpectralModel):
    """Factor ``norm * (E / reference) ** -(alpha + beta ln(E / reference))``."""

    tag = ["LogParabolaNormSpectralModel", "lp-norm"]
    norm = Parameter("norm", 1.0, interp="log")
    reference = Parameter("reference", "10 TeV", frozen=True)
    alpha = Parameter("alpha", 0.0)
    beta = Parameter("beta", 0.0)

    @classmethod
    def from_log10(cls, norm: float, reference: Any, alpha: float, beta: float) -> Self:
        """Model from a curvature ``beta`` that belongs to the logarithm of base 10."""
        return cls(norm=norm, reference=reference, alpha=alpha, beta=beta / math.log(10.0))

    @staticmethod
    def evaluate(energy: Any, norm: Any, reference: Any, alpha: Any, beta: Any) -> Any:
        """Formula; see the class."""
        return LogParabolaSpectralModel.evaluate(energy, norm, reference, alpha, beta)

    @staticmethod
    def partials(energy: Any, norm: Any, reference: Any, alpha: Any, beta: Any) -> tuple[Any, ...]:
        """Derivatives by norm, reference, alpha, beta."""
        return LogParabolaSpectralModel.partials(energy, norm, reference, alpha, beta)
