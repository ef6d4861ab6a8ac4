"""Good time intervals as a table of a FITS file, in the layout of GADF (and OGIP).

Columns START and STOP are elapsed time from MJDREFI + MJDREFF, in the scale TIMESYS. Files
that we write are in TT and s.
"""

from __future__ import annotations

from typing import Any

import astropy.units as u
import numpy as np
from astropy.io import fits
from astropy.time import Time

from gammapy.data.gti import GTI
from gammapy.data.time_reference import time_reference
from gammapy.errors import DataError, FileFormatError

__all__ = ["gti_from_hdu", "gti_to_hdu"]


def gti_from_hdu(hdu: fits.BinTableHDU, path: Any) -> GTI:
    """Intervals from a table.

    Parameters
    ----------
    hdu : `~astropy.io.fits.BinTableHDU`
    path : path
        For the messages.

    Raises
    ------
    FileFormatError
        If columns or the reference time are missing, or numbers make no intervals.
    """
    place = f"{path}: table {hdu.name}"
    header = hdu.header
    reference = time_reference(header, place)
    start, stop = (_column(hdu, name, place) for name in ("START", "STOP"))
    try:
        return GTI.create(start, stop, reference)
    except DataError as error:
        raise FileFormatError(f"{place}: {error}") from None


def _column(hdu: fits.BinTableHDU, name: str, place: str) -> u.Quantity:
    columns = {column.name.upper(): column for column in hdu.columns}
    if name not in columns:
        raise FileFormatError(f"{place} has no column {name}, only {hdu.columns.names}")
    default = str(hdu.header.get("TIMEUNIT", "s")).strip()
    text = (columns[name].unit or "").strip() or default
    try:
        unit = u.Unit(text)
        values = np.array(hdu.data[columns[name].name], dtype=float) * unit.to("s")
        zero = float(hdu.header.get("TIMEZERO", 0.0)) * u.Unit(default).to("s")
    except (ValueError, TypeError) as error:
        raise FileFormatError(
            f"{place}: column {name} in {text!r} is no time: {' '.join(str(error).split())}"
        ) from None
    return u.Quantity(values + zero, "s")


def gti_to_hdu(gti: GTI) -> fits.BinTableHDU:
    """Table of intervals, named GTI."""
    columns = [
        fits.Column("START", "D", unit="s", array=gti.met_start.value),
        fits.Column("STOP", "D", unit="s", array=gti.met_stop.value),
    ]
    hdu = fits.BinTableHDU.from_columns(columns, name="GTI")
    day, fraction = _days(gti.time_ref)
    hdu.header.update(
        {
            "HDUCLASS": "GADF",
            "HDUDOC": "https://github.com/open-gamma-ray-astro/gamma-astro-data-formats",
            "HDUVERS": "0.3",
            "HDUCLAS1": "GTI",
            "MJDREFI": day,
            "MJDREFF": fraction,
            "TIMESYS": "TT",
            "TIMEUNIT": "s",
            "TIMEREF": "LOCAL",
        }
    )
    return hdu


def _days(time: Time) -> tuple[int, float]:
    """Whole days and fraction of an MJD, none of whose digits is lost."""
    whole = np.floor(time.jd1 - 2400000.5)
    fraction = (time.jd1 - 2400000.5 - whole) + time.jd2
    more = np.floor(fraction)
    return int(whole + more), float(fraction - more)
