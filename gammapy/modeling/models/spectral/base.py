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
from typing import TYPE_CHECKING, Any, ClassVar

import astropy.units as u
import numpy as np

from gammapy.dispatch import find
from gammapy.engine.differentiate import numerical_partials
from gammapy.errors import ModelError
from gammapy.modeling.models.base import ModelBase
from gammapy.modeling.models.registry import Registry
from gammapy.modeling.models.spectral.inverse import solve
from gammapy.modeling.models.spectral.pivot import pivot_energy
from gammapy.modeling.models.spectral.propagation import (
    draw_parameters,
    draw_values,
    first_order,
    quantiles,
)
from gammapy.modeling.models.spectral.quadrature import (
    integral,
    integral_draws,
    integral_partials,
)
from gammapy.modeling.models.spectral.slope import index_partials, spectral_index
from gammapy.units import as_quantity, internal_unit, parse_unit, strip

if TYPE_CHECKING:
    from gammapy.maps import MapAxis

__all__ = ["SPECTRAL_MODEL_REGISTRY", "SpectralModel"]

SPECTRAL_MODEL_REGISTRY = Registry("spectral model")

#: unit of a differential flux
DNDE = internal_unit(u.Unit("cm-2 s-1 TeV-1"))


class SpectralModel(ModelBase):
    """Differential spectrum, or a factor on one."""

    registry = SPECTRAL_MODEL_REGISTRY
    #: True if ``evaluate`` needs quantities; it is then called with them, which is slow
    needs_quantities: ClassVar[bool] = False

    # -- the formula, for the engine ------------------------------------------------------

    @abstractmethod
    def evaluate(self, energy: Any, *values: Any) -> Any:
        """Formula, in internal units."""

    def flux(self, energy: np.ndarray, values: Sequence[float]) -> np.ndarray:
        """Formula at energies in TeV for internal parameter values, floats only."""
        if self.needs_quantities:
            return self._through_quantities(energy, *values)
        return self.evaluate(energy, *values)

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

    @property
    def kinks(self) -> tuple[float, ...]:
        """Energies in TeV where the formula is not smooth; integrals are cut there."""
        return ()

    @property
    def unit(self) -> u.UnitBase:
        """Unit of the values: that of the parameter that is a differential flux, if any."""
        fluxes = (p.unit for p in self.own_parameters.values() if p.unit.is_equivalent(DNDE))
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
        return self._attach(self.flux(_positive(energy), self.internal_values))

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
        low, high = _range(energy_min, energy_max)
        value = integral(self, low, high, power, self.internal_values)
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
        energy = energy_axis.center
        low, high = energy_axis.edges_min, energy_axis.edges_max
        dnde = self(energy)
        return {
            "e_ref": energy,
            "e_min": low,
            "e_max": high,
            "ref_dnde": dnde,
            "ref_flux": self.integral(low, high),
            "ref_eflux": self.energy_flux(low, high),
            "ref_e2dnde": (dnde * energy**2).to(internal_unit(self.unit * u.TeV**2)),
        }

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
        stripped = _positive(energy)
        if n_samples is not None or samples is not None:
            draws = draw_values(self, n_samples, random_state, samples).tolist()
            return self._attach(quantiles(np.stack([self.flux(stripped, d) for d in draws])))
        values = self.internal_values
        jacobian = np.empty((len(values), *np.shape(stripped)))  # a table has no parameters
        for i, partial in enumerate(self.flux_partials(stripped, values)):
            jacobian[i] = partial
        error = first_order(self, jacobian)
        return self._attach(np.stack([self.flux(stripped, values), error, error]))

    def integral_error(
        self,
        energy_min: Any,
        energy_max: Any,
        n_samples: int | None = None,
        random_state: Any = 42,
        samples: Any = None,
    ) -> u.Quantity:
        """`integral` with its downward and upward error [3, ...]; see `evaluate_error`."""
        draws = (n_samples, random_state, samples)
        return self._integral_error(energy_min, energy_max, 0, *draws)

    def energy_flux_error(
        self,
        energy_min: Any,
        energy_max: Any,
        n_samples: int | None = None,
        random_state: Any = 42,
        samples: Any = None,
    ) -> u.Quantity:
        """`energy_flux` with its downward and upward error [3, ...]; see `evaluate_error`."""
        draws = (n_samples, random_state, samples)
        return self._integral_error(energy_min, energy_max, 1, *draws)

    def _integral_error(
        self,
        energy_min: Any,
        energy_max: Any,
        power: int,
        n_samples: int | None,
        random_state: Any,
        samples: Any,
    ) -> u.Quantity:
        low, high = _range(energy_min, energy_max)
        if n_samples is not None or samples is not None:
            draws = draw_values(self, n_samples, random_state, samples)
            rows = quantiles(integral_draws(self, low, high, power, draws))
        else:
            value = integral(self, low, high, power, self.internal_values)
            error = first_order(self, integral_partials(self, low, high, power))
            rows = np.stack([np.broadcast_to(value, error.shape), error, error])
        return u.Quantity(rows, internal_unit(self.unit * u.TeV ** (1 + power)))

    def sample_parameters_from_covariance(
        self, n_samples: int = 1000, random_state: Any = 42, free_only: bool = True
    ) -> np.ndarray:
        """Draws [n_samples, n] of the free (or all) parameters, in their units.

        Raises
        ------
        ModelError
            If an error is unknown, or next to nothing lies within the bounds of the parameters.
        """
        return draw_parameters(self, n_samples, random_state, free_only)

    # -- shape ----------------------------------------------------------------------------

    def spectral_index(self, energy: Any) -> u.Quantity:
        """Local index [...], minus the slope in logarithms: positive where the spectrum falls.

        It is the derivative at the energy, exact to rounding; the mean of both sides where the
        spectrum has a kink, and nan where it is zero (also by underflow).
        """
        return u.Quantity(spectral_index(self, _positive(energy), self.internal_values))

    def spectral_index_error(
        self,
        energy: Any,
        n_samples: int | None = None,
        random_state: Any = 42,
        samples: Any = None,
    ) -> u.Quantity:
        """`spectral_index` with its downward and upward error [3, ...]; see `evaluate_error`."""
        stripped = _positive(energy)
        if n_samples is not None or samples is not None:
            draws = draw_values(self, n_samples, random_state, samples).tolist()
            rows = [spectral_index(self, stripped, draw) for draw in draws]
            return u.Quantity(quantiles(np.stack(rows)))
        error = first_order(self, index_partials(self, stripped))
        return u.Quantity(
            np.stack([spectral_index(self, stripped, self.internal_values), error, error])
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
        shape = np.shape(as_quantity(value, "value", self.unit))
        solutions = self.inverse_all(value, energy_min, energy_max)
        first = [energies[0] for energies in solutions]
        unit = as_quantity(energy_min, "energy_min", u.TeV).unit
        return u.Quantity(first, unit).reshape(shape) if first else np.empty(shape) * unit

    def inverse_all(
        self, values: Any, energy_min: Any = 0.1 * u.TeV, energy_max: Any = 100 * u.TeV
    ) -> list[u.Quantity]:
        """All energies, ascending, at which the spectrum has each of the values; see `inverse`."""
        quantity = as_quantity(values, "value", self.unit)
        low, high = (
            as_quantity(energy, name, u.TeV)
            for energy, name in ((energy_min, "energy_min"), (energy_max, "energy_max"))
        )
        wanted = quantity.to_value(internal_unit(self.unit)).ravel()
        found = solve(self, wanted, float(low.to_value(u.TeV)), float(high.to_value(u.TeV)))
        return [
            u.Quantity(energies if energies.size else [np.nan], u.TeV).to(low.unit)
            for energies in found
        ]

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
        return build(_operand(left), _operand(right), function)

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


def _positive(energy: Any) -> np.ndarray:
    """Energy in TeV."""
    stripped = strip(energy, "energy", u.TeV)
    if not np.all(stripped > 0):
        raise ModelError(f"energy = {energy} must be positive: remove the values that are not")
    return stripped


def _range(energy_min: Any, energy_max: Any) -> tuple[np.ndarray, np.ndarray]:
    """Ends of ranges in TeV."""
    low = strip(energy_min, "energy_min", u.TeV)
    high = strip(energy_max, "energy_max", u.TeV)
    if not np.all((low > 0) & (low < high) & np.isfinite(high)):
        raise ModelError(
            f"integral from {energy_min} to {energy_max}: 0 < energy_min < energy_max, both "
            "finite, is needed"
        )
    return low, high


def _operand(value: Any) -> SpectralModel:
    """Model from a model, a number (a frozen norm) or a quantity (a frozen constant)."""
    if isinstance(value, SpectralModel):
        return value
    try:
        quantity = u.Quantity(value, dtype=float)
    except TypeError:
        quantity = None
    if quantity is None or not quantity.isscalar:
        raise ModelError(
            f"{value!r} cannot be combined with a spectral model: use a model, number or quantity; "
            "TemplateSpectralModel makes a model of a table"
        )
    if quantity.unit.is_equivalent(parse_unit("")):
        model = SPECTRAL_MODEL_REGISTRY.get("pl-norm")(norm=float(quantity.to_value("")))
    else:
        model = SPECTRAL_MODEL_REGISTRY.get("const")(const=quantity)
    model.freeze()
    return model  # type: ignore[return-value]
