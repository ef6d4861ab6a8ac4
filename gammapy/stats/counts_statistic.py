"""Excess, significance, errors and limits of counts, for arrays of bins at once.

`CashCountsStatistic` knows the background, `WStatCountsStatistic` measured it in an off region.
Both test an excess ``n_sig`` in the on region against none. `CountsStatistic` holds what
they share; a kind of measurement adds its statistic as a function of the excess.
"""

from abc import ABC, abstractmethod
from typing import Any, ClassVar, Self, final

import numpy as np
from numpy.typing import ArrayLike

from gammapy.errors import DataError
from gammapy.stats.fit_statistics import (
    TRUNCATION_VALUE,
    cash,
    cstat,
    deviance,
    profile_means,
    wstat,
)
from gammapy.stats.inputs import FloatArray, broadcast, checked
from gammapy.stats.limits import distance_at

__all__ = ["CashCountsStatistic", "CountsStatistic", "WStatCountsStatistic"]


class CountsStatistic(ABC):
    """Test of an excess of counts; abstract, see `CashCountsStatistic`, `WStatCountsStatistic`.

    Arrays are copied, broadcast and read-only. Results have the common shape.
    """

    n_on: FloatArray
    #: constructor arguments, all of them arrays of one shape
    _arguments: ClassVar[tuple[str, ...]]

    def _hold(self, **arrays: FloatArray) -> None:
        for name, array in zip(arrays, broadcast(**arrays), strict=True):
            array = array.copy()
            array.flags.writeable = False
            setattr(self, name, array)

    @property
    @abstractmethod
    def n_bkg(self) -> Any:
        """Expected background counts in the on region."""

    @property
    @abstractmethod
    def error(self) -> Any:
        """Standard deviation of the excess, from the variances of the counts."""

    @property
    @abstractmethod
    def stat_null(self) -> Any:
        """Fit statistic without excess."""

    @property
    @abstractmethod
    def stat_max(self) -> Any:
        """Fit statistic at the measured excess, where the likelihood has its maximum."""

    @property
    @abstractmethod
    def ts(self) -> Any:
        """Test statistic, ``stat_null - stat_max`` >= 0."""

    @abstractmethod
    def sum(self, axis: int | tuple[int, ...] | None = None) -> Self:
        """The statistic of the counts summed along an axis (default: all)."""

    @abstractmethod
    def _rise(self, n_sig: FloatArray) -> FloatArray:
        """Fit statistic of the measured counts at this excess, minus `stat_max`."""

    @abstractmethod
    def _ts_expected(self, n_sig: FloatArray) -> FloatArray:
        """Test statistic if the on counts were the expected ones plus ``n_sig``."""

    @property
    @abstractmethod
    def _expected(self) -> FloatArray:
        """Expected on counts without excess."""

    @property
    def _longest_down(self) -> FloatArray | None:
        """How far the excess may lie below the measured one; None: no end."""
        return None

    @property
    def n_sig(self) -> Any:
        """Excess: on counts minus those expected without signal; negative for a deficit."""
        return self.n_on - self._expected

    @property
    def sqrt_ts(self) -> Any:
        """Significance in standard deviations, with the sign of the excess."""
        return np.sign(self.n_sig) * np.sqrt(self.ts)

    @property
    def p_value(self) -> Any:
        """Chance of a fluctuation this strong in the direction seen (one-sided, asymptotic)."""
        from scipy.special import erfc

        return 0.5 * erfc(np.sqrt(0.5 * self.ts))

    def compute_errn(self, n_sigma: float = 1.0) -> Any:
        """Distance down from `n_sig` to where the statistic has risen by n_sigma^2.

        Parameters
        ----------
        n_sigma : float
            Confidence level in standard deviations, > 0.

        Raises
        ------
        DataError
            A ValueError, if n_sigma is not positive.
        """
        n_sig, height = self.n_sig, _height(n_sigma)
        return distance_at(
            lambda d: self._rise(n_sig - d), height, self.n_on.shape, self._longest_down
        )[()]

    def compute_errp(self, n_sigma: float = 1.0) -> Any:
        """Distance up from `n_sig` to where the statistic has risen by n_sigma^2.

        Arguments and errors as `compute_errn`.
        """
        n_sig, height = self.n_sig, _height(n_sigma)
        return distance_at(lambda d: self._rise(n_sig + d), height, self.n_on.shape)[()]

    def compute_upper_limit(self, n_sigma: float = 3) -> Any:
        """Excess above `n_sig` at which the statistic has risen by n_sigma^2.

        The rise counts from the minimum, also where that is a deficit, so a strong deficit
        gives a small or even negative limit. Arguments and errors as `compute_errn`.
        """
        return self.n_sig + self.compute_errp(n_sigma)

    def n_sig_matching_significance(self, significance: float) -> Any:
        """Excess that would be seen with this significance over the same background.

        The measured on counts do not enter: this is the sensitivity.

        Parameters
        ----------
        significance : float
            `sqrt_ts` to reach; a negative one asks for a deficit.

        Raises
        ------
        DataError
            A ValueError, if the significance is not finite, or a deficit that not even zero
            on counts would reach.
        """
        value = float(checked("significance", significance, "finite", "pass a finite number"))
        shape, expected = self.n_on.shape, self._expected
        if value == 0:
            return np.zeros(shape)[()]
        if value > 0:
            return distance_at(self._ts_expected, value**2, shape)[()]
        checked("n_bkg + mu_sig", expected, "finite and >= 0", "raise mu_sig")
        deepest = -np.sqrt(self._ts_expected(-expected))
        if np.any(deepest > value):
            raise DataError(
                f"significance = {value} cannot be reached by a deficit: zero on counts are only "
                f"{float(np.max(deepest)):.4g}: ask for a value between that and 0"
            )
        return -distance_at(lambda d: self._ts_expected(-d), value**2, shape, expected)[()]

    def info_dict(self) -> dict[str, Any]:
        """Counts, background, excess, significance, p_value and the constructor's arguments."""
        info = {
            "n_on": self.n_on[()],
            "background": self.n_bkg,
            "excess": self.n_sig,
            "significance": self.sqrt_ts,
            "p_value": self.p_value,
        }
        return info | {name: getattr(self, name)[()] for name in self._arguments}

    def __getitem__(self, key: Any) -> Self:
        """The statistic of some of the bins, selected as in an array."""
        return type(self)(**{name: getattr(self, name)[key] for name in self._arguments})

    def __repr__(self) -> str:
        shape = f", shape={self.n_on.shape}" if self.n_on.ndim else ""
        total = self.sum()
        counts = ", ".join(f"{name}={getattr(total, name):.6g}" for name in self._arguments)
        return f"<{type(self).__name__}({counts}{shape}): {total.sqrt_ts:.3g} sigma>"

    def __str__(self) -> str:
        total = self.sum()
        rows = {
            "Total counts": f"{total.n_on:.2f}",
            "Total background counts": f"{total.n_bkg:.2f}",
            "Total excess counts": f"{total.n_sig:.2f}",
            "Total significance": f"{total.sqrt_ts:.2f}",
            "p - value": f"{total.p_value:.3g}",
            "Total number of bins": f"{self.n_on.size}",
        }
        rows |= {name: f"{getattr(total, name):.4g}" for name in self._arguments[1:]}
        lines = [f"  {label:<32}: {text}" for label, text in rows.items()]
        return "\n".join([type(self).__name__, *lines])


@final
class CashCountsStatistic(CountsStatistic):
    """Excess of Poisson counts over a known background; see `cash`.

    Parameters
    ----------
    n_on : array-like
        Measured counts, >= 0.
    mu_bkg : array-like
        Expected background counts, >= 0. Where it is zero, `ts` uses the floor of `cash`.

    Raises
    ------
    DataError
        A ValueError, for negative or not finite values, or shapes that do not broadcast.
    """

    mu_bkg: FloatArray
    _arguments = ("n_on", "mu_bkg")

    def __init__(self, n_on: ArrayLike, mu_bkg: ArrayLike) -> None:
        self._hold(
            n_on=checked("n_on", n_on, "finite and >= 0"),
            mu_bkg=checked("mu_bkg", mu_bkg, "finite and >= 0"),
        )

    @property
    def n_bkg(self) -> Any:
        """Expected background counts, `mu_bkg`."""
        return self.mu_bkg[()]

    @property
    def error(self) -> Any:
        """Standard deviation of the excess, sqrt(n_on)."""
        return np.sqrt(self.n_on)

    @property
    def stat_null(self) -> Any:
        """Cash statistic without excess."""
        return cash(self.n_on, self.mu_bkg)

    @property
    def stat_max(self) -> Any:
        """Cash statistic at the measured excess."""
        return cash(self.n_on, self.n_on)

    @property
    def ts(self) -> Any:
        """Test statistic, ``stat_null - stat_max`` without its cancellation."""
        return cstat(self.n_on, self.mu_bkg)

    def compute_upper_limit(self, n_sigma: float = 3) -> Any:
        """Excess above `n_sig` at which the statistic has risen by n_sigma^2.

        The rise counts from the minimum, also where that is a deficit. Only without any counts
        is it counted from zero excess: the limit is n_sigma^2 / 2, whatever the background.
        Arguments and errors as `compute_errn`.
        """
        limit = super().compute_upper_limit(n_sigma)
        return np.where(self.n_on == 0, 0.5 * _height(n_sigma), limit)[()]

    def sum(self, axis: int | tuple[int, ...] | None = None) -> Self:
        """The statistic of the counts summed along an axis (default: all)."""
        return type(self)(self.n_on.sum(axis=axis), self.mu_bkg.sum(axis=axis))

    @property
    def _expected(self) -> FloatArray:
        return self.mu_bkg

    @property
    def _longest_down(self) -> FloatArray:
        return self.n_on

    def _rise(self, n_sig: FloatArray) -> FloatArray:
        return deviance(self.n_on, np.maximum(self.mu_bkg + n_sig, 0.0))

    def _ts_expected(self, n_sig: FloatArray) -> FloatArray:
        mu = np.maximum(self.mu_bkg, TRUNCATION_VALUE)
        return deviance(np.maximum(self.mu_bkg + n_sig, 0.0), mu)


@final
class WStatCountsStatistic(CountsStatistic):
    """Excess of Poisson counts over a background measured in an off region; see `wstat`.

    Without ``mu_sig``, `sqrt_ts` is the significance of Li & Ma 1983 (ApJ 272, 317), eq. 17.

    Parameters
    ----------
    n_on, n_off : array-like
        Counts in the on and off regions, >= 0.
    alpha : array-like
        Exposure of the on region over that of the off region, > 0.
    mu_sig : array-like, optional
        Counts of known sources in the on region. The excess (with its significance and
        limits) is what comes on top of them. Default 0.

    Raises
    ------
    DataError
        A ValueError, for negative counts, alpha <= 0, not finite values, or shapes that do not
        broadcast.
    """

    n_off: FloatArray
    alpha: FloatArray
    mu_sig: FloatArray
    _arguments = ("n_on", "n_off", "alpha", "mu_sig")

    def __init__(
        self, n_on: ArrayLike, n_off: ArrayLike, alpha: ArrayLike, mu_sig: ArrayLike | None = None
    ) -> None:
        self._hold(
            n_on=checked("n_on", n_on, "finite and >= 0"),
            n_off=checked("n_off", n_off, "finite and >= 0"),
            alpha=checked("alpha", alpha, "finite and > 0"),
            mu_sig=checked("mu_sig", 0.0 if mu_sig is None else mu_sig, "finite"),
        )

    @property
    def n_bkg(self) -> Any:
        """Background counts in the on region estimated from the off region, alpha n_off."""
        return self.alpha * self.n_off

    @property
    def error(self) -> Any:
        """Standard deviation of the excess, sqrt(n_on + alpha^2 n_off)."""
        return np.sqrt(self.n_on + self.alpha**2 * self.n_off)

    @property
    def stat_null(self) -> Any:
        """Statistic `wstat` without excess, i.e. with `mu_sig` alone."""
        return wstat(self.n_on, self.n_off, self.alpha, self.mu_sig)

    @property
    def stat_max(self) -> Any:
        """Statistic `wstat` at the measured excess: 0, for it describes both counts perfectly."""
        return np.zeros(self.n_on.shape)[()]

    @property
    def ts(self) -> Any:
        """Test statistic, ``stat_null - stat_max``."""
        return self.stat_null

    def sum(self, axis: int | tuple[int, ...] | None = None) -> Self:
        """The statistic of the counts summed along an axis (default: all).

        The ratio alpha of the sum keeps the background: sum of alpha n_off over sum of n_off.
        Without any off counts it is the mean of alpha.
        """
        n_off = self.n_off.sum(axis=axis)
        seen = n_off > 0
        alpha = np.where(
            seen, self.n_bkg.sum(axis=axis) / np.where(seen, n_off, 1.0), self.alpha.mean(axis=axis)
        )
        return type(self)(self.n_on.sum(axis=axis), n_off, alpha, self.mu_sig.sum(axis=axis))

    @property
    def _expected(self) -> FloatArray:
        return self.n_bkg + self.mu_sig

    def _rise(self, n_sig: FloatArray) -> FloatArray:
        return self._stat(self.n_on, self.mu_sig + n_sig)

    def _ts_expected(self, n_sig: FloatArray) -> FloatArray:
        return self._stat(np.maximum(self._expected + n_sig, 0.0), self.mu_sig)

    def _stat(self, n_on: FloatArray, mu_sig: FloatArray) -> FloatArray:
        mean_on, mean_off = profile_means(n_on, self.n_off, self.alpha, mu_sig)
        return deviance(n_on, mean_on) + deviance(self.n_off, mean_off)


def _height(n_sigma: float) -> float:
    return float(checked("n_sigma", n_sigma, "finite and > 0", "pass the number of sigma")) ** 2
