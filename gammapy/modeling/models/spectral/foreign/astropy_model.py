r"""A model of astropy as a spectral model.

.. math:: \phi(E) = f(E)

Models of plain numbers are called with plain numbers, after a multiplication by a fixed factor. One
whose parameters have units works on quantities, which is slow (`needs_quantities`).
"""

from __future__ import annotations

from collections.abc import Sequence
from copy import deepcopy
from typing import Any

import astropy.units as u
import numpy as np

from gammapy.errors import ModelError, ParameterError
from gammapy.modeling.models.spectral.foreign.wrapped_model import WrappedSpectralModel
from gammapy.modeling.parameter import Parameter

__all__ = ["AstropySpectralModel", "from_astropy"]


class AstropySpectralModel(WrappedSpectralModel):
    """Spectrum computed by a model of `astropy.modeling`, single or composed.

    The parameters are those of the model, with values, bounds and frozen flags. The model is
    copied, so what happens to the given one later changes nothing here.

    Parameters
    ----------
    model : `astropy.modeling.Model`
        Of one input, the energy, and one output, the differential flux or a factor on one.
    energy_unit, flux_unit : str or `~astropy.units.Unit`, optional
        Units of energy and flux of a model of plain numbers. A model with units knows them.
    breaks : sequence of str, optional
        Parameters that are energies at which the formula is not smooth; by default those with
        "break" in their name.

    Raises
    ------
    ModelError
        If it is not such a model, a unit is missing, or a parameter is tied or an array.
    """

    tag = ["AstropySpectralModel", "astropy"]

    def __init__(
        self,
        model: Any,
        energy_unit: Any = None,
        flux_unit: Any = None,
        breaks: Sequence[str] | None = None,
    ) -> None:
        _check_model(model)
        self._model = deepcopy(model)
        found = [getattr(self._model, name) for name in model.param_names]
        self.has_units = any(parameter.unit is not None for parameter in found)
        self._units = [parameter.unit for parameter in found]
        if self.has_units:
            energy_unit, flux_unit = _units_of(self._model, energy_unit, flux_unit)
        declared = [_declare(p, name) for p, name in zip(found, model.param_names, strict=True)]
        super().__init__(declared, energy_unit, flux_unit, breaks)
        self._check_function()

    @property
    def needs_quantities(self) -> bool:  # type: ignore[override]
        """True if the model has units."""
        return self.has_units

    def compute(self, energy: np.ndarray, values: Sequence[Any]) -> np.ndarray:
        """Function of the model, without astropy's bookkeeping around it."""
        # of numpy's type: some formulas ask for the size of a parameter
        return self._model.evaluate(energy, *[np.asarray(value)[()] for value in values])

    def evaluate(self, energy: Any, *values: Any) -> Any:
        """Flux; of quantities, if the model has units."""
        if not self.has_units:
            return super().evaluate(energy, *values)
        given = [
            value.to_value(u.one) if unit is None else value.to(unit)
            for value, unit in zip(values, self._units, strict=True)
        ]
        flat = np.reshape(energy.to(self.energy_unit), (-1,))
        return np.reshape(u.Quantity(self._model.evaluate(flat, *given)), energy.shape)

    def _check_function(self) -> None:
        """Refuse a model whose bare function is not what calling the model gives."""
        energy = np.array([0.7, 1.3])
        try:
            with np.errstate(all="ignore"):
                ours = self.flux(energy, self.internal_values)
                theirs = self._model(self._argument(energy))
        except (AttributeError, IndexError, TypeError, ValueError) as error:
            raise ModelError(
                f"{type(self._model).__name__}: evaluate() fails with {error}: it cannot be "
                "wrapped; write a SpectralModel with its formula"
            ) from None
        if self.has_units:
            theirs = u.Quantity(theirs).to_value(self.flux_unit)
        if not np.allclose(ours, theirs * self._flux_factor, rtol=1e-10, atol=0, equal_nan=True):
            raise ModelError(
                f"{type(self._model).__name__}: evaluate() gives {ours} where the model gives "
                f"{theirs}: it cannot be wrapped; write a SpectralModel with its formula"
            )

    def _argument(self, energy: np.ndarray) -> Any:
        plain = energy * self._energy_factor
        return plain * self.energy_unit if self.has_units else plain

    @property
    def astropy_model(self) -> Any:
        """A copy of the model of astropy, with the present values and frozen flags."""
        model = deepcopy(self._model)
        for (name, ours), unit in zip(self.own_parameters.items(), self._units, strict=True):
            theirs = getattr(model, name)
            theirs.value = float(ours.quantity.to_value(u.one if unit is None else unit))
            theirs.fixed = ours.frozen
        return model

    def __repr__(self) -> str:
        inside = ", ".join(f"{name}={p.value:.6g}" for name, p in self.own_parameters.items())
        text = inside if len(inside) < 100 else f"{len(self.own_parameters)} parameters"
        return f"AstropySpectralModel({type(self._model).__name__} of {text})"


def from_astropy(
    model: Any,
    energy_unit: Any = None,
    flux_unit: Any = None,
    breaks: Sequence[str] | None = None,
) -> AstropySpectralModel:
    """Spectral model of a model of astropy; see `SpectralModel.from_astropy`."""
    return AstropySpectralModel(model, energy_unit, flux_unit, breaks)


def _check_model(model: Any) -> None:
    from astropy.modeling import Model

    if not isinstance(model, Model):
        raise ModelError(
            f"{model!r} is no model of astropy: give an instance like "
            "astropy.modeling.models.PowerLaw1D(amplitude=1e-12, x_0=1, alpha=2)"
        )
    if (model.n_inputs, model.n_outputs, len(model)) != (1, 1, 1):
        raise ModelError(
            f"{type(model).__name__} has {model.n_inputs} inputs, {model.n_outputs} outputs and "
            f"{len(model)} models: a spectrum is one function of one energy"
        )


def _declare(parameter: Any, name: str) -> Parameter:
    """Our parameter for one of astropy's."""
    if parameter.tied:
        raise ParameterError(
            f"{name} is tied, and a function cannot be kept: set model.{name}.tied = False, wrap "
            f"the model, and link its parameter by an expression, e.g. .{name}.link = 2 * .other"
        )
    if np.size(parameter.value) != 1:
        raise ParameterError(
            f"{name} has {np.size(parameter.value)} values: a parameter of a spectrum has one"
        )
    low, high = parameter.bounds
    return Parameter(
        name,
        float(np.reshape(parameter.value, ())),
        unit="" if parameter.unit is None else parameter.unit,
        min=np.nan if low is None else low,
        max=np.nan if high is None else high,
        frozen=bool(parameter.fixed),
    )


def _units_of(model: Any, energy_unit: Any, flux_unit: Any) -> tuple[u.UnitBase, u.UnitBase]:
    """Units of a model that has units."""
    for name, given in (("energy_unit", energy_unit), ("flux_unit", flux_unit)):
        if given is not None:
            raise ModelError(
                f"{name} = {given!r}: the parameters of {type(model).__name__} have units, which "
                "say it; leave it out"
            )
    try:
        flux = u.Quantity(model(1 * u.TeV))
    except (u.UnitsError, TypeError) as error:
        raise ModelError(
            f"{type(model).__name__} cannot be called with an energy: {error}; give its "
            "parameters the units of an energy and a flux"
        ) from None
    needed = (getattr(model, "input_units", None) or {}).values()
    return next((unit for unit in needed if unit.is_equivalent(u.TeV)), u.TeV), flux.unit
