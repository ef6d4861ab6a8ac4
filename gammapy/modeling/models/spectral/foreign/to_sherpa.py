"""Any spectral model as a model of sherpa, with its parameters."""

from __future__ import annotations

from functools import cache
from typing import Any

import numpy as np

from gammapy.modeling.models.spectral.base import SpectralModel
from gammapy.modeling.models.spectral.foreign.plain_formula import PlainFormula
from gammapy.optional import require

__all__ = ["to_sherpa"]


@cache
def _class() -> type:
    """The class; it is made when sherpa is first needed."""
    base: Any = require("sherpa.models.model", "models of sherpa").RegriddableModel1D
    parameter = require("sherpa.models.parameter", "models of sherpa")

    class Spectrum(base):
        """Spectral model of gammapy."""

        def __init__(self, formula: PlainFormula, name: str) -> None:
            self.formula = formula
            pars = []
            for label, p in zip(formula.names, formula.parameters, strict=True):
                low, high = (
                    none if np.isnan(bound) else bound
                    for bound, none in ((p.min, -parameter.hugeval), (p.max, parameter.hugeval))
                )
                unit, frozen = str(p.unit), p.frozen
                par = parameter.Parameter(
                    name, label, p.value, min=low, max=high, units=unit, frozen=frozen
                )
                setattr(self, label, par)
                pars.append(par)
            super().__init__(name, pars)

        def calc(self, p: Any, x: Any, xhi: Any = None, *args: Any, **kwargs: Any) -> np.ndarray:
            """Values at energies, or integrals over bins."""
            values = [float(value) for value in p]
            if xhi is None:
                return self.formula.flux(x, values)
            return self.formula.integral(x, xhi, values)

        def __reduce__(self) -> tuple[Any, ...]:
            return _build, (self.formula, self.name), self.__dict__

    return Spectrum


def _build(formula: PlainFormula, name: str) -> Any:
    return _class()(formula, name)


def to_sherpa(
    model: SpectralModel, energy_unit: Any = "TeV", flux_unit: Any = None, name: str | None = None
) -> Any:
    """Model of sherpa; see `SpectralModel.to_sherpa`."""
    name = type(model).__name__ if name is None else name
    require("sherpa", "models of sherpa")
    return _build(PlainFormula(model, energy_unit, flux_unit), name)
