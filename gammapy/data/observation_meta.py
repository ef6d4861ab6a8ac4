"""What the header of the events says about an observation."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import astropy.units as u
from astropy.coordinates import EarthLocation, SkyCoord
from astropy.time import Time

from gammapy.data.fits_table import number
from gammapy.data.observatory import earth_location, has_location
from gammapy.data.time_reference import column_zero
from gammapy.errors import FileFormatError

__all__ = [
    "ObsInfoMetaData",
    "ObservationMetaData",
    "TargetMetaData",
    "TimeInfoMetaData",
]

_PLACE = "the header of the events"


@dataclass(frozen=True)
class ObsInfoMetaData:
    """Who observed, and how."""

    obs_id: int | str
    telescope: str | None = None
    instrument: str | None = None
    sub_array: str | None = None
    observation_mode: str | None = None


@dataclass(frozen=True)
class TargetMetaData:
    """What was observed."""

    name: str | None = None
    position: SkyCoord | None = None


@dataclass(frozen=True)
class TimeInfoMetaData:
    """When it was observed."""

    time_start: Time
    time_stop: Time
    reference_time: Time


@dataclass(frozen=True)
class ObservationMetaData:
    """About an observation; what is not known is None.

    Parameters
    ----------
    obs_info : `ObsInfoMetaData`, optional
    target : `TargetMetaData`, optional
    location : `~astropy.coordinates.EarthLocation`, optional
        Where the telescope stands.
    deadtime_fraction : float, optional
        Share of the time in which the instrument was dead.
    time_info : `TimeInfoMetaData`, optional
    optional : dict
        All cards of the header.
    """

    obs_info: ObsInfoMetaData | None = None
    target: TargetMetaData | None = None
    location: EarthLocation | None = None
    deadtime_fraction: float | None = None
    time_info: TimeInfoMetaData | None = None
    optional: Mapping[str, Any] = field(default_factory=dict, repr=False)

    @classmethod
    def from_header(cls, header: Mapping[str, Any], format: str = "gadf") -> ObservationMetaData:
        """From the cards of the table of events.

        Raises
        ------
        FileFormatError
            If a card that is there is no number, or DEADC no share of the time.
        """
        return cls(
            obs_info=_info(header),
            target=TargetMetaData(_text(header, "OBJECT"), _position(header)),
            location=earth_location(header, _PLACE) if has_location(header) else None,
            deadtime_fraction=_dead(header),
            time_info=_times(header),
            optional=dict(header),
        )


def _dead(header: Mapping[str, Any]) -> float | None:
    """Share of dead time by DEADC, else by LIVETIME and ONTIME; None without them."""
    if "DEADC" in header:
        alive, name = number(header, "DEADC", _PLACE), "DEADC"
    elif "LIVETIME" in header and number(header, "ONTIME", _PLACE) > 0:
        alive = number(header, "LIVETIME", _PLACE) / number(header, "ONTIME", _PLACE)
        name = "LIVETIME / ONTIME"
    else:
        return None
    if not 0 <= alive <= 1:
        raise FileFormatError(
            f"{_PLACE} has {name} = {alive:g}: the share of time in which the instrument was alive "
            "is from 0 to 1"
        )
    return 1.0 - alive


def _text(header: Mapping[str, Any], key: str) -> str | None:
    return str(header[key]).strip() or None if key in header else None


def _info(header: Mapping[str, Any]) -> ObsInfoMetaData:
    keys = ("TELESCOP", "INSTRUME", "SUBARRAY", "OBS_MODE")
    return ObsInfoMetaData(header.get("OBS_ID", ""), *(_text(header, key) for key in keys))


def _position(header: Mapping[str, Any]) -> SkyCoord | None:
    try:
        ra, dec = float(header["RA_OBJ"]), float(header["DEC_OBJ"])
        return SkyCoord(ra, dec, unit="deg")
    except (KeyError, TypeError, ValueError):
        return None  # of no use to the analysis, some files have texts there


def _times(header: Mapping[str, Any]) -> TimeInfoMetaData | None:
    if "TSTART" not in header or "TSTOP" not in header:
        return None
    zero = column_zero(header, _PLACE)
    unit = str(header.get("TIMEUNIT", "s")).strip() or "s"
    start, stop = (zero + u.Quantity(number(header, k, _PLACE), unit) for k in ("TSTART", "TSTOP"))
    return TimeInfoMetaData(start, stop, zero)
