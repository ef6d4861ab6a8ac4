"""Where a map lies on the sky: frame, centre, size, farthest edge."""

from __future__ import annotations

from typing import Any, NamedTuple

import astropy.units as u
import numpy as np
from astropy.wcs.utils import wcs_to_celestial_frame

from gammapy.engine.sphere import offset, separation
from gammapy.errors import ModelError

__all__ = ["Outline", "map_region", "outline_of"]


class Outline(NamedTuple):
    """Place of a map.

    Attributes
    ----------
    frame : str
    center : tuple [2]
        Longitude and latitude in deg.
    pixel : tuple [2]
        Width and height of the pixel at the centre, in deg.
    size : tuple [2]
        The same times the number of pixels.
    angle : float
        Position angle of the columns at the centre, in deg.
    radius : float
        Distance in deg from the centre to the farthest edge.
    """

    frame: str
    center: tuple[float, float]
    pixel: tuple[float, float]
    size: tuple[float, float]
    angle: float
    radius: float


def outline_of(wcs: Any, shape: tuple[int, ...]) -> Outline:
    """Outline of a map.

    Parameters
    ----------
    wcs : `~astropy.wcs.WCS`
        Of the two celestial axes.
    shape : tuple of int
        Pixels along latitude and longitude.

    Raises
    ------
    ModelError
        If its centre is not on the sky.
    """
    n_y, n_x = shape
    x_0, y_0 = 0.5 * (n_x - 1), 0.5 * (n_y - 1)
    steps = np.array([[0, 0], [-0.5, 0], [0.5, 0], [0, -0.5], [0, 0.5]])
    cross = steps + np.array([x_0, y_0])
    lon, lat = wcs.wcs_pix2world(cross, 0).T
    if not np.all(np.isfinite(lon) & np.isfinite(lat)):
        raise ModelError(f"the centre of the map, pixel {x_0:g}, {y_0:g}, is not on the sky")
    pixel = tuple(float(_distance(lon[i], lat[i], lon[i + 1], lat[i + 1])) for i in (1, 3))
    up = offset(lon[4], lat[4], lon[0], lat[0])
    angle = float(np.rad2deg(np.arctan2(up.east, up.north)))
    return Outline(
        wcs_to_celestial_frame(wcs).name,
        (float(lon[0]), float(lat[0])),
        pixel,  # type: ignore[arg-type]
        (pixel[0] * n_x, pixel[1] * n_y),
        angle,
        _radius(wcs, (n_x, n_y), float(lon[0]), float(lat[0])),
    )


def _distance(lon: Any, lat: Any, lon_0: Any, lat_0: Any) -> Any:
    return separation(offset(lon, lat, lon_0, lat_0))


def _radius(wcs: Any, size: tuple[int, int], lon_0: float, lat_0: float) -> float:
    """Farthest edge; 180 if some of the edge is off the sky."""
    along = [np.linspace(-0.5, n - 0.5, 33) for n in size]
    ends = [np.full(33, end) for side in along for end in side[[0, -1]]]
    x = np.concatenate([*ends[:2], along[0], along[0]])
    y = np.concatenate([along[1], along[1], *ends[2:]])
    lon, lat = wcs.wcs_pix2world(x, y, 0)
    if not np.all(np.isfinite(lon)):
        return 180.0
    return float(np.max(_distance(lon, lat, lon_0, lat_0)))


def map_region(center: Any, place: Outline, **kwargs: Any) -> Any:
    """Rectangle of a map about a centre."""
    from regions import RectangleSkyRegion

    width, height, angle = (u.Quantity(x, "deg") for x in (*place.size, place.angle))
    return RectangleSkyRegion(center=center, width=width, height=height, angle=angle, **kwargs)
