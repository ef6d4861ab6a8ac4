"""Nodes of the offset, at which responses are tabulated, with straight lines between them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

__all__ = ["OffsetGrid", "offset_nodes"]

#: deg; keeps the offsets of responses apart in one sorted array
_APART = 1000.0


def offset_nodes(table: Any, end: float, step: float) -> np.ndarray:
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
    # what differs by rounding is one node
    return nodes[np.concatenate([[True], np.diff(nodes) > 1e-9])]


class OffsetGrid:
    """Nodes of several responses, one after the other.

    Parameters
    ----------
    nodes : sequence of ndarray
        Offsets in deg of each response, ascending; two at least.

    Attributes
    ----------
    response, offset : ndarray [rows]
        Of each node.
    end : ndarray [i]
        Last offset of each response.
    """

    def __init__(self, nodes: Sequence[np.ndarray]) -> None:
        self.response = np.repeat(np.arange(len(nodes)), [len(n) for n in nodes])
        self.offset = np.concatenate(nodes)
        self._keys = self.response * _APART + self.offset
        self._last = np.cumsum([len(n) for n in nodes]) - 2
        self.end = self.offset[self._last + 1]
        self._first = np.concatenate([[0], self._last[:-1] + 2])

    def __len__(self) -> int:
        return len(self.offset)

    def between(self, response: np.ndarray, offset: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Row of the node below each offset, and how far it is to the next, from 0 to 1."""
        below = np.searchsorted(self._keys, response * _APART + offset, side="right") - 1
        below = np.clip(below, self._first[response], self._last[response])
        low = self.offset[below]
        return below, np.clip((offset - low) / (self.offset[below + 1] - low), 0.0, 1.0)
