r"""A log-normal bump, in decimal logarithms.

.. math::
    \phi(E) = \frac{F}{\sqrt{2 \pi} \, s \ln 10 \, E}
    \exp\left(-\frac{(\log_{10} E - m)^2}{2 s^2}\right)

with E in MeV in the logarithm. It is ``LogNormal`` of the Fermi Science Tools (Likelihood model
definitions), whose code has the ln 10 as a factor, so that its prefactor is
:math:`F / \ln^2 10`. `LogGaussianSpectralModel` is the same with an energy and natural logarithms.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import astropy.units as u
import numpy as np

from gammapy.engine.namespace import array_namespace
from gammapy.modeling.models.spectral.base import SpectralModel
from gammapy.modeling.models.spectral.line import normal_probability
from gammapy.modeling.parameter import Parameter

__all__ = ["LogNormalSpectralModel"]

_MEV = 1e6  # per TeV
_LN10 = math.log(10.0)
_ROOT_2PI = math.sqrt(2.0 * math.pi)
_CUTS = np.array([-40.0, -20.0, -12.0, -8.0, -5.0, -2.5, 0.0, 2.5, 5.0, 8.0, 12.0, 20.0, 40.0])


class LogNormalSpectralModel(SpectralModel):
    """Log-normal bump of flux ``amplitude``, at 10 ** ``log10_mean`` MeV.

    The amplitude is the integral over all energies; ``log10_sigma`` is the width in decades. Mean
    and width are plain numbers.
    """

    tag = ["LogNormalSpectralModel", "log-normal"]
    amplitude = Parameter("amplitude", "1e-12 cm-2 s-1", interp="log")
    log10_mean = Parameter("log10_mean", 6.0)
    log10_sigma = Parameter("log10_sigma", 0.5)

    @property
    def unit(self) -> u.UnitBase:
        """That of the amplitude per TeV."""
        return self.amplitude.unit / u.TeV

    @staticmethod
    def evaluate(energy: Any, amplitude: Any, log10_mean: Any, log10_sigma: Any) -> Any:
        """Formula; see the module."""
        return amplitude * _shape(energy, log10_mean, log10_sigma)

    @staticmethod
    def partials(
        energy: Any, amplitude: Any, log10_mean: Any, log10_sigma: Any
    ) -> tuple[Any, Any, Any]:
        """Derivatives by amplitude, ``log10_mean``, ``log10_sigma``."""
        shape = _shape(energy, log10_mean, log10_sigma)
        slope = amplitude * shape / log10_sigma
        z = _pull(energy, log10_mean, log10_sigma)
        return shape, slope * z, slope * (z * z - 1.0)

    @staticmethod
    def evaluate_integral(
        energy_min: Any, energy_max: Any, amplitude: Any, log10_mean: Any, log10_sigma: Any
    ) -> Any:
        """Integral over energy, of NumPy arrays."""
        ends = [_pull(energy, log10_mean, log10_sigma) for energy in (energy_min, energy_max)]
        return amplitude * normal_probability(*ends)

    @staticmethod
    def evaluate_energy_flux(
        energy_min: Any, energy_max: Any, amplitude: Any, log10_mean: Any, log10_sigma: Any
    ) -> Any:
        """Integral of energy times spectrum, of NumPy arrays: a bump further up."""
        width = log10_sigma * _LN10
        ends = [_pull(e, log10_mean, log10_sigma) - width for e in (energy_min, energy_max)]
        mean = np.exp(log10_mean * _LN10 + 0.5 * width**2) / _MEV
        return amplitude * mean * normal_probability(*ends)

    def kinks_at(self, values: Sequence[float]) -> tuple[float, ...]:
        """Cuts at some multiples of the width, for internal values of the parameters.

        The bump is smooth, but nothing else tells a quadrature over wide bins where it is.
        """
        _, mean, sigma = values
        decades = mean - math.log10(_MEV) + abs(sigma) * _CUTS
        return tuple((10.0 ** decades[np.abs(decades) < 300]).tolist())


def _pull(energy: Any, log10_mean: Any, log10_sigma: Any) -> Any:
    xp = array_namespace(energy)
    return (xp.log10(energy * _MEV) - log10_mean) / log10_sigma


def _shape(energy: Any, log10_mean: Any, log10_sigma: Any) -> Any:
    xp = array_namespace(energy)
    z = _pull(energy, log10_mean, log10_sigma)
    return xp.exp(-0.5 * (z * z)) / (_ROOT_2PI * _LN10 * log10_sigma * energy)
