"""Adding a map to another in place: units, weights, masks and whole numbers minded."""

from __future__ import annotations

from typing import Any

import astropy.units as u
import numpy as np

from gammapy.errors import DataError, UnitMismatchError

__all__ = ["add_in_place", "addend"]


def addend(to: Any, other: Any, weights: Any, nan_to_num: bool) -> np.ndarray:
    """What a map adds to another one: its data in that unit, times weights.

    Parameters
    ----------
    to, other : `Map`
    weights : `Map`, array_like or None
        Of the other, or one that broadcasts to it.
    nan_to_num : bool
        True to take nan as 0.

    Raises
    ------
    UnitMismatchError
        If the unit does not convert.
    DataError
        If the weights do not fit.
    """
    data = other.data
    if nan_to_num and data.dtype.kind == "f" and np.isnan(data).any():
        data = np.where(np.isnan(data), 0.0, data)
    factor = _factor(other.unit, to.unit)
    if factor != 1.0:
        data = data * factor
    if weights is None:
        return data
    weight = np.asarray(getattr(weights, "data", weights))
    try:
        return data * np.broadcast_to(weight, data.shape)
    except ValueError:
        raise DataError(
            f"weights of shape {weight.shape} do not fit to data of shape {data.shape}"
        ) from None


def _factor(unit: Any, wanted: Any) -> float:
    if unit == wanted:
        return 1.0
    try:
        return float(unit.to(wanted))
    except u.UnitConversionError:
        raise UnitMismatchError(
            f"map in {str(unit)!r} added to one in {str(wanted)!r}: the units do not convert; "
            "use a fitting map"
        ) from None


def add_in_place(data: np.ndarray, add: np.ndarray) -> None:
    """Add to an array or a part of one; of masks take any of both.

    Raises
    ------
    DataError
        If whole numbers cannot take what is added.
    """
    if data.dtype == bool:
        data |= add.astype(bool)
    elif data.dtype.kind in "iu" and add.dtype.kind == "f":
        if not np.array_equal(add, np.round(add)):
            raise DataError(
                f"numbers that are not whole cannot be added to data of {data.dtype}: make the map "
                "with dtype=float"
            )
        data += add.astype(data.dtype)
    else:
        data += add
