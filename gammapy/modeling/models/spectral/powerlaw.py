r"""Power laws.

.. math:: \phi(E) = \phi_0 \left(E / E_0\right)^{-\Gamma}
"""

from __future__ import annotations

from typing import Any

from gammapy.engine.namespace import array_namespace
from gammapy.modeling.models.spectral.base import SpectralModel
from gammapy.modeling.parameter import Parameter

__all__ = ["PowerLawNormSpectralModel", "PowerLawSpectralModel"]


class PowerLawSpectralModel(SpectralModel):
    """Power law of ``index`` (positive for a falling spectrum), ``amplitude`` at ``reference``.

    The integrals are closed forms that stay exact at index 1 and 2.
    """

    tag = ["PowerLawSpectralModel", "pl"]
    index = Parameter("index", 2.0)
    amplitude = Parameter("amplitude", "1e-12 cm-2 s-1 TeV-1", interp="log")
    reference = Parameter("reference", "1 TeV", frozen=True)

    @staticmethod
    def evaluate(energy: Any, index: Any, amplitude: Any, reference: Any) -> Any:
        """Formula; see the module."""
        return amplitude * (energy / reference) ** (-index)

    @staticmethod
    def partials(energy: Any, index: Any, amplitude: Any, reference: Any) -> tuple[Any, ...]:
        """Derivatives by index, amplitude, reference."""
        xp = array_namespace(energy)
        shape = (energy / reference) ** (-index)
        value = amplitude * shape
        return -value * xp.log(energy / reference), shape, value * (index / reference)

    @staticmethod
    def evaluate_integral(
        energy_min: Any, energy_max: Any, index: Any, amplitude: Any, reference: Any
    ) -> Any:
        """Integral over energy."""
        return amplitude * reference * _moment(energy_min, energy_max, 1.0 - index, reference)

    @staticmethod
    def evaluate_energy_flux(
        energy_min: Any, energy_max: Any, index: Any, amplitude: Any, reference: Any
    ) -> Any:
        """Integral of energy times spectrum."""
        return amplitude * reference**2 * _moment(energy_min, energy_max, 2.0 - index, reference)


class PowerLawNormSpectralModel(SpectralModel):
    """Factor ``norm * (E / reference) ** -tilt`` on another spectrum."""

    tag = ["PowerLawNormSpectralModel", "pl-norm"]
    tilt = Parameter("tilt", 0.0, frozen=True)
    norm = Parameter("norm", 1.0, interp="log")
    reference = Parameter("reference", "1 TeV", frozen=True)

    @staticmethod
    def evaluate(energy: Any, tilt: Any, norm: Any, reference: Any) -> Any:
        """Formula; see the class."""
        return norm * (energy / reference) ** (-tilt)

    @staticmethod
    def partials(energy: Any, tilt: Any, norm: Any, reference: Any) -> tuple[Any, ...]:
        """Derivatives by tilt, norm, reference."""
        return PowerLawSpectralModel.partials(energy, tilt, norm, reference)


def _moment(low: Any, high: Any, power: Any, reference: Any) -> Any:
    """Integral of x^(power - 1) dx over x = E / reference, without a pole at power 0."""
    xp = array_namespace(low, high)
    width = xp.log(high / low)
    t = power * width
    near = xp.abs(t) < 1e-5
    safe = xp.where(near, 1.0, t)
    ratio = xp.where(near, 1.0 + t / 2.0 + t * t / 6.0, xp.expm1(safe) / safe)
    return (low / reference) ** power * width * ratio
