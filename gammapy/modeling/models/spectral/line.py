r"""A line.

.. math::
    \phi(E) = \frac{F}{\sqrt{2 \pi} \sigma} \exp\left(-\frac{(E - \bar E)^2}{2 \sigma^2}\right)
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import astropy.units as u
import numpy as np

from gammapy.engine.namespace import array_namespace
from gammapy.modeling.models.spectral.base import SpectralModel
from gammapy.modeling.parameter import Parameter

__all__ = ["GaussianSpectralModel", "normal_probability"]

_ROOT_2PI = math.sqrt(2.0 * math.pi)
_CUTS = np.array([-40.0, -20.0, -12.0, -8.0, -5.0, -2.5, 0.0, 2.5, 5.0, 8.0, 12.0, 20.0, 40.0])


class GaussianSpectralModel(SpectralModel):
    """Gaussian line of flux ``amplitude``, ``mean`` energy and width ``sigma``.

    The amplitude is the integral over all energies, those below zero included.
    """

    tag = ["GaussianSpectralModel", "gauss"]
    amplitude = Parameter("amplitude", "1e-12 cm-2 s-1", interp="log")
    mean = Parameter("mean", "1 TeV")
    sigma = Parameter("sigma", "2 TeV")

    @property
    def unit(self) -> u.UnitBase:
        """That of the amplitude per energy, as sigma counts it."""
        return self.amplitude.unit / self.sigma.unit

    @staticmethod
    def evaluate(energy: Any, amplitude: Any, mean: Any, sigma: Any) -> Any:
        """Formula; see the module."""
        return amplitude * _shape(energy, mean, sigma)

    @staticmethod
    def partials(energy: Any, amplitude: Any, mean: Any, sigma: Any) -> tuple[Any, ...]:
        """Derivatives by amplitude, mean, sigma."""
        shape = _shape(energy, mean, sigma)
        slope = amplitude * shape / sigma
        z = (energy - mean) / sigma
        return shape, slope * z, slope * (z * z - 1.0)

    @staticmethod
    def evaluate_integral(
        energy_min: Any, energy_max: Any, amplitude: Any, mean: Any, sigma: Any
    ) -> Any:
        """Integral over energy, of NumPy arrays."""
        return amplitude * normal_probability(
            (energy_min - mean) / sigma, (energy_max - mean) / sigma
        )

    @staticmethod
    def evaluate_energy_flux(
        energy_min: Any, energy_max: Any, amplitude: Any, mean: Any, sigma: Any
    ) -> Any:
        """Integral of energy times spectrum, of NumPy arrays."""
        inside = normal_probability((energy_min - mean) / sigma, (energy_max - mean) / sigma)
        ends = _shape(energy_min, mean, sigma) - _shape(energy_max, mean, sigma)
        return amplitude * (mean * inside + sigma**2 * ends)

    def kinks_at(self, values: Sequence[float]) -> tuple[float, ...]:
        """Cuts at some multiples of sigma, for internal values of the parameters.

        The line is smooth, but nothing else tells a quadrature over wide bins where it is.
        """
        _, mean, sigma = values
        cuts = mean + abs(sigma) * _CUTS
        return tuple(cuts[cuts > 0].tolist())


def _shape(energy: Any, mean: Any, sigma: Any) -> Any:
    xp = array_namespace(energy)
    z = (energy - mean) / sigma
    return xp.exp(-0.5 * (z * z)) / (_ROOT_2PI * sigma)


def normal_probability(low: Any, high: Any) -> Any:
    """Integral of the normal distribution, accurate in both tails."""
    from scipy.special import ndtr

    upper = low > 0
    return ndtr(np.where(upper, -low, high)) - ndtr(np.where(upper, -high, low))
