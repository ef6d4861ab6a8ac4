"""All responses of one file."""

from __future__ import annotations

import os
import warnings
from typing import Any

from gammapy.atomic import expand
from gammapy.errors import FileFormatError, GammapyWarning
from gammapy.fits_file import read_hdus
from gammapy.irf.kinds import KINDS, kind_of
from gammapy.irf.table_file import irf_from_hdu

__all__ = ["load_irf_dict_from_file"]


def load_irf_dict_from_file(filename: str | os.PathLike[str]) -> dict[str, Any]:
    """Responses of a file by their short names.

    Parameters
    ----------
    filename : path
        FITS file, of responses alone or with events.

    Returns
    -------
    dict
        With those of "aeff", "psf", "edisp" and "bkg" that are there. Where two tables are of the
        same name the first is taken, and a warning names the others; one warns of responses of
        kinds that are not read.

    Raises
    ------
    MissingFileError, FileFormatError
        If the file is absent or damaged, holds no response, or one that is not fit for use.
    """
    path = expand(filename)
    found: dict[str, Any] = {}
    for hdu in read_hdus(path):
        kind = kind_of(hdu)
        if kind is None:
            if str(hdu.header.get("HDUCLAS1", "")).strip() == "RESPONSE":
                _warn(f"{path}: table {hdu.name!r} is a response of no kind that is read here")
            continue
        name = KINDS[kind][0]
        if name in found:
            _warn(f"{path}: table {hdu.name!r} is left out, it is a second {name!r}")
            continue
        found[name] = irf_from_hdu(kind, hdu, str(path))
    if not found:
        raise FileFormatError(f"{path} holds no instrument response in the layout of GADF")
    return found


def _warn(message: str) -> None:
    warnings.warn(message, GammapyWarning, stacklevel=3)
