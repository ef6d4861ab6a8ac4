"""The norm of a source in one flux point: searched slowly, with the off expectation searched too.

A point is a list of bins. Each is a dictionary with the predicted counts ``signal`` at norm 1 and
``other`` of other sources, the counts ``n_on``, and either ``background`` (known) or ``n_off`` and
``alpha`` (measured in an off region).
"""

import math
from collections.abc import Callable, Sequence

from scipy.optimize import brentq, minimize_scalar

Bin = dict[str, float]


def statistic(norm: float, bins: Sequence[Bin]) -> float:
    """-2 ln L of a point, zero for a perfect description of on and off counts.

    With a known background the terms ln n! are left out, as Cash 1979 does.
    """
    return sum(_bin(norm * bin_["signal"] + bin_["other"], bin_) for bin_ in bins)


def _bin(signal: float, bin_: Bin) -> float:
    n_on = bin_["n_on"]
    if "background" in bin_:
        return 2.0 * _poisson(n_on, signal + bin_["background"])
    n_off, alpha = bin_["n_off"], bin_["alpha"]
    off = expected_off(n_on, n_off, alpha, signal)
    perfect = _poisson(n_on, n_on) + _poisson(n_off, n_off)
    return 2.0 * (_poisson(n_on, max(signal + alpha * off, 0.0)) + _poisson(n_off, off) - perfect)


def _poisson(n: float, mu: float) -> float:
    """mu - n ln mu."""
    if mu < 0 or (mu == 0 and n > 0):
        return math.inf
    return mu - (n * math.log(mu) if n > 0 else 0.0)


def expected_off(n_on: float, n_off: float, alpha: float, signal: float) -> float:
    """Most likely off expectation, for signals of either sign; nothing expected may be negative."""

    def slope(b: float) -> float:
        on = signal + alpha * b
        rise = 1.0 + alpha
        if n_on > 0:
            rise -= alpha * n_on / on if on > 0 else math.inf
        if n_off > 0:
            rise -= n_off / b if b > 0 else math.inf
        return rise

    lowest = max(0.0, -signal / alpha)
    if slope(lowest) >= 0:
        return lowest
    width = 1.0
    while slope(lowest + width) < 0:
        width *= 2.0
    first = width
    while slope(lowest + first) >= 0 and first > 1e-300:  # brentq needs finite numbers
        first *= 0.5
    return float(brentq(slope, lowest + first, lowest + 2.0 * first, xtol=1e-300, rtol=1e-15))


def best_norm(bins: Sequence[Bin], low: float, high: float) -> float:
    """Norm between two others with the least statistic."""
    found = minimize_scalar(
        lambda norm: min(statistic(norm, bins), 1e300),
        bounds=(low, high),
        method="bounded",
        options={"xatol": 1e-12 * (high - low), "maxiter": 2000},
    )
    return float(found.x)


def limit(bins: Sequence[Bin], best: float, level: float, far: float) -> float:
    """Norm between the best and a far one at which the statistic has risen to a level."""
    least = statistic(best, bins)

    def excess(norm: float) -> float:
        return min(statistic(norm, bins) - least, 1e9) - level

    return float(brentq(excess, best, far, rtol=1e-12))


def error(bins: Sequence[Bin], best: float, step: float) -> float:
    """Standard deviation from the curvature, by differences of the statistic."""
    second = _second(lambda norm: statistic(norm, bins), best, step)
    return math.sqrt(2.0 / second)


def _second(function: Callable[[float], float], x: float, step: float) -> float:
    """Five-point second derivative, Abramowitz and Stegun 25.3.24."""
    values = [function(x + k * step) for k in (-2, -1, 0, 1, 2)]
    weights = (-1.0, 16.0, -30.0, 16.0, -1.0)
    return sum(w * v for w, v in zip(weights, values, strict=True)) / (12.0 * step * step)
