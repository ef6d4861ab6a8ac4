"""Integrals of any function of the sky over the pixels of a map, by pixels cut where it needs it.

Each cell has two rules of Gauss, of 3 by 3 and of 2 by 2 places. Where they differ by more than a
small part of the brightest pixel, the cell is cut in four. The error of a cell that is kept is that
of the finer rule, which is far below the difference where the function is smooth.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

__all__ = ["pixel_integrals", "pixel_means"]

#: difference of the rules, of the brightest pixel, for which a cell is kept
_TOLERANCE = 1e-4
#: cuts of a cell after the first look, at most
_DEEPEST = 8
#: cells that are looked at together, to save memory
_AT_ONCE = 20_000

#: values [n_planes, n] at pixel coordinates x, y [n], per pixel; nan where there is nothing
Function = Callable[[np.ndarray, np.ndarray], np.ndarray]
#: True for cells [n], by their centres and their size in pixels, that the function may reach
Near = Callable[[np.ndarray, np.ndarray, float], np.ndarray]


def _rule(order: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Places in a cell of size 1 about the origin, and weights, [order^2]."""
    x, w = np.polynomial.legendre.leggauss(order)
    at_x, at_y = np.meshgrid(0.5 * x, 0.5 * x)
    return at_x.ravel(), at_y.ravel(), np.outer(0.5 * w, 0.5 * w).ravel()


_FINE, _COARSE = _rule(3), _rule(2)


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
        fine, difference, whole = _in_turns(function, x, y, size)
        if total is None:
            total = np.zeros((len(fine), n_x * n_y))
            peak = _added(np.zeros_like(total), owner, fine).max(axis=1, initial=0.0)[:, None]
        cut = whole & np.any(np.abs(difference) > _TOLERANCE * peak, axis=0)
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


def _start(near: Near, n_x: int, n_y: int, largest: float) -> tuple[np.ndarray, ...]:
    """Centres of the first cells, their pixels, and their size."""
    y, x = (a.ravel().astype(float) for a in np.indices((n_y, n_x)))
    owner, size = np.arange(len(x)), 1.0
    while True:
        keep = near(x, y, size)
        x, y, owner = x[keep], y[keep], owner[keep]
        if size <= largest:
            return x, y, owner, size
        x, y, owner, size = _quartered(x, y, owner, size)


def _quartered(x: np.ndarray, y: np.ndarray, owner: np.ndarray, size: float) -> tuple:
    step = 0.25 * size
    x = (x[:, None] + np.array([-step, step, -step, step])).ravel()
    y = (y[:, None] + np.array([-step, -step, step, step])).ravel()
    return x, y, np.repeat(owner, 4), 0.5 * size


def _in_turns(
    function: Function, x: np.ndarray, y: np.ndarray, size: float
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Integrals [n_planes, n], differences of the two rules, and whether all is on the sky."""
    parts = []
    for first in range(0, max(len(x), 1), _AT_ONCE):
        some = x[first : first + _AT_ONCE], y[first : first + _AT_ONCE]
        fine, whole = _mean(function, *some, size, _FINE)
        coarse, _ = _mean(function, *some, size, _COARSE)
        parts.append((size**2 * fine, size**2 * (fine - coarse), whole))
    fine, difference = (np.concatenate([p[i] for p in parts], axis=1) for i in (0, 1))
    return fine, difference, np.concatenate([p[2] for p in parts])


def _mean(
    function: Function, x: np.ndarray, y: np.ndarray, size: float, rule: tuple
) -> tuple[np.ndarray, np.ndarray]:
    """Means [n_planes, n] over what of a cell is on the sky; and whether all of it is."""
    at_x, at_y, weights = rule
    places = (x[:, None] + size * at_x).ravel(), (y[:, None] + size * at_y).ravel()
    values = np.asarray(function(*places))
    values = values.reshape(len(values), len(x), len(weights))
    seen = np.isfinite(values)
    whole = seen.all(axis=(0, 2))
    if whole.all():
        return values @ weights, whole
    norm = seen @ weights
    return np.where(seen, values, 0.0) @ weights / np.where(norm > 0, norm, 1.0), whole


def _added(total: np.ndarray, owner: np.ndarray, values: np.ndarray) -> np.ndarray:
    for row, plane in zip(total, values, strict=True):
        row += np.bincount(owner, plane, len(row))
    return total
