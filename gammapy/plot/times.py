"""Times on an axis: as dates, or as modified Julian days."""

from __future__ import annotations

from typing import Any, NamedTuple

import astropy.units as u
import numpy as np

from gammapy.errors import OptionError, UnitMismatchError
from gammapy.maps.time_axis import TimeMapAxis
from gammapy.optional import require

__all__ = ["Times", "on_time_axis", "times_of"]


class Times(NamedTuple):
    """Bins of time as numbers of days.

    Attributes
    ----------
    centre : ndarray [n]
    width : ndarray [2, n]
        Distances to the edges.
    format : {"iso", "mjd"}
    scale : str
        "tt", "utc"...
    """

    centre: np.ndarray
    width: np.ndarray
    format: str
    scale: str


def times_of(axis: TimeMapAxis, time_format: str) -> Times:
    """Bins of a time axis in matplotlib's days (``"iso"``) or modified Julian days (``"mjd"``)."""
    if time_format not in ("iso", "mjd"):
        raise OptionError(f"time_format = {time_format!r} is not known: choose 'iso' or 'mjd'")
    middle = axis.time_mid
    half = 0.5 * axis.bin_width.to_value("d")
    if time_format == "mjd":
        centre = middle.mjd
    else:
        centre = require("matplotlib.dates", "pictures").date2num(middle.datetime64)
    return Times(centre, np.array([half, half]), time_format, middle.scale)


def on_time_axis(ax: Any, times: Times) -> None:
    """Ticks and label of the x axis.

    Raises
    ------
    UnitMismatchError
        If energies are drawn along it.
    """
    unit = ax.xaxis.get_units()
    if isinstance(unit, u.UnitBase):
        raise UnitMismatchError(
            f"these axes have {str(unit)!r} along x, where a light curve has time: draw on others"
        )
    scale = times.scale.upper()
    ticker = require("matplotlib.ticker", "pictures")
    if times.format == "mjd":
        ax.xaxis.set_major_locator(ticker.MaxNLocator(6))
        ax.xaxis.set_major_formatter(ticker.ScalarFormatter(useOffset=False))
        ax.set_xlabel(f"Time [MJD, {scale}]")
        return
    dates = require("matplotlib.dates", "pictures")
    ax.xaxis_date()
    locator = dates.AutoDateLocator(minticks=3, maxticks=8)
    ax.xaxis.set_major_locator(locator)
    ax.xaxis.set_major_formatter(dates.ConciseDateFormatter(locator))
    ax.set_xlabel(f"Time [{scale}]")
