"""The statistics of flux points: functions of the predicted flux, with two derivatives.

All are -2 ln L of each point, and all are smooth to the first derivative.

- *chi2*: normal errors, ``((f - d) / err)**2``; upper limits do not count.
- *distrib*: the error upwards where the prediction is above the point, that downwards below it.
  Of an upper limit only this is known: a measurement, normal about the prediction f, would be
  below the limit; so ``-2 ln Phi((limit - f) / err)`` with the cumulative normal distribution
  Phi (Mohanty et al. 2013, ApJ 773, 168, eq. C7).
- *profile*: what a scan of the statistic over the norm says (`Profiles`), above the best fit.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass

import numpy as np

from gammapy.engine.statistic import BinStatistic, deviance_residuals
from gammapy.spectrum.flux_points.scans import Profiles

__all__ = ["Chi2Points", "DistribPoints", "PointStatistic", "ProfilePoints"]


class PointStatistic(ABC):
    """Statistic of points; fluxes are in cm-2 s-1 TeV-1, all arrays are [n_points]."""

    @abstractmethod
    def statistic(self, flux: np.ndarray) -> BinStatistic:
        """-2 ln L of each point, and its derivatives by the predicted flux."""

    @abstractmethod
    def residuals(self, flux: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Residuals, whose squares are the statistic but for a constant, and derivatives."""


@dataclass(frozen=True)
class Chi2Points(PointStatistic):
    """Normal errors."""

    measured: np.ndarray
    error: np.ndarray

    def statistic(self, flux: np.ndarray) -> BinStatistic:
        pull = (flux - self.measured) / self.error
        return BinStatistic(pull**2, 2 * pull / self.error, 2 / self.error**2)

    def residuals(self, flux: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        return (flux - self.measured) / self.error, 1 / self.error


@dataclass(frozen=True)
class DistribPoints(PointStatistic):
    """Errors up and down, and upper limits.

    Attributes
    ----------
    is_limit : ndarray of bool
        Where ``measured`` is an upper limit and ``down`` the error that it was made with.
    """

    measured: np.ndarray
    down: np.ndarray
    up: np.ndarray
    is_limit: np.ndarray

    def statistic(self, flux: np.ndarray) -> BinStatistic:
        error = np.where((flux > self.measured) & ~self.is_limit, self.up, self.down)
        pull = (flux - self.measured) / error
        value, first, second = pull**2, 2 * pull / error, 2 / error**2
        if self.is_limit.any():
            limits = _below(-pull[self.is_limit])
            scale = error[self.is_limit]
            value[self.is_limit] = limits.value
            first[self.is_limit] = -limits.first / scale
            second[self.is_limit] = limits.second / scale**2
        return BinStatistic(value, first, second)

    def residuals(self, flux: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        value, first, _ = self.statistic(flux)
        size = np.sqrt(value)
        sign = np.where((flux < self.measured) & ~self.is_limit, -1.0, 1.0)
        error = np.where(flux > self.measured, self.up, self.down)
        flat = np.where(self.is_limit, 0.0, 1 / error)  # on the point, or far below a limit
        slope = np.where(size > 0, sign * first / (2 * np.where(size > 0, size, 1.0)), flat)
        return sign * size, slope


def _below(t: np.ndarray) -> BinStatistic:
    """-2 ln Phi(t) and its derivatives by t, without underflow."""
    from scipy.special import log_ndtr

    log_phi = log_ndtr(t)
    hazard = np.exp(-0.5 * t**2 - 0.5 * np.log(2 * np.pi) - log_phi)
    return BinStatistic(-2 * log_phi, -2 * hazard, 2 * hazard * (t + hazard))


@dataclass(frozen=True)
class ProfilePoints(PointStatistic):
    """Profiles of the statistic over the norm, above its value at the best fit."""

    profiles: Profiles
    reference: np.ndarray
    best: np.ndarray

    def statistic(self, flux: np.ndarray) -> BinStatistic:
        value, first, second = self.profiles.evaluate(flux / self.reference)
        return BinStatistic(value - self.best, first / self.reference, second / self.reference**2)

    def residuals(self, flux: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        where, lowest = self.profiles.minima
        stat = self.statistic(flux)
        above = stat.value + self.best - lowest
        residual, slope = deviance_residuals(above, stat, flux / self.reference - where)
        return residual, slope
