"""FixedPointingInfo: where a telescope points, on the sky or in altitude and azimuth."""

from __future__ import annotations

import os
import warnings
from collections.abc import Mapping
from enum import Enum, auto
from typing import Any, Self

import numpy as np
from astropy.coordinates import ICRS, AltAz, BaseCoordinateFrame, EarthLocation, SkyCoord
from astropy.io import fits
from astropy.time import Time

from gammapy.data.fits_table import number, read_header
from gammapy.errors import DataError, FileFormatError, GammapyWarning, OptionError

__all__ = ["FixedPointingInfo", "PointingMode"]

#: values of OBS_MODE that mean that a fixed direction on the sky was followed
_TRACKING = ("", "POINTING", "WOBBLE", "NONE")


class PointingMode(Enum):
    """What stays where it is while data are taken."""

    #: the direction on the sky is followed
    POINTING = auto()
    #: altitude and azimuth are kept, the sky drifts by
    DRIFT = auto()

    @staticmethod
    def from_gadf_string(value: str) -> PointingMode:
        """Mode of a value of the card OBS_MODE."""
        name = str(value).strip().upper()
        if name == "DRIFT":
            return PointingMode.DRIFT
        if name not in _TRACKING:
            warnings.warn(
                f"OBS_MODE = {value!r} is no fixed pointing: the direction RA_PNT, DEC_PNT is "
                "taken for the whole time",
                GammapyWarning,
                stacklevel=3,
            )
        return PointingMode.POINTING


class FixedPointingInfo:
    """Pointing that does not change: on the sky, or in altitude and azimuth.

    Parameters
    ----------
    fixed_icrs : `~astropy.coordinates.SkyCoord`, optional
        Direction on the sky; other frames are transformed to ICRS.
    fixed_altaz : `~astropy.coordinates.SkyCoord` in AltAz, optional

    Raises
    ------
    DataError
        Unless exactly one of them is given, and is one finite direction.
    """

    def __init__(self, fixed_icrs: Any = None, fixed_altaz: Any = None) -> None:
        if (fixed_icrs is None) == (fixed_altaz is None):
            raise DataError(
                f"fixed_icrs = {_line(fixed_icrs)}, fixed_altaz = {_line(fixed_altaz)}: "
                "exactly one of them is needed"
            )
        if fixed_icrs is not None:
            fixed_icrs = _direction(fixed_icrs, "fixed_icrs").icrs
        else:
            fixed_altaz = _direction(fixed_altaz, "fixed_altaz")
            if not isinstance(fixed_altaz.frame, AltAz):
                raise DataError(
                    f"fixed_altaz = {_line(fixed_altaz)} is in {fixed_altaz.frame.name!r}: give a "
                    "SkyCoord in 'altaz'"
                )
        self._icrs, self._altaz = fixed_icrs, fixed_altaz

    @property
    def mode(self) -> PointingMode:
        """Whether the sky is followed."""
        return PointingMode.DRIFT if self._icrs is None else PointingMode.POINTING

    @property
    def fixed_icrs(self) -> SkyCoord | None:
        """Direction on the sky; None in drift."""
        return self._icrs

    @property
    def fixed_altaz(self) -> SkyCoord | None:
        """Altitude and azimuth; None when the sky is followed."""
        return self._altaz

    def get_icrs(
        self, obstime: Time | None = None, location: EarthLocation | None = None
    ) -> SkyCoord:
        """Direction on the sky, of the shape of the times.

        Parameters
        ----------
        obstime : `~astropy.time.Time`
            Needed in drift.
        location : `~astropy.coordinates.EarthLocation`
            Needed in drift.
        """
        if self._icrs is not None:
            return _spread(self._icrs, obstime)
        return SkyCoord(self.get_altaz(obstime, location).transform_to(ICRS()))

    def get_altaz(
        self, obstime: Time | None = None, location: EarthLocation | None = None
    ) -> SkyCoord:
        """Altitude and azimuth at times, seen from a place."""
        if obstime is None or location is None:
            raise DataError(
                f"obstime = {obstime!r}, location = {location!r}: altitude and azimuth are of a "
                "moment and a place, give both"
            )
        frame = AltAz(obstime=obstime, location=location)
        if self._icrs is not None:
            return _spread(self._icrs, obstime).transform_to(frame)
        middle = _spread(self._altaz, obstime)
        return SkyCoord(alt=middle.alt, az=middle.az, frame=frame)

    # -- headers --------------------------------------------------------------------------

    @classmethod
    def from_fits_header(cls, header: Mapping[str, Any]) -> Self:
        """Pointing by the cards OBS_MODE and RA_PNT, DEC_PNT, or ALT_PNT, AZ_PNT in drift.

        Raises
        ------
        FileFormatError
            If the cards of the mode are missing or no numbers.
        """
        mode = PointingMode.from_gadf_string(header.get("OBS_MODE") or "POINTING")
        place = "the header of the events"
        if mode is PointingMode.DRIFT:
            rule = "a drift needs numbers of degrees for AZ_PNT and ALT_PNT"
            az, alt = (number(header, key, place, rule) for key in ("AZ_PNT", "ALT_PNT"))
            _check_latitude(alt, "ALT_PNT", place)
            return cls(fixed_altaz=SkyCoord(az=az, alt=alt, unit="deg", frame="altaz"))
        rule = "a pointing needs numbers of degrees for RA_PNT and DEC_PNT"
        ra, dec = (number(header, key, place, rule) for key in ("RA_PNT", "DEC_PNT"))
        _check_latitude(dec, "DEC_PNT", place)
        return cls(fixed_icrs=SkyCoord(ra, dec, unit="deg"))

    @classmethod
    def read(cls, filename: str | os.PathLike[str], hdu: str = "EVENTS") -> Self:
        """Pointing of the events of a file."""
        return cls.from_fits_header(read_header(filename, hdu, "events"))

    def to_fits_header(
        self, format: str = "gadf", version: str = "0.3", time_ref: Any = None
    ) -> fits.Header:
        """Cards of the pointing.

        Parameters
        ----------
        format : {"gadf"}
        version : {"0.2", "0.3"}
            They have the same cards.
        time_ref : object
            Not needed, a fixed pointing has no times.
        """
        if format != "gadf" or version not in ("0.2", "0.3"):
            raise OptionError(
                f"format = {format!r}, version = {version!r}: choose 'gadf', and '0.2' or '0.3'"
            )
        header = fits.Header()
        header["OBS_MODE"] = self.mode.name
        if self._icrs is not None:
            header["RA_PNT"] = (float(self._icrs.ra.deg), "deg")
            header["DEC_PNT"] = (float(self._icrs.dec.deg), "deg")
        else:
            header["AZ_PNT"] = (float(self._altaz.az.deg), "deg")
            header["ALT_PNT"] = (float(self._altaz.alt.deg), "deg")
        return header

    def __repr__(self) -> str:
        lon, lat = _degrees(self._altaz if self._icrs is None else self._icrs)
        frame = "az, alt" if self._icrs is None else "ra, dec"
        return f"FixedPointingInfo({self.mode.name}, {frame} = {lon:.4f}, {lat:.4f} deg)"


def _direction(value: Any, name: str) -> SkyCoord:
    if isinstance(value, BaseCoordinateFrame) and value.has_data:
        value = SkyCoord(value)
    finite = isinstance(value, SkyCoord) and value.isscalar and np.all(np.isfinite(_degrees(value)))
    if not finite:
        raise DataError(f"{name} = {_line(value)}: one finite direction is needed, as a SkyCoord")
    return value


def _line(value: Any) -> str:
    return " ".join(repr(value).split())


def _degrees(direction: Any) -> tuple[float, float]:
    spherical = direction.spherical
    return spherical.lon.deg, spherical.lat.deg


def _check_latitude(value: float, key: str, place: str) -> None:
    if abs(value) > 90:
        raise FileFormatError(f"{place} has {key} = {value:g}: it must be from -90 to 90 deg")


def _spread(direction: Any, obstime: Time | None) -> SkyCoord:
    """The same direction for each time."""
    if obstime is None or not obstime.shape:
        return direction
    spherical = direction.spherical
    lon, lat = (
        np.broadcast_to(angle, obstime.shape, subok=True)
        for angle in (spherical.lon, spherical.lat)
    )
    return SkyCoord(lon, lat, frame=direction.frame.replicate_without_data())
