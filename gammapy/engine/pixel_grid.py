r"""Pictures between their pixels: bilinear on a scale, constant in the outer half of the pixels.

On a scale :math:`s` (the logarithm, the square root, or none) the value at the fractions
:math:`u, v` of the way between the centres of four pixels is

.. math:: f = s^{-1}\left(\sum_{ij} w_i(u)\, w_j(v)\, s(f_{ij})\right), \quad
    w(t) = (1 - t, t)

The logarithm of a zero is that of the smallest positive float.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from gammapy.engine.namespace import array_namespace

__all__ = ["SCALES", "Surface", "padded", "surface"]

SCALES = ("log", "lin", "sqrt")
_TINY = float(np.finfo(float).tiny)
_FLOOR = float(np.log(_TINY))


class Surface(NamedTuple):
    """Values of a picture, and their derivatives by the pixel coordinates."""

    value: Any
    by_x: Any
    by_y: Any


def padded(planes: np.ndarray, closed: bool) -> np.ndarray:
    """Planes [n, n_y, n_x] with one more row and column on each side [n, n_y + 2, n_x + 2].

    Parameters
    ----------
    planes : array [n, n_y, n_x]
    closed : bool
        True if the last column is beside the first; otherwise the outer ones are repeated.
    """
    rows = np.pad(planes, ((0, 0), (1, 1), (0, 0)), mode="edge")
    return np.pad(rows, ((0, 0), (0, 0), (1, 1)), mode="wrap" if closed else "edge")


def surface(planes: Any, plane: Any, factor: Any, x: Any, y: Any, scale: str = "log") -> Surface:
    """Values of padded planes at pixel coordinates.

    Parameters
    ----------
    planes : array [n, n_y + 2, n_x + 2]
        Not negative, as `padded` makes them.
    plane : array of int or int
        Which plane.
    factor : array or float
        On the values of the plane.
    x, y : array
        From zero at the centre of the first pixel, at most half a pixel outside.
    scale : {"log", "lin", "sqrt"}
    """
    xp = array_namespace(x, y)
    _, n_y, n_x = planes.shape
    column, u = _place(xp, x, n_x)
    row, v = _place(xp, y, n_y)
    first = xp.reshape((plane * n_y + row) * n_x + column, (-1,))
    flat = xp.asarray(planes.reshape(-1))
    a, b, c, d = (
        _scaled(xp, scale, factor * xp.reshape(_taken(xp, flat, first + step), x.shape))
        for step in (0, 1, n_x, n_x + 1)
    )
    low, high = a + u * (b - a), c + u * (d - c)
    return _unscaled(
        xp, scale, low + v * (high - low), (1.0 - v) * (b - a) + v * (d - c), high - low
    )


def _place(xp: Any, x: Any, size: int) -> tuple[Any, Any]:
    """Index in the padded plane of the pixel before, and fraction of the way to the next."""
    before = xp.clip(xp.floor(x), -1, size - 3)
    return xp.astype(before + 1.0, xp.int64), x - before


def _taken(xp: Any, flat: Any, index: Any) -> Any:
    return xp.astype(xp.take(flat, index), xp.float64)


def _scaled(xp: Any, scale: str, value: Any) -> Any:
    if scale == "lin":
        return value
    if scale == "sqrt":
        return xp.sqrt(value)
    return xp.log(xp.where(value > _TINY, value, _TINY * xp.ones_like(value)))


def _unscaled(xp: Any, scale: str, value: Any, by_x: Any, by_y: Any) -> Surface:
    if scale == "lin":
        return Surface(value, by_x, by_y)
    if scale == "sqrt":
        return Surface(value**2, 2.0 * value * by_x, 2.0 * value * by_y)
    above = value > _FLOOR
    result = xp.where(above, xp.exp(value), xp.zeros_like(value))
    return Surface(result, result * by_x, result * by_y)
