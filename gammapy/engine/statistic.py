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
    "deviance_residuals",
    "profiled_background",
    "wstat",
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
    """

    n_on: np.ndarray
    n_off: np.ndarray
    alpha: np.ndarray
    constant: float

    @classmethod
    def build(cls, n_on: np.ndarray, n_off: np.ndarray, alpha: np.ndarray) -> "WStatData":
        """Prepare the constant terms, -2 sum over n (1 - ln n)."""
        total = 0.0
        for n in (n_on, n_off):
            seen = n[n > 0]
            total -= 2.0 * float(np.sum(seen * (1.0 - np.log(seen))))
        return cls(n_on, n_off, alpha, total)


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
    n_on, n_off, alpha, _ = data
    one = 1.0 + alpha
    on, back = _profiled(data, npred)
    seen_on, seen_off = n_on > 0, n_off > 0
    refused = (seen_on & ~(on > 0)) | (seen_off & ~(back > 0))
    safe_on = np.where(on > 0, on, 1.0)
    safe_back = np.where(back > 0, back, 1.0)
    value = 2.0 * (npred + one * back - n_on * np.log(safe_on) - n_off * np.log(safe_back))
    ratio_on = n_on / safe_on
    weight = ratio_on / safe_on
    off_weight = n_off / (safe_back * safe_back)
    first = 2.0 * (1.0 - ratio_on)
    # d back / d npred from the implicit equation; zero where b stays at its bound
    total = alpha * alpha * weight + off_weight
    slope = np.where(total > 0, -alpha * weight / np.where(total > 0, total, 1.0), 0.0)
    second = 2.0 * weight * (1.0 + alpha * np.where(back > 0, slope, 0.0))
    # no counts, and a negative signal that takes all background: there b = -mu / a
    empty = (on == 0) & (npred < 0)
    if empty.any():
        safe_alpha = np.where(empty, alpha, 1.0)
        first = np.where(empty, 2.0 - 2.0 * (one - n_off / safe_back) / safe_alpha, first)
        second = np.where(empty, 2.0 * off_weight / safe_alpha**2, second)
    return _refuse(BinStatistic(value, first, second), refused)


def _profiled(data: WStatData, npred: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Expected counts in the on region and background b, for the best b.

    Both solve quadratic equations that share the discriminant; each root is written without
    cancellation, by the conjugate where its linear term is negative.
    """
    n_on, n_off, alpha, _ = data
    one = 1.0 + alpha
    sum_, signal = alpha * (n_on + n_off), one * npred
    linear, linear_on = sum_ - signal, sum_ + signal
    root = np.sqrt(linear * linear + 4.0 * alpha * one * n_off * npred)
    with np.errstate(divide="ignore", invalid="ignore"):
        back = np.where(
            linear >= 0.0,
            (linear + root) / (2.0 * alpha * one),
            np.where(root > linear, 2.0 * n_off * npred / (root - linear), 0.0),
        )
        on = np.where(
            linear_on >= 0.0,
            (linear_on + root) / (2.0 * one),
            np.where(root > linear_on, -2.0 * n_on * alpha * npred / (root - linear_on), 0.0),
        )
    return np.where(npred < 0, on, npred + alpha * back), back


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
