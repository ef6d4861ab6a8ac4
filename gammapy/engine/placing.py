r"""Fields that are given by radius and angular order, put on pixels.

The average over a part of a pixel is a factor of the transform, and it is the average over a square
in all directions: the rest has no effect of second order, and of fourth order little,

.. math::
    W(q) = \left\langle \mathrm{sinc}\frac{q h \cos\chi}{2}\,
    \mathrm{sinc}\frac{q h \sin\chi}{2} \right\rangle_\chi

A narrow field takes several parts for a pixel. Each part is cubic between four rows of a table by
radius: one sparse matrix per angular order, for all energies and derivatives.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import cached_property
from typing import Any, NamedTuple

import numpy as np
from scipy.sparse import csr_matrix

from gammapy.engine.hankel import FourierBessel
from gammapy.engine.integrate import legendre
from gammapy.engine.multipoles import Multipoles
from gammapy.engine.pixel_nodes import Nodes

__all__ = ["ROUGHLY", "Placing", "Window", "cubic_weights"]


#: largest side of a part times the largest frequency (4.3 is one width of a Gaussian that is seen),
#: and largest effect of its not being a square: both are 3e-4 of the peak, at most
SIDE, STRETCH = 4.3, 3e-4
#: how much larger sides may be for a field that is a correction to another
ROUGHLY = 3.0
#: fields that go through one product
TOGETHER = 16


class Window(NamedTuple):
    """Average over parts of pixels.

    Attributes
    ----------
    n : int
        Parts along each side of a pixel.
    side : float
        Of the square that a part is taken for, in deg.
    """

    n: int
    side: float

    @classmethod
    def of(cls, edges: np.ndarray, frequency_max: float, larger: float = 1.0) -> Window:
        """Window for a field of limited bandwidth.

        Parameters
        ----------
        edges : ndarray [2, 2]
            Of a pixel, a parallelogram, in deg.
        frequency_max : float
            Beyond which the field has less than 1e-4 of its root mean square, in rad per deg.
        larger : float
            How much larger the parts may be than for the best.
        """
        spread = edges.T @ edges / 12.0  # second moments
        side = np.sqrt(6.0 * np.trace(spread))
        stretch = np.hypot(0.5 * (spread[0, 0] - spread[1, 1]), spread[0, 1])
        sharpest = frequency_max / (larger * SIDE)
        n = max(side * sharpest, np.sqrt(stretch * sharpest**2 / STRETCH), 1.0)
        parts = int(np.ceil(n - 0.01))
        return cls(parts, float(side / parts))

    def factor(self, frequencies: np.ndarray) -> np.ndarray:
        """W [n] at frequencies [n]."""
        x, w = legendre(12)
        chi = np.pi / 8.0 * (x + 1.0)  # an eighth of the circle
        phase = frequencies[:, None] * self.side / (2.0 * np.pi)
        return np.sinc(phase * np.cos(chi)) * np.sinc(phase * np.sin(chi)) @ (0.5 * w)


class Placing:
    """Matrices from tables by radius to pixels.

    Parameters
    ----------
    series : `FourierBessel`
    nodes : `Nodes`
    window : `Window`
        With as many parts as there are nodes.
    """

    def __init__(self, series: FourierBessel, nodes: Nodes, window: Window) -> None:
        self._series = series
        self._window = window.factor(series.frequencies)
        self._nodes = nodes
        n_pixels, n_nodes = nodes.radius.shape
        place = nodes.radius.ravel() / series.step + 1.0
        row = place.astype(np.int32)
        inside = row < series.n_radii - 2
        row[~inside] = 1
        area = np.where(inside, np.repeat(nodes.area, n_nodes), 0.0)
        self._entries = area * cubic_weights(place - row)
        self._columns = (row[:, None] + np.arange(-1, 3, dtype=np.int32)).ravel()
        self._starts = np.arange(n_pixels + 1, dtype=np.int32) * (4 * n_nodes)

    def _matrix(self, factor: np.ndarray | None) -> csr_matrix:
        entries = self._entries if factor is None else self._entries * factor.ravel()
        shape = (len(self._starts) - 1, self._series.n_radii)
        return csr_matrix((entries.T.ravel(), self._columns, self._starts), shape=shape)

    @cached_property
    def _phase(self) -> np.ndarray:
        """exp(i chi) of each node, chi from x = east to y = north."""
        place = self._nodes.east + 1j * self._nodes.north
        size = np.abs(place)
        return place / np.where(size > 0, size, 1.0)

    @cached_property
    def _away(self) -> np.ndarray:
        """Place x + i y of each node, in deg, from the middle of those of its pixel."""
        place = self._nodes.radius * self._phase
        return place - place.mean(axis=1, keepdims=True)

    def counts(self, field: Multipoles) -> np.ndarray:
        """Integrals [n_pixels, ...] of a field over the pixels.

        Parameters
        ----------
        field : `Multipoles`
            Transforms [n, ...], the x axis to the east.
        """
        total: Any = None
        for component, order, transform in _parts(field):
            flat = self._integrals(component, order, transform.reshape(len(transform), -1))
            counts = flat.reshape(-1, *transform.shape[1:])
            total = counts if total is None else np.add(total, counts, out=total)
        return total

    def weighted(
        self, fields: Sequence[tuple[Multipoles, Any]], along: int | None = None
    ) -> np.ndarray:
        """Sum [n_pixels, r] of the integrals of fields [n, r], each times a weight [n_pixels].

        Fields of one angular order go through one product. With ``along`` the integrands are times
        x (0) or y (1), in deg from the middle of the pixel, too.
        """
        groups: dict[tuple[int, int], list[tuple[np.ndarray, np.ndarray]]] = {}
        for field, weight in fields:
            for component, order, transform in _parts(field):
                groups.setdefault((component, order), []).append((transform, weight))
        total: np.ndarray | float = 0.0
        for (component, order), members in groups.items():
            for start in range(0, len(members), TOGETHER):
                some = members[start : start + TOGETHER]
                stack = np.concatenate([transform for transform, _ in some], axis=1)
                flat = self._integrals(component, order, stack, along).reshape(
                    -1, len(some), stack.shape[1] // len(some)
                )
                columns = np.stack([weight for _, weight in some], axis=1)
                total = total + np.einsum("pt,ptr->pr", columns, flat)
        return np.asarray(total)

    def _integrals(
        self, component: int, order: int, transform: np.ndarray, along: int | None = None
    ) -> np.ndarray:
        """Integrals [n_pixels, m] of one angular order, from transforms [n, m]."""
        table = self._series.table(self._window[:, None] * transform, order)
        factor = None
        if order > 0:
            phase = self._phase**order
            factor = phase.imag if component else phase.real
        if along is not None:
            away = self._away.imag if along else self._away.real
            factor = away if factor is None else away * factor
        return self._matrix(factor) @ table


def _parts(field: Multipoles) -> Iterator[tuple[int, int, np.ndarray]]:
    """Component (0 for cosines, 1 for sines), order and transform of each part."""
    for component, part in enumerate(field):
        for order, transform in part.items():
            yield component, order, transform


def cubic_weights(t: np.ndarray) -> np.ndarray:
    """Weights [4, n] of the rows at -1, 0, 1, 2 at fractions of the way from 0 to 1."""
    before, after = t + 1.0, t - 1.0
    beyond = t - 2.0
    return np.stack(
        [
            -t * after * beyond / 6.0,
            before * after * beyond / 2.0,
            -before * t * beyond / 2.0,
            before * t * after / 6.0,
        ]
    )
