"""Parameter: a named value with a unit, bounds, errors, a prior, and perhaps a link.

A model class declares its parameters as class attributes,

>>> class Line(Model):
...     slope = Parameter("slope", 2.0)

and each instance gets its own copies. Values, bounds and errors are in ``unit`` and change
together with it. A parameter that is linked takes its value from an expression of others.
"""

from __future__ import annotations

import math
import numbers
from collections.abc import Callable, Iterator
from copy import copy
from typing import TYPE_CHECKING, Any

import astropy.units as u
import numpy as np

from gammapy.dispatch import find
from gammapy.elsewhere import elsewhere
from gammapy.errors import LinkError, ParameterError, UnitMismatchError
from gammapy.modeling.covariance import Covariance
from gammapy.modeling.expression import Algebra, Constant, Operation
from gammapy.modeling.prior import Prior
from gammapy.units import internal_factor, internal_unit, parse_unit

if TYPE_CHECKING:
    from gammapy.modeling.expression import Dual, Lookup

__all__ = ["Parameter"]


class Parameter(Algebra):
    """A parameter of a model.

    Parameters
    ----------
    name : str
    value : float, str or `~astropy.units.Quantity`
        A quantity or its text ("1e-12 cm-2 s-1 TeV-1") sets value and unit.
    unit : str or `~astropy.units.Unit`
        Unit of ``value``, if that is a plain number.
    min, max : float
        Bounds in ``unit``; nan means none.
    frozen : bool
        True if a fit may not change it.
    error : float
        Standard deviation, in ``unit``; 0 if never determined, nan if it could not be.
    errn, errp : float
        Downward and upward error (both positive), in ``unit``; nan if not determined.
    prior : `~gammapy.modeling.Prior`
        What is known beforehand.
    interp : {"lin", "log", "sqrt"}
        Scale on which a scan of this parameter is even.
    scan_min, scan_max, scan_n_values, scan_n_sigma, scan_values
        Where `Fitter.stat_profile` looks: given values, else an even range, else
        ``scan_n_values`` points within ``scan_n_sigma`` errors.
    scale_method, scale_transform : str, optional
        Passed over: scaling is the affair of the fit. They are there for scripts that pass them.

    Raises
    ------
    ParameterError
        If a value has the wrong type, is not finite, or the bounds are crossed.
    """

    def __init__(
        self,
        name: str,
        value: Any,
        unit: Any = "",
        min: float = math.nan,
        max: float = math.nan,
        frozen: bool = False,
        error: float = 0.0,
        errn: float = math.nan,
        errp: float = math.nan,
        prior: Prior | None = None,
        interp: str = "lin",
        scan_min: float | None = None,
        scan_max: float | None = None,
        scan_n_values: int = 11,
        scan_n_sigma: float = 2.0,
        scan_values: Any = None,
        scale_method: str | None = None,
        scale_transform: str | None = None,
    ) -> None:
        if not isinstance(name, str) or not name.isidentifier():
            raise ParameterError(f"parameter name {name!r} is not an identifier like 'index'")
        if interp not in ("lin", "log", "sqrt"):
            raise ParameterError(f"{name}: interp = {interp!r} is not 'lin', 'log' or 'sqrt'")
        self.name = name
        self.interp = interp
        self.scan_min, self.scan_max, self.scan_values = scan_min, scan_max, scan_values
        self.scan_n_values, self.scan_n_sigma = scan_n_values, scan_n_sigma
        self._revision = 0
        self._link: Algebra | None = None
        self._covariance: tuple[Covariance, int, float] | None = None
        self._min = self._max = math.nan
        self._prior: Prior | None = None
        self._value, self._unit = _value_and_unit(name, value, unit)
        self.min, self.max = min, max
        self.frozen = frozen
        self.error, self.errn, self.errp = error, errn, errp
        self.prior = prior

    # -- value and unit -------------------------------------------------------------------

    @property
    def value(self) -> float:
        """Value in `unit`; of a linked parameter, what its expression gives now."""
        if self._link is None:
            return self._value
        value, _ = self._link.bind()(lambda leaf: leaf.value)
        return value * self._link.unit.to(self._unit)

    @value.setter
    def value(self, value: float) -> None:
        self._refuse_if_linked(value)
        self._value = _number(self.name, "value", value)

    def restate(
        self,
        value: float,
        unit: u.UnitBase,
        min: float = math.nan,
        max: float = math.nan,
        error: float = 0.0,
        frozen: bool = False,
    ) -> None:
        """Take over all that a file says of a parameter, in one step.

        Parameters
        ----------
        value, min, max, error : float
            In ``unit``; bounds are nan if there are none.
        unit : `~astropy.units.Unit`
            Of the dimension of `unit`; scripts set `unit`, which converts.
        frozen : bool

        Raises
        ------
        ParameterError, LinkError
            As the single attributes raise.
        """
        if self._link is not None:
            self._refuse_if_linked(value)
        if not -math.inf < value < math.inf:
            raise ParameterError(f"{self.name}: value = {value!r} must be a finite number")
        if not error >= 0.0:
            raise ParameterError(f"{self.name}: error = {error!r} must not be negative")
        if min > max:
            self._set_bounds(min, max)  # which raises
        self._min, self._max = min, max
        self._revision += 1
        self._value, self._unit, self._error = value, unit, error
        self._frozen, self._covariance = frozen, None

    def _refuse_if_linked(self, value: Any) -> None:
        if self._link is not None:
            raise LinkError(
                f"{self.name} = {value!r} cannot be set: it is linked to {self._link!r}; "
                f"change those parameters, or unlink it with {self.name}.link = None"
            )

    @property
    def unit(self) -> u.UnitBase:
        """Unit; setting it converts value, bounds, errors and prior together."""
        return self._unit

    @unit.setter
    def unit(self, unit: Any) -> None:
        new = parse_unit(unit)
        if not new.is_equivalent(self._unit):
            raise UnitMismatchError(
                f"{self.name}: unit {str(new)!r} does not convert from {str(self._unit)!r}; "
                "give one of the same dimension"
            )
        factor = float(self._unit.to(new))
        self._value *= factor
        for attribute in ("_min", "_max", "_error", "_errn", "_errp"):
            setattr(self, attribute, getattr(self, attribute) * factor)
        for attribute in ("scan_min", "scan_max", "scan_values"):
            if (scan := getattr(self, attribute)) is not None:
                setattr(self, attribute, np.asarray(scan)[()] * factor)
        if self._prior is not None:
            self._prior = self._prior.rescaled(factor)
        if self._covariance is not None:
            covariance, row, scale = self._covariance
            self._covariance = covariance, row, scale * factor
        self._unit = new
        self._revision += 1

    @property
    def quantity(self) -> u.Quantity:
        """Value with unit; setting it takes over the unit too."""
        return u.Quantity(self.value, self._unit)

    @quantity.setter
    def quantity(self, quantity: Any) -> None:
        self._refuse_if_linked(quantity)
        value, unit = _value_and_unit(self.name, quantity, "")
        self.unit = unit
        self.value = value

    @property
    def internal_factor(self) -> float:
        """Number that turns `value` into the engine's unit."""
        return internal_factor(self._unit)

    # -- bounds, flags, errors ------------------------------------------------------------

    @property
    def min(self) -> float:
        """Lower bound in `unit`; nan if none."""
        return self._min

    @min.setter
    def min(self, value: Any) -> None:
        self._set_bounds(_bound(self, "min", value), self._max)

    @property
    def max(self) -> float:
        """Upper bound in `unit`; nan if none."""
        return self._max

    @max.setter
    def max(self, value: Any) -> None:
        self._set_bounds(self._min, _bound(self, "max", value))

    def _set_bounds(self, low: float, high: float) -> None:
        if low > high:
            raise ParameterError(
                f"{self.name}: min = {low:g} is above max = {high:g}; set the other bound first, "
                "or nan for none"
            )
        self._min, self._max = low, high
        self._revision += 1

    @property
    def frozen(self) -> bool:
        """True if a fit may not change it."""
        return self._frozen

    @frozen.setter
    def frozen(self, value: bool) -> None:
        if not isinstance(value, (bool, np.bool_)):
            raise ParameterError(f"{self.name}: frozen = {value!r} must be True or False")
        self._frozen = bool(value)
        self._revision += 1

    @property
    def error(self) -> float:
        """Standard deviation in `unit`; setting it drops the correlations with others."""
        return self._error

    @error.setter
    def error(self, value: Any) -> None:
        self._error = _size(self, "error", value)
        self._covariance = None

    @property
    def errn(self) -> float:
        """Downward error, positive, in `unit`; nan if not determined."""
        return self._errn

    @errn.setter
    def errn(self, value: Any) -> None:
        self._errn = _size(self, "errn", value)

    @property
    def errp(self) -> float:
        """Upward error in `unit`; nan if not determined."""
        return self._errp

    @errp.setter
    def errp(self, value: Any) -> None:
        self._errp = _size(self, "errp", value)

    @property
    def prior(self) -> Prior | None:
        """What is known beforehand."""
        return self._prior

    @prior.setter
    def prior(self, value: Prior | None) -> None:
        if value is not None and not isinstance(value, Prior):
            raise ParameterError(
                f"{self.name}: prior = {value!r} must be a Prior, e.g. GaussianPrior(mu=2, "
                "sigma=0.1), or None"
            )
        self._prior = value
        self._revision += 1

    @property
    def has_covariance(self) -> bool:
        """True if a fit has left correlations with other parameters."""
        return self._covariance is not None

    def set_covariance(self, covariance: Covariance, row: int) -> None:
        """Take error and correlations from a row of a covariance in the current units."""
        self._error = float(covariance.errors[row])
        self._covariance = covariance, row, 1.0

    def uncorrelated_with_original(self, twins: dict[int, Covariance]) -> None:
        """Refer to a twin of the covariance, so that a copy is correlated with copies only."""
        if self._covariance is not None:
            covariance, row, scale = self._covariance
            twin = twins.setdefault(id(covariance), copy(covariance))
            self._covariance = twin, row, scale

    # -- links ----------------------------------------------------------------------------

    @property
    def link(self) -> Algebra | None:
        """Expression of other parameters that gives the value; None if free-standing."""
        return self._link

    @link.setter
    def link(self, expression: Any) -> None:
        if expression is None:
            self._value, self._link = self.value, None
        else:
            self._link = self._checked_link(expression)
        self._revision += 1

    def _checked_link(self, expression: Any) -> Algebra:
        link = expression if isinstance(expression, Algebra) else Constant(expression)
        if not any(True for _ in link.leaves()):
            raise LinkError(
                f"{self.name}: {expression!r} names no parameter; set {self.name}.quantity and "
                f"{self.name}.frozen = True for a constant"
            )
        if not link.unit.is_equivalent(self._unit):
            raise UnitMismatchError(
                f"{self.name} in {str(self._unit)!r} cannot be linked to {link!r} in "
                f"{str(link.unit)!r}: multiply by a quantity of unit "
                f"{str(internal_unit(self._unit / link.unit))!r}"
            )
        if any(self is ancestor for leaf in link.leaves() for ancestor in leaf.ancestors()):
            raise LinkError(f"{self.name} cannot be linked to {link!r}: that depends on it")
        return link

    def ancestors(self) -> Iterator[Parameter]:
        """The parameter and all that its value depends on through links."""
        yield self
        if self._link is not None:
            for leaf in self._link.leaves():
                yield from leaf.ancestors()

    def leaves(self) -> Iterator[Parameter]:
        yield self

    def bind(self) -> Callable[[Lookup], Dual]:
        return lambda lookup: (lookup(self), {self: 1.0})

    if not TYPE_CHECKING:
        __getattr__ = elsewhere(
            **dict.fromkeys(
                ("factor", "scale", "factor_min", "factor_max", "autoscale"),
                "a parameter has one value, .value; scaling is the affair of the fit",
            )
        )

    # -- copies ---------------------------------------------------------------------------

    def copy(self) -> Parameter:
        """Copy with the same values; a link still refers to the same parameters."""
        new = object.__new__(type(self))
        new.__dict__.update(self.__dict__)
        return new

    def relinked(self, mapping: dict[Parameter, Parameter]) -> None:
        """Let the link refer to the images of its parameters, where they have one."""
        if self._link is not None:
            self._link = _mapped(self._link, mapping)

    def __deepcopy__(self, memo: dict[int, Any]) -> Parameter:
        new = self.copy()
        memo[id(self)] = new
        return new

    # -- a declaration on a model class is a descriptor -----------------------------------

    def __set_name__(self, owner: type, name: str) -> None:
        if name != self.name:
            raise ParameterError(
                f"{owner.__name__}.{name} declares a parameter named {self.name!r}: use one name"
            )

    def __get__(self, instance: Any, owner: type | None = None) -> Parameter:
        return self if instance is None else instance.own_parameters[self.name]

    def __set__(self, instance: Any, value: Any) -> None:
        instance.share_parameter(self.name, value)

    def _repr_html_(self) -> str:
        return find("Parameter", "html", "table")(self)

    def __repr__(self) -> str:
        flag = " (frozen)" if self._frozen else ""
        flag = f" (linked to {self._link!r})" if self._link is not None else flag
        error = f" +- {self._error:.2g}" if self._error else ""
        unit = f" {self._unit.to_string(fraction=False)}" if str(self._unit) else ""
        return f"Parameter({self.name} = {self.value:.6g}{error}{unit}{flag})"


def _mapped(node: Algebra, mapping: dict[Parameter, Parameter]) -> Algebra:
    if isinstance(node, Parameter):
        return mapping.get(node, node)
    if isinstance(node, Operation):
        return Operation(node.operator, _mapped(node.left, mapping), _mapped(node.right, mapping))
    return node


def _value_and_unit(name: str, value: Any, unit: Any) -> tuple[float, u.UnitBase]:
    if isinstance(value, (str, u.Quantity)):
        try:
            quantity = u.Quantity(value)
        except (TypeError, ValueError):
            raise ParameterError(
                f"{name} = {value!r} is not a quantity: write it like '1e-12 cm-2 s-1 TeV-1'"
            ) from None
        if str(unit) and not quantity.unit.is_equivalent(parse_unit(unit)):
            raise UnitMismatchError(
                f"{name} = {value!r} does not convert to {str(unit)!r}: give it in that unit"
            )
        return _number(name, "value", quantity.value), quantity.unit
    return _number(name, "value", value), parse_unit(unit)


def _number(name: str, what: str, value: Any) -> float:
    """Finite float, or an error that says what is wrong."""
    if isinstance(value, np.ndarray) and value.ndim == 0:
        value = value[()]
    if isinstance(value, u.Quantity):
        raise ParameterError(
            f"{name}: {what} = {value!r} has a unit; set {name}.quantity, or a plain number in "
            "the parameter's unit"
        )
    if isinstance(value, (bool, np.bool_)) or not isinstance(value, numbers.Real):
        raise ParameterError(f"{name}: {what} = {value!r} must be a real number")
    if not math.isfinite(value):
        raise ParameterError(f"{name}: {what} = {value!r} must be finite")
    return float(value)


def _bound(parameter: Parameter, what: str, value: Any) -> float:
    """Bound in the parameter's unit from a number, None, nan or a quantity."""
    if value is None:
        return math.nan
    if isinstance(value, (u.Quantity, str)):
        number, unit = _value_and_unit(f"{parameter.name}.{what}", value, "")
        if not unit.is_equivalent(parameter.unit):
            raise UnitMismatchError(
                f"{parameter.name}.{what} = {value!r} does not convert to {str(parameter.unit)!r}: "
                "give it in that unit"
            )
        return number * float(unit.to(parameter.unit))
    none = {"min": -math.inf, "max": math.inf}[what]  # nan or this is how files say "none"
    if isinstance(value, numbers.Real) and (math.isnan(value) or value == none):
        return math.nan
    return _number(parameter.name, what, value)


def _size(parameter: Parameter, what: str, value: Any) -> float:
    if isinstance(value, numbers.Real) and math.isnan(value):
        return math.nan
    number = _number(parameter.name, what, value)
    if number < 0:
        raise ParameterError(f"{parameter.name}: {what} = {value!r} must not be negative")
    return number
