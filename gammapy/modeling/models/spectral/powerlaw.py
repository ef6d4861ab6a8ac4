r"""Power laws.

.. math:: \phi(E) = \phi_0 \left(E / E_0\right)^{-\Gamma}

`PowerLaw2SpectralModel` is the same with the integral over a range in the place of the value at one
energy, :math:`\phi_0 E_0 = F / \int (E / E_0)^{-\Gamma} dE / E_0`, and
`PowerLawEnergyFluxSpectralModel` has the energy flux there,
:math:`\phi_0 E_0^2 = S / \int (E / E_0)^{1 - \Gamma} dE / E_0`.
"""

from __future__ import annotations

from typing import Any

import astropy.units as u

from gammapy.engine.exponential import phi1, phi1_log_slope
from gammapy.engine.namespace import array_namespace
from gammapy.errors import ModelError
from gammapy.modeling.models.spectral.base import SpectralModel
from gammapy.modeling.parameter import Parameter

__all__ = [
    "PowerLaw2SpectralModel",
    "PowerLawEnergyFluxSpectralModel",
    "PowerLawNormSpectralModel",
    "PowerLawSpectralModel",
    "check_flux_range",
    "power_integral",
]


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
        integral = power_integral(energy_min, energy_max, 1.0 - index, reference)
        return amplitude * reference * integral

    @staticmethod
    def evaluate_energy_flux(
        energy_min: Any, energy_max: Any, index: Any, amplitude: Any, reference: Any
    ) -> Any:
        """Integral of energy times spectrum."""
        integral = power_integral(energy_min, energy_max, 2.0 - index, reference)
        return amplitude * reference**2 * integral


class PowerLaw2SpectralModel(SpectralModel):
    """Power law given by its integral ``amplitude`` between ``emin`` and ``emax``.

    The range only defines the amplitude: the spectrum goes on outside.

    Raises
    ------
    ModelError
        If ``emin`` is not below ``emax``.
    """

    tag = ["PowerLaw2SpectralModel", "pl-2"]
    amplitude = Parameter("amplitude", "1e-12 cm-2 s-1", interp="log")
    index = Parameter("index", 2.0)
    emin = Parameter("emin", "0.1 TeV", frozen=True)
    emax = Parameter("emax", "100 TeV", frozen=True)

    def __init__(self, **values: Any) -> None:
        super().__init__(**values)
        check_flux_range(self, "emin", "emax")

    @property
    def unit(self) -> u.UnitBase:
        """That of the amplitude per energy, as ``emin`` counts it."""
        return self.amplitude.unit / self.emin.unit

    @staticmethod
    def evaluate(energy: Any, amplitude: Any, index: Any, emin: Any, emax: Any) -> Any:
        """Formula; see the module."""
        log_width = _log_ratio(energy, emax, emin)
        scale = emin * log_width * phi1((1.0 - index) * log_width)
        return amplitude * (energy / emin) ** (-index) / scale

    @staticmethod
    def partials(energy: Any, amplitude: Any, index: Any, emin: Any, emax: Any) -> tuple[Any, ...]:
        """Derivatives by amplitude, index, emin, emax."""
        xp = array_namespace(energy)
        log_x, log_width = xp.log(energy / emin), _log_ratio(energy, emax, emin)
        integral = log_width * phi1((1.0 - index) * log_width)  # of x^-index over x = E / emin
        shape = (energy / emin) ** (-index) / (emin * integral)
        value = amplitude * shape
        mean_log = log_width * phi1_log_slope((1.0 - index) * log_width)
        at_emax = xp.exp(-index * log_width)  # x^-index there; one at emin
        return (
            shape,
            value * (mean_log - log_x),
            value / (emin * integral),
            -value * at_emax / (emin * integral),
        )

    @staticmethod
    def evaluate_integral(
        energy_min: Any, energy_max: Any, amplitude: Any, index: Any, emin: Any, emax: Any
    ) -> Any:
        """Integral over energy."""
        norm = power_integral(_like(energy_min, emin), emax, 1.0 - index, emin)
        return amplitude * power_integral(energy_min, energy_max, 1.0 - index, emin) / norm

    @staticmethod
    def evaluate_energy_flux(
        energy_min: Any, energy_max: Any, amplitude: Any, index: Any, emin: Any, emax: Any
    ) -> Any:
        """Integral of energy times spectrum."""
        norm = power_integral(_like(energy_min, emin), emax, 1.0 - index, emin)
        return amplitude * emin * power_integral(energy_min, energy_max, 2.0 - index, emin) / norm


class PowerLawEnergyFluxSpectralModel(SpectralModel):
    """Power law given by its energy flux ``amplitude`` between ``emin`` and ``emax``.

    The range only defines the amplitude: the spectrum goes on outside.

    Raises
    ------
    ModelError
        If ``emin`` is not below ``emax``.
    """

    tag = ["PowerLawEnergyFluxSpectralModel", "pl-eflux"]
    amplitude = Parameter("amplitude", "1e-12 TeV cm-2 s-1", interp="log")
    index = Parameter("index", 2.0)
    emin = Parameter("emin", "0.1 TeV", frozen=True)
    emax = Parameter("emax", "100 TeV", frozen=True)

    def __init__(self, **values: Any) -> None:
        super().__init__(**values)
        check_flux_range(self, "emin", "emax")

    @property
    def unit(self) -> u.UnitBase:
        """Photons per cm2, second and energy, as ``emin`` counts it."""
        return u.Unit("cm-2 s-1") / self.emin.unit

    @staticmethod
    def evaluate(energy: Any, amplitude: Any, index: Any, emin: Any, emax: Any) -> Any:
        """Formula; see the module."""
        log_width = _log_ratio(energy, emax, emin)
        scale = emin**2 * log_width * phi1((2.0 - index) * log_width)
        return amplitude * (energy / emin) ** (-index) / scale

    @staticmethod
    def partials(energy: Any, amplitude: Any, index: Any, emin: Any, emax: Any) -> tuple[Any, ...]:
        """Derivatives by amplitude, index, emin, emax."""
        xp = array_namespace(energy)
        log_x, log_width = xp.log(energy / emin), _log_ratio(energy, emax, emin)
        integral = log_width * phi1((2.0 - index) * log_width)  # of x^(1 - index), x = E / emin
        shape = (energy / emin) ** (-index) / (emin**2 * integral)
        value = amplitude * shape
        mean_log = log_width * phi1_log_slope((2.0 - index) * log_width)
        at_emax = xp.exp((1.0 - index) * log_width)  # x^(1 - index) there; one at emin
        return (
            shape,
            value * (mean_log - log_x),
            value / (emin * integral),
            -value * at_emax / (emin * integral),
        )

    @staticmethod
    def evaluate_integral(
        energy_min: Any, energy_max: Any, amplitude: Any, index: Any, emin: Any, emax: Any
    ) -> Any:
        """Integral over energy."""
        norm = emin * power_integral(_like(energy_min, emin), emax, 2.0 - index, emin)
        return amplitude * power_integral(energy_min, energy_max, 1.0 - index, emin) / norm

    @staticmethod
    def evaluate_energy_flux(
        energy_min: Any, energy_max: Any, amplitude: Any, index: Any, emin: Any, emax: Any
    ) -> Any:
        """Integral of energy times spectrum."""
        norm = power_integral(_like(energy_min, emin), emax, 2.0 - index, emin)
        return amplitude * power_integral(energy_min, energy_max, 2.0 - index, emin) / norm


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


def power_integral(low: Any, high: Any, power: Any, reference: Any) -> Any:
    """Integral of x^(power - 1) dx over x = E / reference, without a pole at power 0."""
    xp = array_namespace(low, high)
    width = xp.log(high / low)
    return (low / reference) ** power * width * phi1(power * width)


def check_flux_range(model: SpectralModel, low: str, high: str) -> None:
    """Refuse parameters that are no range for an amplitude to be the integral over.

    Raises
    ------
    ModelError
        If they are not positive and ascending.
    """
    emin, emax = (model.own_parameters[name].quantity for name in (low, high))
    if not 0 < emin < emax:
        raise ModelError(
            f"{type(model).__name__}: {low} = {emin} and {high} = {emax} must be positive and in "
            "this order: they are the range that the amplitude is the integral over"
        )


def _like(energy: Any, value: Any) -> Any:
    """Value as an array of the energies' kind and shape."""
    return value + 0.0 * energy


def _log_ratio(energy: Any, high: Any, low: Any) -> Any:
    xp = array_namespace(energy)
    return xp.log(_like(energy, high / low))
