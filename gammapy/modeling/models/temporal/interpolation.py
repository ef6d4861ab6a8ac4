"""Linear interpolation in a table, for any array library."""

from __future__ import annotations

from typing import Any

from gammapy.engine.namespace import array_namespace

__all__ = ["interpolate", "slope_between"]


def interpolate(x: Any, nodes: Any, values: Any) -> Any:
    """Piecewise linear; the end pieces go on outside.

    Parameters
    ----------
    x : array [...]
    nodes, values : array [n]
        Nodes ascending; at least two.
    """
    xp, right = _piece(x, nodes)
    x0, x1, y0, y1 = _ends(xp, right, nodes, values)
    return y0 + (y1 - y0) * ((x - x0) / (x1 - x0))


def slope_between(x: Any, nodes: Any, values: Any) -> Any:
    """Derivative of `interpolate` by ``x``; at a node, that of the piece below it."""
    xp, right = _piece(x, nodes)
    x0, x1, y0, y1 = _ends(xp, right, nodes, values)
    return (y1 - y0) / (x1 - x0) + 0.0 * x


def _piece(x: Any, nodes: Any) -> tuple[Any, Any]:
    """Namespace, and index [...] of the node above each x."""
    xp = array_namespace(x)
    x, nodes = xp.asarray(x), xp.asarray(nodes)
    right = xp.clip(xp.searchsorted(nodes, xp.reshape(x, (-1,))), 1, nodes.shape[0] - 1)
    return xp, xp.reshape(right, x.shape)


def _ends(xp: Any, right: Any, nodes: Any, values: Any) -> list[Any]:
    flat = xp.reshape(right, (-1,))
    return [
        xp.reshape(xp.take(xp.asarray(table), index), right.shape)
        for table in (nodes, values)
        for index in (flat - 1, flat)
    ]
