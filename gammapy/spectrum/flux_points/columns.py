"""Columns of a table of flux points, as plain arrays.

Names are read in any case, masked cells are nan, photons ("ph") are no unit, and it is kept
count of what has been used, so that nothing is lost without a word.
"""

from __future__ import annotations

import warnings
from typing import Any

import astropy.units as u
import numpy as np
from astropy.table import Table
from astropy.time import Time

from gammapy.errors import DataError, GammapyWarning

__all__ = ["Columns"]


class Columns:
    """Columns of a table.

    Parameters
    ----------
    table : `~astropy.table.Table`
    """

    def __init__(self, table: Table) -> None:
        if not len(table):
            raise DataError("the table of flux points has no rows")
        self._columns = {name.lower(): table[name] for name in table.colnames}
        self._left = dict.fromkeys(self._columns)
        self._dropped: list[str] = []
        self.n_rows = len(table)

    @property
    def names(self) -> list[str]:
        """All names, in lower case."""
        return list(self._columns)

    @property
    def left(self) -> list[str]:
        """Names of those not used yet."""
        return list(self._left)

    def __contains__(self, name: object) -> bool:
        return name in self._columns

    def time(self, name: str) -> Time | None:
        """Times of a column of times; None if it holds numbers."""
        column = self._columns[name]
        if isinstance(column, Time):
            self._left.pop(name, None)
            return column
        return None

    def array(self, name: str) -> tuple[np.ndarray, u.UnitBase | None]:
        """Own array of a column, and its unit or None.

        Raises
        ------
        DataError
            If it holds neither numbers nor booleans.
        """
        column = self._columns[name]
        unit = None if getattr(column, "unit", None) is None else _without_photons(column.unit)
        masked = np.ma.asarray(getattr(column, "value", column))
        if masked.dtype.kind not in "biuf":
            raise DataError(f"column {name} holds {masked.dtype}, not numbers: leave it out")
        self._left.pop(name, None)
        if masked.dtype.kind == "b":
            return np.ma.filled(masked, False), unit
        if masked.dtype.kind == "f" or np.any(np.ma.getmaskarray(masked)):
            return np.ma.filled(masked.astype(float), np.nan), unit
        return np.array(masked.filled(), dtype=int), unit

    def quantity(self, name: str, like: u.UnitBase, default: u.UnitBase | None = None) -> Any:
        """Column as a quantity that converts to a unit.

        Raises
        ------
        DataError
            If there is no such column, or no unit, or it does not convert.
        """
        if name not in self:
            raise DataError(f"column {name} is missing: there are only {self.names}")
        values, unit = self.array(name)
        unit = default if unit is None else unit
        if unit is None or not unit.is_equivalent(like):
            raise DataError(
                f"column {name} is in {'no unit' if unit is None else repr(str(unit))}, which does "
                f"not convert to {str(like)!r}: set table[{name!r}].unit, or rename the column"
            )
        return u.Quantity(values, unit, dtype=float)

    def drop(self, name: str) -> None:
        """Leave a column out; `report` will tell."""
        self._left.pop(name, None)
        self._dropped.append(name)

    def report(self) -> None:
        """Warn of the columns that were left out."""
        if self._dropped:
            warnings.warn(
                f"flux points: the columns {self._dropped} are not kept: they repeat others, hold "
                "no numbers, or have more dimensions than the axes of the flux and one more",
                GammapyWarning,
                stacklevel=5,
            )


def _without_photons(unit: Any) -> u.UnitBase:
    """Unit with its photons taken out: a flux counts them anyway."""
    unit = u.Unit(unit)
    power = dict(zip(unit.bases, unit.powers, strict=True)).get(u.ph, 0)
    return unit / u.ph**power if power else unit
