"""Tables in FITS files: numbers, units and edges of bins in their columns.

Files as a whole are read and written by `gammapy.fits_file`, whose functions are handed on.
"""

from __future__ import annotations

import warnings
from collections.abc import Mapping
from pathlib import Path

import astropy.units as u
import numpy as np
from astropy.io import fits

from gammapy.errors import FileFormatError, GammapyWarning
from gammapy.fits_file import open_hdus, read_hdus, write_hdus

__all__ = [
    "carried_tables",
    "column_unit",
    "edges",
    "has_column",
    "name_card",
    "numbers",
    "open_hdus",
    "read_hdus",
    "write_hdus",
]


def _line(error: BaseException) -> str:
    return " ".join(str(error).split()) or type(error).__name__


def has_column(hdu: fits.BinTableHDU, name: str) -> bool:
    """True if a table has a column of this name, in any case."""
    return name.upper() in (column.upper() for column in hdu.columns.names)


def numbers(
    hdu: fits.BinTableHDU, name: str, path: Path, unit: str = "", default: str = ""
) -> np.ndarray:
    """Finite numbers of a column, as floats [n_rows, ...] in a unit.

    Parameters
    ----------
    hdu : `~astropy.io.fits.BinTableHDU`
    name : str
        Of the column.
    path : path
        For the messages.
    unit : str
        To convert to; numbers are taken as they are by default.
    default : str
        Unit of a column that states none.

    Raises
    ------
    FileFormatError
        If the column is missing, its unit does not convert, or numbers are not finite.
    """
    place = f"{path}: column {name} of {hdu.name}"
    if not has_column(hdu, name):
        raise FileFormatError(f"{place} is missing: there are only {hdu.columns.names}")
    try:
        values = np.array(hdu.data[name], dtype=float)
        factor = column_unit(hdu, name, default).to(unit) if unit else 1.0
    except (ValueError, TypeError) as error:
        raise FileFormatError(
            f"{place} is not a column of numbers in {unit!r}: {_line(error)}"
        ) from None
    bad = np.argwhere(~np.isfinite(values))
    if len(bad):
        raise FileFormatError(
            f"{place} is {values[tuple(bad[0])]} in row {bad[0][0]} ({len(bad)} such numbers): "
            "they must be finite; replace them by 0"
        )
    return values * factor


def column_unit(hdu: fits.BinTableHDU, name: str, default: str = "") -> u.UnitBase:
    """Unit that a column states, or a default."""
    column = next(c for c in hdu.columns if c.name.upper() == name.upper())
    return u.Unit((column.unit or "").strip() or default)


def edges(
    hdu: fits.BinTableHDU,
    low: str,
    high: str,
    path: Path,
    default: str,
    rows: slice = slice(None),
) -> u.Quantity:
    """Energies [n + 1] of the edges of bins, from two columns, in the unit of the first.

    Raises
    ------
    FileFormatError
        If the bins do not ascend, or do not touch (within 1e-5, for single precision).
    """
    if not has_column(hdu, low):
        numbers(hdu, low, path)
    try:
        unit = column_unit(hdu, low, default)
    except ValueError as error:
        raise FileFormatError(f"{path}: column {low} of {hdu.name}: {_line(error)}") from None
    if not unit.is_equivalent("keV"):
        raise FileFormatError(f"{path}: column {low} of {hdu.name} is in {unit}, not an energy")
    lows = numbers(hdu, low, path, str(unit), default)[rows]
    highs = numbers(hdu, high, path, str(unit), default)[rows]
    bad = np.flatnonzero(lows >= highs)
    if len(bad):
        i = bad[0]
        raise FileFormatError(
            f"{path}: bin {i} of {hdu.name} runs from {low} = {lows[i]:g} to {high} = "
            f"{highs[i]:g} {unit}: bins must ascend; correct or sort them"
        )
    bad = np.flatnonzero(np.abs(lows[1:] - highs[:-1]) > 1e-5 * np.abs(highs[:-1]))
    if len(bad):
        i = bad[0]
        raise FileFormatError(
            f"{path}: bin {i} of {hdu.name} ends at {high} = {highs[i]:g} and the next starts at "
            f"{low} = {lows[i + 1]:g} {unit}: bins must touch and ascend; correct or sort them"
        )
    return u.Quantity(np.append(lows, highs[-1]), unit)


def carried_tables(hdus: fits.HDUList, names: Mapping[str, str]) -> dict[str, fits.BinTableHDU]:
    """Tables that are not used, only kept to be written back.

    Parameters
    ----------
    hdus : `~astropy.io.fits.HDUList`
    names : mapping
        From names in the file to names to keep them under.
    """
    return {
        kept: fits.BinTableHDU(hdus[name].data, hdus[name].header, name=kept)
        for name, kept in names.items()
        if name in hdus and isinstance(hdus[name], fits.BinTableHDU)
    }


def name_card(header: fits.Header, key: str, name: str) -> None:
    """Put the name of a dataset into a header, or warn that it has no place there."""
    if name.isascii() and name.isprintable():
        header[key] = name
        return
    warnings.warn(
        f"the name {name!r} cannot be stored, FITS headers are ASCII: rename the dataset, or "
        "pass name= when you read it",
        GammapyWarning,
        stacklevel=2,
    )
