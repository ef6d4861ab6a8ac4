"""OffsetSum: numbers that depend on the offset from a pointing, added up over many of them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from scipy.sparse import csr_matrix

from gammapy.makers.field_of_view import Block, Pointings
from gammapy.makers.offset_grid import OffsetGrid, offset_nodes

__all__ = ["OffsetSum"]

#: deg between nodes, between which lines are straight
_STEP = 0.05


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
        self._grid = OffsetGrid(nodes)
        self._values = np.concatenate(values)
        self._end = np.array([n[-1] for n in nodes])

    @classmethod
    def of(
        cls,
        tables: Sequence[Any],
        ends: Sequence[float],
        values: Callable[[int, np.ndarray], np.ndarray],
    ) -> OffsetSum:
        """Table of responses [i] up to their ends, by what a function of (i, nodes) gives."""
        nodes = [offset_nodes(t, end, _STEP) for t, end in zip(tables, ends, strict=True)]
        return cls(nodes, [values(i, n) for i, n in enumerate(nodes)])

    def total(self, block: Block, pointings: Pointings) -> np.ndarray:
        """Sum [n_pixels, ...] over all pointings, each times its seconds."""
        near = block.reached(pointings, self._end[pointings.response])
        pointings = pointings.only(near)
        seen = block.seen(pointings, self._end[pointings.response])
        low, share = self._grid.between(pointings.response[seen.pointing], seen.offset)
        seconds = pointings.seconds[seen.pointing]
        weights = np.stack([(1.0 - share) * seconds, share * seconds], axis=1).ravel()
        rows = np.stack([low, low + 1], axis=1).ravel()
        n = len(block.vector)
        start = 2 * np.searchsorted(seen.pixel, np.arange(n + 1))  # pixels ascend
        at_nodes = csr_matrix((weights, rows, start), shape=(n, len(self._grid)))
        total = at_nodes @ self._values.reshape(len(self._grid), -1)
        return total.reshape(n, *self._values.shape[1:])
