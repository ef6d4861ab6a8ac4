"""The door of `gammapy.stats`: numbers and arrays of numbers, checked once."""

from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from gammapy.errors import DataError

__all__ = ["FloatArray", "broadcast", "checked"]

FloatArray = NDArray[np.float64]
Rule = Literal["finite", "finite and >= 0", "finite and > 0"]


def checked(
    name: str, value: Any, rule: Rule, way_out: str = "mask or correct this bin"
) -> FloatArray:
    """``value`` as a float array that obeys the rule.

    Raises
    ------
    DataError
        A ValueError that names the first value against the rule, and its index in an array.
    """
    array = np.asarray(value)
    if array.dtype.kind not in "biuf":
        raise DataError(f"{name} = {value!r} must be a number or an array of numbers: {way_out}")
    unit = str(getattr(value, "unit", None) or "")
    if unit not in ("", "ct"):
        raise DataError(f"{name} has the unit {unit!r}, counts have none: pass plain numbers")
    array = np.asarray(array, dtype=float)
    bad = ~np.isfinite(array)
    if rule == "finite and >= 0":
        bad |= array < 0
    elif rule == "finite and > 0":
        bad |= array <= 0
    if bad.any():
        index = tuple(int(i) for i in np.argwhere(bad)[0])
        place = f"{name}[{', '.join(map(str, index))}]" if index else name
        raise DataError(f"{place} = {float(array[index])} must be {rule}: {way_out}")
    return array


def broadcast(**arrays: FloatArray) -> list[FloatArray]:
    """The arrays in one shape (read-only views).

    Raises
    ------
    DataError
        A ValueError that lists the shapes, if they do not broadcast.
    """
    try:
        shape = np.broadcast_shapes(*(array.shape for array in arrays.values()))
    except ValueError:
        shapes = ", ".join(f"{name} {array.shape}" for name, array in arrays.items())
        raise DataError(
            f"shapes do not fit each other: {shapes} must broadcast: pass one shape or scalars"
        ) from None
    return [np.broadcast_to(array, shape) for array in arrays.values()]
