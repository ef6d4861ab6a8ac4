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
from typing import Any, ClassVar

import astropy.units as u
import numpy as np

from gammapy.dispatch import find
from gammapy.engine.differentiate import numerical_partials
from gammapy.engine.integrate import bin_quadrature, choose_order
from gammapy.errors import ModelError
from gammapy.modeling.models.base import ModelBase
from gammapy.modeling.models.registry import Registry
from gammapy.units import internal_unit, parse_unit, strip

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
        closed = getattr(self, "evaluate_integral", None)
        return self._integrate(energy_min, energy_max, closed, power=0)

    def energy_flux(self, energy_min: Any, energy_max: Any) -> u.Quantity:
        """Integral of energy times spectrum over energy; as `integral`, in TeV cm-2 s-1."""
        closed = getattr(self, "evaluate_energy_flux", None)
        return self._integrate(energy_min, energy_max, closed, power=1)

    def _integrate(
        self, energy_min: Any, energy_max: Any, closed: Callable[..., Any] | None, power: int
    ) -> u.Quantity:
        low = strip(energy_min, "energy_min", u.TeV)
        high = strip(energy_max, "energy_max", u.TeV)
        if not np.all((low > 0) & (low < high) & np.isfinite(high)):
            raise ModelError(
                f"integral from {energy_min} to {energy_max}: 0 < energy_min < energy_max, both "
                "finite, is needed"
            )
        if closed is not None:
            value = closed(low, high, *self.internal_values)
        else:
            low, high = np.broadcast_arrays(low, high)
            value = self._quadrature(low, high, power)
        return u.Quantity(value, internal_unit(self.unit * u.TeV ** (1 + power)))

    def _quadrature(self, low: np.ndarray, high: np.ndarray, power: int) -> np.ndarray:
        values = self.internal_values

        def function(energy: np.ndarray) -> np.ndarray:
            return self.flux(energy, values) * energy**power

        result = np.empty(low.shape)
        for i in np.ndindex(low.shape):
            pieces = int(np.ceil(5 * np.log10(high[i] / low[i])))
            edges = np.geomspace(low[i], high[i], pieces + 1)
            try:
                order = choose_order(function, edges, self.kinks, tolerance=1e-10)
            except ArithmeticError:
                raise ModelError(
                    f"{type(self).__name__}: the integral from {low[i]:g} to {high[i]:g} TeV does "
                    "not converge; split the range at the sharp feature of the spectrum"
                ) from None
            rule = bin_quadrature(edges, order, self.kinks)
            result[i] = rule.reduce(function(rule.nodes)).sum()
        return result

    def evaluate_error(self, energy: Any) -> u.Quantity:
        """Value of the spectrum with its error, by first-order propagation.

        Parameters
        ----------
        energy : `~astropy.units.Quantity` [...]

        Returns
        -------
        `~astropy.units.Quantity` [3, ...]
            Value, downward and upward error (equal in first order). The errors are nan if a
            parameter of unknown error (at a bound, not constrained) matters.
        """
        stripped = _positive(energy)
        values = self.internal_values
        slots = list(self.own_parameters.values())
        factors = np.array([p.internal_factor for p in slots])
        jacobian = np.empty((len(slots), *np.shape(stripped)))  # a table has no slots
        for i, partial in enumerate(self.flux_partials(stripped, values)):
            jacobian[i] = partial * factors[i]
        unique = self.parameters
        rows = [unique.index(p) for p in slots]
        covariance = unique.covariance.data[np.ix_(rows, rows)]
        used = ~((np.diag(covariance) == 0) & (covariance == 0).all(axis=1))
        variance = np.einsum(
            "i...,ij,j...->...", jacobian[used], covariance[np.ix_(used, used)], jacobian[used]
        )
        error = np.sqrt(np.maximum(variance, 0.0))
        return self._attach(np.stack([self.flux(stripped, values), error, error]))

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
