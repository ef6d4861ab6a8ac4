"""Pixels on the sky as unit vectors: which are near a direction, and nodes inside of them.

Nodes in a pixel are bilinear between the corners, on the plane at the direction from which they
are seen. They are off by the third power of the pixel's size sideways, by the square outwards,
where it is not seen.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cached_property, lru_cache
from typing import Any, NamedTuple

import numpy as np

from gammapy.engine.sphere import RAD

__all__ = ["Nodes", "PixelNodes", "tangent_axes", "unit_vectors"]

#: pixels on a side of the blocks that are looked through first
BLOCK = 16


def unit_vectors(lon: np.ndarray, lat: np.ndarray) -> np.ndarray:
    """Unit vectors [..., 3] of positions in deg."""
    lon, lat = np.broadcast_arrays(RAD * np.asarray(lon), RAD * np.asarray(lat))
    cos_lat = np.cos(lat)
    return np.stack([cos_lat * np.cos(lon), cos_lat * np.sin(lon), np.sin(lat)], axis=-1)


def tangent_axes(lon: Any, lat: Any) -> np.ndarray:
    """Unit vectors [3, 3] at a position in deg: to the east, to the north, and outwards."""
    sin_lon, cos_lon = np.sin(RAD * lon), np.cos(RAD * lon)
    sin_lat, cos_lat = np.sin(RAD * lat), np.cos(RAD * lat)
    return np.array(
        [
            [-sin_lon, cos_lon, 0.0],
            [-sin_lat * cos_lon, -sin_lat * sin_lon, cos_lat],
            [cos_lat * cos_lon, cos_lat * sin_lon, sin_lat],
        ]
    )


class Nodes(NamedTuple):
    """Nodes inside of pixels, in polar coordinates about a direction.

    Attributes
    ----------
    radius : ndarray [n_pixels, n_nodes]
        Distance, in deg.
    east, north : ndarray [n_pixels, n_nodes]
        Projections on the plane at the direction, of the unit sphere.
    area : ndarray [n_pixels]
        Of the part that a node stands for, in deg2.
    """

    radius: np.ndarray
    east: np.ndarray
    north: np.ndarray
    area: np.ndarray


class PixelNodes:
    """Pixels of an image, for integrals over them.

    Parameters
    ----------
    corners : ndarray [n_y + 1, n_x + 1, 3]
        Unit vectors of the corners, not a number off the sky.
    solid_angle : ndarray [n_y, n_x]
        In sr; zero off the sky.
    """

    def __init__(self, corners: np.ndarray, solid_angle: np.ndarray) -> None:
        self._corners = corners
        self.shape = solid_angle.shape
        on_sky = np.isfinite(corners).all(axis=-1)
        whole = on_sky[1:, 1:] & on_sky[1:, :-1] & on_sky[:-1, 1:] & on_sky[:-1, :-1]
        self.solid_angle = np.where(whole, solid_angle, 0.0).ravel()
        centers = corners[1:, 1:] + corners[1:, :-1] + corners[:-1, 1:] + corners[:-1, :-1]
        with np.errstate(invalid="ignore"):
            centers = centers / np.linalg.norm(centers, axis=-1, keepdims=True)
        # what is off the sky is near nothing
        self.centers = np.where(whole[..., None], centers, 0.0).reshape(-1, 3)
        #: largest distance of a corner from the centre, in deg
        self.half_diagonal = self._half_diagonal(whole)
        self._blocks()

    @cached_property
    def disc(self) -> tuple[np.ndarray, float]:
        """Axes [3, 3] of a middle, see `tangent_axes`, and the radius in deg about it."""
        seen = self.centers[self.solid_angle > 0]
        x, y, z = seen.sum(axis=0)
        axes = tangent_axes(np.arctan2(y, x) / RAD, np.arctan2(z, np.hypot(x, y)) / RAD)
        chord = np.linalg.norm(seen - axes[2], axis=1).max()
        return axes, float(_angle(chord)) + self.half_diagonal

    def _half_diagonal(self, whole: np.ndarray) -> float:
        centers = self.centers.reshape(*self.shape, 3)
        steps = (slice(1, None), slice(None, -1))
        parts = [self._corners[rows, columns] for rows in steps for columns in steps]
        worst = [np.linalg.norm(c - centers, axis=-1)[whole].max(initial=0.0) for c in parts]
        return float(2.0 * np.arcsin(min(1.0, max(worst) / 2.0)) / RAD)

    def _blocks(self) -> None:
        """Centre and radius of blocks of pixels."""
        n_y, n_x = self.shape
        rows, columns = np.arange(n_y) // BLOCK, np.arange(n_x) // BLOCK
        label = (rows[:, None] * (columns[-1] + 1) + columns).ravel()
        order = np.argsort(label, kind="stable")
        starts = np.searchsorted(label[order], np.arange(label[order[-1]] + 1))
        self._members = np.split(order, starts[1:])
        centers = self.centers[order]
        self._member_centers = np.split(centers, starts[1:])
        sums = np.add.reduceat(centers, starts, axis=0)
        norms = np.linalg.norm(sums, axis=1)
        self._block_centers = sums / np.where(norms > 0, norms, 1.0)[:, None]
        radii = []
        groups = zip(self._members, self._member_centers, self._block_centers, strict=True)
        for members, places, center in groups:
            chord = np.linalg.norm(places[self.solid_angle[members] > 0] - center, axis=1)
            radii.append(_angle(chord).max(initial=-np.inf))
        self._block_radii = np.array(radii)

    def near(self, direction: np.ndarray, radius: float) -> np.ndarray:
        """Flat indices of the pixels that a disc touches, ascending; radius in deg."""
        reach = radius + self.half_diagonal
        touched = np.flatnonzero(self._touched(direction, reach))
        if not len(touched):
            return np.empty(0, dtype=int)
        found = np.concatenate([self._members[i] for i in touched])
        cosine = np.concatenate([self._member_centers[i] @ direction for i in touched])
        # 1e-12: the cosine has no more digits; beyond 0.001 deg that is nothing
        inside = cosine >= np.cos(RAD * min(reach, 180.0)) - 1e-12
        return np.sort(found[inside & (self.solid_angle[found] > 0)])

    def touches(self, direction: np.ndarray, radius: float) -> bool:
        """True if a disc may touch pixels; radius in deg."""
        return bool(np.any(self._touched(direction, radius + self.half_diagonal)))

    def _touched(self, direction: np.ndarray, reach: float) -> np.ndarray:
        """Which blocks may have a pixel within reach: a chord is shorter than its angle."""
        square = np.maximum(2.0 - 2.0 * (self._block_centers @ direction), 0.0)
        return np.sqrt(square) / RAD <= reach + self._block_radii + 1e-6

    def edges(self, pixels: np.ndarray, axes: np.ndarray) -> np.ndarray:
        """Two edges [2, 2], in deg to the east and north, of a pixel next to a direction.

        Parameters
        ----------
        pixels : ndarray of int [n]
            Among which it is looked for.
        axes : ndarray [3, 3]
            Unit vectors to the east and north and outwards; see `tangent_axes`.
        """
        some = pixels[:: len(pixels) // 500 + 1]  # neighbours are alike
        nearest = int(some[np.argmax(self.centers[some] @ axes[2])])
        y, x = divmod(nearest, self.shape[1])
        place, right, upper = (self._corners[y + j, x + i] for j, i in ((0, 0), (0, 1), (1, 0)))
        return np.array([(right - place), (upper - place)]) @ axes[:2].T / RAD

    def nodes(self, pixels: np.ndarray, axes: np.ndarray, n: int) -> Nodes:
        """Middles of equal parts of pixels, n along each side.

        Parameters
        ----------
        pixels : ndarray of int [n_pixels]
        axes : ndarray [3, 3]
            Unit vectors to the east and north and outwards; see `tangent_axes`.
        n : int
        """
        if n == 1:
            east, north, out = (self.centers[pixels] @ axes.T).T[:, :, None]
        else:
            east, north, out = self._parts(pixels, axes, n)
        across = np.sqrt(east**2 + north**2)
        radius = np.arcsin(np.minimum(across, 1.0)) / RAD
        behind = out < 0
        if behind.any():
            radius[behind] = 180.0 - radius[behind]
        area = self.solid_angle[pixels] / (RAD * n) ** 2
        return Nodes(radius, east, north, area)

    def _parts(self, pixels: np.ndarray, axes: np.ndarray, n: int) -> Iterator[np.ndarray]:
        """Projections [n_pixels, n * n] of the parts on each of the axes."""
        fraction = _bilinear(n)
        first = pixels + pixels // self.shape[1]  # a row of corners has one more
        stride = self.shape[1] + 1
        flat = self._corners.reshape(-1, 3)
        corners = [flat[first + step] for step in (0, 1, stride, stride + 1)]
        for axis in axes:
            yield np.stack([c @ axis for c in corners], axis=1) @ fraction


@lru_cache(maxsize=32)
def _bilinear(n: int) -> np.ndarray:
    """Weights [4, n * n] of the corners at the middles of equal parts."""
    t = (np.arange(n) + 0.5) / n
    across, up = np.tile(t, n), np.repeat(t, n)
    corners = [(1 - up) * (1 - across), (1 - up) * across, up * (1 - across), up * across]
    return np.array(corners)


def _angle(chord: np.ndarray) -> np.ndarray:
    """Angle in deg of a chord of the unit sphere."""
    return 2.0 * np.arcsin(np.minimum(chord / 2.0, 1.0)) / RAD
