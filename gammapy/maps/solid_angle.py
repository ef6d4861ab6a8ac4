r"""Solid angles of pixels, for any projection.

The unit vectors :math:`\hat p` at the corners of a pixel, the middles of its edges and its centre
make a surface of second order :math:`v(s, t)`, whose solid angle

.. math:: \Omega = \int \frac{v \cdot (\partial_s v \times \partial_t v)}{|v|^3}\, ds\, dt

is that of the pixel up to the fourth order of its size (Oosterom & Strackee 1983, IEEE Trans.
Biomed. Eng. 30, 125 for the plane triangle). Two points of Gauss along each direction suffice.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

__all__ = ["solid_angles"]

Sky = Callable[[np.ndarray, np.ndarray], tuple[np.ndarray, np.ndarray]]

#: rows are done in turns of so many pixels, to save memory
_AT_ONCE = 200_000
#: pixels that the edge of the sky cuts are halved so often
_HALVINGS = 6
_POINTS = np.array([-1.0, 1.0]) / np.sqrt(3.0)
#: quadratic through -1, 0, 1 and its slope, at the points of Gauss [2, 3]
_SHAPE = np.stack([_POINTS * (_POINTS - 1) / 2, 1 - _POINTS**2, _POINTS * (_POINTS + 1) / 2], 1)
_SLOPE = np.stack([_POINTS - 0.5, -2 * _POINTS, _POINTS + 0.5], 1)


def solid_angles(to_sky: Sky, n_x: int, n_y: int, parts: int = 1) -> np.ndarray:
    """Solid angles in sr [n_y, n_x]; nan where the centre of a pixel is not on the sky.

    A pixel that the edge of the sky cuts counts with the part that is on it, to half a percent.

    Parameters
    ----------
    to_sky : callable
        From pixel coordinates x and y to longitude and latitude in deg, nan outside of the sky.
    n_x, n_y : int
        Number of pixels.
    parts : int
        Pixels are cut into so many along both directions; large ones need it.
    """
    rows = max(1, _AT_ONCE // (n_x * parts**2))
    x = np.linspace(-0.5, n_x - 0.5, 2 * n_x * parts + 1)
    strips = []
    for first in range(0, n_y, rows):
        last = min(first + rows, n_y)
        y = np.linspace(first - 0.5, last - 0.5, 2 * (last - first) * parts + 1)
        fine = _of_grid(_vectors(to_sky, *np.meshgrid(x, y)))
        strips.append(fine.reshape(last - first, parts, n_x, parts).sum(axis=(1, 3)))
    result = np.concatenate(strips)
    _complete(to_sky, result)
    return result


def _vectors(to_sky: Sky, x: np.ndarray, y: np.ndarray) -> np.ndarray:
    """Unit vectors [3, ...] of pixels."""
    lon, lat = (np.deg2rad(angle) for angle in to_sky(x, y))
    return np.stack([np.cos(lat) * np.cos(lon), np.cos(lat) * np.sin(lon), np.sin(lat)])


def _of_grid(v: np.ndarray) -> np.ndarray:
    """Solid angles [n_y, n_x] from vectors [3, 2 n_y + 1, 2 n_x + 1]."""
    height, width = v.shape[1] - 2, v.shape[2] - 2
    return _integral(
        [[v[:, j : height + j : 2, i : width + i : 2] for i in range(3)] for j in range(3)]
    )


def _integral(nodes: list[list[np.ndarray]]) -> np.ndarray:
    """Solid angles [...] from vectors [3, ...] at 3 by 3 places of each pixel."""
    total: np.ndarray | float = 0.0
    for across, across_slope in zip(_SHAPE, _SLOPE, strict=True):
        rows = [_mixed(across, row) for row in nodes]
        rows_by_x = [_mixed(across_slope, row) for row in nodes]
        for down, down_slope in zip(_SHAPE, _SLOPE, strict=True):
            here = _mixed(down, rows)
            normal = np.cross(_mixed(down, rows_by_x), _mixed(down_slope, rows), axis=0)
            total += np.abs(np.sum(here * normal, axis=0)) / np.sum(here**2, axis=0) ** 1.5
    return np.asarray(total)


def _mixed(weights: np.ndarray, vectors: list[np.ndarray]) -> np.ndarray:
    a, b, c = weights
    return a * vectors[0] + b * vectors[1] + c * vectors[2]


def _complete(to_sky: Sky, result: np.ndarray) -> None:
    """Fill in those pixels that are cut by the edge of the sky."""
    y, x = np.nonzero(np.isnan(result))
    whole = np.isfinite(to_sky(x.astype(float), y.astype(float))[0])
    x, y = x[whole], y[whole]
    areas, covered = np.zeros((2, len(x)))
    owner, size = np.arange(len(x)), 1.0
    px, py = x.astype(float), y.astype(float)
    for _ in range(_HALVINGS):
        size /= 2
        px, py = (np.repeat(a, 4) for a in (px, py))
        owner = np.repeat(owner, 4)
        px += np.tile([-0.5, 0.5, -0.5, 0.5], len(px) // 4) * size
        py += np.tile([-0.5, -0.5, 0.5, 0.5], len(py) // 4) * size
        area, seen = _of_pixels(to_sky, px, py, size)
        inside = np.isfinite(area)
        np.add.at(areas, owner[inside], area[inside])
        np.add.at(covered, owner[inside], size**2)
        cut = seen & ~inside
        px, py, owner = px[cut], py[cut], owner[cut]
    # of what is still cut about a half is on the sky
    rest = 0.5 * size**2 * np.bincount(owner, minlength=len(x))
    result[y, x] = areas * (1 + rest / np.where(covered > 0, covered, 1.0))


def _of_pixels(
    to_sky: Sky, x: np.ndarray, y: np.ndarray, size: float
) -> tuple[np.ndarray, np.ndarray]:
    """Solid angles [n] of single pixels, nan if some is off the sky, and whether some is on it."""
    steps = 0.5 * size * np.array([-1.0, 0.0, 1.0])
    at_x = x[:, None, None] + steps[None, None, :] + np.zeros((1, 3, 1))
    at_y = y[:, None, None] + steps[None, :, None] + np.zeros((1, 1, 3))
    v = _vectors(to_sky, at_x, at_y)  # [3, n, 3, 3]
    area = _integral([[v[..., j, i] for i in range(3)] for j in range(3)])
    return area, np.isfinite(v).all(axis=0).any(axis=(1, 2))
