"""Poisson fit statistics per bin: `cash`, `cstat` and `wstat`, all -2 ln L.

What to use when: `cash` and `cstat` if the background is known (they differ by a term without
model, and `cstat` is a goodness of fit), `wstat` if it was measured in an off region.

The differences that matter are small against the terms they come from, so the formulas here are
written without cancellation: `deviance` near mu = n, `profile_means` where a mean is small.
"""

from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from gammapy.stats.inputs import FloatArray, broadcast, checked

__all__ = [
    "TRUNCATION_VALUE",
    "cash",
    "cstat",
    "deviance",
    "get_wstat_gof_terms",
    "get_wstat_mu_bkg",
    "profile_means",
    "wstat",
]

#: Default floor of the predicted counts, inside and outside of the logarithm.
TRUNCATION_VALUE = 1e-25


def cash(n_on: ArrayLike, mu_on: ArrayLike, truncation_value: float | None = None) -> Any:
    """Cash statistic per bin, 2 (mu - n ln mu) (Cash 1979, ApJ 228, 939).

    Parameters
    ----------
    n_on, mu_on : array-like
        Observed and predicted counts, dimensionless; they broadcast.
    truncation_value : float, optional
        Predicted counts below it (negative ones too) are raised to it. Default 1e-25.

    Returns
    -------
    stat : float or ndarray
        In the common shape.

    Raises
    ------
    DataError
        A ValueError, if counts are negative, the truncation value is not positive, anything is
        not finite, or shapes do not broadcast.
    """
    n_on, mu_on, _ = _counts_and_floor(n_on, mu_on, truncation_value)
    return 2.0 * (mu_on - n_on * np.log(mu_on))


def cstat(n_on: ArrayLike, mu_on: ArrayLike, truncation_value: float | None = None) -> Any:
    """Cash statistic minus its smallest possible value, 2 (mu - n + n ln(n / mu)), per bin.

    Twice the logarithm of the likelihood ratio to mu = n (Baker & Cousins 1984, NIM 221, 437).

    Parameters
    ----------
    n_on, mu_on : array-like
        Observed and predicted counts, dimensionless; they broadcast.
    truncation_value : float, optional
        Smaller counts, observed or predicted, are raised to it. Default 1e-25.

    Returns
    -------
    stat : float or ndarray
        In the common shape, >= 0.

    Raises
    ------
    DataError
        As `cash`.
    """
    n_on, mu_on, floor = _counts_and_floor(n_on, mu_on, truncation_value)
    return deviance(np.maximum(n_on, floor), mu_on)[()]


def wstat(
    n_on: ArrayLike,
    n_off: ArrayLike,
    alpha: ArrayLike,
    mu_sig: ArrayLike,
    mu_bkg: ArrayLike | None = None,
    extra_terms: bool = True,
) -> Any:
    """Poisson statistic of on and off counts, per bin.

    The expected counts are mu_sig + alpha mu_bkg (on) and mu_bkg (off). Without ``mu_bkg`` the
    value is profiled: the smallest statistic that any mu_bkg gives (XSPEC manual, appendix B,
    "Poisson data with Poisson background"). Nothing is clipped: counts where none are expected
    have the likelihood zero and the statistic infinity.

    Parameters
    ----------
    n_on, n_off : array-like
        Counts in the on and off regions.
    alpha : array-like
        Exposure of the on region over that of the off region.
    mu_sig : array-like
        Predicted signal counts in the on region; a deficit is negative.
    mu_bkg : array-like, optional
        Predicted counts in the *off* region. Default: `get_wstat_mu_bkg`.
    extra_terms : bool
        Add `get_wstat_gof_terms`, so that a perfect prediction has the statistic 0.

    Returns
    -------
    stat : float or ndarray
        In the common shape.

    Raises
    ------
    DataError
        A ValueError, if counts are negative, alpha is not positive, anything is not finite,
        shapes do not broadcast, or mu_bkg or mu_sig + alpha mu_bkg is negative.
    """
    n_on, n_off, alpha, mu_sig = _on_off(n_on, n_off, alpha, mu_sig)
    if mu_bkg is None:
        mean_on, mean_off = profile_means(n_on, n_off, alpha, mu_sig)
    else:
        mu_bkg = checked("mu_bkg", mu_bkg, "finite and >= 0")
        n_on, n_off, alpha, mu_sig, mean_off = broadcast(
            n_on=n_on, n_off=n_off, alpha=alpha, mu_sig=mu_sig, mu_bkg=mu_bkg
        )
        mean_on = mu_sig + alpha * mean_off
        checked("mu_sig + alpha * mu_bkg", mean_on, "finite and >= 0", "raise mu_sig or mu_bkg")
    stat = deviance(n_on, mean_on) + deviance(n_off, mean_off)
    return (stat if extra_terms else stat - _gof_terms(n_on, n_off))[()]


def get_wstat_mu_bkg(n_on: ArrayLike, n_off: ArrayLike, alpha: ArrayLike, mu_sig: ArrayLike) -> Any:
    """Most likely expected off counts for a given signal, per bin; see `wstat`.

    Raises
    ------
    DataError
        A ValueError, as `wstat`.
    """
    return profile_means(*_on_off(n_on, n_off, alpha, mu_sig))[1][()]


def get_wstat_gof_terms(n_on: ArrayLike, n_off: ArrayLike) -> Any:
    """Terms of `wstat` without model, the sum of 2 n (ln n - 1) over on and off, per bin.

    Raises
    ------
    DataError
        A ValueError, if counts are negative or not finite, or shapes do not broadcast.
    """
    n_on = checked("n_on", n_on, "finite and >= 0")
    n_off = checked("n_off", n_off, "finite and >= 0")
    return _gof_terms(*broadcast(n_on=n_on, n_off=n_off))[()]


def deviance(n: FloatArray, mu: FloatArray) -> FloatArray:
    """2 (mu - n + n ln(n / mu)) for n >= 0, mu >= 0 (not checked).

    Infinite for mu = 0 < n, and 0 for mu = n = 0. Near mu = n from the series of ln(n / mu) =
    2 artanh v, v = (n - mu) / (n + mu), whose first term cancels (Loader 2000, "bd0").
    """
    both = (n > 0) & (mu > 0)
    safe_n, safe_mu = np.where(both, n, 1.0), np.where(both, mu, 1.0)
    above = safe_n - safe_mu
    v = above / (safe_n + safe_mu)
    near = np.abs(v) < 0.1
    small = np.where(near, v, 0.0)
    series = np.zeros_like(small)
    for k in range(15, 1, -2):  # leaves out 0.1^17 / 17, against 0.1^2
        series = small * small * (1.0 / k + series)
    close = above * small + 2.0 * safe_n * small * series
    far = safe_n * np.log(safe_n / safe_mu) - above
    value = np.where(both, np.where(near, close, far), mu)
    return np.where((n > 0) & (mu == 0), np.inf, 2.0 * value)


def profile_means(
    n_on: FloatArray, n_off: FloatArray, alpha: FloatArray, mu_sig: FloatArray
) -> tuple[FloatArray, FloatArray]:
    """Expected on and off counts at the most likely background (not checked).

    With a = alpha, s = mu_sig, n = n_on + n_off, the derivative of the likelihood vanishes at

        a (1 + a) b^2 - (a n - (1 + a) s) b - n_off s = 0     (b = off)
        (1 + a) m^2 - (a n + (1 + a) s) m + a n_on s = 0      (m = s + a b = on)

    The larger root counts. Both have the same discriminant, a sum of squares here, and a root
    (L + D) / 2 with L < 0 is taken from its conjugate, (D^2 - L^2) / (2 (D - L)). So a mean that
    is small beside the other terms keeps its digits, and zero counts need no branch.
    """
    one = 1.0 + alpha
    total, size = alpha * (n_on + n_off), one * np.abs(mu_sig)
    gap = 4.0 * alpha * size * np.where(mu_sig >= 0, n_off, n_on)
    root = np.sqrt((total - size) ** 2 + gap)

    def larger(linear: FloatArray) -> FloatArray:
        positive = linear >= 0
        conjugate = gap / (2.0 * np.where(positive, 1.0, root - linear))
        return np.where(positive, 0.5 * (linear + root), conjugate)

    return larger(total + one * mu_sig) / one, larger(total - one * mu_sig) / (alpha * one)


def _counts_and_floor(
    n_on: ArrayLike, mu_on: ArrayLike, truncation_value: float | None
) -> tuple[FloatArray, FloatArray, FloatArray]:
    floor = checked(
        "truncation_value",
        TRUNCATION_VALUE if truncation_value is None else truncation_value,
        "finite and > 0",
        f"leave it out for {TRUNCATION_VALUE}",
    )
    n_on = checked("n_on", n_on, "finite and >= 0")
    mu_on = checked("mu_on", mu_on, "finite")
    n_on, mu_on, floor = broadcast(n_on=n_on, mu_on=mu_on, truncation_value=floor)
    return n_on, np.maximum(mu_on, floor), floor


def _on_off(
    n_on: ArrayLike, n_off: ArrayLike, alpha: ArrayLike, mu_sig: ArrayLike
) -> list[FloatArray]:
    return broadcast(
        n_on=checked("n_on", n_on, "finite and >= 0"),
        n_off=checked("n_off", n_off, "finite and >= 0"),
        alpha=checked("alpha", alpha, "finite and > 0"),
        mu_sig=checked("mu_sig", mu_sig, "finite"),
    )


def _gof_terms(n_on: FloatArray, n_off: FloatArray) -> FloatArray:
    on, off = (n * (np.log(np.where(n > 0, n, 1.0)) - 1.0) for n in (n_on, n_off))
    return 2.0 * (on + off) + 0.0  # not -0.0
