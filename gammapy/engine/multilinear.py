r"""A table of any dimension between its cells: linear along the axes, constant in the outer halves.

At the fractions :math:`t_k` of the way between neighbours, on a scale :math:`s` (the logarithm, the
square root, or none),

.. math::
    f = s^{-1}\left(\sum_{c \in \{0, 1\}^n} s(f_c) \prod_k w_{c_k}(t_k)\right), \quad
    w(t) = (1 - t, t)

The logarithm of a zero is that of the smallest positive float.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import product
from typing import Any

import numpy as np

from gammapy.engine.namespace import array_namespace

__all__ = ["SCALES", "inside", "multilinear", "nearest"]

SCALES = ("lin", "log", "sqrt")
_TINY = float(np.finfo(float).tiny)
#: cells by which a place may miss the edge
_ROUNDING = 1e-9


def inside(shape: Sequence[int], place: Sequence[Any]) -> Any:
    """True [...] where a place is in a cell of the table, that is at most half a cell outside."""
    xp = array_namespace(*place)
    good = xp.asarray(True)
    for size, x in zip(shape, place, strict=True):
        good = good & (x >= -0.5 - _ROUNDING) & (x <= size - 0.5 + _ROUNDING)
    return good


def nearest(table: Any, place: Sequence[Any]) -> Any:
    """Value [...] of the cell that is nearest; as `multilinear`."""
    xp = array_namespace(*place)
    index = [
        xp.astype(xp.clip(xp.floor(x + 0.5), 0, size - 1), xp.int64)
        for size, x in zip(table.shape, place, strict=True)
    ]
    return _taken(xp, table, index)


def multilinear(table: Any, place: Sequence[Any], scale: str = "lin") -> Any:
    """Value [...] of a table between its cells; outside of it that of the edge.

    Parameters
    ----------
    table : array [n_1, ..., n_k]
        Not negative for a scale other than "lin". A cell that is nan counts only where its weight
        is not zero.
    place : sequence of k arrays [...]
        From zero at the centre of the first cell, of one shape; without nan.
    scale : {"lin", "log", "sqrt"}
    """
    xp = array_namespace(*place)
    corners = [_between(xp, x, size) for size, x in zip(table.shape, place, strict=True)]
    total = xp.zeros_like(xp.asarray(place[0]), dtype=xp.float64)
    for chosen in product((0, 1), repeat=len(corners)):
        weight = xp.ones_like(total)
        index = []
        for side, (before, after, t) in zip(chosen, corners, strict=True):
            weight = weight * (t if side else 1.0 - t)
            index.append(after if side else before)
        value = _scaled(xp, scale, xp.astype(_taken(xp, table, index), xp.float64))
        total = total + xp.where(weight == 0.0, xp.zeros_like(value), weight * value)
    return _unscaled(xp, scale, total)


def _between(xp: Any, x: Any, size: int) -> tuple[Any, Any, Any]:
    """Index of the cells before and after a place, and fraction of the way."""
    x = xp.clip(x, 0.0, size - 1.0)
    before = xp.clip(xp.floor(x), 0.0, max(size - 2.0, 0.0))
    first = xp.astype(before, xp.int64)
    return first, first + min(size - 1, 1), x - before


def _taken(xp: Any, table: Any, index: Sequence[Any]) -> Any:
    flat = index[0]
    for size, i in zip(table.shape[1:], index[1:], strict=True):
        flat = flat * size + i
    found = xp.take(xp.reshape(xp.asarray(table), (-1,)), xp.reshape(flat, (-1,)))
    return xp.reshape(found, flat.shape)


def _scaled(xp: Any, scale: str, value: Any) -> Any:
    if scale == "log":
        return xp.log(xp.where(value < _TINY, xp.full_like(value, _TINY), value))
    return xp.sqrt(value) if scale == "sqrt" else value


def _unscaled(xp: Any, scale: str, value: Any) -> Any:
    if scale == "log":
        return xp.where(value <= float(np.log(_TINY)), xp.zeros_like(value), xp.exp(value))
    return value**2 if scale == "sqrt" else value
