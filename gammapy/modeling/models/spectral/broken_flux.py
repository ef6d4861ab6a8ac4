r"""Broken power laws given by photon fluxes over ranges of energy.

With the broken power law :math:`b(E)` of value 1 at its break,

.. math:: \phi(E) = F \, b(E) \Big/ \int_{E_\min}^{E_\max} b(E) \, dE

The other form has the flux of each of its two power laws in a range of its own,

.. math:: \phi_i(E) = F_i \, E^{-\Gamma_i} \Big/ \int_{E_{\min, i}}^{E_{\max, i}} E^{-\Gamma_i} dE

and is :math:`\phi_1` below the energy where both are equal, :math:`\phi_2` above it. They are
``BrokenPowerLaw2`` and ``BrokenPowerLaw3`` of the Fermi Science Tools (Likelihood model
definitions).
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import astropy.units as u

from gammapy.engine.exponential import phi1_log_slope
from gammapy.engine.namespace import array_namespace
from gammapy.modeling.models.spectral.base import SpectralModel
from gammapy.modeling.models.spectral.broken import (
    BrokenPowerLawSpectralModel,
    two_sides_integral,
)
from gammapy.modeling.models.spectral.powerlaw import (
    PowerLaw2SpectralModel,
    check_flux_range,
    power_integral,
)
from gammapy.modeling.parameter import Parameter

__all__ = ["BrokenPowerLaw2SpectralModel", "BrokenPowerLaw3SpectralModel"]


class BrokenPowerLaw2SpectralModel(SpectralModel):
    """Broken power law given by its integral ``amplitude`` between ``emin`` and ``emax``.

    The index is ``index1`` below ``ebreak`` and ``index2`` above. The range only defines the
    amplitude: the spectrum goes on outside, and the break may lie there.

    Raises
    ------
    ModelError
        If ``emin`` is not below ``emax``.
    """

    tag = ["BrokenPowerLaw2SpectralModel", "bpl-2"]
    index1 = Parameter("index1", 1.5)
    index2 = Parameter("index2", 2.5)
    amplitude = Parameter("amplitude", "1e-12 cm-2 s-1", interp="log")
    ebreak = Parameter("ebreak", "1 TeV")
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
    def evaluate(
        energy: Any,
        index1: Any,
        index2: Any,
        amplitude: Any,
        ebreak: Any,
        emin: Any,
        emax: Any,
    ) -> Any:
        """Formula; see the module."""
        norm = _integral(energy, index1, index2, ebreak, emin, emax)
        return BrokenPowerLawSpectralModel.evaluate(
            energy, index1, index2, amplitude / norm, ebreak
        )

    @staticmethod
    def partials(
        energy: Any,
        index1: Any,
        index2: Any,
        amplitude: Any,
        ebreak: Any,
        emin: Any,
        emax: Any,
    ) -> tuple[Any, ...]:
        """Derivatives by index1, index2, amplitude, ebreak, emin, emax."""
        low, high, middle = (_like(energy, value) for value in (emin, emax, ebreak))
        below, above, by_index1, by_index2 = _sides(low, high, index1, index2, middle)
        norm = below + above
        broken = index1, index2, amplitude / norm, ebreak
        first, second, shape, _ = BrokenPowerLawSpectralModel.partials(energy, *broken)
        shape = shape / norm
        value = amplitude * shape
        other = array_namespace(energy).where(energy < ebreak, above, -below)
        end = [
            BrokenPowerLawSpectralModel.evaluate(e, index1, index2, 1.0, middle)
            for e in (low, high)
        ]
        return (
            first - value * by_index1 / norm,
            second - value * by_index2 / norm,
            shape,
            value * (index1 - index2) * other / (ebreak * norm),
            value * end[0] / norm,
            -value * end[1] / norm,
        )

    @staticmethod
    def evaluate_integral(energy_min: Any, energy_max: Any, *values: Any) -> Any:
        """Integral over energy."""
        index1, index2, amplitude, ebreak, emin, emax = values
        norm = _integral(energy_min, index1, index2, ebreak, emin, emax)
        return BrokenPowerLawSpectralModel.evaluate_integral(
            energy_min, energy_max, index1, index2, amplitude / norm, ebreak
        )

    @staticmethod
    def evaluate_energy_flux(energy_min: Any, energy_max: Any, *values: Any) -> Any:
        """Integral of energy times spectrum."""
        index1, index2, amplitude, ebreak, emin, emax = values
        norm = _integral(energy_min, index1, index2, ebreak, emin, emax)
        return BrokenPowerLawSpectralModel.evaluate_energy_flux(
            energy_min, energy_max, index1, index2, amplitude / norm, ebreak
        )

    def kinks_at(self, values: Sequence[float]) -> tuple[float, ...]:
        """The break, for internal values of the parameters."""
        return (values[3],)


class BrokenPowerLaw3SpectralModel(SpectralModel):
    """Broken power law given by a flux below its break and one above.

    ``amplitude1`` is the integral between ``emin1`` and ``emax1`` of the power law of ``index1``,
    ``amplitude2`` that between ``emin2`` and ``emax2`` of the power law of ``index2``. The break
    is where both are equal, wherever that is; with equal indices, where it is nowhere, the
    spectrum is the fainter one.

    Raises
    ------
    ModelError
        If a range is empty or not positive.
    """

    tag = ["BrokenPowerLaw3SpectralModel", "bpl-3"]
    index1 = Parameter("index1", 1.5)
    index2 = Parameter("index2", 2.5)
    amplitude1 = Parameter("amplitude1", "1e-11 cm-2 s-1", interp="log")
    amplitude2 = Parameter("amplitude2", "1e-12 cm-2 s-1", interp="log")
    emin1 = Parameter("emin1", "0.1 TeV", frozen=True)
    emax1 = Parameter("emax1", "1 TeV", frozen=True)
    emin2 = Parameter("emin2", "1 TeV", frozen=True)
    emax2 = Parameter("emax2", "100 TeV", frozen=True)

    def __init__(self, **values: Any) -> None:
        super().__init__(**values)
        check_flux_range(self, "emin1", "emax1")
        check_flux_range(self, "emin2", "emax2")

    @property
    def unit(self) -> u.UnitBase:
        """That of the first amplitude per energy, as ``emin1`` counts it."""
        return self.amplitude1.unit / self.emin1.unit

    @staticmethod
    def evaluate(
        energy: Any,
        index1: Any,
        index2: Any,
        amplitude1: Any,
        amplitude2: Any,
        emin1: Any,
        emax1: Any,
        emin2: Any,
        emax2: Any,
    ) -> Any:
        """Formula; see the module."""
        xp = array_namespace(energy)
        first = PowerLaw2SpectralModel.evaluate(energy, amplitude1, index1, emin1, emax1)
        second = PowerLaw2SpectralModel.evaluate(energy, amplitude2, index2, emin2, emax2)
        return xp.where(_below(first, second, index1, index2), first, second)

    @staticmethod
    def partials(
        energy: Any,
        index1: Any,
        index2: Any,
        amplitude1: Any,
        amplitude2: Any,
        emin1: Any,
        emax1: Any,
        emin2: Any,
        emax2: Any,
    ) -> tuple[Any, ...]:
        """Derivatives by the parameters, in their order."""
        xp = array_namespace(energy)
        one, two = (amplitude1, index1, emin1, emax1), (amplitude2, index2, emin2, emax2)
        first, second = (PowerLaw2SpectralModel.evaluate(energy, *side) for side in (one, two))
        below = _below(first, second, index1, index2)
        low, high = (PowerLaw2SpectralModel.partials(energy, *side) for side in (one, two))
        amplitude1, index1, emin1, emax1 = (xp.where(below, slope, 0.0) for slope in low)
        amplitude2, index2, emin2, emax2 = (xp.where(below, 0.0, slope) for slope in high)
        return index1, index2, amplitude1, amplitude2, emin1, emax1, emin2, emax2

    def kinks_at(self, values: Sequence[float]) -> tuple[float, ...]:
        """The break, for internal values of the parameters, if there is one among floats."""
        index1, index2, amplitude1, amplitude2, *ranges = values
        emin1, emax1, emin2, emax2 = ranges
        if index1 == index2 or amplitude1 <= 0 or amplitude2 <= 0:
            return ()
        one = math.log(amplitude1) - math.log(_power_law(emin1, emax1, index1))
        two = math.log(amplitude2) - math.log(_power_law(emin2, emax2, index2))
        log_break = (two - one) / (index2 - index1)
        return (math.exp(log_break),) if abs(log_break) < 600 else ()


def _like(energy: Any, value: Any) -> Any:
    """Value as an array of the energies' kind and shape."""
    return value + 0.0 * energy


def _integral(energy: Any, index1: Any, index2: Any, ebreak: Any, emin: Any, emax: Any) -> Any:
    """Integral from emin to emax of the broken power law of value 1 at its break."""
    ends = _like(energy, emin), _like(energy, emax)
    return ebreak * two_sides_integral(*ends, 1.0 - index1, 1.0 - index2, ebreak)


def _sides(low: Any, high: Any, index1: Any, index2: Any, ebreak: Any) -> tuple[Any, ...]:
    """Both parts of the same, below and above the break, and their derivatives by the indices."""
    xp = array_namespace(low)
    below = xp.minimum(low, ebreak), xp.minimum(high, ebreak), index1
    above = xp.maximum(low, ebreak), xp.maximum(high, ebreak), index2
    parts, slopes = [], []
    for start, end, index in (below, above):
        power, width = 1.0 - index, xp.log(end / start)
        part = ebreak * power_integral(start, end, power, ebreak)
        mean_log = xp.log(start / ebreak) + width * phi1_log_slope(power * width)
        parts.append(part)
        slopes.append(-part * mean_log)
    return (*parts, *slopes)


def _below(first: Any, second: Any, index1: Any, index2: Any) -> Any:
    """True below the energy where two power laws are equal."""
    hardens = index2 - index1 + 0.0 * first < 0
    return ((first <= second) & ~hardens) | ((first > second) & hardens)


def _power_law(low: float, high: float, index: float) -> float:
    """Integral of E^-index."""
    return low ** (1.0 - index) * float(power_integral(low, high, 1.0 - index, low))
