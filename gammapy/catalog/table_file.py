"""Tables of catalogues in their files."""

from __future__ import annotations

import os
import warnings
from pathlib import Path
from typing import Any

import astropy.units as u
from astropy.io import fits
from astropy.table import Table

from gammapy.errors import FileFormatError, MissingFileError
from gammapy.modeling.serialize.atomic import expand

__all__ = ["catalog_path", "read_tables"]


def catalog_path(filename: str | os.PathLike[str]) -> Path:
    """Path of a file that is there.

    Raises
    ------
    MissingFileError
        If it is not, with what to do.
    """
    path = expand(filename)
    if path.exists():
        return path
    hint = "check the name and the folder"
    if "$GAMMAPY_DATA" in str(filename):
        folder = os.environ.get("GAMMAPY_DATA")
        state = f"it is {folder!r}" if folder else "it is not set"
        hint = (
            "set the environment variable GAMMAPY_DATA to the folder of the data files "
            f"({state}), or give a filename"
        )
    raise MissingFileError(f"{filename}: there is no such file; {hint}")


def read_tables(filename: str | os.PathLike[str], *hdus: Any) -> list[Table]:
    """Tables of a file.

    Parameters
    ----------
    filename : str or path
        FITS, or a text file in ECSV with one table.
    *hdus : str or int
        Tables to read of a FITS file, by default the first.

    Raises
    ------
    MissingFileError, FileFormatError
        If it is not there, no table, or has no such tables.
    """
    path = catalog_path(filename)
    try:
        with warnings.catch_warnings():
            # units like "photon/cm**2/s" are understood, and complained about
            warnings.simplefilter("ignore", u.UnitsWarning)
            if path.suffix == ".ecsv":
                return [Table.read(path, format="ascii.ecsv")]
            with fits.open(path) as hdu_list:
                return [Table.read(hdu_list[hdu], format="fits") for hdu in hdus or (1,)]
    except (OSError, ValueError, TypeError, KeyError, IndexError) as error:
        raise FileFormatError(
            f"{path} cannot be read as a table ({' '.join(str(error).split())}): give the FITS or "
            "ECSV file of the catalogue"
        ) from None
