"""Files of flux points: FITS with the tables FLUXPOINTS and GTI, or a text file with one table."""

from __future__ import annotations

import io
import os
import warnings
from pathlib import Path
from typing import Any

from astropy.io import fits
from astropy.table import Table

from gammapy.data.gti_table import gti_from_hdu, gti_to_hdu
from gammapy.errors import DataError, FileFormatError, GammapyWarning, MissingFileError
from gammapy.modeling.serialize.atomic import expand, write_text
from gammapy.spectrum.fits_file import read_hdus, write_hdus
from gammapy.spectrum.flux_points.points import FluxPoints
from gammapy.spectrum.flux_points.table import from_table

__all__ = ["read_flux_points", "read_table", "write_flux_points", "write_table"]

_FITS = (".fits", ".fits.gz", ".fit", ".fts")


def read_flux_points(
    filename: str | os.PathLike[str],
    sed_type: str | None = None,
    format: str | None = None,
    reference_model: Any = None,
    table_format: str = "ascii.ecsv",
    **kwargs: Any,
) -> FluxPoints:
    """Read flux points; see `FluxPoints.read`.

    Raises
    ------
    MissingFileError
        If there is no such file.
    FileFormatError
        If it is no table, or not one of flux points.
    UnknownNameError
        If ``sed_type`` or ``format`` is not known.
    """
    table, gti = read_table(filename, table_format, **kwargs)
    try:
        return from_table(table, sed_type, format, reference_model, gti)
    except DataError as error:
        raise FileFormatError(f"{filename}: {error}") from None


def read_table(
    filename: str | os.PathLike[str], table_format: str = "ascii.ecsv", **kwargs: Any
) -> tuple[Table, Any]:
    """Table and good time intervals (or None) of a file."""
    path = expand(filename)
    if not path.exists():
        raise MissingFileError(f"{path} does not exist: check the name and the folder")
    if path.is_dir():
        raise FileFormatError(f"{path} is a folder: give the name of a file in it")
    with open(path, "rb") as file:
        start = file.read(6)
    if start == b"SIMPLE" or start.startswith(b"\x1f\x8b"):
        return _fits_table(path, **kwargs)
    try:
        return Table.read(path, format=table_format, **kwargs), None
    except (OSError, ValueError, TypeError, KeyError) as error:
        raise FileFormatError(
            f"{path} cannot be read as {table_format!r}; pass table_format= as astropy names it: "
            f"{' '.join(str(error).split())}"
        ) from None


def _fits_table(path: Path, **kwargs: Any) -> tuple[Table, Any]:
    hdus = read_hdus(path)
    tables = [hdu for hdu in hdus if isinstance(hdu, fits.BinTableHDU)]
    named = [hdu for hdu in tables if hdu.name == "FLUXPOINTS"]
    chosen = next(iter(named or tables), None)
    if chosen is None:
        raise FileFormatError(f"{path} has no table, only {[hdu.name for hdu in hdus]}")
    others = [hdu.name for hdu in tables if hdu is not chosen and hdu.name != "GTI"]
    if others:
        warnings.warn(f"{path}: the tables {others} are not kept", GammapyWarning, stacklevel=5)
    gti = next((gti_from_hdu(hdu, path) for hdu in tables if hdu.name == "GTI"), None)
    try:
        return Table.read(chosen, **kwargs), gti
    except (ValueError, TypeError, KeyError) as error:
        raise FileFormatError(
            f"{path}: table {chosen.name} cannot be read: {' '.join(str(error).split())}"
        ) from None


def write_flux_points(
    points: FluxPoints,
    filename: str | os.PathLike[str],
    sed_type: str | None = None,
    format: str | None = None,
    overwrite: bool = False,
) -> None:
    """Write flux points; see `FluxPoints.write`.

    Raises
    ------
    OverwriteError
        If the file exists and ``overwrite`` is not set.
    MissingFileError
        If the folder does not exist.
    """
    whole = points.copy()
    whole.filter_success_nan = False  # what is hidden is not lost
    write_table(whole.to_table(sed_type, format), points.gti, filename, overwrite)


def write_table(
    table: Table, gti: Any, filename: str | os.PathLike[str], overwrite: bool = False
) -> None:
    """Write a table, and good time intervals if the file is FITS."""
    path = expand(filename)
    if not path.name.lower().endswith(_FITS):
        if gti is not None:
            warnings.warn(
                f"{path}: a text file has no place for the good time intervals; write FITS to "
                "keep them",
                GammapyWarning,
                stacklevel=4,
            )
        stream = io.StringIO()
        table.write(stream, format="ascii.ecsv")
        write_text(path, stream.getvalue(), overwrite)
        return
    hdu = _hdu(table)
    hdus = [fits.PrimaryHDU(), hdu] + ([gti_to_hdu(gti)] if gti is not None else [])
    write_hdus({path: hdus}, overwrite)


def _hdu(table: Table) -> fits.BinTableHDU:
    """Table FLUXPOINTS; what of the header FITS cannot hold is told."""
    kept = table.copy(copy_data=False)
    kept.meta = {key: value for key, value in table.meta.items() if _fits_card(key, value)}
    lost = sorted(set(table.meta) - set(kept.meta))
    if lost:
        warnings.warn(
            f"a FITS header has no place for {lost} of the meta data", GammapyWarning, stacklevel=5
        )
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", fits.verify.VerifyWarning)  # names of more than 8 letters
        hdu = fits.BinTableHDU(kept, name="FLUXPOINTS")
    return hdu


def _fits_card(key: str, value: Any) -> bool:
    """True if a header can hold a value."""
    if not isinstance(value, str):
        return isinstance(value, bool | int | float)
    # a text goes on over several cards, but not under a long key
    return value.isascii() and value.isprintable() and (len(key) <= 8 or len(value) < 50)
