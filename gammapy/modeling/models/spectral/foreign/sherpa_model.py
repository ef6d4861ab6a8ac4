r"""A model of sherpa as a spectral model.

.. math:: \phi(E) = f(E)
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from copy import deepcopy
from typing import Any

import numpy as np

from gammapy.errors import ModelError, ParameterError
from gammapy.modeling.models.spectral.foreign.wrapped_model import WrappedSpectralModel
from gammapy.modeling.parameter import Parameter
from gammapy.optional import require

__all__ = ["SherpaSpectralModel", "from_sherpa"]

#: half the width, relative to the energy, of the bin that stands for a point
_HALF_WIDTH = 1e-4
#: base class in sherpa of the XSPEC models that are defined by their integral over bins
_PER_BIN = "XSPECAdditiveModel"


class SherpaSpectralModel(WrappedSpectralModel):
    """Spectrum computed by a one-dimensional model of sherpa, single or composed.

    The parameters are those of the model, with values, bounds and frozen flags; those of a
    composed model are called like ``p1_gamma``. The model is copied, so what happens to the given
    one later changes nothing here.

    Parameters
    ----------
    model : `sherpa.models.model.ArithmeticModel`
    energy_unit, flux_unit : str or `~astropy.units.Unit`
        Of the energies that the model takes, and of its values. XSPEC's are keV and cm-2 s-1 keV-1.
    breaks : sequence of str, optional
        Parameters that are energies at which the formula is not smooth; by default those with
        "break" in their name.
    per_bin : bool, optional
        True if the model gives integrals over bins and nothing else, as the additive models of
        XSPEC do: its value at an energy is that of a narrow bin over the width. By default
        true for those and what is composed of them.

    Raises
    ------
    MissingPackageError
        If sherpa is not installed.
    ModelError, ParameterError
        If it is not such a model, a unit is missing, a parameter is linked, or two have one name.
    """

    tag = ["SherpaSpectralModel", "sherpa"]

    def __init__(
        self,
        model: Any,
        energy_unit: Any = None,
        flux_unit: Any = None,
        breaks: Sequence[str] | None = None,
        per_bin: bool | None = None,
    ) -> None:
        _check_model(model)
        self._model = deepcopy(model)
        self.per_bin = _is_per_bin(model) if per_bin is None else bool(per_bin)
        unique, self._places = _distinct(self._model)
        declared = [_declare(par, name) for par, name in zip(unique, _names(unique), strict=True)]
        super().__init__(declared, energy_unit, flux_unit, breaks)

    def compute(self, energy: np.ndarray, values: Sequence[Any]) -> np.ndarray:
        """Function of the model, without sherpa's cache around it.

        Raises
        ------
        ModelError
            If the values are not as many as the energies.
        """
        if np.iscomplexobj(energy) or any(np.iscomplexobj(value) for value in values):
            raise TypeError("sherpa drops the imaginary part of a complex number")
        arguments = [float(values[place]) for place in self._places]
        order = np.argsort(energy, kind="stable")  # grids ascend
        grid = np.ascontiguousarray(energy[order])
        if self.per_bin:
            low, high = grid * (1 - _HALF_WIDTH), grid * (1 + _HALF_WIDTH)
            flux = np.asarray(self._model.calc(arguments, low, high)) / (high - low)
        else:
            flux = np.asarray(self._model.calc(arguments, grid))
        if flux.shape != grid.shape:
            raise ModelError(
                f"{self._model.name} gave {flux.size} values for {grid.size} energies: it may be "
                "defined by integrals over bins; say per_bin=True"
            )
        result = np.empty(grid.shape)
        result[order] = flux
        return result

    @property
    def sherpa_model(self) -> Any:
        """A copy of the model of sherpa, with the present values and frozen flags."""
        model = deepcopy(self._model)
        for par, ours in zip(_distinct(model)[0], self.own_parameters.values(), strict=True):
            par.val = ours.value
            if not par.alwaysfrozen:
                par.frozen = ours.frozen
        return model

    def __repr__(self) -> str:
        inside = ", ".join(f"{name}={p.value:.6g}" for name, p in self.own_parameters.items())
        text = inside if len(inside) < 100 else f"{len(self.own_parameters)} parameters"
        return f"SherpaSpectralModel({type(self._model).__name__} of {text})"


def from_sherpa(
    model: Any,
    energy_unit: Any = None,
    flux_unit: Any = None,
    breaks: Sequence[str] | None = None,
    per_bin: bool | None = None,
) -> SherpaSpectralModel:
    """Spectral model of a model of sherpa; see `SpectralModel.from_sherpa`."""
    return SherpaSpectralModel(model, energy_unit, flux_unit, breaks, per_bin)


def _check_model(model: Any) -> None:
    arithmetic = require("sherpa.models.model", "models of sherpa").ArithmeticModel
    if not isinstance(model, arithmetic):
        raise ModelError(
            f"{model!r} is no model of sherpa: give an instance like "
            "sherpa.models.basic.PowLaw1D('source')"
        )
    if model.ndim not in (1, None):
        raise ModelError(f"{model.name} has {model.ndim} dimensions: a spectrum has one")


def _is_per_bin(model: Any) -> bool:
    parts = [model, *getattr(model, "parts", ())]
    inner = [part for part in parts[1:] if hasattr(part, "parts")]
    own = any(_PER_BIN in [cls.__name__ for cls in type(part).__mro__] for part in parts)
    return own or any(_is_per_bin(part) for part in inner)


def _distinct(model: Any) -> tuple[list[Any], list[int]]:
    """Parameters, each once, and where each argument of the function stands among them.

    Where a part comes twice, sherpa puts a hidden parameter that is linked to the first.
    """

    def origin(par: Any) -> Any:
        return origin(par.link) if par.hidden and par.link is not None else par

    targets = [origin(par) for par in model.pars]
    unique = {id(par): par for par in targets}
    order = list(unique)
    return list(unique.values()), [order.index(id(par)) for par in targets]


def _names(pars: Sequence[Any]) -> list[str]:
    """Identifiers: the parameter's name, with that of its model if there are several models."""
    several = len({par.modelname for par in pars}) > 1
    full = [f"{par.modelname}.{par.name}" if several else par.name for par in pars]
    names = [re.sub(r"\W", "_", name) for name in full]
    for name in names:
        if names.count(name) > 1:
            raise ParameterError(
                f"two parameters would be called {name!r}: give the parts of the model different "
                "names, like PowLaw1D('low') + PowLaw1D('high')"
            )
    return names


def _declare(par: Any, name: str) -> Parameter:
    """Our parameter for one of sherpa's."""
    if par.link is not None:
        raise ParameterError(
            f"{par.fullname} is linked, and the link cannot be kept: call .unlink(), wrap the "
            f"model, and link its parameter by an expression, e.g. .{name}.link = 2 * .other"
        )
    huge = require("sherpa.models.parameter", "models of sherpa").hugeval
    return Parameter(
        name,
        float(par.val),
        min=np.nan if par.min <= -huge else par.min,
        max=np.nan if par.max >= huge else par.max,
        frozen=bool(par.frozen or par.alwaysfrozen),
    )
