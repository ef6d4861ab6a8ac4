r"""Power laws with an exponential cut-off.

.. math:: \phi(E) = \phi_0 \left(E / E_0\right)^{-\Gamma} \exp(-(\lambda E)^\alpha)

`ExpCutoffPowerLaw3FGLSpectralModel` has the form of the third Fermi catalogue (Acero et al. 2015,
ApJS 218, 23), where the amplitude is the value at the reference,

.. math:: \phi(E) = \phi_0 \left(E / E_0\right)^{-\Gamma} \exp((E_0 - E) / E_c)

`ExpCutoffPowerLawSEDPeakSpectralModel` is given by the place and height of its maximum in
E^2 dN/dE (``ExpCutoffSEDPeak`` of the Fermi Science Tools, Likelihood model definitions),

.. math::
    \phi(E) = \frac{S_p}{E_p^2} \left(E / E_p\right)^{-\Gamma}
    \exp\left((2 - \Gamma) (1 - E / E_p)\right)
"""

from __future__ import annotations

import math
from typing import Any

import astropy.units as u

from gammapy.engine.exponential import exp_or_inf
from gammapy.engine.namespace import array_namespace
from gammapy.modeling.models.spectral.base import SpectralModel
from gammapy.modeling.models.spectral.calculus.peak import NO_PEAK, peak_energy
from gammapy.modeling.parameter import Parameter

__all__ = [
    "ExpCutoffPowerLaw3FGLSpectralModel",
    "ExpCutoffPowerLawNormSpectralModel",
    "ExpCutoffPowerLawSEDPeakSpectralModel",
    "ExpCutoffPowerLawSpectralModel",
    "log_cutoff_peak",
]


class ExpCutoffPowerLawSpectralModel(SpectralModel):
    """Power law with cut-off at ``1 / lambda_``, of sharpness ``alpha``."""

    tag = ["ExpCutoffPowerLawSpectralModel", "ecpl"]
    index = Parameter("index", 1.5)
    amplitude = Parameter("amplitude", "1e-12 cm-2 s-1 TeV-1", interp="log")
    reference = Parameter("reference", "1 TeV", frozen=True)
    lambda_ = Parameter("lambda_", "0.1 TeV-1")
    alpha = Parameter("alpha", 1.0, frozen=True)

    @staticmethod
    def evaluate(
        energy: Any, index: Any, amplitude: Any, reference: Any, lambda_: Any, alpha: Any
    ) -> Any:
        """Formula; see the module."""
        xp = array_namespace(energy)
        return amplitude * (energy / reference) ** (-index) * xp.exp(-((lambda_ * energy) ** alpha))

    @staticmethod
    def partials(
        energy: Any, index: Any, amplitude: Any, reference: Any, lambda_: Any, alpha: Any
    ) -> tuple[Any, ...]:
        """Derivatives by index, amplitude, reference, ``lambda_``, alpha."""
        xp = array_namespace(energy)
        reduced = lambda_ * energy
        cutoff = reduced**alpha
        shape = (energy / reference) ** (-index) * xp.exp(-cutoff)
        value = amplitude * shape
        # d cutoff / d lambda_ written so that it holds at lambda_ = 0, alpha = 1
        by_lambda = -value * alpha * energy * reduced ** (alpha - 1.0)
        log_reduced = xp.log(xp.where(reduced > 0, reduced, 1.0))
        return (
            -value * xp.log(energy / reference),
            shape,
            value * (index / reference),
            by_lambda,
            -value * cutoff * log_reduced,
        )

    @property
    def e_peak(self) -> u.Quantity:
        """Energy where E^2 times the spectrum is largest; nan if it has no maximum.

        There is one if index < 2 (or alpha and 2 - index both negative) and ``lambda_`` > 0.
        """
        index, _, _, lambda_, alpha = self.internal_values
        peak = log_cutoff_peak(index, alpha) - math.log(lambda_) if lambda_ > 0 else NO_PEAK
        return peak_energy(peak, self.reference.unit)


class ExpCutoffPowerLawNormSpectralModel(SpectralModel):
    """Factor ``norm * (E / reference) ** -index * exp(-(lambda_ E) ** alpha)``."""

    tag = ["ExpCutoffPowerLawNormSpectralModel", "ecpl-norm"]
    index = Parameter("index", 0.0)
    norm = Parameter("norm", 1.0, interp="log")
    reference = Parameter("reference", "1 TeV", frozen=True)
    lambda_ = Parameter("lambda_", "0.1 TeV-1")
    alpha = Parameter("alpha", 1.0, frozen=True)

    @staticmethod
    def evaluate(
        energy: Any, index: Any, norm: Any, reference: Any, lambda_: Any, alpha: Any
    ) -> Any:
        """Formula; see the class."""
        return ExpCutoffPowerLawSpectralModel.evaluate(
            energy, index, norm, reference, lambda_, alpha
        )

    @staticmethod
    def partials(
        energy: Any, index: Any, norm: Any, reference: Any, lambda_: Any, alpha: Any
    ) -> tuple[Any, ...]:
        """Derivatives by index, norm, reference, ``lambda_``, alpha."""
        return ExpCutoffPowerLawSpectralModel.partials(
            energy, index, norm, reference, lambda_, alpha
        )


class ExpCutoffPowerLaw3FGLSpectralModel(SpectralModel):
    """Power law with cut-off at ``ecut``; the amplitude is the value at ``reference``."""

    tag = ["ExpCutoffPowerLaw3FGLSpectralModel", "ecpl-3fgl"]
    index = Parameter("index", 1.5)
    amplitude = Parameter("amplitude", "1e-12 cm-2 s-1 TeV-1", interp="log")
    reference = Parameter("reference", "1 TeV", frozen=True)
    ecut = Parameter("ecut", "10 TeV")

    @staticmethod
    def evaluate(energy: Any, index: Any, amplitude: Any, reference: Any, ecut: Any) -> Any:
        """Formula; see the module."""
        xp = array_namespace(energy)
        exponent = -index * xp.log(energy / reference) + (reference - energy) / ecut
        return amplitude * exp_or_inf(exponent)

    @staticmethod
    def partials(
        energy: Any, index: Any, amplitude: Any, reference: Any, ecut: Any
    ) -> tuple[Any, ...]:
        """Derivatives by index, amplitude, reference, ecut."""
        xp = array_namespace(energy)
        log_x = xp.log(energy / reference)
        shape = exp_or_inf(-index * log_x + (reference - energy) / ecut)
        value = amplitude * shape
        return (
            -value * log_x,
            shape,
            value * (index / reference + 1.0 / ecut),
            value * (energy - reference) / ecut**2,
        )

    @property
    def e_peak(self) -> u.Quantity:
        """Energy where E^2 times the spectrum is largest; nan unless index < 2, ``ecut`` > 0."""
        index, _, _, ecut = self.internal_values
        peak = log_cutoff_peak(index, 1.0) + math.log(ecut) if ecut > 0 else NO_PEAK
        return peak_energy(peak, self.reference.unit)


class ExpCutoffPowerLawSEDPeakSpectralModel(SpectralModel):
    """Exponential cut-off power law of ``index``, with the maximum of its E^2 dN/dE.

    ``amplitude`` is E^2 dN/dE at ``epeak``. That is a maximum for an index below 2; from there on
    the formula is continued, and rises exponentially.
    """

    tag = ["ExpCutoffPowerLawSEDPeakSpectralModel", "ecpl-peak"]
    index = Parameter("index", 1.5)
    amplitude = Parameter("amplitude", "1e-12 TeV cm-2 s-1", interp="log")
    epeak = Parameter("epeak", "1 TeV")

    @property
    def unit(self) -> u.UnitBase:
        """Photons per cm2, second and energy, as ``epeak`` counts it."""
        return u.Unit("cm-2 s-1") / self.epeak.unit

    @staticmethod
    def evaluate(energy: Any, index: Any, amplitude: Any, epeak: Any) -> Any:
        """Formula; see the module."""
        xp = array_namespace(energy)
        x = energy / epeak
        return amplitude / epeak**2 * exp_or_inf((2.0 - index) * (1.0 - x) - index * xp.log(x))

    @staticmethod
    def partials(energy: Any, index: Any, amplitude: Any, epeak: Any) -> tuple[Any, ...]:
        """Derivatives by index, amplitude, epeak."""
        xp = array_namespace(energy)
        x = energy / epeak
        log_x = xp.log(x)
        shape = exp_or_inf((2.0 - index) * (1.0 - x) - index * log_x) / epeak**2
        value = amplitude * shape
        return value * (x - 1.0 - log_x), shape, value * ((2.0 - index) * (x - 1.0) / epeak)


def log_cutoff_peak(index: float, alpha: float) -> float:
    """Logarithm of x where x^(2 - index) exp(-x^alpha) is largest, `NO_PEAK` if nowhere.

    The slope 2 - index - alpha x^alpha falls with x whatever the sign of alpha, so that a zero of
    it is a maximum.
    """
    ratio = (2.0 - index) / alpha if alpha else 0.0
    return math.log(ratio) / alpha if ratio > 0 else NO_PEAK
