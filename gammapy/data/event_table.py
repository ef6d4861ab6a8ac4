"""Events as a table of a FITS file, in the layout of GADF."""

from __future__ import annotations

import os
import warnings
from typing import Any

import astropy.units as u
import numpy as np
from astropy.io import fits
from astropy.table import Table
from astropy.time import Time
from astropy.utils.exceptions import AstropyUserWarning

from gammapy.atomic import expand
from gammapy.data.fits_table import find_table_hdu, read_table, table_of_hdu
from gammapy.data.time_reference import column_zero, time_reference
from gammapy.errors import FileFormatError
from gammapy.fits_file import read_hdus

__all__ = ["events_to_hdu", "read_events"]


def read_events(
    filename: str | os.PathLike[str], hdu: str = "EVENTS", checksum: bool = False
) -> Table:
    """Table of events of a file, with TIME as times; see `EventList.read`.

    Raises
    ------
    MissingFileError
        If there is no such file.
    FileFormatError
        If it is damaged, has no such table, no reference time, or a sum that is wrong.
    """
    path = expand(filename)
    if checksum:
        _check_sum(str(path), hdu)
    table = read_table(path, hdu, "events")
    return _with_times(table, f"{path}: table {hdu}")


def _with_times(table: Table, place: str) -> Table:
    if "TIME" not in table.colnames:
        return table
    unit = str(table["TIME"].unit or table.meta.get("TIMEUNIT", "s"))
    try:
        seconds = u.Quantity(np.asarray(table["TIME"], dtype=float), unit).to("s")
    except (ValueError, TypeError):
        raise FileFormatError(f"{place}: column TIME in {unit!r} is no time") from None
    bad = np.flatnonzero(~np.isfinite(seconds.value))
    if len(bad):
        raise FileFormatError(
            f"{place}: event {bad[0]} has TIME = {seconds.value[bad[0]]} ({len(bad)} such): remove "
            "these events"
        )
    table["TIME"] = column_zero(table.meta, place) + seconds
    return table


def _check_sum(path: str, hdu: str) -> None:
    """Refuse a file of which astropy says that a sum is wrong."""
    read_hdus(path)  # named errors for what is damaged altogether
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always", AstropyUserWarning)
        with fits.open(path, checksum=True) as hdus:
            table_of_hdu(find_table_hdu(hdus, hdu, path, "events"), path)
    wrong = [str(w.message) for w in caught if "verification failed" in str(w.message)]
    if wrong:
        raise FileFormatError(f"{path}: {' '.join(wrong[0].split())} Fetch the file again")


def events_to_hdu(events: Any) -> fits.BinTableHDU:
    """Table named EVENTS; times are seconds from the reference time of the header, in its scale."""
    table = events.table.copy(copy_data=False)
    meta = dict(table.meta)
    if "TIME" in table.colnames:
        if "MJDREFI" not in meta and "MJDREF" not in meta:
            meta.update({"MJDREFI": 51544, "MJDREFF": 0.0, "TIMESYS": "TT", "TIMEUNIT": "s"})
        meta.pop("TIMEZERO", None)
        reference: Time = time_reference(meta, "the header of the events")
        seconds = (getattr(table["TIME"], reference.scale) - reference).to("s")
        table["TIME"] = seconds
    meta.update({"EXTNAME": "EVENTS", "HDUCLASS": "GADF", "HDUCLAS1": "EVENTS"})
    comments = meta.pop("comments", [])
    table.meta = {key: value for key, value in meta.items() if value is not None}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of long names of cards, which are written all the same
        hdu = fits.table_to_hdu(table)
    for comment in comments:
        hdu.header["COMMENT"] = comment
    hdu.name = "EVENTS"
    return hdu
