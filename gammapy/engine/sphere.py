r"""Where points of the sphere lie, seen from a centre; angles in deg go in.

Differences of angles are taken before their sines, and nothing is the arc cosine of a scalar
product: distances keep all their digits from 1e-9 deg to the antipode, across the seam of longitude
and at the poles.

With the unit vectors :math:`\hat e, \hat n` to the east and north at the centre :math:`\hat c`, a
point :math:`\hat p` has

.. math::
    x &= \hat p \cdot \hat e = \cos b \sin \Delta l \\
    y &= \hat p \cdot \hat n = \sin(b - b_0) + 2 \sin b_0 \cos b \sin^2(\Delta l / 2) \\
    v &= 1 - \hat p \cdot \hat c = 2 \sin^2\frac{b - b_0}{2}
        + 2 \cos b \cos b_0 \sin^2(\Delta l / 2)

so that :math:`(x, y) = \sin\theta\,(\sin\chi, \cos\chi)`, :math:`v = 1 - \cos\theta` for a distance
:math:`\theta` in the direction :math:`\chi` from north through east.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from gammapy.engine.namespace import array_namespace

__all__ = [
    "RAD",
    "Ellipse",
    "Offset",
    "ellipse",
    "ellipse_radius",
    "offset",
    "rotated",
    "separation",
    "versine",
]

#: rad per deg
RAD = float(np.pi / 180.0)


class Offset(NamedTuple):
    """Points as seen from a centre; see the module.

    Attributes
    ----------
    east, north, versine : array
        x, y and v.
    sin_lat, cos_lat : array
        Sine and cosine of the latitude of the centre.
    """

    east: Any
    north: Any
    versine: Any
    sin_lat: Any
    cos_lat: Any

    @property
    def squared_sine(self) -> Any:
        """Square of the sine of the distance; 1 at the centre and the antipode.

        It stands where a direction is wanted, which is north there.
        """
        xp = array_namespace(self.east)
        square = self.east**2 + self.north**2
        return xp.where(square > 0.0, square, xp.ones_like(square))

    @property
    def slopes_of_versine(self) -> tuple[Any, Any]:
        """Derivatives of `versine` by longitude and latitude of the centre, per deg."""
        return -RAD * self.cos_lat * self.east, -RAD * self.north

    @property
    def slopes_of_separation(self) -> tuple[Any, Any]:
        """Derivatives of `separation`, without unit; zero at the centre, a cusp."""
        xp = array_namespace(self.east)
        sine = xp.sqrt(self.squared_sine)
        return -self.cos_lat * self.east / sine, -self.north / sine


def offset(lon: Any, lat: Any, lon_0: Any, lat_0: Any) -> Offset:
    """Points as seen from a centre, all in deg; longitudes of any turn."""
    xp = array_namespace(lon, lat)
    lon, lat, lon_0, lat_0 = (xp.asarray(a) for a in (lon, lat, lon_0, lat_0))
    # each near its zero first: 1e-9 minus 360 would lose what is left of 1e-9 minus 0
    step = _folded(xp, _folded(xp, lon) - _folded(xp, lon_0)) * RAD
    rise = (lat - lat_0) * RAD
    sin_0, cos_0, cos_lat = xp.sin(lat_0 * RAD), xp.cos(lat_0 * RAD), xp.cos(lat * RAD)
    half = xp.sin(0.5 * step) ** 2
    return Offset(
        cos_lat * xp.sin(step),
        xp.sin(rise) + 2.0 * sin_0 * cos_lat * half,
        2.0 * (xp.sin(0.5 * rise) ** 2 + cos_lat * cos_0 * half),
        sin_0,
        cos_0,
    )


def _folded(xp: Any, angle: Any) -> Any:
    """Within half a turn of zero, exactly."""
    return angle - 360.0 * xp.round(angle / 360.0)


def separation(points: Offset) -> Any:
    """Distance from the centre in deg."""
    xp = array_namespace(points.east)
    square = points.squared_sine
    away = (points.east != 0.0) | (points.north != 0.0)
    sine = xp.where(away, xp.sqrt(square), xp.zeros_like(square))
    return xp.atan2(sine, 1.0 - points.versine) / RAD


def versine(angle: Any) -> Any:
    """1 - cos of an angle in deg, without loss where that is small."""
    xp = array_namespace(angle)
    return 2.0 * xp.sin(0.5 * RAD * xp.asarray(angle)) ** 2


class Ellipse(NamedTuple):
    """Radius of an ellipse of major semi-axis 1 in the directions of points.

    Attributes
    ----------
    radius : array
        Minor semi-axis across, 1 along the major axis.
    by_e, by_phi : array
        Derivatives by eccentricity, and by position angle in deg.
    by_lon, by_lat : array
        Derivatives by the centre of the points, per deg.
    """

    radius: Any
    by_e: Any
    by_phi: Any
    by_lon: Any
    by_lat: Any


def ellipse_radius(points: Offset, e: Any, phi: Any) -> Any:
    """Radius in the directions of points, alone; see `ellipse`."""
    xp = array_namespace(points.east)
    e = xp.asarray(e)
    along, _ = _turned(points, phi)
    return xp.sqrt((1.0 - e**2) / (1.0 - (e * along) ** 2))


def ellipse(points: Offset, e: Any, phi: Any) -> Ellipse:
    r"""Radius in the directions of points, and its derivatives.

    .. math:: q = \sqrt{\frac{1 - e^2}{1 - e^2 \cos^2(\phi - \chi)}}

    Parameters
    ----------
    points : `Offset`
    e : array or float
        Eccentricity.
    phi : array or float
        Position angle of the major axis, from north through east, in deg.
    """
    xp = array_namespace(points.east)
    e = xp.asarray(e)
    square = points.squared_sine
    x, y, z = points.east, points.north, 1.0 - points.versine
    along, across = _turned(points, phi)
    minor = 1.0 - e**2
    rest = 1.0 - (e * along) ** 2
    q = xp.sqrt(minor / rest)
    by_angle = -q * e**2 * along * across / rest  # by phi - chi, in rad
    # the direction turns as the centre moves, fast where the points are near it
    return Ellipse(
        q,
        -q * e * across**2 / (minor * rest),
        by_angle * RAD,
        -by_angle * RAD * (points.sin_lat - points.cos_lat * y * z / square),
        -by_angle * RAD * x * z / square,
    )


def _turned(points: Offset, phi: Any) -> tuple[Any, Any]:
    """Cosine and sine of the angle from the directions of points to a position angle."""
    xp = array_namespace(points.east)
    phi = xp.asarray(phi) * RAD
    sine = xp.sqrt(points.squared_sine)
    sin_phi, cos_phi = xp.sin(phi), xp.cos(phi)
    x, y = points.east / sine, points.north / sine
    return cos_phi * y + sin_phi * x, sin_phi * y - cos_phi * x


def rotated(lon: Any, lat: Any, matrix: Any) -> tuple[Any, Any]:
    """Longitude and latitude in another frame, in deg.

    Parameters
    ----------
    lon, lat : array
    matrix : sequence of float [3][3]
        That turns unit vectors.
    """
    xp = array_namespace(lon, lat)
    lon, lat = xp.asarray(lon) * RAD, xp.asarray(lat) * RAD
    vector = xp.cos(lat) * xp.cos(lon), xp.cos(lat) * xp.sin(lon), xp.sin(lat)
    x, y, z = (sum(m * v for m, v in zip(row, vector, strict=True)) for row in matrix)
    return xp.atan2(y, x) / RAD, xp.atan2(z, xp.sqrt(x**2 + y**2)) / RAD
