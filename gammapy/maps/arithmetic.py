"""Arithmetic of maps: pixel by pixel, with units, with other maps, quantities and numbers.

A result is a new map that can be changed. Units are converted where sums and comparisons need
it; ``> >= < <=`` give masks, and ``& | ~`` combine them.
"""

from __future__ import annotations

import operator
from abc import ABC, abstractmethod
from collections.abc import Callable
from typing import Any, Self

import astropy.units as u
import numpy as np

from gammapy.errors import DataError, UnitMismatchError

__all__ = ["MapArithmetic"]


class MapArithmetic(ABC):
    """What the operators do, for a map with ``geom``, ``data`` and ``unit``."""

    __array_ufunc__ = None  # an array or a Quantity on the left leaves the operator to the map

    #: numbers in the pixels
    data: np.ndarray

    @property
    @abstractmethod
    def quantity(self) -> u.Quantity:
        """Data with unit."""

    @abstractmethod
    def with_data(self, data: np.ndarray, unit: Any) -> Self:
        """Map of the same geometry."""

    @abstractmethod
    def is_like(self, other: Any) -> bool:
        """True if the other is a map of the same geometry."""

    def __add__(self, other: Any) -> Self:
        return self._apply("+", operator.add, self, other)

    __radd__ = __add__

    def __sub__(self, other: Any) -> Self:
        return self._apply("-", operator.sub, self, other)

    def __rsub__(self, other: Any) -> Self:
        return self._apply("-", operator.sub, other, self)

    def __mul__(self, other: Any) -> Self:
        return self._apply("*", operator.mul, self, other)

    __rmul__ = __mul__

    def __truediv__(self, other: Any) -> Self:
        return self._apply("/", operator.truediv, self, other)

    def __rtruediv__(self, other: Any) -> Self:
        return self._apply("/", operator.truediv, other, self)

    def __gt__(self, other: Any) -> Self:
        return self._apply(">", operator.gt, self, other)

    def __ge__(self, other: Any) -> Self:
        return self._apply(">=", operator.ge, self, other)

    def __lt__(self, other: Any) -> Self:
        return self._apply("<", operator.lt, self, other)

    def __le__(self, other: Any) -> Self:
        return self._apply("<=", operator.le, self, other)

    def __and__(self, other: Any) -> Self:
        return self._combine("&", np.logical_and, other)

    def __or__(self, other: Any) -> Self:
        return self._combine("|", np.logical_or, other)

    def __invert__(self) -> Self:
        return self._combine("~", lambda mask, _: ~mask, self)

    def _apply(self, sign: str, function: Callable[..., Any], left: Any, right: Any) -> Self:
        sides = [self._quantity(sign, side) for side in (left, right)]
        try:
            # 0 / 0 and the like are what users look for in a ratio of maps
            with np.errstate(divide="ignore", invalid="ignore"):
                result = function(*sides)
        except u.UnitConversionError as error:
            raise UnitMismatchError(
                f"map in {str(sides[0].unit)!r} {sign} {str(sides[1].unit)!r}: the units do not "
                "convert; give the other as a quantity or a map in a fitting unit"
            ) from error
        return self.with_data(np.asarray(result), getattr(result, "unit", ""))

    def _quantity(self, sign: str, side: Any) -> u.Quantity:
        if isinstance(side, MapArithmetic):
            if not self.is_like(side):
                raise DataError(f"{self!r} {sign} {side!r}: the axes of maps must agree")
            return side.quantity
        try:
            quantity = u.Quantity(side)
        except TypeError:
            raise DataError(
                f"map {sign} {side!r}: a map, a quantity or a number is needed"
            ) from None
        if quantity.ndim and quantity.shape != self.quantity.shape:
            raise DataError(
                f"map of shape {self.quantity.shape} {sign} array of shape {quantity.shape}: "
                "the shapes must agree"
            )
        return quantity

    def _combine(self, sign: str, function: Callable[..., Any], other: Any) -> Self:
        for side in (self, other):
            if not isinstance(side, MapArithmetic) or side.data.dtype != bool:
                raise DataError(f"{sign} combines masks, maps of True and False: {side!r} is none")
        if not self.is_like(other):
            raise DataError(f"{self!r} {sign} {other!r}: the axes of masks must agree")
        return self.with_data(function(self.data, other.data), "")
