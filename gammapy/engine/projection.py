r"""Where directions lie on flat pictures of the sky, after Calabretta & Greisen
(2002, A&A 395, 1077).

A direction is turned into the native sphere of the projection, put on the plane, and from there
into pixels. With the native unit vector :math:`(X, Y, Z)` the azimuthal projections are

.. math:: x = k(Z)\, Y, \quad y = -k(Z)\, X

and the others functions of the native longitude and latitude. The slopes come along, so that the
position of a picture can be fitted.
"""

from __future__ import annotations

from typing import Any, NamedTuple

from gammapy.engine.namespace import array_namespace
from gammapy.engine.sphere import RAD

__all__ = ["PROJECTIONS", "Chart", "Pixels", "pixels"]

_CYLINDRICAL = ("CAR", "CEA", "MER")
_AZIMUTHAL = ("ARC", "SIN", "STG", "TAN", "ZEA")
#: codes of the projections that are known here
PROJECTIONS = (*_CYLINDRICAL, "AIT", "SFL", *_AZIMUTHAL)


class Chart(NamedTuple):
    """A flat picture of the sky.

    Attributes
    ----------
    code : str
        One of `PROJECTIONS`.
    matrix : tuple [3][3]
        Turns unit vectors of the sky into the native sphere.
    scale : tuple [2][2]
        Pixels per deg on the plane.
    origin : tuple [2]
        Pixel, from zero, of the point of reference.
    """

    code: str
    matrix: Any
    scale: Any
    origin: Any

    @property
    def period(self) -> float:
        """Pixels along x after which the sky comes again; 0 if it does not."""
        (along, skew), (other, _) = self.scale
        level = abs(skew) + abs(other) <= 1e-12 * abs(along)
        return 360.0 * abs(along) if self.code in _CYLINDRICAL and level else 0.0


class Pixels(NamedTuple):
    """Places on a chart.

    Attributes
    ----------
    x, y : array
        From zero at the centre of the first pixel.
    seen : array
        False where a direction is not on the chart.
    by_lon, by_lat : tuple [2] of array
        Derivatives of x and y, per deg.
    """

    x: Any
    y: Any
    seen: Any
    by_lon: tuple[Any, Any]
    by_lat: tuple[Any, Any]


def pixels(chart: Chart, lon: Any, lat: Any) -> Pixels:
    """Places of directions on a chart, with slopes.

    Parameters
    ----------
    chart : `Chart`
    lon, lat : array
        In deg, of one shape.
    """
    xp = array_namespace(lon, lat)
    lon, lat = xp.asarray(lon), xp.asarray(lat)
    cos_lon, sin_lon = xp.cos(lon * RAD), xp.sin(lon * RAD)
    cos_lat, sin_lat = xp.cos(lat * RAD), xp.sin(lat * RAD)
    none = 0.0 * lon
    vector = _turned(chart.matrix, (cos_lat * cos_lon, cos_lat * sin_lon, sin_lat))
    slopes = (
        _turned(chart.matrix, (-RAD * cos_lat * sin_lon, RAD * cos_lat * cos_lon, none)),
        _turned(chart.matrix, (-RAD * sin_lat * cos_lon, -RAD * sin_lat * sin_lon, RAD * cos_lat)),
    )
    on_plane = _azimuthal if chart.code in _AZIMUTHAL else _by_angles
    place, moves, seen = on_plane(xp, chart.code, vector, slopes)
    x, y = _scaled(chart.scale, place)
    by_lon, by_lat = (_scaled(chart.scale, move) for move in moves)
    return Pixels(x + chart.origin[0], y + chart.origin[1], seen, by_lon, by_lat)


def _turned(matrix: Any, vector: Any) -> tuple[Any, Any, Any]:
    x, y, z = (sum(m * v for m, v in zip(row, vector, strict=True)) for row in matrix)
    return x, y, z


def _scaled(scale: Any, place: Any) -> tuple[Any, Any]:
    (a, b), (c, d) = scale
    return a * place[0] + b * place[1], c * place[0] + d * place[1]


def _azimuthal(xp: Any, code: str, vector: Any, slopes: Any) -> tuple[Any, list[Any], Any]:
    """Place and its slopes, in deg, for projections about the native pole."""
    x, y, z = vector
    seen = z > (0.0 if code in ("SIN", "TAN") else -1.0 + 1e-12)
    z = xp.where(seen, z, xp.ones_like(z))
    k, by_z = _stretch(xp, code, z, x**2 + y**2)
    moves = [
        ((k * dy + by_z * dz * y) / RAD, -(k * dx + by_z * dz * x) / RAD) for dx, dy, dz in slopes
    ]
    return (k * y / RAD, -k * x / RAD), moves, seen


def _stretch(xp: Any, code: str, z: Any, square: Any) -> tuple[Any, Any]:
    """k(Z) and its derivative; ``square`` is the squared sine of the distance from the pole."""
    if code == "TAN":
        return 1.0 / z, -1.0 / z**2
    if code == "SIN":
        return xp.ones_like(z), xp.zeros_like(z)
    if code == "STG":
        return 2.0 / (1.0 + z), -2.0 / (1.0 + z) ** 2
    if code == "ZEA":
        k = xp.sqrt(2.0 / (1.0 + z))
        return k, -0.5 * k / (1.0 + z)
    # distance over its sine: by its series where both vanish
    near = square < 1e-6
    safe = xp.where(near, xp.ones_like(square), square)
    sine = xp.sqrt(safe)
    k = xp.where(near, 1.0 + square / 6.0 + 0.075 * square**2, xp.atan2(sine, z) / sine)
    by_z = xp.where(near, -1.0 / 3.0 - square * 2.0 / 15.0, (z * k - 1.0) / safe)
    return k, by_z


def _by_angles(xp: Any, code: str, vector: Any, slopes: Any) -> tuple[Any, list[Any], Any]:
    """Place and its slopes, in deg, for projections in native longitude and latitude."""
    x, y, z = vector
    square = x**2 + y**2
    off_pole = square > 1e-30
    square = xp.where(off_pole, square, xp.ones_like(square))
    cosine = xp.where(off_pole, xp.sqrt(square), xp.zeros_like(square))
    phi, theta = xp.atan2(y, xp.where(off_pole, x, xp.ones_like(x))), xp.atan2(z, cosine)
    place, by_phi, by_theta = _on_plane(xp, code, phi, theta)
    moves = []
    for dx, dy, dz in slopes:
        turn = xp.where(off_pole, (x * dy - y * dx) / square, 0.0 * x)
        rise = xp.where(off_pole, dz / xp.sqrt(square), 0.0 * x)
        moves.append(
            tuple((a * turn + b * rise) / RAD for a, b in zip(by_phi, by_theta, strict=True))
        )
    seen = cosine > (1e-6 if code == "MER" else -1.0)  # Mercator's poles are infinitely far
    return (place[0] / RAD, place[1] / RAD), moves, seen


def _on_plane(xp: Any, code: str, phi: Any, theta: Any) -> tuple[Any, Any, Any]:
    """Place, its derivatives by longitude and by latitude; all in rad."""
    one, none = xp.ones_like(phi), xp.zeros_like(phi)
    sine, cosine = xp.sin(theta), xp.cos(theta)
    if code == "CAR":
        return (phi, theta), (one, none), (none, one)
    if code == "CEA":
        return (phi, sine), (one, none), (none, cosine)
    if code == "MER":
        off_pole = cosine > 1e-6
        sine = xp.where(off_pole, sine, none)
        return (phi, xp.atanh(sine)), (one, none), (none, 1.0 / xp.where(off_pole, cosine, one))
    if code == "SFL":
        return (phi * cosine, theta), (cosine, none), (-phi * sine, one)
    sine_half, cosine_half = xp.sin(0.5 * phi), xp.cos(0.5 * phi)
    root = xp.sqrt(2.0 / (1.0 + cosine * cosine_half))
    by_root = 0.25 * root**3
    root_phi, root_theta = 0.5 * by_root * cosine * sine_half, by_root * sine * cosine_half
    return (
        (2.0 * root * cosine * sine_half, root * sine),
        (cosine * (2.0 * root_phi * sine_half + root * cosine_half), root_phi * sine),
        (
            2.0 * sine_half * (root_theta * cosine - root * sine),
            root_theta * sine + root * cosine,
        ),
    )
