r"""Where the pixels of a map lie in the fields of view of pointings.

The place in a field of view is that of GADF, as Gammapy 2.1 takes it: ``fov_lat`` points to the
north (alignment RADEC) or to the zenith (ALTAZ), ``fov_lon`` to the west, that is to falling right
ascension, or to falling azimuth. (So one is the mirror image of the other: azimuth and right
ascension turn in opposite senses.) With the alignment REVERSE_LON_RADEC ``fov_lon`` points to the
east. They are longitude and latitude about the pointing, so with the unit vectors :math:`\hat c` of
the pointing, :math:`\hat x, \hat y` of the two directions there, a pixel :math:`\hat p` has

.. math::
    \tan\mathrm{lon} = \hat p \cdot \hat x / \hat p \cdot \hat c, \quad
    \sin\mathrm{lat} = \hat p \cdot \hat y, \quad
    \tan\mathrm{offset} = \sqrt{(\hat p \cdot \hat x)^2 + (\hat p \cdot \hat y)^2} /
    \hat p \cdot \hat c

A map is walked through in blocks of pixels, each with the pointings that reach it: what is needed
at once does not grow with the map, and neither the seam of the longitude nor the projection need
any care.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import astropy.units as u
import numpy as np
from astropy.coordinates import AltAz, SkyCoord
from astropy.time import Time

from gammapy.engine.sphere import RAD
from gammapy.errors import DataError
from gammapy.irf import FoVAlignment
from gammapy.maps import RegionGeom

__all__ = [
    "Block",
    "Pointings",
    "Seen",
    "blocks",
    "direction_of",
    "equatorial_axes",
    "orientations",
]

#: pixels of a block along each axis; with two axes beside the sky a pixel has a thousand numbers
_SIZE, _SMALL = 64, 24


@dataclass(frozen=True, eq=False)
class Pointings:
    """Directions with the time that each counts, as unit vectors in the frame of a map.

    Attributes
    ----------
    axes : ndarray [p, 3, 3]
        Directions of ``fov_lon`` and ``fov_lat`` and the centre.
    seconds : ndarray [p]
    response : ndarray of int [p]
        Index of the response.
    """

    axes: np.ndarray
    seconds: np.ndarray
    response: np.ndarray

    @property
    def center(self) -> np.ndarray:
        """Unit vectors [p, 3] of the directions."""
        return self.axes[:, 2]

    @classmethod
    def of(
        cls,
        axes: Sequence[np.ndarray],
        seconds: Sequence[float],
        response: Sequence[int],
        frame: Any,
    ) -> Pointings:
        """From vectors [3, 3] in ICRS, to a frame."""
        turned = np.asarray(axes, dtype=float).reshape(-1, 3, 3) @ _turn(frame).T
        return cls(turned, np.asarray(seconds, dtype=float), np.asarray(response, dtype=int))

    def only(self, which: np.ndarray) -> Pointings:
        """Some of them."""
        return Pointings(self.axes[which], self.seconds[which], self.response[which])


@dataclass(frozen=True, eq=False)
class Seen:
    """Pairs of a pixel and a pointing that reaches it.

    Attributes
    ----------
    pixel, pointing : ndarray of int [n]
        Indices in the block and among the pointings.
    x, y, z : ndarray [n]
        Along the two directions and the centre of the field of view.
    """

    pixel: np.ndarray
    pointing: np.ndarray
    x: np.ndarray
    y: np.ndarray
    z: np.ndarray

    @property
    def lon(self) -> np.ndarray:
        """Longitude [n] in the field of view in deg."""
        return np.arctan2(self.x, self.z) / RAD

    @property
    def lat(self) -> np.ndarray:
        """Latitude [n] in the field of view in deg."""
        return np.arcsin(np.clip(self.y, -1.0, 1.0)) / RAD

    @property
    def offset(self) -> np.ndarray:
        """Distance [n] from the centre in deg."""
        return np.arctan2(np.hypot(self.x, self.y), self.z) / RAD

    def only(self, which: np.ndarray) -> Seen:
        """Some of the pairs."""
        return Seen(*(a[which] for a in (self.pixel, self.pointing, self.x, self.y, self.z)))


@dataclass(frozen=True, eq=False)
class Block:
    """Pixels of a map, those on the sky.

    Attributes
    ----------
    where : tuple of slice
        Rows and columns of the data of the map.
    on_sky : ndarray of bool [n_rows, n_columns]
    vector : ndarray [n, 3]
        Unit vectors of the pixels on the sky.
    weights : ndarray [n], optional
        Of points, of which the mean is taken as the one pixel that there is.
    """

    where: tuple[slice, slice]
    on_sky: np.ndarray
    vector: np.ndarray
    weights: np.ndarray | None = None

    def reached(self, pointings: Pointings, reach: np.ndarray) -> np.ndarray:
        """Indices of the pointings that reach a pixel, with their reach [p] in deg."""
        if not len(self.vector):
            return np.zeros(0, dtype=int)
        middle = self.vector.mean(axis=0)
        middle /= np.linalg.norm(middle)
        radius = np.arccos(np.clip((self.vector @ middle).min(), -1.0, 1.0))
        away = np.arccos(np.clip(pointings.center @ middle, -1.0, 1.0))
        return np.flatnonzero(away <= radius + reach * RAD + 1e-6)

    def seen(self, pointings: Pointings, reach: np.ndarray) -> Seen:
        """Pixels that lie within the reach [p], in deg, of pointings."""
        z = self.vector @ pointings.center.T
        near = np.flatnonzero(z >= np.cos(np.minimum(reach * RAD * (1 + 1e-9), np.pi)))
        pixel, pointing = np.divmod(near, max(len(pointings.seconds), 1))
        x, y = (np.take(self.vector @ pointings.axes[:, i].T, near) for i in (0, 1))
        return Seen(pixel, pointing, x, y, np.take(z, near))

    def fill(self, data: np.ndarray, values: np.ndarray) -> None:
        """Put values [n, ...] on the data [..., y, x] of a map."""
        if self.weights is not None:
            values = np.tensordot(self.weights / self.weights.sum(), values, axes=1)[None]
        cut = data[(..., *self.where)]
        found = np.moveaxis(values, 0, -1)
        if np.all(self.on_sky):
            cut[...] = found.reshape(cut.shape)
        else:
            cut[..., self.on_sky] = found


def blocks(geom: Any, use_region_center: bool = True, size: int | None = None) -> Iterator[Block]:
    """Walk through the pixels of a map.

    Parameters
    ----------
    geom : `~gammapy.maps.WcsGeom` or `~gammapy.maps.RegionGeom`
    use_region_center : bool
        A region is its centre; or the mean over its area.
    size : int, optional
        Pixels of a block along each axis, at most; by default fewer where a map has two axes.

    Raises
    ------
    DataError
        If a region has no place on the sky.
    """
    if isinstance(geom, RegionGeom):
        yield _of_region(geom, use_region_center)
        return
    image = geom.to_image()
    n_y, n_x = image.data_shape
    if size is None:
        size = _SIZE if len(geom.axes) < 2 else _SMALL
    for y in range(0, n_y, size):
        for x in range(0, n_x, size):
            rows, columns = slice(y, min(y + size, n_y)), slice(x, min(x + size, n_x))
            grid = np.meshgrid(
                np.arange(columns.start, columns.stop, dtype=float),
                np.arange(rows.start, rows.stop, dtype=float),
            )
            lon, lat = (a.to_value("deg") for a in image.pix_to_coord(tuple(grid)))
            on_sky = np.isfinite(lon)
            yield Block((rows, columns), on_sky, _vector(lon[on_sky], lat[on_sky]))


def _of_region(geom: RegionGeom, use_region_center: bool) -> Block:
    if geom.region is None:
        raise DataError(f"{geom!r} has no region, so no place in a field of view: give it one")
    weights = None
    if use_region_center or geom.is_all_point_sky_regions:
        center = geom.center_skydir.spherical
        lon, lat = (np.atleast_1d(a.deg) for a in (center.lon, center.lat))
    else:
        coords, weights = geom.to_image().get_wcs_coord_and_weights()
        lon, lat, weights = (
            np.ravel(a) for a in (coords.lon.to_value("deg"), coords.lat.to_value("deg"), weights)
        )
    pixel = slice(0, 1)
    return Block((pixel, pixel), np.ones((1, 1), dtype=bool), _vector(lon, lat), weights)


def _vector(lon: np.ndarray, lat: np.ndarray) -> np.ndarray:
    """Unit vectors [n, 3] of places in deg."""
    lon, lat = lon * RAD, lat * RAD
    return np.stack([np.cos(lat) * np.cos(lon), np.cos(lat) * np.sin(lon), np.sin(lat)], axis=-1)


def _turn(frame: Any) -> np.ndarray:
    """Matrix [3, 3] that turns vectors from ICRS to a frame."""
    units = SkyCoord([1, 0, 0], [0, 1, 0], [0, 0, 1], representation_type="cartesian", frame="icrs")
    return units.transform_to(frame).cartesian.xyz.value


def direction_of(pointing: Any, time: Time | None = None, location: Any = None) -> SkyCoord:
    """Direction on the sky of a position, or of an information on the pointing.

    Raises
    ------
    DataError
        If it is none, or not one finite position.
    """
    if hasattr(pointing, "get_icrs"):
        pointing = pointing.get_icrs(time, location)
    if isinstance(pointing, SkyCoord) and pointing.size == 1:
        found = pointing.icrs
        found = found.reshape(()) if found.shape else found
        if np.isfinite(found.ra.deg) and np.isfinite(found.dec.deg):
            return found
    raise DataError(f"pointing = {pointing!r}: one finite position on the sky is needed")


def orientations(
    direction: SkyCoord,
    alignment: FoVAlignment | str,
    start: Time | None = None,
    seconds: float = 0.0,
    location: Any = None,
    step: float = 1.0,
) -> tuple[list[np.ndarray], list[float]]:
    """Axes [3, 3] of the field of view in ICRS, and the time that each counts in s.

    One that is aligned to the zenith turns on the sky: the time is cut so that each part turns by
    at most a step, and counts with the axes at its middle.

    Parameters
    ----------
    direction : `~astropy.coordinates.SkyCoord`
    alignment : `~gammapy.irf.FoVAlignment`
    start : `~astropy.time.Time`, optional
        Needed, as is the location, where the alignment is ALTAZ.
    seconds : float
    location : `~astropy.coordinates.EarthLocation`, optional
    step : float
        In deg.

    Raises
    ------
    DataError
        If the start or the location is needed and missing, or the step not positive.
    """
    if FoVAlignment(alignment) is not FoVAlignment.ALTAZ:
        return [equatorial_axes(direction.ra.deg, direction.dec.deg, alignment)], [seconds]
    center, east, north = _east_north(direction.ra.deg, direction.dec.deg)
    if start is None or location is None or not step > 0:
        raise DataError(
            f"the background is aligned to the zenith (FOVALIGN = ALTAZ): with start = {start}, "
            f"location = {location}, rotation step = {step} deg its place on the sky is not known; "
            "give all three"
        )
    fine = start + np.linspace(0.0, seconds, 65) * u.s
    turned = np.unwrap(_zenith_angle(direction, fine, location))
    n_parts = max(int(np.ceil(np.abs(np.diff(turned)).sum() / (step * RAD) - 1e-9)), 1)
    middles = start + (np.arange(n_parts) + 0.5) * (seconds / n_parts) * u.s
    found = []
    for angle in _zenith_angle(direction, middles, location):
        up = np.cos(angle) * north + np.sin(angle) * east
        falling = np.cos(angle) * east - np.sin(angle) * north  # azimuth
        found.append(np.stack([falling, up, center]))
    return found, [seconds / n_parts] * n_parts


def equatorial_axes(ra: float, dec: float, alignment: FoVAlignment | str = "RADEC") -> np.ndarray:
    """Axes [3, 3] in ICRS of a field of view that is aligned to the north."""
    center, east, north = _east_north(ra, dec)
    sign = 1.0 if FoVAlignment(alignment) is FoVAlignment.REVERSE_LON_RADEC else -1.0
    return np.stack([sign * east, north, center])


def _east_north(ra: float, dec: float) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    ra, dec = ra * RAD, dec * RAD
    center = np.array([np.cos(dec) * np.cos(ra), np.cos(dec) * np.sin(ra), np.sin(dec)])
    east = np.array([-np.sin(ra), np.cos(ra), 0.0])
    return center, east, np.cross(center, east)


def _zenith_angle(direction: SkyCoord, times: Time, location: Any) -> np.ndarray:
    """Direction [n] to the zenith in rad, from north through east, at times."""
    frame = AltAz(obstime=times, location=location)
    at = direction.transform_to(frame)
    up = SkyCoord(az=at.az, alt=at.alt + 0.01 * u.deg, frame=frame).icrs
    return direction.position_angle(up).rad
