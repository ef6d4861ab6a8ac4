r"""Spectra with a physical model behind them: the prompt emission of bursts, and a hot body.

The function of Band et al. 1993 (ApJ 413, 281, eq. 1) joins a cut-off power law to a power law,

.. math::
    \phi(E) = \phi_0 \begin{cases}
    (E / E_0)^\alpha \exp(-(2 + \alpha) E / E_p) & E < E_b \\
    (E / E_0)^\beta \left(\frac{E_b}{E_0}\right)^{\alpha - \beta} e^{\beta - \alpha} & E \ge E_b
    \end{cases}, \quad E_b = \frac{\alpha - \beta}{2 + \alpha} E_p

with alpha and beta as exponents (negative for a falling spectrum) and the energy of the maximum of
E^2 dN/dE as a parameter: both are the custom of the field since then (e.g. the Fermi-GBM burst
catalogues, Gruber et al. 2014, ApJS 211, 12, eq. 3). Files of the Fermi tools give
:math:`E_p / (2 + \alpha)` instead.

Photons of a black body (Planck's law, Rybicki & Lightman 1979, eq. 1.51, divided by the energy),

.. math:: \phi(E) = \phi_0 \frac{x^2}{e^x - 1}, \quad x = \frac{E}{k T}, \quad
    \phi_0 = \frac{2 \pi (k T)^2}{h^3 c^2} \left(\frac{R}{D}\right)^2

the last for a sphere of radius R at the distance D.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import astropy.units as u

from gammapy.engine.exponential import exp_or_inf
from gammapy.engine.namespace import array_namespace
from gammapy.modeling.models.spectral.base import SpectralModel
from gammapy.modeling.models.spectral.calculus.peak import NO_PEAK, peak_energy
from gammapy.modeling.parameter import Parameter

__all__ = ["BandSpectralModel", "BlackbodySpectralModel"]

# where x^4 / (e^x - 1) is largest: 4 + W(-4 e^-4), W the Lambert function
_PLANCK_PEAK = 3.920690394872886


class BandSpectralModel(SpectralModel):
    """Band function: exponents ``alpha`` and ``beta``, peak energy ``epeak`` of E^2 dN/dE.

    Where there is no peak the formula is continued: for alpha <= -2 it is the power law of alpha,
    for alpha <= beta the one of beta.
    """

    tag = ["BandSpectralModel", "band"]
    alpha = Parameter("alpha", -1.0)
    beta = Parameter("beta", -2.3)
    amplitude = Parameter("amplitude", "1e-2 cm-2 s-1 keV-1", interp="log")
    epeak = Parameter("epeak", "300 keV")
    reference = Parameter("reference", "100 keV", frozen=True)

    @staticmethod
    def evaluate(
        energy: Any, alpha: Any, beta: Any, amplitude: Any, epeak: Any, reference: Any
    ) -> Any:
        """Formula; see the module."""
        xp = array_namespace(energy)
        log_x = xp.log(energy / reference)
        below, slope, step, log_break = _break(energy, alpha, beta, epeak, reference)
        low = alpha * log_x - slope * (energy / epeak)
        high = beta * log_x + step * (log_break - 1.0)
        return amplitude * exp_or_inf(xp.where(below, low, high))

    @staticmethod
    def partials(
        energy: Any, alpha: Any, beta: Any, amplitude: Any, epeak: Any, reference: Any
    ) -> tuple[Any, ...]:
        """Derivatives by alpha, beta, amplitude, epeak, reference."""
        xp = array_namespace(energy)
        log_x, x = xp.log(energy / reference), energy / epeak
        below, slope, step, log_break = _break(energy, alpha, beta, epeak, reference)
        low, high = alpha * log_x - slope * x, beta * log_x + step * (log_break - 1.0)
        shape = exp_or_inf(xp.where(below, low, high))
        value = amplitude * shape
        peaked, broken = slope > 0, step > 0
        ratio = step / xp.where(peaked, slope, 1.0)
        high_alpha = xp.where(broken, log_break - xp.where(peaked, ratio, 0.0), 0.0)
        by_alpha = xp.where(below, log_x - xp.where(peaked, x, 0.0), high_alpha)
        by_beta = xp.where(below, 0.0, log_x - xp.where(broken, log_break, 0.0))
        return (
            value * by_alpha,
            value * by_beta,
            shape,
            value * xp.where(below, slope * x, step) / epeak,
            -value * xp.where(below, alpha + 0.0 * x, beta + step) / reference,
        )

    def kinks_at(self, values: Sequence[float]) -> tuple[float, ...]:
        """The break, for internal values of the parameters."""
        alpha, beta, _, epeak, _ = values
        return ((alpha - beta) / (2.0 + alpha) * epeak,) if alpha > max(-2.0, beta) else ()

    @property
    def e_peak(self) -> u.Quantity:
        """Energy where E^2 times the spectrum is largest; nan unless alpha > -2 > beta."""
        alpha, beta, _, epeak, _ = self.internal_values
        peak = math.log(epeak) if alpha > -2.0 > beta and epeak > 0 else NO_PEAK
        return peak_energy(peak, self.epeak.unit)


class BlackbodySpectralModel(SpectralModel):
    """Photon spectrum of a black body of ``temperature`` kT, given as an energy.

    The amplitude is (e - 1) times the value at E = kT.
    """

    tag = ["BlackbodySpectralModel", "blackbody"]
    amplitude = Parameter("amplitude", "1e-12 cm-2 s-1 TeV-1", interp="log")
    temperature = Parameter("temperature", "1 keV")

    @staticmethod
    def evaluate(energy: Any, amplitude: Any, temperature: Any) -> Any:
        """Formula; see the module."""
        xp = array_namespace(energy)
        x = energy / temperature
        return amplitude * (x * xp.exp(-x) * (x / -xp.expm1(-x)))

    @staticmethod
    def partials(energy: Any, amplitude: Any, temperature: Any) -> tuple[Any, ...]:
        """Derivatives by amplitude, temperature."""
        xp = array_namespace(energy)
        x = energy / temperature
        shape = x * xp.exp(-x) * (x / -xp.expm1(-x))
        # d ln shape / d ln x = 2 - x / (1 - e^-x)
        return shape, amplitude * shape * (x / -xp.expm1(-x) - 2.0) / temperature

    @property
    def e_peak(self) -> u.Quantity:
        """Energy where E^2 times the spectrum is largest, 3.92 kT."""
        temperature = self.internal_values[1]
        peak = math.log(_PLANCK_PEAK * temperature) if temperature > 0 else NO_PEAK
        return peak_energy(peak, self.temperature.unit)


def _break(energy: Any, alpha: Any, beta: Any, epeak: Any, reference: Any) -> tuple[Any, ...]:
    """Which energies are below the break, 2 + alpha, alpha - beta, ln(E_break / reference).

    The two slopes are not less than zero, so that the logarithm and what is made of it stay finite.
    """
    xp = array_namespace(energy)
    zero = 0.0 * energy
    slope = xp.maximum(2.0 + alpha + zero, zero)
    step = xp.maximum(alpha - beta + zero, zero)
    below = energy * slope < step * epeak
    ratio = xp.where(step > 0, step, 1.0) / xp.where(slope > 0, slope, 1.0)
    return below, slope, step, xp.log(ratio * (epeak / reference))
