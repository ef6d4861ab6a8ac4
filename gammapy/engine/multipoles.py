r"""Fields on the plane as sums over few angular orders, by their transforms.

.. math::
    f(r, \chi) = \sum_m \sum_n w_n \left[ C_m(q_n) \cos m \chi + S_m(q_n) \sin m \chi \right]
    J_m(q_n r)

with :math:`\chi` counted from the x to the y axis. Such fields are closed under derivatives.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

import numpy as np

__all__ = ["Multipoles"]


class Multipoles(NamedTuple):
    """Transforms of a field, by angular order.

    Attributes
    ----------
    cosine, sine : dict of int to ndarray [n, ...]
        C_m and S_m; orders that are not there are zero.
    """

    cosine: Mapping[int, np.ndarray]
    sine: Mapping[int, np.ndarray]

    def along_x(self, frequencies: np.ndarray) -> Multipoles:
        """Derivative by x."""
        cosine: dict[int, np.ndarray] = {}
        sine: dict[int, np.ndarray] = {}
        for m, c in self.cosine.items():
            half = _times(0.5 * frequencies, c)
            if m == 0:
                _add(cosine, 1, -2.0 * half)
                continue
            _add(cosine, m - 1, half)
            _add(cosine, m + 1, -half)
        for m, s in self.sine.items():
            half = _times(0.5 * frequencies, s)
            if m > 1:
                _add(sine, m - 1, half)
            _add(sine, m + 1, -half)
        return Multipoles(cosine, sine)

    def along_y(self, frequencies: np.ndarray) -> Multipoles:
        """Derivative by y."""
        cosine: dict[int, np.ndarray] = {}
        sine: dict[int, np.ndarray] = {}
        for m, c in self.cosine.items():
            half = _times(0.5 * frequencies, c)
            if m == 0:
                _add(sine, 1, -2.0 * half)
                continue
            if m > 1:
                _add(sine, m - 1, -half)
            _add(sine, m + 1, -half)
        for m, s in self.sine.items():
            half = _times(0.5 * frequencies, s)
            _add(cosine, m - 1, half)
            _add(cosine, m + 1, half)
        return Multipoles(cosine, sine)

    def __neg__(self) -> Multipoles:
        return Multipoles(*({m: -v for m, v in part.items()} for part in self))

    def plus(self, other: Multipoles) -> Multipoles:
        """Sum of two fields."""
        parts = []
        for mine, theirs in zip(self, other, strict=True):
            joined = dict(mine)
            for m, value in theirs.items():
                _add(joined, m, value)
            parts.append(joined)
        return Multipoles(*parts)

    def times(self, factor: float) -> Multipoles:
        """Field times a number."""
        return Multipoles(*({m: factor * v for m, v in part.items()} for part in self))


def _times(frequencies: np.ndarray, transform: np.ndarray) -> np.ndarray:
    return frequencies.reshape(-1, *(1,) * (transform.ndim - 1)) * transform


def _add(parts: dict[int, np.ndarray], order: int, value: np.ndarray) -> None:
    parts[order] = parts[order] + value if order in parts else value
