"""OffsetSum: numbers that depend on the offset from a pointing, added up over many of them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from scipy.sparse import csr_matrix

from gammapy.makers.field_of_view import Block, Pointings

__all__ = ["OffsetSum", "offset_nodes"]

#: deg between nodes, between which lines are straight
_STEP = 0.05


def offset_nodes(table: Any, end: float, step: float = _STEP) -> np.ndarray:
    """Offsets [n] in deg up to the end, with all where the response has a kink.

    Parameters
    ----------
    table : `~gammapy.irf.IRF`
        With an axis ``offset``.
    end : float
    step : float
        Largest distance of nodes.
    """
    axis = table.axes["offset"]
    own = np.concatenate([axis.center.to_value("deg"), axis.edges.to_value("deg")])
    even = np.linspace(0.0, end, max(int(np.ceil(end / step)), 1) + 1)
    nodes = np.unique(np.concatenate([even, own[(own > 0) & (own < end)]]))
    return nodes[np.concatenate([[True], np.diff(nodes) > 1e-9])]


class OffsetSum:
    """Values at nodes of the offset for each response, straight between them, nil beyond.

    Parameters
    ----------
    nodes : list of ndarray [n_i]
        In deg, for each response.
    values : list of ndarray [n_i, ...]
        Per second.
    """

    def __init__(self, nodes: Sequence[np.ndarray], values: Sequence[np.ndarray]) -> None:
        self._nodes = list(nodes)
        self._shape = values[0].shape[1:]
        self._values = [v.reshape(len(v), -1) for v in values]
        self._end = np.array([n[-1] for n in nodes])

    @classmethod
    def of(
        cls,
        tables: Sequence[Any],
        ends: Sequence[float],
        values: Callable[[int, np.ndarray], np.ndarray],
    ) -> OffsetSum:
        """Table of responses [i] up to their ends, by what a function of (i, nodes) gives."""
        nodes = [offset_nodes(t, end) for t, end in zip(tables, ends, strict=True)]
        return cls(nodes, [values(i, n) for i, n in enumerate(nodes)])

    def total(self, block: Block, pointings: Pointings) -> np.ndarray:
        """Sum [n_pixels, ...] over all pointings, each times its seconds."""
        n = len(block.vector)
        found = np.zeros((n, self._values[0].shape[1]))
        near = block.reached(pointings, self._end[pointings.response])
        pointings = pointings.only(near)
        seen = block.seen(pointings, self._end[pointings.response])
        of_pair = pointings.response[seen.pointing]
        for i, (nodes, values) in enumerate(zip(self._nodes, self._values, strict=True)):
            mine = seen.only(np.flatnonzero(of_pair == i))
            if len(mine.pixel):
                seconds = pointings.seconds[mine.pointing]
                found += _spread(mine.offset, nodes, seconds, mine.pixel, n) @ values
        return found.reshape(n, *self._shape)


def _spread(
    offset: np.ndarray, nodes: np.ndarray, seconds: np.ndarray, pixel: np.ndarray, n: int
) -> csr_matrix:
    """Weights [n, n_nodes] of the nodes around offsets of pairs, whose pixels ascend."""
    low = np.clip(np.searchsorted(nodes, offset, side="right") - 1, 0, len(nodes) - 2)
    share = np.clip((offset - nodes[low]) / np.diff(nodes)[low], 0.0, 1.0)
    weights = np.stack([(1.0 - share) * seconds, share * seconds], axis=1).ravel()
    index = np.stack([low, low + 1], axis=1).ravel()
    start = 2 * np.searchsorted(pixel, np.arange(n + 1))
    return csr_matrix((weights, index, start), shape=(n, len(nodes)))
