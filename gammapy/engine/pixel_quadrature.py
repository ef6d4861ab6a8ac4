"""Integrals of any function of the sky over the pixels of a map, by pixels cut where it needs it.

Each cell has the rule of Gauss of 3 by 3 places. The parabola through these is compared with the
function at the corners of the cell, which are outside of them: where the function is smooth the two
are close, where it has an edge anywhere in the cell they are not. If what that may make of the
integral is more than a small part of the brightest pixel, the cell is cut in four. The error of a
cell that is kept is that of the rule, which is far below where the function is smooth.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

__all__ = ["pixel_integrals", "pixel_means"]

#: possible error of a cell that is kept, of the brightest pixel
_TOLERANCE = 3e-5
#: how the possible error grows with the relative miss of the corners, and its end, for an edge
_SMOOTH, _EDGE = 10.0, 3.0
#: cuts of a cell after the first look, at most
_DEEPEST = 8
#: cells that are looked at together, to save memory
_AT_ONCE = 20_000

#: values [n_planes, n] at pixel coordinates x, y [n], per pixel; nan where there is nothing
Function = Callable[[np.ndarray, np.ndarray], np.ndarray]
#: True for cells [n], by their centres and their size in pixels, that the function may reach
Near = Callable[[np.ndarray, np.ndarray, float], np.ndarray]


_NODES, _WEIGHTS = np.polynomial.legendre.leggauss(3)
#: places in a cell of size 1 about the origin, the corners last, [9 + 4]
_X = np.append(np.tile(0.5 * _NODES, 3), [-0.5, 0.5, -0.5, 0.5])
_Y = np.append(np.repeat(0.5 * _NODES, 3), [-0.5, -0.5, 0.5, 0.5])
#: weights of the first nine for the mean
_MEAN = 0.25 * np.outer(_WEIGHTS, _WEIGHTS).ravel()
_SLOPE = 1.0 / _NODES[2]
#: parabola through three nodes at the ends -1, 1, [2, 3]
_ENDS = np.array(
    [[0.5 * t * (t - 1.0), 1.0 - t**2, 0.5 * t * (t + 1.0)] for t in (-_SLOPE, _SLOPE)]
)
#: weights of the first nine for the corners, [4, 9]
_CORNERS = np.array([np.outer(along_y, along_x).ravel() for along_y in _ENDS for along_x in _ENDS])


def pixel_integrals(
    function: Function, near: Near, n_x: int, n_y: int, largest: float = 1.0
) -> np.ndarray:
    """Integrals [n_planes, n_y, n_x] over pixels, the first of which has its centre at 0, 0.

    Parameters
    ----------
    function : callable
        Values [n_planes, n] at pixel coordinates x, y [n], per pixel; nan off the sky.
    near : callable
        ``near(x, y, size) -> bool [n]``, False for cells that the function does not reach.
    n_x, n_y : int
        Number of pixels.
    largest : float
        Size in pixels of the cells to begin with, at most; smaller than what the function has.
    """
    x, y, owner, size = _start(near, n_x, n_y, largest)
    total: np.ndarray | None = None
    for level in range(_DEEPEST + 1):
        fine, error, whole = _in_turns(function, x, y, size)
        if total is None:
            total = np.zeros((len(fine), n_x * n_y))
            peak = _added(np.zeros_like(total), owner, fine).max(axis=1, initial=0.0)[:, None]
        cut = whole & np.any(error > _TOLERANCE * peak, axis=0)
        if level == _DEEPEST:
            cut[:] = False
        _added(total, owner[~cut], fine[:, ~cut])
        if not cut.any():
            break
        x, y, owner, size = _quartered(x[cut], y[cut], owner[cut], size)
    assert total is not None
    return total.reshape(-1, n_y, n_x)


def pixel_means(function: Function, n_x: int, n_y: int, factor: int) -> np.ndarray:
    """The same from the middles of ``factor`` by ``factor`` parts of each pixel."""
    step = (np.arange(factor) + 0.5) / factor - 0.5
    total: np.ndarray | float = 0.0
    y, x = (a.ravel().astype(float) for a in np.indices((n_y, n_x)))
    for dy in step:
        for dx in step:
            total = total + np.nan_to_num(function(x + dx, y + dy)) / factor**2
    return np.asarray(total).reshape(-1, n_y, n_x)


def _start(near: Near, n_x: int, n_y: int, largest: float) -> tuple[Any, Any, Any, float]:
    """Centres of the first cells, their pixels, and their size."""
    y, x = (a.ravel().astype(float) for a in np.indices((n_y, n_x)))
    owner, size = np.arange(len(x)), 1.0
    while True:
        keep = near(x, y, size)
        x, y, owner = x[keep], y[keep], owner[keep]
        if size <= largest:
            return x, y, owner, size
        x, y, owner, size = _quartered(x, y, owner, size)


def _quartered(
    x: np.ndarray, y: np.ndarray, owner: np.ndarray, size: float
) -> tuple[Any, Any, Any, float]:
    step = 0.25 * size
    x = (x[:, None] + np.array([-step, step, -step, step])).ravel()
    y = (y[:, None] + np.array([-step, -step, step, step])).ravel()
    return x, y, np.repeat(owner, 4), 0.5 * size


def _in_turns(
    function: Function, x: np.ndarray, y: np.ndarray, size: float
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Integrals [n_planes, n], what they may be off, and whether all is on the sky [n]."""
    steps = range(0, max(len(x), 1), _AT_ONCE)
    parts = [_looked_at(function, x[i : i + _AT_ONCE], y[i : i + _AT_ONCE], size) for i in steps]
    fine, error = (size**2 * np.concatenate([p[i] for p in parts], axis=1) for i in (0, 1))
    return fine, error, np.concatenate([p[2] for p in parts])


def _looked_at(
    function: Function, x: np.ndarray, y: np.ndarray, size: float
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Means [n_planes, n] over what of a cell is on the sky; see `_in_turns`."""
    values = np.asarray(
        function((x[:, None] + size * _X).ravel(), (y[:, None] + size * _Y).ravel())
    )
    values = values.reshape(len(values), len(x), len(_X))
    seen = np.isfinite(values)
    whole = seen.all(axis=(0, 2))
    values, seen = np.where(seen, values, 0.0), seen[..., :9]
    inside, corners = values[..., :9], values[..., 9:]
    norm = seen @ _MEAN
    mean = inside @ _MEAN / np.where(norm > 0, norm, 1.0)
    miss = np.abs(corners - inside @ _CORNERS.T).max(axis=-1)
    # as the miss goes with the third power of the size, and the error of the rule with the sixth
    size_of = np.abs(values).max(axis=-1)
    relative = _SMOOTH * miss / np.where(size_of > 0, size_of, 1.0)
    return mean, miss * np.minimum(relative, _EDGE), whole


def _added(total: np.ndarray, owner: np.ndarray, values: np.ndarray) -> np.ndarray:
    for row, plane in zip(total, values, strict=True):
        row += np.bincount(owner, plane, len(row))
    return total
