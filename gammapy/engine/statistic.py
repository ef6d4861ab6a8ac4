"""Fit statistics per bin, with their first two derivatives by the predicted counts.

All are -2 ln L. Nothing is clipped: where counts were seen and none are predicted the
likelihood is zero and the statistic infinite (law 7). An infinite bin has nan derivatives.
"""

from typing import NamedTuple

import numpy as np

__all__ = [
    "BinStatistic",
    "WStatData",
    "cash",
    "cash_sum",
    "deviance_residuals",
    "profiled_background",
    "wstat",
    "wstat_sum",
]


class BinStatistic(NamedTuple):
    """Statistic of each bin and its derivatives by the predicted counts; arrays [n_bins]."""

    value: np.ndarray
    first: np.ndarray
    second: np.ndarray


def cash(counts: np.ndarray, npred: np.ndarray) -> BinStatistic:
    """Poisson statistic 2 (mu - n ln mu) (Cash 1979, ApJ 228, 939), no constant terms.

    Parameters
    ----------
    counts, npred : ndarray [n_bins]
        Observed and predicted counts.
    """
    refused = (npred < 0) | ((npred == 0) & (counts > 0))
    safe = np.where((npred > 0), npred, 1.0)
    ratio = counts / safe
    value = 2.0 * (npred - counts * np.log(safe))
    first = 2.0 * (1.0 - ratio)
    second = 2.0 * ratio / safe
    return _refuse(BinStatistic(value, first, second), refused)


class WStatData(NamedTuple):
    """What does not change in `wstat`: counts, their ratio of exposures, constant terms.

    Attributes
    ----------
    n_on, n_off, alpha : ndarray [n_bins]
        Counts in the on and off regions, and on over off exposure.
    constant : float
        Sum of the terms that make a perfect prediction score zero.
    one, total, cross : ndarray [n_bins]
        1 + alpha, alpha (n_on + n_off) and 4 alpha (1 + alpha) n_off, of the quadratic equation.
    seen_on, seen_off : ndarray of int
        Bins with counts: only these need logarithms.
    """

    n_on: np.ndarray
    n_off: np.ndarray
    alpha: np.ndarray
    constant: float
    one: np.ndarray
    total: np.ndarray
    cross: np.ndarray
    seen_on: np.ndarray
    seen_off: np.ndarray

    @classmethod
    def build(cls, n_on: np.ndarray, n_off: np.ndarray, alpha: np.ndarray) -> "WStatData":
        """Prepare the constant terms, -2 sum over n (1 - ln n), and the coefficients."""
        one = 1.0 + alpha
        seen_on, seen_off = np.flatnonzero(n_on), np.flatnonzero(n_off)
        seen = np.concatenate([n_on[seen_on], n_off[seen_off]])
        constant = -2.0 * float(np.sum(seen * (1.0 - np.log(seen))))
        total, cross = alpha * (n_on + n_off), 4.0 * alpha * one * n_off
        return cls(n_on, n_off, alpha, constant, one, total, cross, seen_on, seen_off)


def wstat(data: WStatData, npred: np.ndarray) -> BinStatistic:
    """Poisson on/off statistic, the off expectation profiled; without `WStatData.constant`.

    The off expectation b solves n_on a / (mu + a b) + n_off / b = 1 + a (XSPEC manual, appendix B,
    "Poisson data with Poisson background"). By the envelope theorem the first derivative needs no
    derivative of b; the second has it.

    Parameters
    ----------
    data : WStatData
    npred : ndarray [n_bins]
        Predicted signal counts in the on region.
    """
    on, back = _profiled(data, npred)
    if on.min(initial=1.0) > 0 and back[data.seen_off].min(initial=1.0) > 0:
        return _regular_wstat(data, npred, on, back)
    n_on, n_off, alpha = data[:3]
    refused = _refused(data, on, back)
    safe_on = np.where(on > 0, on, 1.0)
    safe_back = np.where(back > 0, back, 1.0)
    value = npred + data.one * back
    value[data.seen_on] -= (n_on * np.log(safe_on))[data.seen_on]
    value[data.seen_off] -= (n_off * np.log(safe_back))[data.seen_off]
    ratio_on = n_on / safe_on
    weight = ratio_on / safe_on
    off_weight = n_off / safe_back / safe_back
    first = 2.0 * (1.0 - ratio_on)
    # 1 + a db/dmu = v / (a^2 w + v), by the implicit equation; 1 where b stays at its bound 0
    total = alpha * alpha * weight + off_weight
    kept = np.where(back > 0, off_weight / np.where(total > 0, total, 1.0), 1.0)
    second = 2.0 * weight * kept
    # no counts, and a negative signal that takes all background: there b = -mu / a
    empty = (on == 0) & (npred < 0)
    if empty.any():
        safe_alpha = np.where(empty, alpha, 1.0)
        first = np.where(empty, 2.0 - 2.0 * (data.one - n_off / safe_back) / safe_alpha, first)
        second = np.where(empty, 2.0 * off_weight / safe_alpha**2, second)
    return _refuse(BinStatistic(2.0 * value, first, second), refused)


def _regular_wstat(
    data: WStatData, npred: np.ndarray, on: np.ndarray, back: np.ndarray
) -> BinStatistic:
    """`wstat` where something is expected in the on region of every bin."""
    floor = np.maximum(back, np.finfo(float).tiny)  # only met where there are no off counts
    ratio_on, ratio_off = data.n_on / on, data.n_off / floor
    value = npred + data.one * back - data.n_on * np.log(on) - data.n_off * np.log(floor)
    weight, off_weight = ratio_on / on, ratio_off / floor
    total = data.alpha * data.alpha * weight + off_weight
    kept = off_weight / np.maximum(total, np.finfo(float).tiny)
    kept[back <= 0.0] = 1.0
    return BinStatistic(2.0 * value, 2.0 - 2.0 * ratio_on, 2.0 * weight * kept)


def wstat_sum(data: WStatData, npred: np.ndarray) -> float:
    """Sum of `wstat` over the bins, without the derivatives."""
    on, back = _profiled(data, npred)
    on_seen, back_seen = on[data.seen_on], back[data.seen_off]
    if min(on_seen.min(initial=1.0), back_seen.min(initial=1.0)) <= 0 or on.min(initial=0.0) < 0:
        return np.inf
    logs = data.n_on[data.seen_on] @ np.log(on_seen) + data.n_off[data.seen_off] @ np.log(back_seen)
    return 2.0 * float(npred.sum() + data.one @ back - logs)


def cash_sum(counts: np.ndarray, npred: np.ndarray) -> float:
    """Sum of `cash` over the bins, without the derivatives."""
    if npred.min(initial=0.0) < 0:
        return np.inf
    seen = np.flatnonzero(counts)
    at_seen = npred[seen]
    if at_seen.min(initial=1.0) <= 0:
        return np.inf
    return 2.0 * float(npred.sum() - counts[seen] @ np.log(at_seen))


def _refused(data: WStatData, on: np.ndarray, back: np.ndarray) -> np.ndarray:
    """Bins whose likelihood is zero: counts where none are expected."""
    refused = on < 0
    refused[data.seen_on] |= ~(on[data.seen_on] > 0)
    refused[data.seen_off] |= ~(back[data.seen_off] > 0)
    return refused


def _profiled(data: WStatData, npred: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Expected counts in the on region and background b, for the best b.

    Both solve quadratic equations that share the discriminant; each root is written without
    cancellation, by the conjugate where its linear term is negative.
    """
    signal = data.one * npred
    linear = data.total - signal
    cross = data.cross * npred
    root = np.sqrt(linear * linear + cross)
    twice = linear + root
    if linear.min(initial=0.0) < 0.0:
        down = np.flatnonzero(linear < 0.0)
        gap = (root - linear)[down]
        twice[down] = np.where(gap > 0, cross[down] / np.where(gap > 0, gap, 1.0), 0.0)
    half = twice / (2.0 * data.one)
    on = npred + half
    if npred.min(initial=0.0) < 0.0:
        negative = np.flatnonzero(npred < 0)
        on[negative] = _on_of_negative_signal(data, npred, signal, root, negative)
    return on, half / data.alpha


def _on_of_negative_signal(
    data: WStatData, npred: np.ndarray, signal: np.ndarray, root: np.ndarray, where: np.ndarray
) -> np.ndarray:
    """Expected on counts [len(where)] where the signal is negative: mu + a b would cancel."""
    linear, root = (data.total + signal)[where], root[where]
    gap = root - linear
    conjugate = -2.0 * (data.n_on * data.alpha * npred)[where] / np.where(gap > 0, gap, 1.0)
    return np.where(
        linear >= 0.0, (linear + root) / (2.0 * data.one[where]), np.where(gap > 0, conjugate, 0.0)
    )


def _refuse(stat: BinStatistic, refused: np.ndarray) -> BinStatistic:
    """Infinite where the likelihood is zero."""
    if not refused.any():
        return stat
    return BinStatistic(
        np.where(refused, np.inf, stat.value),
        np.where(refused, np.nan, stat.first),
        np.where(refused, np.nan, stat.second),
    )


def deviance_residuals(
    above_best: np.ndarray, stat: BinStatistic, direction: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Signed roots of the deviance and their derivatives by the predicted counts.

    The sum of their squares is the statistic above its best possible value, so bounded
    least squares can minimise it.

    Parameters
    ----------
    above_best : ndarray [n_bins]
        Statistic of each bin minus the smallest value that any prediction can give, >= 0.
    stat : BinStatistic
    direction : ndarray [n_bins]
        Sign of prediction minus observation.
    """
    size = np.sqrt(np.maximum(above_best, 0.0))
    residual = np.where(direction < 0, -size, size)
    limit = np.sqrt(np.maximum(0.5 * stat.second, 0.0))
    # near the best the difference of two statistics is rounding, but its slope is still exact
    small = (above_best < 1e-10 * np.maximum(np.abs(stat.value), 1.0)) & (limit > 0)
    residual = np.where(small, stat.first / (2.0 * np.where(small, limit, 1.0)), residual)
    away = ~small & (residual != 0)
    slope = np.where(away, stat.first / (2.0 * np.where(away, residual, 1.0)), limit)
    return residual, slope


def profiled_background(data: WStatData, npred: np.ndarray) -> np.ndarray:
    """Expected off counts [n_bins] that fit best to a predicted signal."""
    return _profiled(data, npred)[1]
