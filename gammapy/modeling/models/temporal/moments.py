"""Points in time, and the seconds between them without loss of digits."""

from __future__ import annotations

from typing import Any

import numpy as np
from astropy.time import Time

from gammapy.errors import ModelError

__all__ = ["SCALES", "checked_times", "days_between", "seconds_between"]

#: time scales of even pace (UTC with its leap seconds counted)
SCALES = ("utc", "tt", "tai", "tdb", "tcb", "tcg")


def checked_times(time: Any, name: str) -> Time:
    """The times, if they are some.

    Raises
    ------
    ModelError
        If it is not an `~astropy.time.Time`, or one is masked or not finite.
    """
    if not isinstance(time, Time):
        raise ModelError(
            f"{name} = {time!r} is no time: use astropy.time.Time, e.g. "
            "Time(55555.5, format='mjd', scale='tt')"
        )
    if time.scale not in SCALES:
        raise ModelError(
            f"{name} is in the time scale {time.scale!r}: use one of {', '.join(SCALES)}"
        )
    if np.any(time.mask) or not np.all(np.isfinite(time.jd1) & np.isfinite(time.jd2)):
        raise ModelError(f"{name} has masked times, or some that are not finite: leave them out")
    return time


def days_between(start: Time, stop: Time, scale: str) -> tuple[Any, Any]:
    """Elapsed days as two doubles whose sum they are; the first are whole days.

    Parameters
    ----------
    start, stop : `~astropy.time.Time`
        In any scales; broadcast against each other.
    scale : str
        Whose days are meant. UTC has no even days, so they are those of TAI.
    """
    even = "tai" if scale == "utc" else scale
    delta = getattr(stop, even) - getattr(start, even)
    return delta.jd1, delta.jd2


def seconds_between(start: Time, stop: Time, scale: str) -> Any:
    """Elapsed seconds; see `days_between`."""
    whole, rest = days_between(start, stop, scale)
    return whole * 86400.0 + rest * 86400.0
