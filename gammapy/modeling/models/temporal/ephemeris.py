"""Phase of a rotation over years, to all digits that times have.

A pulsar turns 10^10 times in ten years: a phase in double precision has six digits left then, and
so has a time in s. Sums and products of two doubles (Dekker 1971, Numer. Math. 18, 224) have 31.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

__all__ = ["advanced"]

_SPLIT = 134217729.0  # 2^27 + 1
_SIXTH = (1.0 / 6.0, 9.25185853854297e-18)  # what the first lacks of 1 / 6 is the second

Pair = tuple[Any, Any]


def advanced(start: Sequence[float], days: Pair) -> tuple[Any, Any, Any]:
    """Phase and frequency some days later.

    Parameters
    ----------
    start : sequence of float [4]
        Phase, frequency (Hz) and its derivatives (Hz/s, Hz/s^2) at the start.
    days : pair of array [...]
        Two doubles whose sum they are.

    Returns
    -------
    phase : array [...]
        From 0 to 1.
    f0, f1 : array [...]
    """
    phase, f0, f1, f2 = start
    t = _product(_two_sum(*days), (86400.0, 0.0))
    cubic = _product(_product(t, _SIXTH), (f2, 0.0))
    slope = _sum(_product(t, _sum((0.5 * f1, 0.0), cubic)), (f0, 0.0))
    high, low = _sum(_product(t, slope), (phase, 0.0))
    part = (high - np.floor(high)) + low
    seconds = t[0] + t[1]
    later = f0 + seconds * (f1 + 0.5 * seconds * f2), f1 + seconds * f2
    return part - np.floor(part), *later


def _two_sum(a: Any, b: Any) -> Pair:
    """Sum, and what its rounding lost."""
    s = a + b
    part = s - a
    return s, (a - (s - part)) + (b - part)


def _two_product(a: Any, b: Any) -> Pair:
    """Product, and what its rounding lost."""
    p = a * b
    (a1, a2), (b1, b2) = _halves(a), _halves(b)
    return p, ((a1 * b1 - p) + a1 * b2 + a2 * b1) + a2 * b2


def _halves(a: Any) -> Pair:
    c = _SPLIT * a
    high = c - (c - a)
    return high, a - high


def _sum(a: Pair, b: Pair) -> Pair:
    s, rest = _two_sum(a[0], b[0])
    return _two_sum(s, rest + (a[1] + b[1]))


def _product(a: Pair, b: Pair) -> Pair:
    p, rest = _two_product(a[0], b[0])
    return _two_sum(p, rest + (a[0] * b[1] + a[1] * b[0]))
