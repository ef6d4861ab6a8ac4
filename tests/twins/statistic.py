"""Poisson statistics, -2 ln L bin by bin; the background of wstat by a numerical search."""

import math
from collections.abc import Callable

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.optimize import brentq


def cash(n: ArrayLike, mu: ArrayLike) -> NDArray[np.float64]:
    """Cash statistic per bin, 2 (mu - n ln mu), infinite where mu = 0 under counts.

    Cash 1979, ApJ 228, 939. Negative n or mu is a ValueError.
    """
    return _each_bin(_cash, n, mu)


def cstat(n: ArrayLike, mu: ArrayLike) -> NDArray[np.float64]:
    """Cash statistic per bin minus its value for mu = n, 2 (mu - n + n ln(n / mu)).

    Infinite where mu = 0 under counts. Negative n or mu is a ValueError.
    """
    return _each_bin(_cstat, n, mu)


def wstat(
    n_on: ArrayLike, n_off: ArrayLike, alpha: ArrayLike, mu_sig: ArrayLike
) -> NDArray[np.float64]:
    """Statistic of on and off counts per bin, with the background at its most likely value.

    The minimum over b >= 0 of cstat(n_on, mu_sig + alpha b) + cstat(n_off, b), so 0 for a perfect
    description. XSPEC manual, appendix B ("Poisson data with Poisson background").

    Parameters
    ----------
    n_on, n_off, alpha, mu_sig : array-like
        Counts, ratio of on to off exposure, predicted signal counts; they broadcast.

    Raises
    ------
    ValueError
        If a count or mu_sig is negative or alpha is not positive.
    """
    return _each_bin(_wstat, n_on, n_off, alpha, mu_sig)


def profile_background(
    n_on: ArrayLike, n_off: ArrayLike, alpha: ArrayLike, mu_sig: ArrayLike
) -> NDArray[np.float64]:
    """Most likely expected off counts b per bin for a given signal: see `wstat`."""
    return _each_bin(_background, n_on, n_off, alpha, mu_sig)


def _each_bin(function: Callable[..., float], *arguments: ArrayLike) -> NDArray[np.float64]:
    arrays = np.broadcast_arrays(*(np.asarray(argument, float) for argument in arguments))
    columns = [array.ravel() for array in arrays]
    result = [function(*(float(x) for x in row)) for row in zip(*columns, strict=True)]
    return np.array(result).reshape(arrays[0].shape)


def _demand(name: str, value: float, rule: str, valid: bool) -> None:
    if not (valid and math.isfinite(value)):
        raise ValueError(f"{name} = {value} must be finite and {rule}: mask this bin")


def _cash(n: float, mu: float) -> float:
    _demand("n", n, ">= 0", n >= 0)
    _demand("mu", mu, ">= 0", mu >= 0)
    if n == 0:
        return 2 * mu
    if mu == 0:
        return math.inf
    return 2 * (mu - n * math.log(mu))


def _cstat(n: float, mu: float) -> float:
    _demand("n", n, ">= 0", n >= 0)
    _demand("mu", mu, ">= 0", mu >= 0)
    if n == 0:
        return 2 * mu
    if mu == 0:
        return math.inf
    return 2 * (mu - n + n * math.log(n / mu))


def _wstat(n_on: float, n_off: float, alpha: float, mu_sig: float) -> float:
    background = _background(n_on, n_off, alpha, mu_sig)
    return _cstat(n_on, mu_sig + alpha * background) + _cstat(n_off, background)


def _background(n_on: float, n_off: float, alpha: float, mu_sig: float) -> float:
    """Root of the derivative, which rises with b (the statistic is convex in b)."""
    _demand("n_on", n_on, ">= 0", n_on >= 0)
    _demand("n_off", n_off, ">= 0", n_off >= 0)
    _demand("alpha", alpha, "> 0", alpha > 0)
    _demand("mu_sig", mu_sig, ">= 0", mu_sig >= 0)

    def derivative(b: float) -> float:
        slope = 1 + alpha
        if n_on > 0:
            expected = mu_sig + alpha * b
            slope -= n_on * alpha / expected if expected > 0 else math.inf
        if n_off > 0:
            slope -= n_off / b if b > 0 else math.inf
        return slope

    # Not below the background without on counts, not above the one without signal.
    low, high = n_off / (1 + alpha), (n_on + n_off) / (1 + alpha)
    if derivative(low) >= 0:
        return low
    if derivative(high) <= 0:
        return high
    if math.isinf(derivative(low)):  # brentq needs finite numbers; the derivative stays negative
        low = high * 1e-12
    return float(brentq(derivative, low, high, xtol=1e-300, rtol=1e-15))
