"""Values of a response between the nodes of its axes.

Linear in each axis on the scale of that axis (energies in their logarithm), between the centres of
the bins; the end pieces go on to the outer edges. Values are taken as they are, or by their
logarithm. Beyond the edges the response is zero, unless the table is told to go on.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from gammapy.engine.rectilinear import rectilinear
from gammapy.maps.axis import MapAxis
from gammapy.units import internal_factor

__all__ = ["NodeTable", "internal_nodes"]

#: share of the whole axis by which a place may miss the edge: files have float32 edges
_ROUNDING = 1e-6
#: a logarithm of zero is that of this, the smallest of the numbers that files hold
_TINY = float(np.finfo(np.float32).tiny)

_SCALES = {"lin": np.positive, "log": np.log, "sqrt": np.sqrt}


def internal_nodes(axis: MapAxis) -> np.ndarray:
    """Bin centres [n] as floats in internal units."""
    return axis.center.value * internal_factor(axis.unit)


class NodeTable:
    """Interpolation in a table with values at the bin centres of its axes.

    Parameters
    ----------
    axes : sequence of `MapAxis`
        In the order of the dimensions of the table. Along an axis of one bin values are constant.
    table : array [n_0, n_1, ...]
        Not negative.
    values_scale : {"lin", "log", "sqrt"}
        Scale of the values that is linear between nodes.
    outside : {"zero", "extrapolate"}
        What happens beyond the outer edges. Values never become negative.
    open_axes : sequence of str
        Names of axes along which the end pieces go on in any case.
    """

    def __init__(
        self,
        axes: Sequence[MapAxis],
        table: np.ndarray,
        values_scale: str = "lin",
        outside: str = "zero",
        open_axes: Sequence[str] = (),
    ) -> None:
        self._closed = [outside == "zero" and axis.name not in open_axes for axis in axes]
        self._values_scale = values_scale
        self._scales = [_SCALES[axis.interp] for axis in axes]
        self._edges = [axis.internal_edges for axis in axes]
        self._nodes = [
            scale(internal_nodes(axis)) for scale, axis in zip(self._scales, axes, strict=True)
        ]
        self.table = np.asarray(table, dtype=float)
        scaled = self.table
        if values_scale == "log":
            scaled = np.log(np.maximum(scaled, _TINY))
        elif values_scale == "sqrt":
            scaled = np.sqrt(scaled)
        for k, nodes in enumerate(self._nodes):
            if len(nodes) == 1:  # constant along this axis
                scaled = np.repeat(scaled, 2, axis=k)
                self._nodes[k] = np.array([nodes[0], nodes[0] + 1.0])
        self._scaled = np.ascontiguousarray(scaled)

    def __call__(self, *points: Any) -> np.ndarray:
        """Values [...] at points in internal units, which broadcast against each other."""
        placed, inside = self._placed(points)
        found = np.asarray(rectilinear(placed, self._nodes, self._scaled))
        if self._values_scale == "log":
            found = np.where(found <= np.log(_TINY) * (1 - 1e-9), 0.0, np.exp(found))
        elif self._values_scale == "sqrt":
            found = np.maximum(found, 0.0) ** 2
        return np.where(inside, np.maximum(found, 0.0), 0.0)

    def nearest(self, *points: Any) -> np.ndarray:
        """Values [...] of the nearest nodes on the scales of the axes."""
        placed, inside = self._placed(points)
        index = []
        for x, nodes, size in zip(placed, self._nodes, self.table.shape, strict=True):
            middles = 0.5 * (nodes[:-1] + nodes[1:])
            index.append(np.searchsorted(middles, x) if size > 1 else np.zeros(x.shape, int))
        return np.where(inside, self.table[tuple(np.broadcast_arrays(*index))], 0.0)

    def _placed(self, points: Sequence[Any]) -> tuple[list[np.ndarray], np.ndarray]:
        """Points on the scales of the axes, and where they are inside of the edges."""
        placed, inside = [], np.asarray(True)
        for x, scale, nodes, edges, closed in zip(
            points, self._scales, self._nodes, self._edges, self._closed, strict=True
        ):
            with np.errstate(divide="ignore", invalid="ignore"):  # below 0 on a log scale
                place = scale(np.asarray(x, dtype=float))
                low, high = scale(edges[0]), scale(edges[-1])
            good = np.isfinite(place)
            if closed:
                slack = _ROUNDING * (high - low)
                good = good & (place >= low - slack) & (place <= high + slack)
            placed.append(np.where(good, place, nodes[0]))
            inside = inside & good
        return placed, inside
