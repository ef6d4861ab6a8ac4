"""What all models share: declared parameters, construction, copies, printing.

A model class declares its parameters as class attributes; they are collected, in order, when
the class is defined, and become the keyword arguments of its constructor.
"""

from __future__ import annotations

import inspect
from abc import ABC
from typing import Any, ClassVar, Self

import astropy.units as u

from gammapy.dispatch import find
from gammapy.errors import ModelError, ParameterError, UnitMismatchError, UnknownNameError
from gammapy.modeling.covariance import Covariance
from gammapy.modeling.models.registry import Registry
from gammapy.modeling.parameter import Parameter
from gammapy.modeling.parameters import Parameters

__all__ = ["ModelBase", "clone_parameters"]


class ModelBase(ABC):
    """Base of the model families; a family sets `registry`."""

    #: class name first, then short tags, as they stand in files
    tag: ClassVar[list[str]] = []
    #: parameters that the class declares, in the order in which ``evaluate`` takes their values
    default_parameters: ClassVar[Parameters] = Parameters()
    registry: ClassVar[Registry]
    #: how many arguments of ``evaluate``, before the values, say where: an energy, a position...
    coordinates: ClassVar[int] = 1

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        inherited = {p.name: p for p in cls.__mro__[1].__dict__.get("default_parameters", ())}
        declared = {n: v for n, v in cls.__dict__.items() if isinstance(v, Parameter)}
        cls.default_parameters = Parameters(_as_evaluate_takes_them(cls, inherited | declared))
        if "tag" in cls.__dict__:
            if isinstance(cls.tag, str):
                cls.tag = [cls.tag]
            if cls.__name__ not in cls.tag:
                cls.tag = [cls.__name__, *cls.tag]
            cls.registry.register(cls)

    def __init__(self, **values: Any) -> None:
        self.own_parameters = {p.name: p.copy() for p in self.default_parameters}
        unknown = [name for name in values if name not in self.own_parameters]
        if unknown:
            raise UnknownNameError(
                f"{type(self).__name__} has no parameter {unknown[0]!r}: "
                f"it has {list(self.own_parameters)}"
            )
        for name, value in values.items():
            if isinstance(value, Parameter):
                self.share_parameter(name, value)
            else:
                self._set_start(self.own_parameters[name], value)

    def _set_start(self, parameter: Parameter, value: Any) -> None:
        """Value given to the constructor: a quantity, or a number if that needs no unit."""
        try:
            if not isinstance(value, (int, float)):
                parameter.quantity = value
            elif parameter.unit is u.dimensionless_unscaled or not str(parameter.unit):
                parameter.value = value
            else:
                raise ParameterError(
                    f"a unit is needed: write {parameter.name}='{value:g} {parameter.unit}'"
                )
        except (ParameterError, UnitMismatchError) as error:
            where = f"{type(self).__name__}({parameter.name}={value!r})"
            raise type(error)(f"{where}: {error}") from None

    # -- parameters -----------------------------------------------------------------------

    @property
    def parameters(self) -> Parameters:
        """Parameters of the model; a shared one is counted once."""
        return Parameters(self.own_parameters.values(), self.own_parameters.keys())

    def share_parameter(self, name: str, parameter: Any) -> None:
        """Use another model's parameter in place of the own one, so that they are the same.

        This is what ``b.index = a.index`` does.
        """
        own = self.own_parameters[name]
        if not isinstance(parameter, Parameter):
            raise ParameterError(
                f"{type(self).__name__}.{name} = {parameter!r}: assign a Parameter to share it; "
                f"for a number use .{name}.value, for a quantity .{name}.quantity, "
                f"for an expression .{name}.link"
            )
        if not parameter.unit.is_equivalent(own.unit):
            raise UnitMismatchError(
                f"{type(self).__name__}.{name} in {str(own.unit)!r} cannot share {parameter!r}: "
                "the units do not convert"
            )
        self.own_parameters[name] = parameter

    @property
    def covariance(self) -> Covariance:
        """Covariance of `parameters`, in their current units."""
        return self.parameters.covariance

    @covariance.setter
    def covariance(self, covariance: Any) -> None:
        self.parameters.covariance = covariance

    @property
    def frozen(self) -> bool:
        """True if all parameters are frozen."""
        return all(p.frozen for p in self.parameters)

    def freeze(self) -> None:
        """Freeze all parameters."""
        self.parameters.freeze_all()

    def unfreeze(self) -> None:
        """Give all parameters the frozen flags that the class declares."""
        for parameter, default in zip(
            self.own_parameters.values(), self.default_parameters, strict=True
        ):
            parameter.frozen = default.frozen

    def reassign(self, mapping: dict[Parameter, Parameter]) -> None:
        """Replace parameters by their images, where they have one."""
        for name, parameter in self.own_parameters.items():
            self.own_parameters[name] = mapping.get(parameter, parameter)

    # -- copies ---------------------------------------------------------------------------

    def copy(self, **kwargs: Any) -> Self:
        """Independent copy; links inside the model follow, links to others still hold."""
        new = self._shell(**kwargs)
        new.reassign(clone_parameters(self.parameters))
        return new

    def _shell(self, **kwargs: Any) -> Self:
        """New object that shares the parameters; the only step a family adapts."""
        if kwargs:
            raise ModelError(f"{type(self).__name__}.copy has no argument {next(iter(kwargs))!r}")
        new = object.__new__(type(self))
        new.__dict__.update(self.__dict__)
        new.own_parameters = dict(self.own_parameters)
        return new

    def __deepcopy__(self, memo: dict[int, Any]) -> Self:
        return self.copy()

    # -- shown ----------------------------------------------------------------------------

    def __repr__(self) -> str:
        inside = ", ".join(f"{name}={_text(p)}" for name, p in self.own_parameters.items())
        return f"{type(self).__name__}({inside})"

    def __str__(self) -> str:
        return f"{type(self).__name__}\n\n{self.parameters}"

    def _repr_html_(self) -> str:
        return find("Model", "html", "table")(self)


def _text(parameter: Parameter) -> str:
    """Value as it would be written in a call."""
    unit = parameter.unit.to_string(fraction=False)
    return f"'{parameter.value:.6g} {unit}'" if unit else f"{parameter.value:.6g}"


def clone_parameters(parameters: Parameters) -> dict[Parameter, Parameter]:
    """Copies of parameters; links and correlations among them go to the copies."""
    mapping = {parameter: parameter.copy() for parameter in parameters}
    twins: dict[int, Covariance] = {}
    for copy in mapping.values():
        copy.relinked(mapping)
        copy.uncorrelated_with_original(twins)
    return mapping


def _as_evaluate_takes_them(
    cls: type[ModelBase], declared: dict[str, Parameter]
) -> list[Parameter]:
    """Parameters in the order of the arguments of ``evaluate``, which gets values by position.

    Raises
    ------
    ModelError
        If a name stands at another place there, and the rest does not tell which is meant.
    """
    formula = inspect.getattr_static(cls, "evaluate", None)
    if formula is None:
        return list(declared.values())
    bound = isinstance(formula, staticmethod | classmethod)
    arguments = list(inspect.signature(cls.evaluate).parameters.values())  # type: ignore[attr-defined]
    arguments = arguments[cls.coordinates + (0 if bound else 1) :]
    names = [a.name for a in arguments if a.kind is a.POSITIONAL_OR_KEYWORD]
    if sorted(names) == sorted(declared):
        return [declared[name] for name in names]
    for place, name in enumerate(declared):
        if name in names and names.index(name) != place:
            raise ModelError(
                f"{cls.__name__}.evaluate takes {names} after its coordinates, and the "
                f"parameters are {list(declared)}: let it take all of them, under these names"
            )
    return list(declared.values())
