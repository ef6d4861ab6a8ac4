"""Where the telescope stands, by the cards of a header."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import astropy.units as u
from astropy.coordinates import EarthLocation

from gammapy.data.fits_table import number
from gammapy.errors import FileFormatError

__all__ = ["earth_location", "has_location", "location_to_header"]

#: height above sea level: GADF, and what some files have instead
_HEIGHTS = ("ALTITUDE", "GEOALT")


def has_location(header: Mapping[str, Any]) -> bool:
    """True if a header states all that `earth_location` needs."""
    return "GEOLON" in header and "GEOLAT" in header and any(key in header for key in _HEIGHTS)


def earth_location(header: Mapping[str, Any], place: str) -> EarthLocation:
    """Location by GEOLON and GEOLAT (deg), ALTITUDE (m).

    Raises
    ------
    FileFormatError
        If one is missing or no number.
    """
    height = next((key for key in _HEIGHTS if key in header), _HEIGHTS[0])
    rule = "the place of the observatory needs numbers for GEOLON, GEOLAT (deg) and ALTITUDE (m)"
    lon, lat, above = (number(header, key, place, rule) for key in ("GEOLON", "GEOLAT", height))
    if abs(lat) > 90:
        raise FileFormatError(f"{place} has GEOLAT = {lat:g}: it must be from -90 to 90 deg")
    return EarthLocation.from_geodetic(lon * u.deg, lat * u.deg, above * u.m)


def location_to_header(location: EarthLocation) -> dict[str, float]:
    """Cards of a location."""
    geodetic = location.geodetic
    return {
        "GEOLON": float(geodetic.lon.deg),
        "GEOLAT": float(geodetic.lat.deg),
        "ALTITUDE": float(geodetic.height.to_value("m")),
    }
