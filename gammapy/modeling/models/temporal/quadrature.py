"""Integrals over time of a formula that has no closed one: Gauss-Legendre on pieces.

A piece is cut in two until it agrees with the sum of its parts. They are not of equal length, so
that no symmetry of nodes and function is taken for agreement.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from gammapy.errors import ModelError

__all__ = ["gauss_legendre", "integrals"]

_X, _W = np.polynomial.legendre.leggauss(12)
_TOLERANCE = 1e-11
_CUT = 0.4531
#: cuts of one piece, of which there is nothing left after these; pieces that are open at once
_DEEPEST, _MOST = 60, 50_000


def gauss_legendre(function: Callable[[Any], Any], low: Any, high: Any) -> Any:
    """Integrals [...] of a smooth function over intervals [...]; 12 nodes each."""
    half, middle = 0.5 * (high - low), 0.5 * (high + low)
    return half * sum(w * function(middle + half * x) for x, w in zip(_X, _W, strict=True))


def integrals(
    function: Callable[[np.ndarray], np.ndarray], low: Any, high: Any, kinks: Sequence[float] = ()
) -> np.ndarray:
    """Integrals [...] over intervals [...] in s, each to a relative 1e-11.

    Parameters
    ----------
    function : callable
        ``function(time[n]) -> array [n]``.
    low, high : array [...]
    kinks : sequence of float
        Where the function is not smooth; an interval is cut there.

    Raises
    ------
    ModelError
        If cuts do not help: there is a jump or pole that ``kinks`` do not name.
    """
    low, high = np.broadcast_arrays(np.asarray(low, float), np.asarray(high, float))
    found = [
        _integral(function, np.unique(np.clip([a, *kinks, b], a, b)))
        for a, b in zip(low.ravel().tolist(), high.ravel().tolist(), strict=True)
    ]
    return np.array(found).reshape(low.shape)


def _integral(function: Callable[[np.ndarray], np.ndarray], edges: np.ndarray) -> float:
    """Integral over adjacent pieces."""
    low, high = edges[:-1], edges[1:]
    coarse = gauss_legendre(function, low, high)
    total = 0.0
    size = float(np.sum(np.abs(coarse)))
    for _ in range(_DEEPEST):
        middle = low + _CUT * (high - low)
        left, right = (gauss_legendre(function, *ends) for ends in ((low, middle), (middle, high)))
        size = max(size, abs(total) + float(np.sum(np.abs(left) + np.abs(right))))
        good = np.abs(left + right - coarse) <= _TOLERANCE * size
        total += float(np.sum((left + right)[good]))
        if good.all():
            return total
        bad = ~good
        low, high = np.append(low[bad], middle[bad]), np.append(middle[bad], high[bad])
        coarse = np.append(left[bad], right[bad])
        if len(low) > _MOST:
            break
    raise ModelError(
        f"the integral from {edges[0]:g} s to {edges[-1]:g} s does not converge: name the times of "
        "jumps and poles in kinks_at"
    )
