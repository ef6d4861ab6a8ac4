"""Arithmetic on parameters: what ``0.5 * a.amplitude`` makes, and what a link holds.

An expression is a tree of `Operation` over `Constant` and parameters. Its unit follows from
its leaves. `bind` turns a tree into a function of the leaves' values that also gives the
exact derivatives, with all unit conversions done beforehand; a plan calls it in the fit.
"""

from __future__ import annotations

import math
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

import astropy.units as u
import numpy as np

from gammapy.errors import LinkError, UnitMismatchError

if TYPE_CHECKING:
    from gammapy.modeling.parameter import Parameter

    #: value of an expression in its unit, and its derivatives by the leaves in theirs
    Dual = tuple[float, dict["Parameter", float]]
    Lookup = Callable[[Parameter], float]

__all__ = ["OPERATORS", "Algebra", "Constant", "Operation"]


class Algebra(ABC):
    """Anything that can stand in an expression; gives it the operators."""

    @property
    @abstractmethod
    def unit(self) -> u.UnitBase:
        """Unit of the value."""

    @abstractmethod
    def leaves(self) -> Iterator[Parameter]:
        """Parameters in the tree, from left to right, possibly repeated."""

    @abstractmethod
    def bind(self) -> Callable[[Lookup], Dual]:
        """Function of a lookup of leaf values: value and derivatives by the leaves."""

    def __add__(self, other: Any) -> Operation:
        return Operation("add", self, _operand(other))

    def __radd__(self, other: Any) -> Operation:
        return Operation("add", _operand(other), self)

    def __sub__(self, other: Any) -> Operation:
        return Operation("sub", self, _operand(other))

    def __rsub__(self, other: Any) -> Operation:
        return Operation("sub", _operand(other), self)

    def __mul__(self, other: Any) -> Operation:
        return Operation("mul", self, _operand(other))

    def __rmul__(self, other: Any) -> Operation:
        return Operation("mul", _operand(other), self)

    def __truediv__(self, other: Any) -> Operation:
        return Operation("truediv", self, _operand(other))

    def __rtruediv__(self, other: Any) -> Operation:
        return Operation("truediv", _operand(other), self)

    def __pow__(self, other: Any) -> Operation:
        return Operation("pow", self, _operand(other))

    def __rpow__(self, other: Any) -> Operation:
        return Operation("pow", _operand(other), self)

    def __neg__(self) -> Operation:
        return Operation("mul", Constant(-1.0), self)

    # numpy and Quantity on the left must let the reflected operators act
    __array_ufunc__ = None


class Constant(Algebra):
    """A number or a quantity in an expression."""

    def __init__(self, value: Any) -> None:
        try:
            quantity = u.Quantity(value, dtype=float)
        except (TypeError, ValueError):
            quantity = u.Quantity(np.nan)
        if quantity.ndim or not np.isfinite(quantity.value):
            raise LinkError(
                f"{value!r} cannot stand in an expression: use a parameter, or a finite number or "
                "quantity"
            )
        self.value = float(quantity.value)
        self._unit = quantity.unit

    @property
    def unit(self) -> u.UnitBase:
        return self._unit

    def leaves(self) -> Iterator[Parameter]:
        return iter(())

    def bind(self) -> Callable[[Lookup], Dual]:
        value = self.value
        return lambda lookup: (value, {})

    def __repr__(self) -> str:
        return f"{self.value:g} {self.unit}".strip()


class Operation(Algebra):
    """Two expressions joined by ``add``, ``sub``, ``mul``, ``truediv`` or ``pow``."""

    def __init__(self, operator: str, left: Algebra, right: Algebra) -> None:
        self.operator = operator
        self.left = left
        self.right = right
        _ = self.unit  # an expression whose units do not fit cannot be made

    @property
    def unit(self) -> u.UnitBase:
        left, right = self.left.unit, self.right.unit
        if self.operator == "mul":
            return left * right
        if self.operator == "truediv":
            return left / right
        if self.operator == "pow":
            return self._power_unit(left, right)
        if not right.is_equivalent(left):
            raise UnitMismatchError(
                f"cannot {self.operator} {self.left!r} in {str(left)!r} and {self.right!r} in "
                f"{str(right)!r}: both sides need the same dimension; multiply one by a "
                f"quantity, e.g. {self.right!r} * (1 * u.Unit({str(left / right)!r}))"
            )
        return left

    def _power_unit(self, base: u.UnitBase, exponent: u.UnitBase) -> u.UnitBase:
        if exponent.is_equivalent(u.one) and base.is_equivalent(u.one):
            return u.one
        if exponent.is_equivalent(u.one) and isinstance(self.right, Constant):
            return base ** (self.right.value * exponent.to(u.one))
        raise UnitMismatchError(
            f"cannot raise {self.left!r} in {str(base)!r} to {self.right!r} in {str(exponent)!r}: "
            "an exponent is a plain number, and fixed where the base has a unit"
        )

    def leaves(self) -> Iterator[Parameter]:
        yield from self.left.leaves()
        yield from self.right.leaves()

    def bind(self) -> Callable[[Lookup], Dual]:
        left, right = self.left.bind(), self.right.bind()
        rule = OPERATORS[self.operator]
        left_factor, right_factor = self._factors()

        def function(lookup: Lookup) -> Dual:
            a, by_a = left(lookup)
            b, by_b = right(lookup)
            value, d_a, d_b = rule(a * left_factor, b * right_factor)
            total = {leaf: d_a * left_factor * d for leaf, d in by_a.items()}
            for leaf, d in by_b.items():
                total[leaf] = total.get(leaf, 0.0) + d_b * right_factor * d
            return value, total

        return function

    def _factors(self) -> tuple[float, float]:
        """Numbers that bring both sides to units in which the rule holds for floats."""
        left, right = self.left.unit, self.right.unit
        if self.operator in ("add", "sub"):
            return 1.0, right.to(left)
        if self.operator == "pow":
            base = left.to(u.one) if left.is_equivalent(u.one) else 1.0
            return base, right.to(u.one)
        return 1.0, 1.0

    def __repr__(self) -> str:
        sign = {"add": "+", "sub": "-", "mul": "*", "truediv": "/", "pow": "**"}[self.operator]
        left, right = (
            f"({side!r})" if isinstance(side, Operation) else _leaf_name(side)
            for side in (self.left, self.right)
        )
        return f"{left} {sign} {right}"


def _leaf_name(node: Algebra) -> str:
    return repr(node) if isinstance(node, Constant) else str(getattr(node, "name", node))


def _operand(value: Any) -> Algebra:
    return value if isinstance(value, Algebra) else Constant(value)


def _truediv(a: float, b: float) -> tuple[float, float, float]:
    if b == 0:
        raise LinkError(f"{a:g} / {b:g} is not a number: keep the divisor from zero by a bound")
    return a / b, 1.0 / b, -(a / b) / b  # b * b would be 0 for the smallest b


def _pow(a: float, b: float) -> tuple[float, float, float]:
    a, b = float(a), float(b)  # numpy's floats would give nan where Python's raise
    try:
        value = a**b
    except (ZeroDivisionError, OverflowError):
        raise LinkError(f"{a:g} ** {b:g} is not finite: keep the base away by a bound") from None
    if isinstance(value, complex):
        raise LinkError(f"{a:g} ** {b:g} is not a real number: keep the base positive by a bound")
    by_exponent = value * math.log(a) if a > 0 else (0.0 if b > 0 else math.nan)
    by_base = b * a ** (b - 1.0) if (a or b >= 1) else (math.inf if b else 0.0)
    return value, by_base, by_exponent


#: operator -> function of two floats: value and derivatives by both
OPERATORS: dict[str, Callable[[float, float], tuple[float, float, float]]] = {
    "add": lambda a, b: (a + b, 1.0, 1.0),
    "sub": lambda a, b: (a - b, 1.0, -1.0),
    "mul": lambda a, b: (a * b, b, a),
    "truediv": _truediv,
    "pow": _pow,
}
