"""SpectralModel: what a differential spectrum offers, built on one formula.

A model writes ``evaluate(energy, *values)``: floats in internal units (TeV, cm, s), against the
array-API standard, values in the order of its parameters. It may add ``partials``, the derivatives
by each value, and ``evaluate_integral`` or ``evaluate_energy_flux`` where a closed form exists.
Everything else - units, integrals, errors, the fit - is read off these.
"""

from __future__ import annotations

import operator
from abc import abstractmethod
from collections.abc import Callable, Sequence
from functools import lru_cache
from typing import TYPE_CHECKING, Any, ClassVar

import astropy.units as u
import numpy as np

from gammapy.dispatch import find
from gammapy.engine.differentiate import numerical_partials
from gammapy.errors import ModelError
from gammapy.modeling.models.base import ModelBase
from gammapy.modeling.models.registry import Registry
from gammapy.modeling.models.spectral.calculus.energies import energy_range, positive_energy
from gammapy.modeling.models.spectral.calculus.inverse import lowest, solutions
from gammapy.modeling.models.spectral.calculus.pivot import pivot_energy
from gammapy.modeling.models.spectral.calculus.propagation import (
    draw_parameters,
    flux_partials,
    value_and_error,
)
from gammapy.modeling.models.spectral.calculus.quadrature import integral_formula, integral_partials
from gammapy.modeling.models.spectral.calculus.reference import reference_fluxes
from gammapy.modeling.models.spectral.calculus.slope import index_partials, spectral_index
from gammapy.modeling.models.spectral.operand import operand
from gammapy.units import internal_unit

if TYPE_CHECKING:
    from gammapy.maps import MapAxis

__all__ = ["SPECTRAL_MODEL_REGISTRY", "SpectralModel"]

SPECTRAL_MODEL_REGISTRY = Registry("spectral model")

#: attributes that quantities have and floats have not
_OF_QUANTITIES = ("to", "to_value", "unit", "value", "si", "cgs", "decompose", "physical_type")

#: unit of a differential flux
DNDE = internal_unit(u.Unit("cm-2 s-1 TeV-1"))


@lru_cache(maxsize=512)
def _is_flux(unit: u.UnitBase) -> bool:
    return unit.is_equivalent(DNDE)


class SpectralModel(ModelBase):
    """Differential spectrum, or a factor on one."""

    registry = SPECTRAL_MODEL_REGISTRY
    #: True if ``evaluate`` needs quantities; it is then called with them, which is slow
    needs_quantities: ClassVar[bool] = False
    #: True if ``evaluate`` works on NumPy arrays and one set of values only
    numpy_only: ClassVar[bool] = False

    # -- the formula, for the engine ------------------------------------------------------

    @abstractmethod
    def evaluate(self, energy: Any, *values: Any) -> Any:
        """Formula, in internal units."""

    def flux(self, energy: np.ndarray, values: Sequence[float]) -> np.ndarray:
        """Formula at energies in TeV for internal parameter values, floats only."""
        if self.needs_quantities:
            return self._through_quantities(energy, *values)
        try:
            value = self.evaluate(energy, *values)
        except (AttributeError, u.UnitsError) as error:
            if isinstance(error, AttributeError) and error.name not in _OF_QUANTITIES:
                raise
            raise _needs_quantities(self, str(error)) from error
        if isinstance(value, u.Quantity):
            raise _needs_quantities(self, f"it answers in {str(value.unit)!r}")
        return value

    def flux_partials(self, energy: np.ndarray, values: Sequence[float]) -> Sequence[np.ndarray]:
        """Derivatives of `flux` by each parameter, in the order of ``own_parameters``."""
        if hasattr(self, "partials"):
            return self.partials(energy, *values)
        formula = self._through_quantities if self.needs_quantities else self.evaluate
        return numerical_partials(formula, energy, values)

    def _through_quantities(self, energy: np.ndarray, *values: float) -> np.ndarray:
        quantities = [
            u.Quantity(value, internal_unit(p.unit), dtype=type(value))
            for value, p in zip(values, self.own_parameters.values(), strict=True)
        ]
        result = self.evaluate(u.Quantity(energy, u.TeV), *quantities)
        return u.Quantity(result).to_value(internal_unit(self.unit))

    def kinks_at(self, values: Sequence[float]) -> tuple[float, ...]:
        """Energies in TeV where the formula is not smooth, for internal parameter values.

        Integrals are cut there; in a fit the cuts follow the values.
        """
        return ()

    def check_energies(self, energy: np.ndarray) -> None:
        """Refuse energies, in TeV, at which the spectrum is not known; by default all are.

        Raises
        ------
        ModelError
            If one of them is such an energy.
        """

    @property
    def kinks(self) -> tuple[float, ...]:
        """`kinks_at` the present values."""
        return self.kinks_at(self.internal_values)

    @property
    def unit(self) -> u.UnitBase:
        """Unit of the values: that of the parameter that is a differential flux, if any."""
        fluxes = (p.unit for p in self.own_parameters.values() if _is_flux(p.unit))
        return next(fluxes, u.dimensionless_unscaled)

    @property
    def internal_values(self) -> list[float]:
        """Parameter values in internal units."""
        return [p.value * p.internal_factor for p in self.own_parameters.values()]

    # -- for people -----------------------------------------------------------------------

    def __call__(self, energy: Any) -> u.Quantity:
        """Values of the spectrum.

        Parameters
        ----------
        energy : `~astropy.units.Quantity` [...]

        Returns
        -------
        `~astropy.units.Quantity` [...]
            In the unit of the amplitude.

        Raises
        ------
        UnitMismatchError, ModelError
            If the energy has not the unit of an energy, or is not positive.
        """
        return self._attach(self.flux(positive_energy(energy, self), self.internal_values))

    def integral(self, energy_min: Any, energy_max: Any) -> u.Quantity:
        """Integral of the spectrum over energy.

        Parameters
        ----------
        energy_min, energy_max : `~astropy.units.Quantity`
            Broadcast against each other.

        Returns
        -------
        `~astropy.units.Quantity`
            In the internal unit, cm-2 s-1 for a differential flux.

        Raises
        ------
        ModelError
            If a range is empty, not positive or not finite, or the integral does not converge.
        """
        return self._integral(energy_min, energy_max, power=0)

    def energy_flux(self, energy_min: Any, energy_max: Any) -> u.Quantity:
        """Integral of energy times spectrum over energy; as `integral`, in TeV cm-2 s-1."""
        return self._integral(energy_min, energy_max, power=1)

    def _integral(self, energy_min: Any, energy_max: Any, power: int) -> u.Quantity:
        low, high = energy_range(energy_min, energy_max, self)
        value = integral_formula(self, low, high, power)(self.internal_values)
        return u.Quantity(value, internal_unit(self.unit * u.TeV ** (1 + power)))

    def reference_fluxes(self, energy_axis: MapAxis) -> dict[str, u.Quantity]:
        """What flux points in bins of energy are measured against.

        Parameters
        ----------
        energy_axis : `~gammapy.maps.MapAxis`

        Returns
        -------
        dict of `~astropy.units.Quantity` [n_bins]
            ``e_ref``, ``e_min``, ``e_max`` of the bins; ``ref_dnde`` at ``e_ref``, its square times
            that ``ref_e2dnde``; the integrals ``ref_flux`` and ``ref_eflux`` over the bins.
        """
        return reference_fluxes(self, energy_axis)

    # -- errors ---------------------------------------------------------------------------

    def evaluate_error(
        self,
        energy: Any,
        n_samples: int | None = None,
        random_state: Any = 42,
        samples: Any = None,
    ) -> u.Quantity:
        """Value of the spectrum with its error.

        Parameters
        ----------
        energy : `~astropy.units.Quantity` [...]
        n_samples : int, optional
            Draw the parameters so many times from the normal distribution that their covariance
            describes, within their bounds. By default the covariance is propagated in first order.
        random_state : int or `numpy.random.Generator`
            Of the draws.
        samples : array_like [n, n_free], optional
            Draws to use, e.g. of a sampler; see `sample_parameters_from_covariance`.

        Returns
        -------
        `~astropy.units.Quantity` [3, ...]
            Value, downward and upward error. In first order the errors are equal, and nan if a
            parameter of unknown error (at a bound, not constrained) matters. With draws they are
            the median, and the distances of the 16 and 84 % quantiles from it.
        """
        x = positive_energy(energy, self)
        draws = (n_samples, random_state, samples)
        return self._attach(
            value_and_error(self, lambda v: self.flux(x, v), lambda: flux_partials(self, x), *draws)
        )

    def integral_error(
        self,
        energy_min: Any,
        energy_max: Any,
        n_samples: int | None = None,
        random_state: Any = 42,
        samples: Any = None,
    ) -> u.Quantity:
        """`integral` with its downward and upward error [3, ...]; see `evaluate_error`."""
        return self._integral_error(energy_min, energy_max, 0, n_samples, random_state, samples)

    def energy_flux_error(
        self,
        energy_min: Any,
        energy_max: Any,
        n_samples: int | None = None,
        random_state: Any = 42,
        samples: Any = None,
    ) -> u.Quantity:
        """`energy_flux` with its downward and upward error [3, ...]; see `evaluate_error`."""
        return self._integral_error(energy_min, energy_max, 1, n_samples, random_state, samples)

    def _integral_error(
        self, energy_min: Any, energy_max: Any, power: int, *draws: Any
    ) -> u.Quantity:
        low, high = energy_range(energy_min, energy_max, self)
        formula = integral_formula(self, low, high, power)
        rows = value_and_error(
            self, formula, lambda: integral_partials(self, low, high, power), *draws
        )
        return u.Quantity(rows, internal_unit(self.unit * u.TeV ** (1 + power)))

    def sample_parameters_from_covariance(
        self, n_samples: int = 1000, random_state: Any = 42, free_only: bool = True
    ) -> np.ndarray:
        """Draws [n_samples, n] of the free (or all) parameters, in their units."""
        return draw_parameters(self, n_samples, random_state, free_only)

    # -- shape ----------------------------------------------------------------------------

    def spectral_index(self, energy: Any) -> u.Quantity:
        """Local index [...], minus the slope in logarithms: positive where the spectrum falls.

        It is the derivative at the energy, exact to rounding; the mean of both sides where the
        spectrum has a kink, and nan where it is zero (also by underflow).
        """
        return u.Quantity(spectral_index(self, positive_energy(energy, self), self.internal_values))

    def spectral_index_error(
        self,
        energy: Any,
        n_samples: int | None = None,
        random_state: Any = 42,
        samples: Any = None,
    ) -> u.Quantity:
        """`spectral_index` with its downward and upward error [3, ...]; see `evaluate_error`."""
        x = positive_energy(energy, self)
        draws = (n_samples, random_state, samples)
        return u.Quantity(
            value_and_error(
                self, lambda v: spectral_index(self, x, v), lambda: index_partials(self, x), *draws
            )
        )

    @property
    def pivot_energy(self) -> u.Quantity:
        """Energy at which the relative error of the flux is least.

        It is looked for between 1 MeV and 10 PeV. If there is none, because no parameter has an
        error or it is the same everywhere, it is nan, and a warning says why.
        """
        return u.Quantity(pivot_energy(self), u.TeV)

    def inverse(
        self, value: Any, energy_min: Any = 0.1 * u.TeV, energy_max: Any = 100 * u.TeV
    ) -> u.Quantity:
        """Energy at which the spectrum has a value, the lowest if there are several.

        Parameters
        ----------
        value : `~astropy.units.Quantity` [...]
        energy_min, energy_max : `~astropy.units.Quantity`
            Where to look; a power law knows the answer outside as well.

        Returns
        -------
        `~astropy.units.Quantity` [...]
            In the unit of ``energy_min``; nan if the spectrum has not the value there, or is level.

        Raises
        ------
        ModelError
            If a value is not finite, or the range is empty or not positive.
        """
        return lowest(self, value, energy_min, energy_max)

    def inverse_all(
        self, values: Any, energy_min: Any = 0.1 * u.TeV, energy_max: Any = 100 * u.TeV
    ) -> list[u.Quantity]:
        """All energies, ascending, at which the spectrum has each of the values; see `inverse`."""
        return solutions(self, values, energy_min, energy_max)

    def _attach(self, value: np.ndarray) -> u.Quantity:
        return u.Quantity(value, internal_unit(self.unit)).to(self.unit)

    # -- composition ----------------------------------------------------------------------

    def __add__(self, other: Any) -> SpectralModel:
        return self._compound(operator.add, self, other)

    def __radd__(self, other: Any) -> SpectralModel:
        return self._compound(operator.add, other, self)

    def __sub__(self, other: Any) -> SpectralModel:
        return self._compound(operator.sub, self, other)

    def __rsub__(self, other: Any) -> SpectralModel:
        return self._compound(operator.sub, other, self)

    def __mul__(self, other: Any) -> SpectralModel:
        return self._compound(operator.mul, self, other)

    def __rmul__(self, other: Any) -> SpectralModel:
        return self._compound(operator.mul, other, self)

    def __truediv__(self, other: Any) -> SpectralModel:
        return self._compound(operator.truediv, self, other)

    def __rtruediv__(self, other: Any) -> SpectralModel:
        return self._compound(operator.truediv, other, self)

    def __pow__(self, other: Any) -> SpectralModel:
        return self._compound(operator.pow, self, other)

    def __rpow__(self, other: Any) -> SpectralModel:
        return self._compound(operator.pow, other, self)

    __array_ufunc__ = None  # a Quantity on the left leaves the operator to the model

    @staticmethod
    def _compound(function: Callable[[Any, Any], Any], left: Any, right: Any) -> SpectralModel:
        build: Any = SPECTRAL_MODEL_REGISTRY.get("compound")
        sides = [operand(side, SPECTRAL_MODEL_REGISTRY) for side in (left, right)]
        return build(*sides, function)

    # -- pictures -------------------------------------------------------------------------

    def plot(self, energy_bounds: Any, ax: Any = None, **kwargs: Any) -> Any:
        """Draw the spectrum over energy; see `gammapy.plot.plot_spectral_model`."""
        return find("SpectralModel", "plot", "value")(self, energy_bounds, ax, **kwargs)

    def plot_error(self, energy_bounds: Any, ax: Any = None, **kwargs: Any) -> Any:
        """Draw the band of its error; see `gammapy.plot.plot_spectral_error`."""
        return find("SpectralModel", "plot", "error")(self, energy_bounds, ax, **kwargs)

    # -- files ----------------------------------------------------------------------------

    def to_dict(self) -> dict[str, Any]:
        """Plain tree of the model, as it stands in a YAML file."""
        return find("SpectralModel", "to_dict", "yaml")(self)

    @classmethod
    def from_dict(cls, data: dict[str, Any]) -> SpectralModel:
        """Model from such a tree."""
        return find("SpectralModel", "from_dict", "yaml")(data)

    # -- other packages -------------------------------------------------------------------

    @classmethod
    def from_astropy(cls, model: Any, **kwargs: Any) -> SpectralModel:
        """Spectral model of a model of `astropy.modeling`; see `AstropySpectralModel`."""
        return find("SpectralModel", "from", "astropy")(model, **kwargs)

    @classmethod
    def from_sherpa(cls, model: Any, **kwargs: Any) -> SpectralModel:
        """Spectral model of a model of sherpa; see `SherpaSpectralModel`."""
        return find("SpectralModel", "from", "sherpa")(model, **kwargs)

    def to_astropy(self, energy_unit: Any = "TeV", flux_unit: Any = None) -> Any:
        """Model of `astropy.modeling` with the free-standing parameters of this one.

        It takes numbers in ``energy_unit`` and gives numbers in ``flux_unit``, by default that of
        the model. Its parameters are numbers in the units that they have here, and its derivatives
        are ours. It is a copy. A parameter of a combination is called like ``model1_index``.
        """
        return find("SpectralModel", "to", "astropy")(self, energy_unit, flux_unit)

    def to_sherpa(
        self, energy_unit: Any = "TeV", flux_unit: Any = None, name: str | None = None
    ) -> Any:
        """Model of sherpa, as for `to_astropy`; over bins it gives the integrals."""
        return find("SpectralModel", "to", "sherpa")(self, energy_unit, flux_unit, name)


def _needs_quantities(model: SpectralModel, what: str) -> ModelError:
    name = type(model).__name__
    return ModelError(
        f"{name}.evaluate gets floats in TeV, cm, s, and treats them as quantities ({what}): "
        f"set needs_quantities = True in class {name}, or write it for floats"
    )
