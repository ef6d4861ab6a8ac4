"""Tables of FITS files as they are: blanks and nan are not masked, the header is the meta data."""

from __future__ import annotations

import os
from collections.abc import Sequence
from typing import Any

from astropy.io import fits
from astropy.table import Table

from gammapy.atomic import expand
from gammapy.errors import FileFormatError
from gammapy.fits_file import open_hdus, read_hdus

__all__ = ["find_table_hdu", "number", "read_header", "read_table", "table_of_hdu"]


def read_table(
    filename: str | os.PathLike[str],
    hdu: str | int | None,
    role: str,
    needed: Sequence[str] = (),
) -> Table:
    """Table of a file.

    Parameters
    ----------
    filename : path
    hdu : str or int, optional
        By default the first table.
    role : str
        What it holds, for the message.
    needed : sequence of str
        Columns without which it is no such table.

    Raises
    ------
    MissingFileError
        If there is no such file.
    FileFormatError
        If it is damaged, has no such table, or a column is missing.
    """
    path = expand(filename)
    table = table_of_hdu(find_table_hdu(read_hdus(path), hdu, f"{path}", role), str(path))
    missing = [name for name in needed if name not in table.colnames]
    if missing:
        raise FileFormatError(
            f"{path} is no table of {role}, it has no column {missing[0]}: {table.colnames}"
        )
    return table


def read_header(filename: str | os.PathLike[str], hdu: str | int | None, role: str) -> fits.Header:
    """Header of a table of a file, whose data are left alone; see `read_table`."""
    path = expand(filename)
    return find_table_hdu(open_hdus(path), hdu, f"{path}", role).header


def find_table_hdu(
    hdus: fits.HDUList, hdu: str | int | None, place: str, role: str
) -> fits.BinTableHDU:
    """Table among the parts of a file, by its name or number."""
    tables = [part for part in hdus if isinstance(part, fits.BinTableHDU)]
    if hdu is None and tables:
        return tables[0]
    try:
        found = hdus[hdu]
    except (KeyError, IndexError):
        found = None
    if not isinstance(found, fits.BinTableHDU):
        raise FileFormatError(
            f"{place} has no table {hdu!r} of {role}: its tables are {[t.name for t in tables]}"
        )
    return found


def table_of_hdu(hdu: fits.BinTableHDU, place: str) -> Table:
    """Table with the header as ``meta``."""
    try:
        return Table.read(hdu, format="fits", mask_invalid=False, unit_parse_strict="silent")
    except (ValueError, TypeError, OSError) as error:
        raise FileFormatError(f"{place}: table {hdu.name} cannot be read: {_line(error)}") from None


def _line(error: BaseException) -> str:
    return " ".join(str(error).split()) or type(error).__name__


def number(header: Any, key: str, place: str, rule: str = "a number is needed") -> float:
    """Card of a header as a number; texts of numbers are accepted, some files have them."""
    value = header.get(key)
    try:
        result = float(value)
    except (TypeError, ValueError):
        result = float("nan")
    if result - result != 0:
        raise FileFormatError(f"{place} has {key} = {value!r}: {rule}")
    return result
