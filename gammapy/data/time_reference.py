"""Reference times that the headers of tables state, and elapsed seconds of their columns.

Columns are elapsed seconds from ``MJDREFI + MJDREFF`` (or ``MJDREF``), in the scale ``TIMESYS``
(TT if it is not stated). Elapsed means that a leap second counts.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import astropy.units as u
from astropy.time import Time

from gammapy.errors import FileFormatError

__all__ = ["EPOCH_MJD", "column_zero", "epoch_shift", "time_reference"]

#: MJD (TT) that seconds count from inside: 2000-01-01
EPOCH_MJD = 51544.0
_SCALES = ("tt", "utc", "tai", "tdb", "tcb", "tcg")


def time_reference(header: Mapping[str, Any], place: str) -> Time:
    """Reference time of a header.

    Parameters
    ----------
    header : mapping
        Header of a table, or the ``meta`` of one.
    place : str
        Of the table, for the message.

    Raises
    ------
    FileFormatError
        If it is not stated, or in a scale that is not known.
    """
    parts = [header.get("MJDREFI"), header.get("MJDREFF", 0.0)]
    if parts[0] is None:
        parts = [header.get("MJDREF"), 0.0]
    if any(isinstance(p, bool) or not isinstance(p, int | float) for p in parts):
        raise FileFormatError(
            f"{place} states no reference time (MJDREFI = {parts[0]!r}, MJDREFF = {parts[1]!r}): "
            "set both to numbers of days"
        )
    scale = str(header.get("TIMESYS", "TT")).strip().lower()
    if scale not in _SCALES:
        raise FileFormatError(f"{place} has TIMESYS = {scale.upper()!r}: use one of {_SCALES}")
    return Time(*parts, format="mjd", scale=scale)


def column_zero(header: Mapping[str, Any], place: str) -> Time:
    """Moment at which the times of the columns are 0: the reference time, shifted by TIMEZERO.

    Parameters and errors are those of `time_reference`.
    """
    reference = time_reference(header, place)
    zero = header.get("TIMEZERO", 0.0)
    unit = str(header.get("TIMEUNIT", "s")).strip() or "s"
    try:
        return reference + u.Quantity(float(zero), unit).to("s") if zero else reference
    except (ValueError, TypeError):
        raise FileFormatError(
            f"{place} has TIMEZERO = {zero!r} in {unit!r}: a number in a unit of time is needed"
        ) from None


def epoch_shift(reference: Time) -> float:
    """Seconds from the epoch MJD 51544 (TT) to a reference time."""
    epoch = Time(EPOCH_MJD, format="mjd", scale="tt")
    return float((reference.tt - epoch).to_value("s"))
