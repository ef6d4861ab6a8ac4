"""Any spectral model as a model of astropy, with its parameters and its derivatives."""

from __future__ import annotations

from typing import Any

import astropy.units as u
import numpy as np
from astropy.modeling import Fittable1DModel, Parameter

from gammapy.errors import ModelError
from gammapy.modeling.models.spectral.base import SpectralModel
from gammapy.modeling.models.spectral.foreign.plain_formula import PlainFormula

__all__ = ["to_astropy"]


class _Spectrum(Fittable1DModel):
    """Base of the classes that `to_astropy` makes: one for each set of parameter names."""

    formula: PlainFormula
    _input_units_allow_dimensionless = True

    @property
    def input_units(self) -> dict[str, u.UnitBase]:
        """Unit of energies, and of plain numbers in their place."""
        return {self.inputs[0]: self.formula.energy_unit}

    @property
    def return_units(self) -> dict[str, u.UnitBase]:
        """Unit of the values for energies that are quantities."""
        return {self.outputs[0]: self.formula.flux_unit}

    def evaluate(self, energy: Any, *values: Any) -> np.ndarray:
        """Values; astropy puts the unit on them if energies are quantities."""
        if isinstance(energy, u.Quantity):
            energy = energy.to_value(self.formula.energy_unit)
        return self.formula.flux(energy, [_number(value) for value in values])

    def fit_deriv(self, energy: Any, *values: Any) -> list[np.ndarray]:
        """Derivatives by the parameters."""
        return self.formula.partials(energy, [_number(value) for value in values])

    def __reduce__(self) -> tuple[Any, ...]:
        return _build, (self.formula,), self.__dict__


def _number(value: Any) -> float:
    if np.size(value) != 1:
        raise ModelError(
            f"a spectrum of parameters of shape {np.shape(value)} is a set of models: make one "
            "model for each"
        )
    return float(np.reshape(value, ()))


def _bound(value: float) -> float | None:
    return None if np.isnan(value) else value


def to_astropy(
    model: SpectralModel, energy_unit: Any = "TeV", flux_unit: Any = None
) -> Fittable1DModel:
    """Model of astropy; see `SpectralModel.to_astropy`."""
    return _build(PlainFormula(model, energy_unit, flux_unit))


def _build(formula: PlainFormula) -> Fittable1DModel:
    taken = [name for name in formula.names if hasattr(_Spectrum, name)]
    if taken:
        raise ModelError(
            f"{type(formula.model).__name__}.to_astropy: models of astropy have an attribute "
            f"{taken[0]!r}, so no parameter can be called that: rename it"
        )
    declared = {
        name: Parameter(
            default=parameter.value,
            description=str(parameter.unit),
            fixed=parameter.frozen,
            bounds=(_bound(parameter.min), _bound(parameter.max)),
        )
        for name, parameter in zip(formula.names, formula.parameters, strict=True)
    }
    name = type(formula.model).__name__
    content = {"formula": formula, "__doc__": f"{name} of gammapy.", "__module__": __name__}
    return type(name, (_Spectrum,), declared | content)()
