"""Good time intervals in a FITS file of their own, or beside other tables."""

from __future__ import annotations

import warnings
from pathlib import Path
from typing import Any

from astropy.io import fits

from gammapy.data.gti import GTI
from gammapy.data.gti_table import gti_from_hdu, gti_to_hdu
from gammapy.errors import FileFormatError, GammapyWarning
from gammapy.modeling.serialize.atomic import expand
from gammapy.spectrum.fits_file import carried_tables, read_hdus, write_hdus

__all__ = ["carried_gti", "gti_hdus", "read_gti", "write_gti"]


def read_gti(filename: str | Path, hdu: str = "GTI") -> GTI:
    """Read a table of good time intervals.

    Raises
    ------
    MissingFileError
        If there is no such file.
    FileFormatError
        If it is damaged, or has no such table.
    """
    path = expand(filename)
    hdus = read_hdus(path)
    if hdu not in hdus or not isinstance(hdus[hdu], fits.BinTableHDU):
        raise FileFormatError(
            f"{path} has no table {hdu!r} of good time intervals, only "
            f"{[part.name for part in hdus]}"
        )
    return gti_from_hdu(hdus[hdu], path)


def write_gti(gti: GTI, filename: str | Path, overwrite: bool = False) -> None:
    """Write a file that holds good time intervals only.

    Raises
    ------
    OverwriteError
        If the file exists and ``overwrite`` is not set.
    MissingFileError
        If the folder does not exist.
    """
    write_hdus({expand(filename): [fits.PrimaryHDU(), gti_to_hdu(gti)]}, overwrite)


def carried_gti(hdus: fits.HDUList, path: Path) -> tuple[GTI | None, dict[str, fits.BinTableHDU]]:
    """Intervals beside a spectrum; a table that is not understood is only kept, with a warning.

    Returns
    -------
    gti : `GTI` or None
    tables : dict
        ``{"GTI": table}`` where it is not understood, else empty.
    """
    table = carried_tables(hdus, {"GTI": "GTI"})
    if not table:
        return None, {}
    try:
        return gti_from_hdu(table["GTI"], path), {}
    except FileFormatError as error:
        warnings.warn(
            f"{error}: the spectrum is read without good time intervals; set dataset.gti",
            GammapyWarning,
            stacklevel=4,
        )
        return None, table


def gti_hdus(dataset: Any) -> list[Any]:
    """The table to write beside a spectrum, if there is one."""
    if dataset.gti is not None:
        return [gti_to_hdu(dataset.gti)]
    table = dataset.meta.get("tables", {}).get("GTI")
    return [] if table is None else [fits.BinTableHDU(table.data, table.header, name="GTI")]
