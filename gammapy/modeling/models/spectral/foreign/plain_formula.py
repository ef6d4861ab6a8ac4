"""A spectral model as a function of plain numbers, as other packages want it.

The parameters of the function are those that stand free: a parameter that the model has twice
counts once, and one that is linked follows from the others.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

import astropy.units as u
import numpy as np

from gammapy.errors import ModelError, UnitMismatchError
from gammapy.modeling.models.spectral.calculus.quadrature import integral_formula
from gammapy.modeling.parameter import Parameter
from gammapy.units import internal_unit, parse_unit

if TYPE_CHECKING:
    from gammapy.modeling.models.spectral.base import SpectralModel

__all__ = ["PlainFormula"]


class PlainFormula:
    """Function of energies and parameter values, and its derivatives, for stated units.

    Parameters
    ----------
    model : `SpectralModel`
        It is copied.
    energy_unit, flux_unit : str or `~astropy.units.Unit`, optional
        Of the energies and of the values; TeV, and the unit of the model. The values of the
        parameters are in the units that these have in the model.

    Attributes
    ----------
    names : list of str
        Identifiers of the parameters; those of a combination are like ``model1_index``.
    parameters : list of `Parameter`
        With the start values, bounds and frozen flags.

    Raises
    ------
    UnitMismatchError
        If a unit does not convert.
    """

    def __init__(self, model: SpectralModel, energy_unit: Any = "TeV", flux_unit: Any = None):
        self.model = model.copy()
        self.energy_unit = parse_unit(energy_unit)
        self.flux_unit = self.model.unit if flux_unit is None else parse_unit(flux_unit)
        self._energy_factor = _factor("energy_unit", self.energy_unit, u.TeV)
        self._flux_factor = 1 / _factor("flux_unit", self.flux_unit, internal_unit(model.unit))
        unique = self.model.parameters
        free = [(p, path) for p, path in zip(unique, unique.paths, strict=True) if p.link is None]
        self.parameters: list[Parameter] = [p for p, _ in free]
        self.names = [path.replace(".", "_") for _, path in free]
        self._slots = list(self.model.own_parameters.values())
        self._factors = [p.internal_factor for p in self._slots]
        self._integral: tuple[bytes, Callable[..., Any]] | None = None

    def _dual(self, parameter: Parameter, given: dict[Parameter, float]) -> tuple[float, dict]:
        """Value of a parameter in its unit, and its derivatives by those that are given."""
        if parameter in given:
            return given[parameter], {parameter: 1.0}
        if parameter.link is None:  # of another model
            return parameter.value, {}
        value, by_leaf = parameter.link.bind()(lambda leaf: self._dual(leaf, given)[0])
        factor = float(parameter.link.unit.to(parameter.unit))
        slopes: dict[Parameter, float] = {}
        for leaf, slope in by_leaf.items():
            for free, inner in self._dual(leaf, given)[1].items():
                slopes[free] = slopes.get(free, 0.0) + factor * slope * inner
        return value * factor, slopes

    def _duals(self, values: Sequence[float]) -> list[tuple[float, dict]]:
        given = dict(zip(self.parameters, values, strict=True))
        return [self._dual(parameter, given) for parameter in self._slots]

    def _internal(self, values: Sequence[float]) -> list[float]:
        duals = self._duals(values)
        return [value * f for (value, _), f in zip(duals, self._factors, strict=True)]

    def _energy(self, energy: Any) -> np.ndarray:
        energy = np.asarray(energy, dtype=float) * self._energy_factor
        if not np.all(energy > 0):
            raise ModelError(
                f"{type(self.model).__name__}: energies must be positive; give them in "
                f"{str(self.energy_unit)!r} and leave out the others"
            )
        return energy

    def flux(self, energy: Any, values: Sequence[float]) -> np.ndarray:
        """Values of the spectrum like ``energy``."""
        flux = self.model.flux(self._energy(energy), self._internal(values))
        return flux * self._flux_factor

    def partials(self, energy: Any, values: Sequence[float]) -> list[np.ndarray]:
        """Derivatives of `flux` by each of the values."""
        energy, duals = self._energy(energy), self._duals(values)
        internal = [value * f for (value, _), f in zip(duals, self._factors, strict=True)]
        result = {parameter: np.zeros(energy.shape) for parameter in self.parameters}
        by_slot = self.model.flux_partials(energy, internal)
        for partial, (_, slopes), factor in zip(by_slot, duals, self._factors, strict=True):
            for free, slope in slopes.items():
                result[free] += partial * (slope * factor * self._flux_factor)
        return list(result.values())

    def integral(self, low: Any, high: Any, values: Sequence[float]) -> np.ndarray:
        """Integrals over ranges of energy, in the units of flux times energy.

        The orders of the quadrature are those for the model's values.
        """
        low, high = self._energy(low), self._energy(high)
        key = low.tobytes() + high.tobytes()
        if self._integral is None or self._integral[0] != key:
            self._integral = key, integral_formula(self.model, low, high, 0)
        integral = self._integral[1](self._internal(values))
        return integral * (self._flux_factor / self._energy_factor)

    def __getstate__(self) -> dict[str, Any]:
        return self.__dict__ | {"_integral": None}


def _factor(name: str, unit: u.UnitBase, like: u.UnitBase) -> float:
    if not unit.is_equivalent(like):
        raise UnitMismatchError(
            f"{name} = {str(unit)!r} does not convert to {str(like)!r}: give one that does"
        )
    return float(unit.to(like))
