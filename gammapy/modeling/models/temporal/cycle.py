r"""Integral over time of a periodic curve, however many of its periods there are.

With the mean :math:`m` of the curve and the periodic integrals :math:`P_1, P_2, ...` of what is
left, each without mean, integration by parts gives

.. math::
    \int c(\varphi(t))\,dt = m\,(b - a) + \Big[P_1 g_0 - P_2 g_1 + P_3 g_2 - ...\Big]_a^b, \quad
    g_0 = 1 / \dot\varphi, \; g_{k+1} = \dot g_k / \dot\varphi

which is exact for a constant frequency, and converges fast where it changes little in a period.
Where it changes more there are few periods: the curve is integrated node by node.
"""

from __future__ import annotations

from functools import cached_property
from itertools import pairwise
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from gammapy.modeling.models.temporal.interpolation import interpolate

if TYPE_CHECKING:
    from scipy.interpolate import PPoly

__all__ = ["Cycle", "Turns"]

#: change of the frequency in a period, in units of itself, up to which parts are used
_SLOW = 5e-4
_BISECTIONS = 42
#: two nodes are exact to the third power
_NODES = (0.5 - 0.5 / 3**0.5, 0.5 + 0.5 / 3**0.5)


class Turns(NamedTuple):
    """Phase over an interval whose length is the unit of time; all in turns.

    The phase is start + f s + f1 s^2 / 2 + f2 s^3 / 6 for s from 0 to 1.
    """

    start: float
    f: float
    f1: float
    f2: float

    def phase(self, s: Any) -> Any:
        """Phase at s."""
        return self.start + s * (self.f + s * (0.5 * self.f1 + s * self.f2 / 6.0))

    def rates(self, s: Any) -> tuple[Any, Any, float]:
        """First, second and third derivative of the phase."""
        return self.f + s * (self.f1 + 0.5 * s * self.f2), self.f1 + s * self.f2, self.f2

    def is_slow(self, s: float) -> bool:
        """True if the frequency changes little in a period."""
        rate, change, second = self.rates(s)
        return abs(change) < _SLOW * rate**2 and abs(second) < _SLOW**2 * abs(rate) ** 3

    def changes(self) -> list[float]:
        """Ends of the pieces in each of which it is slow or is not, and the phase turns at none."""
        least = abs(self.f) - abs(self.f1) - 0.5 * abs(self.f2)
        if least > 0 and Turns(0.0, least, abs(self.f1) + abs(self.f2), self.f2).is_slow(0.0):
            return [0.0, 1.0]  # the rule, and no search for roots
        rate = np.poly1d([0.5 * self.f2, self.f1, self.f])
        change = np.poly1d([self.f2, self.f1])
        fast = np.cbrt(abs(self.f2)) / _SLOW ** (2.0 / 3.0)
        sides = (rate, rate - fast, rate + fast, _SLOW * rate**2 - change, _SLOW * rate**2 + change)
        roots = np.concatenate([np.roots(p.coeffs) for p in sides])
        real = roots.real[np.abs(roots.imag) < 1e-9 * (1e-9 + np.abs(roots.real))]
        return np.unique(np.clip([0.0, *real, 1.0], 0.0, 1.0)).tolist()


class Cycle:
    """Curve over one turn, linear between nodes.

    Parameters
    ----------
    phase, norm : ndarray [n]
        Nodes, ascending from 0 to 1; the curve goes on periodically.
    """

    def __init__(self, phase: np.ndarray, norm: np.ndarray) -> None:
        before, after = [], []
        if phase[0] > 0:
            before = [(phase[-1] - 1.0, norm[-1])]
        if phase[-1] < 1:
            after = [(phase[0] + 1.0, norm[0])]
        self.nodes, self.norm = np.array([*before, *zip(phase, norm, strict=True), *after]).T
        inner = [p for p in self.nodes if 0.0 < p < 1.0]
        self.edges = np.array([0.0, *inner, 1.0])
        self.values = interpolate(self.edges, self.nodes, self.norm)
        if phase[0] == 0:
            self.values[0] = norm[0]
        self.mean = float(np.sum(np.diff(self.edges) * 0.5 * (self.values[1:] + self.values[:-1])))

    @cached_property
    def _parts(self) -> list[PPoly]:
        """P_1, P_2 and P_3 of the module."""
        from scipy.interpolate import PPoly

        slopes = np.diff(self.values) / np.diff(self.edges)
        last = PPoly(np.array([slopes, self.values[:-1] - self.mean]), self.edges)
        parts = []
        for _ in range(3):
            last = last.antiderivative()
            last.c[-1] -= last.integrate(0.0, 1.0)
            parts.append(last)
        return parts

    def integral(self, turns: Turns) -> float:
        """Integral over the interval, in units of its length."""
        ends = turns.changes()
        total = 0.0
        for low, high in pairwise(ends):
            slow = turns.is_slow(0.5 * (low + high))
            total += (self._by_parts if slow else self._by_nodes)(turns, low, high)
        return total

    def _by_parts(self, turns: Turns, low: float, high: float) -> float:
        s = np.array([low, high])
        phase = turns.phase(s)
        phase = phase - np.floor(phase)
        rate, change, second = turns.rates(s)
        factors = (1 / rate, change / rate**3, (3 * change**2 - rate * second) / rate**5)
        ends = sum(p(phase) * g for p, g in zip(self._parts, factors, strict=True))
        return self.mean * (high - low) + float(ends[1] - ends[0])

    def _by_nodes(self, turns: Turns, low: float, high: float) -> float:
        """Sum over the pieces between the times at which the phase is at a node."""
        cuts = np.concatenate([[low], self._crossings(turns, low, high), [high]])
        width = np.diff(cuts)
        total = 0.0
        for node in _NODES:
            phase = turns.phase(cuts[:-1] + node * width)
            value = interpolate(phase - np.floor(phase), self.nodes, self.norm)
            total += 0.5 * float(np.sum(width * value))
        return total

    def _crossings(self, turns: Turns, low: float, high: float) -> np.ndarray:
        """Times, ascending, at which the phase, which does not turn back, is at a node."""
        first, last = turns.phase(low), turns.phase(high)
        start, stop = min(first, last), max(first, last)
        cycles = np.arange(np.floor(start), np.floor(stop) + 1.0)
        wanted = (cycles[:, None] + self.edges[:-1]).ravel()
        wanted = wanted[(wanted > start) & (wanted < stop)]
        below, above = np.full_like(wanted, low), np.full_like(wanted, high)
        for _ in range(_BISECTIONS):
            middle = 0.5 * (below + above)
            later = (turns.phase(middle) < wanted) == (last > first)
            below, above = np.where(later, middle, below), np.where(later, above, middle)
        return np.sort(0.5 * (below + above))
