"""Which of the formats of counts spectra a file has."""

from __future__ import annotations

import os

from astropy.io import fits

from gammapy.errors import FileFormatError
from gammapy.spectrum.fits_file import has_column, open_hdus

__all__ = ["sniff"]


def sniff(filename: str | os.PathLike[str]) -> str:
    """Format of a counts spectrum, from what the file holds.

    Returns
    -------
    format : {"ogip", "gadf"}
        ``"ogip"`` for a table SPECTRUM (a PHA file), ``"gadf"`` for tables COUNTS and COUNTS_BANDS.

    Raises
    ------
    MissingFileError
        If there is no such file.
    FileFormatError
        If it is a folder, not FITS, truncated, or holds no counts spectrum.
    """
    hdus = open_hdus(filename)
    names = [hdu.name for hdu in hdus]
    if "SPECTRUM" in names:
        return "ogip"
    if {"COUNTS", "COUNTS_BANDS"} <= set(names):
        counts = hdus["COUNTS"]
        if isinstance(counts, fits.BinTableHDU) and has_column(counts, "DATA"):
            return "gadf"
        raise FileFormatError(
            f"{filename} holds counts on sky pixels, not the spectrum of a region: it is a "
            "MapDataset or like it"
        )
    raise FileFormatError(
        f"{filename} holds no counts spectrum: a table SPECTRUM (OGIP), or COUNTS with "
        f"COUNTS_BANDS, is needed; there are only {names}"
    )
