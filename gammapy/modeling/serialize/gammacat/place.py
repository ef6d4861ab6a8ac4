"""Positions of gamma-cat, and how position angles turn from one frame to the other."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import astropy.units as u
from astropy.coordinates import SkyCoord

from gammapy.modeling.serialize.gammacat.measured import (
    Measured,
    Readings,
    measured_angle,
)
from gammapy.modeling.serialize.node import Node

__all__ = ["FRAMES", "Place", "measured_place", "turned"]

#: names of the frames in entries of position angles
FRAMES = {"radec": "icrs", "galactic": "galactic"}
_AXES = {"icrs": ("ra", "dec"), "galactic": ("glon", "glat")}


@dataclass(frozen=True)
class Place:
    """A position with the errors of its coordinates, in the frame in which it was published."""

    frame: str
    lon: Measured
    lat: Measured

    @property
    def position(self) -> SkyCoord:
        """Position without errors."""
        return SkyCoord(self.lon.value, self.lat.value, frame=self.frame)


def measured_place(node: Node, readings: Readings) -> Place:
    """Position of a measurement.

    An error of right ascension is one of the coordinate: ``0h0m4s`` are 60 arcsec in it,
    whatever the declination.

    Raises
    ------
    FileFormatError
        If it is neither right ascension and declination nor Galactic longitude and latitude.
    """
    node.check_keys(("ra", "dec", "glon", "glat"))
    for frame, (lon, lat) in _AXES.items():
        if lon in node and lat in node:
            values = (
                measured_angle(node[lon], readings, hours=lon == "ra"),
                measured_angle(node[lat], readings),
            )
            if abs(values[1].value.value) > 90:
                raise node[lat].error("must be within -90 and 90 deg")
            return Place(frame, *values)
    raise node.error("must have ra and dec, or glon and glat")


def turned(angle: u.Quantity, position: SkyCoord, there: str, here: str) -> u.Quantity:
    """Position angle at a position, from north through east of one frame, in another."""
    if there == here:
        return angle
    origin: Any = position.transform_to(there)
    # at this distance the great circle is straight to 1e-6 deg, and the angle has digits enough
    tip = origin.directional_offset_by(angle, 1 * u.arcsec)
    return position.transform_to(here).position_angle(tip.transform_to(here)).to("deg")
