"""Gaussian significance and test statistic, one from the other (Wilks 1938)."""

from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from gammapy.errors import DataError
from gammapy.stats.inputs import checked

__all__ = ["sigma_to_ts", "ts_to_sigma"]


def sigma_to_ts(sigma: ArrayLike, df: float = 1) -> Any:
    """Test statistic that chance exceeds as rarely as a Gaussian exceeds ``sigma`` (two-sided).

    Parameters
    ----------
    sigma : array-like
        Significance in standard deviations; the sign does not matter.
    df : float
        Degrees of freedom of the chi-square distribution of the test statistic.

    Raises
    ------
    DataError
        A ValueError, if sigma is not finite, df is not positive, or (for df other than 1) the
        chance is too small for a float, above 37 sigma.
    """
    from scipy.special import erf, erfc, gammainccinv, gammaincinv

    sigma = np.abs(checked("sigma", sigma, "finite", "pass finite standard deviations"))
    half = _half_df(df)
    if half == 0.5:
        return sigma**2
    if np.any(sigma > 37):
        raise DataError(
            f"sigma = {float(sigma.max())} with df = {df}: the chance is too small for a float "
            f"above 37 sigma: use df = 1, where ts = sigma^2"
        )
    x = sigma / np.sqrt(2.0)
    # the smaller of the two tails carries the digits
    return np.where(sigma < 1, 2 * gammaincinv(half, erf(x)), 2 * gammainccinv(half, erfc(x)))[()]


def ts_to_sigma(ts: ArrayLike, df: float = 1) -> Any:
    """Two-sided Gaussian significance, in standard deviations, of a test statistic.

    Parameters
    ----------
    ts : array-like
        Test statistic, >= 0.
    df : float
        Degrees of freedom of its chi-square distribution.

    Raises
    ------
    DataError
        A ValueError, if ts is negative or not finite, df is not positive, or (for df other
        than 1) the chance is too small for a float.
    """
    from scipy.special import erfcinv, erfinv, gammainc, gammaincc

    ts = checked("ts", ts, "finite and >= 0", "clip rounding errors at 0, refit if it is larger")
    half = _half_df(df)
    if half == 0.5:
        return np.sqrt(ts)
    below, above = gammainc(half, ts / 2), gammaincc(half, ts / 2)
    if np.any(above < np.finfo(float).tiny):
        raise DataError(
            f"ts = {float(ts.max())} with df = {df}: the chance is too small for a float: "
            f"quote ts itself, or use df = 1, where sigma = sqrt(ts)"
        )
    return np.sqrt(2.0) * np.where(below < 0.5, erfinv(below), erfcinv(above))[()]


def _half_df(df: float) -> float:
    return 0.5 * float(checked("df", df, "finite and > 0", "count the free parameters"))
