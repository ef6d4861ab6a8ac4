"""Interpolation between the nodes of any number of axes: linear, the end pieces go on outside.

`gammapy.engine.bilinear` is the same for two, `gammapy.engine.multilinear` for evenly spaced cells.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from gammapy.engine.namespace import array_namespace

__all__ = ["rectilinear", "rectilinear_slopes"]


def rectilinear(points: Sequence[Any], nodes: Sequence[Any], table: Any) -> Any:
    """Value of a table between its nodes.

    Parameters
    ----------
    points : list of array or float
        One for each axis; broadcast against each other.
    nodes : list of array [n_k]
        Ascending; at least two each.
    table : array [n_0, n_1, ...]

    Returns
    -------
    array
        Of the shape that the points have together.
    """
    corners, shares, _ = _cell(points, nodes, table)
    return _folded(corners, [_between(share) for share in shares])


def rectilinear_slopes(points: Sequence[Any], nodes: Sequence[Any], table: Any) -> list[Any]:
    """Derivatives of `rectilinear` by each of the points; at a node, that on its lower side."""
    corners, shares, widths = _cell(points, nodes, table)
    along = [_between(share) for share in shares]
    return [
        _folded(corners, [*along[:k], _slope(width), *along[k + 1 :]])
        for k, width in enumerate(widths)
    ]


def _between(share: Any) -> Callable[[Any, Any], Any]:
    return lambda low, high: low + share * (high - low)


def _slope(width: Any) -> Callable[[Any, Any], Any]:
    return lambda low, high: (high - low) / width


def _folded(corners: list[Any], rules: list[Callable[[Any, Any], Any]]) -> Any:
    """One value of 2^n at the corners of a cell, by a rule for each axis; the last varies first."""
    for rule in reversed(rules):
        corners = [rule(*pair) for pair in zip(corners[::2], corners[1::2], strict=True)]
    return corners[0]


def _cell(
    points: Sequence[Any], nodes: Sequence[Any], table: Any
) -> tuple[list[Any], list[Any], list[Any]]:
    """Values at the corners of the cell of each point, how far along it is, and its widths."""
    xp = array_namespace(*points)
    placed = [_place(xp, xp.asarray(x), xp.asarray(n)) for x, n in zip(points, nodes, strict=True)]
    lower = xp.broadcast_arrays(*(low for low, _, _ in placed))
    shape, flat = lower[0].shape, xp.reshape(xp.asarray(table), (-1,))
    steps = [1]
    for axis in reversed(nodes[1:]):
        steps.insert(0, steps[0] * len(axis))
    first = sum(xp.reshape(low, (-1,)) * step for low, step in zip(lower, steps, strict=True))
    offsets = [0]
    for step in steps:
        offsets = [offset + side for offset in offsets for side in (0, step)]
    corners = [xp.reshape(xp.take(flat, first + offset), shape) for offset in offsets]
    return corners, [share for _, share, _ in placed], [width for _, _, width in placed]


def _place(xp: Any, x: Any, nodes: Any) -> tuple[Any, Any, Any]:
    """Index of the node below, fraction of the way to the next, width of the piece; like ``x``."""
    right = xp.clip(xp.searchsorted(nodes, xp.reshape(x, (-1,))), 1, nodes.shape[0] - 1)
    low, high = (xp.reshape(xp.take(nodes, k), x.shape) for k in (right - 1, right))
    return xp.reshape(right - 1, x.shape), (x - low) / (high - low), high - low
