"""The internal units, and the door where units are put on and taken off (law 1).

Inside the engine there are only floats in TeV, cm, s and deg on the sky, with sr^-1 for
densities on it. `internal_unit` tells which of these a unit becomes; a unit with another base
(a mass, a magnetic field, a temperature) is left as it is: it stays with the model that
needs it.
"""

import numbers
from functools import lru_cache
from typing import Any

import astropy.units as u
import numpy as np

from gammapy.errors import UnitMismatchError

__all__ = ["as_quantity", "internal_factor", "internal_unit", "parse_unit", "strip"]

#: SI bases that the internal units can express
_SI_BASES = (u.kg, u.m, u.s, u.rad)


@lru_cache(maxsize=512)
def parse_unit(unit: Any) -> u.UnitBase:
    """Unit from a string, a unit or None (dimensionless); a clear error otherwise."""
    try:
        if isinstance(unit, numbers.Number):  # astropy would make a scaled unit of it
            raise TypeError("a number")
        return u.Unit("" if unit is None else unit)
    except (ValueError, TypeError) as error:
        raise UnitMismatchError(
            f"{unit!r} is not a unit that astropy knows: write it like 'cm-2 s-1 TeV-1' ({error})"
        ) from None


@lru_cache(maxsize=512)
def internal_unit(unit: u.UnitBase) -> u.UnitBase:
    """The unit of the same dimension that the engine works in.

    An energy to the power a times a length to the b times a time to the c becomes
    ``TeV^a cm^b s^c``; angles become deg, and an even power of angles a power of sr.
    """
    si = unit.decompose()
    powers = dict(zip(si.bases, si.powers, strict=True))
    if any(base not in _SI_BASES for base in powers):
        return unit
    energy = powers.get(u.kg, 0)
    length = powers.get(u.m, 0) - 2 * energy
    time = powers.get(u.s, 0) + 2 * energy
    angle = powers.get(u.rad, 0)
    if energy == 1 and (length, time) == (-2, 2):
        return unit  # a mass
    sky = u.deg**angle if angle % 2 else u.sr ** (angle / 2)
    return u.TeV**energy * u.cm**length * u.s**time * sky


@lru_cache(maxsize=512)
def internal_factor(unit: u.UnitBase) -> float:
    """Number that turns a value in ``unit`` into one in `internal_unit`."""
    return float(unit.to(internal_unit(unit)))


def as_quantity(value: Any, name: str, like: u.UnitBase) -> u.Quantity:
    """Double-precision quantity of the dimension of ``like`` from a quantity or a string.

    Raises
    ------
    UnitMismatchError
        If the value has no unit, or one that does not convert.
    """
    try:
        quantity = u.Quantity(value, dtype=float)  # float32 from a file would stay float32
        if quantity.unit.is_equivalent(like):
            return quantity
    except (TypeError, ValueError):
        pass
    raise UnitMismatchError(
        f"{name} = {value!r} has the wrong unit: a quantity convertible to "
        f"{str(like) or 'a plain number'!r} is needed, e.g. {name} = 1 * u.Unit({str(like)!r})"
    )


def strip(value: Any, name: str, like: u.UnitBase) -> np.ndarray:
    """Float array in internal units from a quantity that converts to ``like``."""
    quantity = as_quantity(value, name, like)
    return quantity.to_value(internal_unit(like))
