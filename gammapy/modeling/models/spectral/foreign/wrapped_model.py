"""What models of other packages have in common when they serve as spectral models."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Sequence
from typing import Any

import astropy.units as u
import numpy as np

from gammapy.errors import ModelError, UnitMismatchError, UnknownNameError
from gammapy.modeling.models.spectral.base import SpectralModel
from gammapy.modeling.parameter import Parameter
from gammapy.modeling.parameters import Parameters
from gammapy.units import internal_factor, parse_unit

__all__ = ["WrappedSpectralModel"]


class WrappedSpectralModel(SpectralModel):
    """Base of the wrappers: a function of plain numbers, of energies and values in stated units.

    Parameters
    ----------
    declared : list of `Parameter`
        As the wrapped model has them.
    energy_unit, flux_unit : str or `~astropy.units.Unit`
        Of what the function takes and gives.
    breaks : sequence of str, optional
        Parameters that are energies at which the function is not smooth: integrals are cut there.
        By default those with "break" in their name.
    """

    numpy_only = True

    def __init__(
        self,
        declared: list[Parameter],
        energy_unit: Any,
        flux_unit: Any,
        breaks: Sequence[str] | None,
    ) -> None:
        kind = type(self).__name__
        for name, given in (("energy_unit", energy_unit), ("flux_unit", flux_unit)):
            if given is None:
                raise ModelError(
                    f"{kind}: the model is of plain numbers, so its units must be said: give "
                    "energy_unit='TeV' and flux_unit='cm-2 s-1 TeV-1' or what they are; "
                    f"{name} is missing"
                )
        self.energy_unit, self.flux_unit = parse_unit(energy_unit), parse_unit(flux_unit)
        if not self.energy_unit.is_equivalent(u.TeV):
            raise UnitMismatchError(
                f"{kind}: energy_unit = {str(self.energy_unit)!r} is no unit of energy like 'TeV'"
            )
        self._energy_factor = float(u.TeV.to(self.energy_unit))
        self._flux_factor = internal_factor(self.flux_unit)
        taken = [p.name for p in declared if hasattr(type(self), p.name)]
        if taken:
            raise ModelError(f"{kind}: no parameter can be called {taken[0]!r}: rename it")
        self.default_parameters = Parameters(declared)  # type: ignore[misc]
        super().__init__()
        names = list(self.own_parameters)
        if breaks is None:
            breaks = [name for name in names if "break" in name.lower()]
        for name in breaks:
            if name not in names:
                raise UnknownNameError(f"breaks: {kind} has no parameter {name!r} among {names}")
        self.breaks = tuple(breaks)

    @property
    def unit(self) -> u.UnitBase:
        """Unit of the values."""
        return self.flux_unit

    def kinks_at(self, values: Sequence[float]) -> tuple[float, ...]:
        """Energies of `breaks`, in TeV."""
        by_name = dict(zip(self.own_parameters, values, strict=True))
        found = []
        for name in self.breaks:
            plain = self.own_parameters[name].unit.is_equivalent(u.one)
            found.append(float(by_name[name]) / (self._energy_factor if plain else 1.0))
        return tuple(found)

    @abstractmethod
    def compute(self, energy: np.ndarray, values: Sequence[Any]) -> np.ndarray:
        """Wrapped function of energies [n] in `energy_unit`, in `flux_unit`."""

    def evaluate(self, energy: Any, *values: Any) -> Any:
        """Wrapped function, in internal units."""
        flat = np.reshape(np.asarray(energy) * self._energy_factor, (-1,))
        flux = np.asarray(self.compute(flat, values)) * self._flux_factor
        return np.reshape(flux, np.shape(energy))

    # -- parameters that the class does not know ------------------------------------------

    def __getattr__(self, name: str) -> Any:
        own = self.__dict__.get("own_parameters", {})
        if name in own:
            return own[name]
        raise AttributeError(f"{type(self).__name__} has no attribute {name!r}")

    def __setattr__(self, name: str, value: Any) -> None:
        if name in self.__dict__.get("own_parameters", {}):
            self.share_parameter(name, value)
        else:
            super().__setattr__(name, value)
