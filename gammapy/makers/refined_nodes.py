"""Nodes along the offset, with more of them where straight lines between are not good enough."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

__all__ = ["Sample", "refined"]

#: largest error between nodes: of areas relative, of transforms and probabilities absolute
TOLERANCE = 5e-5
#: how often intervals are cut into three
CUTS = 6


@dataclass(frozen=True, eq=False)
class Sample:
    """A response at offsets [n]: values [n, k, ...], which of them there are and how they count."""

    values: np.ndarray
    usable: np.ndarray
    scale: np.ndarray

    def __getitem__(self, part: Any) -> Sample:
        return Sample(self.values[part], self.usable[part], self.scale[part])


def refined(nodes: np.ndarray, sample: Callable[[np.ndarray], Sample]) -> tuple[np.ndarray, Sample]:
    """Nodes with more of them where lines between are not good enough, and the sample there.

    Intervals are looked at in two places, as one may be right by chance, and cut there.
    """
    at = sample(nodes)
    kept_nodes, kept = [nodes], [at]
    ends, low, high = np.stack([nodes[:-1], nodes[1:]]), at[:-1], at[1:]
    for _ in range(CUTS):
        cuts = (2.0 * ends + ends[::-1]) / 3.0
        both = sample(cuts.ravel())
        first, second = both[: cuts.shape[1]], both[cuts.shape[1] :]
        error = np.maximum(_error(first, low, high, 1 / 3), _error(second, low, high, 2 / 3))
        bad = np.any(error > TOLERANCE, axis=1)
        if not np.any(bad):
            break
        ends, cuts = ends[:, bad], cuts[:, bad]
        low, first, second, high = low[bad], first[bad], second[bad], high[bad]
        kept_nodes.append(cuts.ravel())
        kept += [first, second]
        pieces = [ends[0], cuts[0]], [cuts[0], cuts[1]], [cuts[1], ends[1]]
        ends = np.concatenate([np.stack(piece) for piece in pieces], axis=1)
        low, high = _joined([low, first, second]), _joined([first, second, high])
    nodes = np.concatenate(kept_nodes)
    order = np.argsort(nodes)
    return nodes[order], _joined(kept)[order]


def _error(at: Sample, low: Sample, high: Sample, share: float) -> np.ndarray:
    """Error [n, k] of a line through the usable nodes, at a share of the way between them."""
    shape = (*at.usable.shape, *([1] * (at.values.ndim - 2)))
    a, b = (1.0 - share) * low.usable.reshape(shape), share * high.usable.reshape(shape)
    line = (a * low.values + b * high.values) / np.where(a + b > 0, a + b, 1.0)
    apart = np.abs(at.values - line).max(axis=tuple(range(2, at.values.ndim)))
    # what is not there must not be put there, nor the other way round
    apart = np.where(at.usable == (low.usable | high.usable), apart * at.usable, 1.0)
    return apart * at.scale


def _joined(samples: Sequence[Sample]) -> Sample:
    return Sample(
        np.concatenate([sample.values for sample in samples]),
        np.concatenate([sample.usable for sample in samples]),
        np.concatenate([sample.scale for sample in samples]),
    )
