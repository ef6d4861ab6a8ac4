"""PointingSums: what depends on the distance from a pointing, summed over all that see a place."""

from __future__ import annotations

import numpy as np

from gammapy.makers.offset_grid import OffsetGrid

__all__ = ["PointingSums", "separations"]

#: places at once: bounds the memory
_CHUNK = 4096


class PointingSums:
    """Sums over groups of pointings, each times its live time.

    Parameters
    ----------
    axes : ndarray [g, 3]
        Unit vectors of the groups.
    response : ndarray of int [g]
    livetime : ndarray [g]
        In s.
    grid : `OffsetGrid`
        Of the responses; nothing is seen beyond the last node of each.
    values : ndarray [rows, c]
        At its nodes, straight between them.
    """

    def __init__(
        self,
        axes: np.ndarray,
        response: np.ndarray,
        livetime: np.ndarray,
        grid: OffsetGrid,
        values: np.ndarray,
    ) -> None:
        self._axes = axes
        self._response = response
        self._livetime = livetime
        self._grid = grid
        self._values = values
        self._end = grid.end[response]

    def at(self, place: np.ndarray) -> np.ndarray:
        """Sums [c, ...] at unit vectors [..., 3]."""
        shape, place = place.shape[:-1], place.reshape(-1, 3)
        found = np.empty((self._values.shape[1], len(place)))
        for start in range(0, len(place), _CHUNK):
            part = slice(start, start + _CHUNK)
            found[:, part] = self._of(place[part])
        return found.reshape(len(found), *shape)

    def _of(self, place: np.ndarray) -> np.ndarray:
        """Sums [c, p] at unit vectors [p, 3]: of each, weights of few nodes."""
        near = self._near(place)
        offset = separations(np.sum((place[:, np.newaxis] - self._axes[near]) ** 2, axis=-1))
        point, group = np.nonzero(offset <= self._end[near])
        group, offset = near[group], offset[point, group]
        row, fraction = self._grid.between(self._response[group], offset)
        used = np.zeros(len(self._values), dtype=bool)
        used[row] = used[row + 1] = True
        column = np.cumsum(used) - 1
        size = int(used.sum())
        cells = np.concatenate([point * size + column[row], point * size + column[row + 1]])
        livetime = self._livetime[group]
        values = np.concatenate([livetime * (1.0 - fraction), livetime * fraction])
        weights = np.bincount(cells, values, len(place) * size).reshape(len(place), size)
        return (weights @ self._values[used]).T

    def _near(self, place: np.ndarray) -> np.ndarray:
        """Groups that may see one of some unit vectors [p, 3]."""
        centre = place.mean(axis=0)
        size = np.linalg.norm(centre)
        radius = 180.0
        if size > 0.1:  # else they are all around
            centre = centre / size
            radius = float(np.max(separations(np.sum((place - centre) ** 2, axis=1))))
        offset = separations(np.sum((self._axes - centre) ** 2, axis=1))
        return np.flatnonzero((offset <= self._end + radius + 1e-6) & (self._livetime > 0))


def separations(square: np.ndarray) -> np.ndarray:
    """Angles [...] in deg of squared chords, without the loss that a scalar product has."""
    return np.rad2deg(2.0 * np.arcsin(np.minimum(0.5 * np.sqrt(square), 1.0)))
