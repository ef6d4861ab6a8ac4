"""Interpolation in a table of two axes: linear along each, the end pieces go on outside."""

from typing import Any, NamedTuple

from gammapy.engine.namespace import array_namespace

__all__ = ["bilinear", "bilinear_slopes"]


class _Cell(NamedTuple):
    """Where points lie in the table: corners of their cells, fractions and widths along both."""

    lower_left: Any
    lower_right: Any
    upper_left: Any
    upper_right: Any
    u: Any
    v: Any
    width_x: Any
    width_y: Any


def bilinear(x: Any, y: Any, x_nodes: Any, y_nodes: Any, table: Any) -> Any:
    """Value of a table between its nodes.

    Parameters
    ----------
    x, y : array or float
        Broadcast against each other.
    x_nodes, y_nodes : array [n_x], [n_y]
        Ascending; at least two each.
    table : array [n_x, n_y]

    Returns
    -------
    array
        Of the shape that ``x`` and ``y`` have together.
    """
    c = _cell(x, y, x_nodes, y_nodes, table)
    lower = c.lower_left + c.v * (c.lower_right - c.lower_left)
    upper = c.upper_left + c.v * (c.upper_right - c.upper_left)
    return lower + c.u * (upper - lower)


def bilinear_slopes(x: Any, y: Any, x_nodes: Any, y_nodes: Any, table: Any) -> tuple[Any, Any]:
    """Derivatives of `bilinear` by ``x`` and by ``y``; at a node, those on its lower side."""
    c = _cell(x, y, x_nodes, y_nodes, table)
    by_u = (1.0 - c.v) * (c.upper_left - c.lower_left) + c.v * (c.upper_right - c.lower_right)
    by_v = (1.0 - c.u) * (c.lower_right - c.lower_left) + c.u * (c.upper_right - c.upper_left)
    return by_u / c.width_x, by_v / c.width_y


def _cell(x: Any, y: Any, x_nodes: Any, y_nodes: Any, table: Any) -> _Cell:
    xp = array_namespace(x, y)
    x, y, x_nodes, y_nodes = (xp.asarray(a) for a in (x, y, x_nodes, y_nodes))
    i, u, width_x = _place(xp, x, x_nodes)
    j, v, width_y = _place(xp, y, y_nodes)
    i, j, u, v, width_x, width_y = xp.broadcast_arrays(i, j, u, v, width_x, width_y)
    flat = xp.reshape(xp.asarray(table), (-1,))
    n = y_nodes.shape[0]
    first = xp.reshape((i - 1) * n + (j - 1), (-1,))
    a, b, c, d = (xp.reshape(xp.take(flat, first + step), i.shape) for step in (0, 1, n, n + 1))
    return _Cell(a, b, c, d, u, v, width_x, width_y)


def _place(xp: Any, x: Any, nodes: Any) -> tuple[Any, Any, Any]:
    """Index of the node above, fraction of the way to it, width of the piece; like ``x``."""
    right = xp.clip(xp.searchsorted(nodes, xp.reshape(x, (-1,))), 1, nodes.shape[0] - 1)
    low, high = (xp.reshape(xp.take(nodes, k), x.shape) for k in (right - 1, right))
    return xp.reshape(right, x.shape), (x - low) / (high - low), high - low
