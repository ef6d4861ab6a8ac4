"""Rectangles of pixels that hold what is near a position, found by arithmetic on pixels."""

from __future__ import annotations

from functools import cached_property
from typing import Any

import numpy as np

from gammapy.engine.sphere import RAD, Offset, offset, rotated, separation
from gammapy.maps.geometry import WcsGeom
from gammapy.maps.sky_grid import pix_to_sky, sky_to_pix
from gammapy.maps.solid_angle import solid_angles
from gammapy.modeling.models.spatial.frames import rotation

__all__ = ["MapPixels", "PixelBlock", "blocks_about", "position_in", "whole"]

#: points on a circle
_CORNERS = 64
#: a circle is that much larger than its polygon, in radii, and pixels reach so far beyond theirs
_MARGIN, _PIXELS = 0.02, 1.5
#: a circle of this radius in deg, and more, is looked for all over the map
_LARGE = 45.0
#: deg by which a map that is taken for a graticule may differ from one
_STRAIGHT = 1e-10


class MapPixels:
    """Pixels of a map, to and from positions in its frame, faster than astropy can where it may.

    Where longitude depends on x alone and latitude on y alone, as in a plate carree along the
    equator, it is a graticule.

    Parameters
    ----------
    geom : `~gammapy.maps.WcsGeom`

    Attributes
    ----------
    n_x, n_y : int
    period : float
        Pixels along x after which the sky comes again; 0 if it does not.
    size : float
        Of the pixels, in deg, the larger side.
    is_graticule : bool
    """

    def __init__(self, geom: WcsGeom) -> None:
        self.geom = geom
        self.n_y, self.n_x = geom.data_shape[-2:]
        self.frame, self.period = geom.frame, geom.period
        self.size = float(geom.pixel_scales.deg.max())
        self._wcs = geom.wcs
        self._center = 0.5 * (self.n_x - 1), 0.5 * (self.n_y - 1)
        self.is_graticule = bool(self.period) and self._fits_graticule()

    @classmethod
    def of(cls, geom: WcsGeom | MapPixels) -> MapPixels:
        """Pixels of a geometry, or those that are some already."""
        return geom if isinstance(geom, MapPixels) else cls(geom)

    @property
    def data_shape(self) -> tuple[int, int]:
        """Shape of an image."""
        return self.n_y, self.n_x

    def _fits_graticule(self) -> bool:
        """Set up straight lines, and compare them with astropy all over the map."""
        x_0, y_0 = self._center
        lon, lat = pix_to_sky(
            self._wcs, np.array([x_0, x_0 + 1, x_0]), np.array([y_0] * 2 + [y_0 + 1])
        )
        turn = np.round((lon[1] - lon[0]) / 360.0)
        sign = np.sign(lon[1] - lon[0] - 360.0 * turn)
        self._along_lon = float(lon[0]), float(sign * 360.0 / self.period)
        self._along_lat = float(lat[0]), float(lat[2] - lat[0])
        x, y = (np.linspace(-0.5, n - 0.5, 9) for n in (self.n_x, self.n_y))
        x, y = (a.ravel() for a in np.meshgrid(x, y))
        there = pix_to_sky(self._wcs, x, y)
        on_sky = np.isfinite(there[0])
        off = self._lon(x) - there[0], self._lat(y) - there[1]
        off_lon = off[0] - 360.0 * np.round(off[0] / 360.0)
        return bool(
            np.all(np.abs(off_lon[on_sky]) < _STRAIGHT)
            and np.all(np.abs(off[1][on_sky]) < _STRAIGHT)
        )

    def _lon(self, x: np.ndarray) -> np.ndarray:
        return self._along_lon[0] + (x - self._center[0]) * self._along_lon[1]

    def _lat(self, y: np.ndarray) -> np.ndarray:
        return self._along_lat[0] + (y - self._center[1]) * self._along_lat[1]

    def sky(self, x: np.ndarray, y: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Longitude and latitude in deg; nan off the sky.

        They broadcast against each other, as x and y do, and no more than those if they can.
        """
        if not self.is_graticule:
            return pix_to_sky(self._wcs, *np.broadcast_arrays(x, y))
        lat = self._lat(y)
        return self._lon(x), np.where(np.abs(lat) <= 90.0 + _STRAIGHT, lat, np.nan)

    def pixels(
        self, lon: Any, lat: Any, near: float | None = None
    ) -> tuple[np.ndarray, np.ndarray]:
        """Pixel coordinates of positions; nan where they are not on the picture.

        Where x repeats, it is as near as it can be to the middle of the map, or to ``near``.
        """
        lon, lat = np.atleast_1d(lon).astype(float), np.atleast_1d(lat).astype(float)
        near = self._center[0] if near is None else near
        if not self.is_graticule:
            return sky_to_pix(self._wcs, lon, lat, near)
        x = self._center[0] + (lon - self._along_lon[0]) / self._along_lon[1]
        y = self._center[1] + (lat - self._along_lat[0]) / self._along_lat[1]
        return x - self.period * np.round((x - near) / self.period), y


class PixelBlock:
    """Rectangle of the pixels of a map; pixel coordinates count from the centre of its first one.

    Parameters
    ----------
    pixels : `MapPixels`
    columns, rows : slice
        Pixels along longitude and latitude, with start and stop.
    """

    def __init__(self, pixels: MapPixels, columns: slice, rows: slice) -> None:
        self.map, self.columns, self.rows = pixels, columns, rows
        self.n_x, self.n_y = columns.stop - columns.start, rows.stop - rows.start

    def sky(self, x: np.ndarray, y: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Longitude and latitude in deg, in the frame of the map; as `MapPixels.sky`."""
        return self.map.sky(np.asarray(x) + self.columns.start, np.asarray(y) + self.rows.start)

    def sky_in(self, frame: str, x: np.ndarray, y: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """The same in another frame."""
        lon, lat = self.sky(x, y)
        matrix = rotation(self.map.frame, frame)
        return (lon, lat) if matrix is None else rotated(lon, lat, matrix)

    def offset(self, x: np.ndarray, y: np.ndarray, center: tuple[float, float]) -> Offset:
        """Places as seen from a position in the frame of the map."""
        return offset(*self.sky(x, y), *center)

    @cached_property
    def on_sky(self) -> bool:
        """True if all corners of the pixels are on the sky."""
        edges = (np.arange(n + 1) - 0.5 for n in (self.n_x, self.n_y))
        x, y = edges
        return bool(all(np.all(np.isfinite(angle)) for angle in self.sky(x, y[:, None])))

    @cached_property
    def solid_angle(self) -> np.ndarray:
        """Solid angles [n_y, n_x] in sr; zero off the sky."""

        def to_sky(x: np.ndarray, y: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
            lon, lat = np.broadcast_arrays(*self.sky(x, y))
            return lon, lat

        columns = 1 if self.map.is_graticule else self.n_x
        parts = int(np.ceil(self.map.size / 2.0))
        angles = np.nan_to_num(solid_angles(to_sky, columns, self.n_y, parts))
        return np.broadcast_to(angles, (self.n_y, self.n_x))

    @cached_property
    def _slopes(self) -> tuple[np.ndarray, np.ndarray]:
        """Relative change [n_y, n_x] of the solid angle per pixel, along x and y."""
        angle = self.solid_angle
        safe = np.where(angle > 0, angle, 1.0)
        slopes = []
        for axis, n in ((1, self.n_x), (0, self.n_y)):
            slope = np.gradient(angle, axis=axis) / safe if n > 1 else np.zeros_like(angle)
            # beside the edge of the sky the neighbour is none
            slopes.append(np.where((angle > 0) & (np.abs(slope) < 0.2), slope, 0.0))
        return slopes[0], slopes[1]

    def solid_angle_at(self, x: np.ndarray, y: np.ndarray) -> np.ndarray:
        """Solid angle per pixel [n] at places in pixels, in sr."""
        column = np.clip(np.floor(x + 0.5).astype(int), 0, self.n_x - 1)
        row = np.clip(np.floor(y + 0.5).astype(int), 0, self.n_y - 1)
        along_x, along_y = (slope[row, column] for slope in self._slopes)
        change = along_x * (x - column) + along_y * (y - row)
        return self.solid_angle[row, column] * (1.0 + change)


def whole(pixels: MapPixels) -> PixelBlock:
    """All pixels of a map."""
    return PixelBlock(pixels, slice(0, pixels.n_x), slice(0, pixels.n_y))


def position_in(pixels: MapPixels, frame: str, lon: float, lat: float) -> tuple[float, float]:
    """Position of a frame in the frame of a map, in deg."""
    matrix = rotation(frame, pixels.frame)
    if matrix is None:
        return lon, lat
    lon, lat = (float(angle) for angle in rotated(lon, lat, matrix))
    return lon, lat


def blocks_about(pixels: MapPixels, center: tuple[float, float], reach: float) -> list[PixelBlock]:
    """Rectangles that hold all pixels of a map with a place in a circle; none if it is outside.

    There is one, or more where a map shows a part of the sky twice or the circle is cut by a seam.

    Parameters
    ----------
    pixels : `MapPixels`
    center : tuple of float
        In deg, in the frame of the map.
    reach : float
        Radius in deg.
    """
    found = None if reach >= _LARGE else _box(pixels, center, reach)
    if found is None:
        return [] if _is_far(pixels, center, reach) else [whole(pixels)]
    x_0, x_1, y_0, y_1 = found
    n_y, n_x = pixels.data_shape
    rows = slice(max(y_0, 0), min(y_1, n_y))
    if rows.stop <= rows.start:
        return []
    period = pixels.period
    if period and x_1 - x_0 >= period:
        return [PixelBlock(pixels, slice(0, n_x), rows)]
    turns = np.arange(-np.ceil(x_1 / period), np.ceil((n_x - x_0) / period) + 1) if period else [0]
    blocks = []
    for turn in turns:
        start = int(np.floor(x_0 + turn * period))
        stop = int(np.ceil(x_1 + turn * period))
        columns = slice(max(start, 0), min(stop, n_x))
        if columns.stop > columns.start:
            blocks.append(PixelBlock(pixels, columns, rows))
    return _without_overlap(pixels, blocks)


def _without_overlap(pixels: MapPixels, blocks: list[PixelBlock]) -> list[PixelBlock]:
    """Blocks side by side, where rounding or a large circle makes them overlap."""
    parts: list[PixelBlock] = []
    last = 0
    for block in sorted(blocks, key=lambda block: block.columns.start):
        columns = slice(max(block.columns.start, last), block.columns.stop)
        if columns.stop > columns.start:
            parts.append(PixelBlock(pixels, columns, block.rows))
            last = columns.stop
    return parts


def _box(
    pixels: MapPixels, center: tuple[float, float], reach: float
) -> tuple[int, int, int, int] | None:
    """First and last pixel, exclusive, along x and y; None if that cannot be said."""
    x_0, y_0 = (float(p[0]) for p in pixels.pixels(*center))
    if not (np.isfinite(x_0) and np.isfinite(y_0)):
        return None
    lon, lat = _circle(center, reach)
    x, y = pixels.pixels(lon, lat, x_0)
    if not (np.all(np.isfinite(x)) and np.all(np.isfinite(y))):
        return None
    period = pixels.period
    steps = np.diff(np.append(x, x[0]))
    if period:
        steps -= period * np.round(steps / period)
        if abs(steps.sum()) > 0.5 * period:
            return None  # it goes round a pole
        x = x[0] + np.append(0.0, np.cumsum(steps[:-1]))
    elif _is_torn(pixels, np.append(x, x[0]), np.append(y, y[0]), reach):
        return None
    margins = [_MARGIN * np.ptp(p) + _PIXELS for p in (x, y)]
    return (
        int(np.floor(x.min() - margins[0])),
        int(np.ceil(x.max() + margins[0])) + 1,
        int(np.floor(y.min() - margins[1])),
        int(np.ceil(y.max() + margins[1])) + 1,
    )


def _is_far(pixels: MapPixels, center: tuple[float, float], reach: float) -> bool:
    """True if a circle does not touch one that holds the map; False if there is none."""
    n_y, n_x = pixels.data_shape
    x, y = (np.linspace(-0.5, n - 0.5, 17) for n in (n_x, n_y))
    rim = np.concatenate([[x, y[0] + 0 * x], [x, y[-1] + 0 * x], [x[0] + 0 * y, y]], axis=1)
    rim = np.concatenate([rim, [x[-1] + 0 * y, y]], axis=1)
    lon, lat = pixels.sky(*rim)
    middle = pixels.sky(np.array(0.5 * (n_x - 1.0)), np.array(0.5 * (n_y - 1.0)))
    lon_0, lat_0 = (float(angle) for angle in middle)
    if not np.all(np.isfinite([*lon, *lat, lon_0, lat_0])):
        return False
    radius = float(separation(offset(lon, lat, lon_0, lat_0)).max())
    # beyond a quarter of the sky the circle of the rim may be that of the outside
    away = float(separation(offset(*center, lon_0, lat_0)))
    return radius < 90.0 and away > 1.1 * radius + reach


def _is_torn(pixels: MapPixels, x: np.ndarray, y: np.ndarray, reach: float) -> bool:
    """True if the edge of the sky is between two points of a circle that are side by side."""
    steps = np.hypot(np.diff(x), np.diff(y))
    expected = 2.0 * np.pi * reach / _CORNERS / pixels.geom.pixel_scales.deg.min()
    return bool(steps.max() > 10.0 * expected + 1.0)


def _circle(center: tuple[float, float], reach: float) -> tuple[np.ndarray, np.ndarray]:
    """Points [n] at a distance from a position, all in deg."""
    angle = np.arange(_CORNERS) * (2.0 * np.pi / _CORNERS)
    lat_0, radius = RAD * center[1], RAD * reach
    sin_0, cos_0 = np.sin(lat_0), np.cos(lat_0)
    north = cos_0 * np.cos(radius) - sin_0 * np.sin(radius) * np.cos(angle)
    up = sin_0 * np.cos(radius) + cos_0 * np.sin(radius) * np.cos(angle)
    east = np.sin(radius) * np.sin(angle)
    lon = center[0] + np.arctan2(east, north) / RAD
    return lon, np.arctan2(up, np.hypot(east, north)) / RAD
