"""Density of samples, by a Gaussian kernel: what an earlier analysis knows of a parameter."""

from __future__ import annotations

import math
import reprlib
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

from gammapy.errors import ParameterError
from gammapy.modeling.prior.base import LOG_TWO_PI, Prior

__all__ = ["KDEPrior"]

#: number of samples from which they are put into cells
MANY = 1000
#: cells per bandwidth
CELLS = 32
#: kernels this much below the largest one at x, in -2 ln, are left out (1e-26 of it)
NEGLIGIBLE = 120.0


@dataclass(frozen=True, eq=False, repr=False)
class KDEPrior(Prior):
    """Mean of normal densities around samples of the parameter, e.g. from a Markov chain.

    The cost of an evaluation is bounded. More than 1000 samples are put into cells of 1/32
    bandwidth, each replaced by the mean of its samples, and the kernel is widened by the mean
    variance within the cells. And only kernels within reach of x are summed: at most 1000
    samples, or the cells of 30 bandwidths. Far outside the samples the nearest are left, so that
    -2 ln p is finite and grows as a parabola.

    Parameters
    ----------
    samples : array_like [n]
        At least two, not all equal, in the unit of the parameter.
    bandwidth : float, optional
        Standard deviation of the kernel. By default
        ``0.9 min(s, (q75 - q25) / 1.34) n^(-1/5)`` with the standard deviation s and the
        quartiles of the samples [1]_; s alone if the quartiles are equal.

    Raises
    ------
    ParameterError
        If the samples are too few, not finite or all equal, or the bandwidth is not positive.

    References
    ----------
    .. [1] B. W. Silverman, Density Estimation for Statistics and Data Analysis (1986), eq. 3.31
    """

    samples: np.ndarray
    bandwidth: float = None  # type: ignore[assignment]
    _centres: np.ndarray = field(init=False)
    _log_weights: np.ndarray = field(init=False)
    _width: float = field(init=False)

    def __post_init__(self) -> None:
        samples = _samples(self.samples)
        width = _silverman(samples) if self.bandwidth is None else _bandwidth(self.bandwidth)
        ordered = np.sort(samples)
        if not ordered[-1] - ordered[0] < 1e15 * width:
            raise ParameterError(
                f"KDEPrior: bandwidth = {width!r} is below the rounding of samples from "
                f"{ordered[0]!r} to {ordered[-1]!r}: give a larger one"
            )
        counts, variance = np.ones(len(ordered)), 0.0
        if len(ordered) > MANY:
            ordered, counts, variance = _in_cells(ordered, width / CELLS)
        set_ = object.__setattr__  # the dataclass is frozen
        set_(self, "samples", samples)
        set_(self, "bandwidth", width)
        set_(self, "_centres", ordered)
        set_(self, "_log_weights", np.log(counts))
        set_(self, "_width", math.hypot(width, math.sqrt(variance)))

    @property
    def support(self) -> tuple[float, float]:
        return -math.inf, math.inf

    def evaluate(self, x: float) -> tuple[float, float, float]:
        centres, log_weights = self._within_reach(float(x))
        with np.errstate(over="ignore"):
            distances = (x - centres) / self._width
            exponents = log_weights - 0.5 * distances * distances
        top = exponents.max(initial=-math.inf)
        if not math.isfinite(top):  # too far out for a float
            return math.inf, 0.0, 0.0
        shares = np.exp(exponents - top)
        total = float(shares.sum())
        mean = float(shares @ distances) / total
        variance = float(shares @ (distances - mean) ** 2) / total
        norm = LOG_TWO_PI + 2.0 * math.log(self._width * len(self.samples))
        value = norm - 2.0 * (float(top) + math.log(total))
        return value, 2.0 * mean / self._width, 2.0 * (1.0 - variance) / self._width**2

    def _within_reach(self, x: float) -> tuple[np.ndarray, np.ndarray]:
        """Kernels that matter at x, of which there is at least one."""
        centres = self._centres
        right = int(np.searchsorted(centres, x))
        nearest = min(abs(x - centres[k]) for k in (right - 1, right) if 0 <= k < len(centres))
        # the weight of a far kernel may be the number of samples, that of the nearest 1
        reach = NEGLIGIBLE + 2.0 * math.log(len(self.samples))
        radius = math.hypot(float(nearest), self._width * math.sqrt(reach))
        first, last = np.searchsorted(centres, [x - radius, x + radius], side="left")
        return centres[first : last + 1], self._log_weights[first : last + 1]

    def rescaled(self, factor: float) -> KDEPrior:
        scaled = replace(self, samples=self.samples * factor, bandwidth=self.bandwidth * factor)
        # the same cells, whatever rounding did at their edges
        object.__setattr__(scaled, "_centres", self._centres * factor)
        object.__setattr__(scaled, "_log_weights", self._log_weights)
        object.__setattr__(scaled, "_width", self._width * factor)
        return scaled

    def __eq__(self, other: object) -> bool:
        return (
            isinstance(other, KDEPrior)
            and self.bandwidth == other.bandwidth
            and np.array_equal(self.samples, other.samples)
        )

    def __hash__(self) -> int:
        return hash((self.bandwidth, self.samples.tobytes()))

    def __repr__(self) -> str:
        low, high = self.samples.min(), self.samples.max()
        return (
            f"KDEPrior({len(self.samples)} samples from {low:.6g} to {high:.6g}, "
            f"bandwidth={self.bandwidth:.6g})"
        )


def _samples(samples: Any) -> np.ndarray:
    if getattr(samples, "unit", None) is not None:
        raise ParameterError(
            "KDEPrior: samples are a quantity: give plain numbers in the unit of the parameter, "
            "e.g. samples.to_value(parameter.unit)"
        )
    try:
        array = np.array(samples)
    except (TypeError, ValueError):  # quantities in a list, rows of different lengths
        array = np.array("")
    if array.dtype.kind not in "iuf" or np.ma.is_masked(samples):
        raise ParameterError(
            f"KDEPrior: samples = {reprlib.repr(samples)} must be real numbers, none masked"
        )
    array = array.astype(float)
    if array.ndim != 1 or len(array) < 2:
        raise ParameterError(
            f"KDEPrior: samples of shape {array.shape} must be a list of at least two numbers"
        )
    if not np.all(np.isfinite(array)):
        bad = np.flatnonzero(~np.isfinite(array))
        raise ParameterError(
            f"KDEPrior: samples[{bad[0]}] = {float(array[bad[0]])!r} is not finite "
            f"({len(bad)} of {len(array)} are not): remove them"
        )
    if np.all(array == array[0]):
        raise ParameterError(
            f"KDEPrior: all {len(array)} samples are {float(array[0])!r}: freeze the parameter"
        )
    array.flags.writeable = False
    return array


def _bandwidth(bandwidth: Any) -> float:
    try:
        number = math.nan if isinstance(bandwidth, (bool, str)) else float(bandwidth)
    except TypeError:  # a quantity with a unit, a list
        number = math.nan
    if not 0.0 < number < math.inf:
        raise ParameterError(
            f"KDEPrior: bandwidth = {bandwidth!r} must be a positive number in the unit of the "
            "parameter, or None"
        )
    return number


def _silverman(samples: np.ndarray) -> float:
    spread = float(np.std(samples, ddof=1))
    low, high = np.percentile(samples, [25, 75])
    if high > low:
        spread = min(spread, float(high - low) / 1.34)
    return 0.9 * spread * len(samples) ** -0.2


def _in_cells(ordered: np.ndarray, size: float) -> tuple[np.ndarray, np.ndarray, float]:
    """Means and numbers of the samples in each cell, and their mean variance within."""
    cells = np.floor((ordered - ordered[0]) / size)
    first = np.flatnonzero(np.diff(cells, prepend=-1.0))
    counts = np.diff(first, append=len(ordered)).astype(float)
    means = np.add.reduceat(ordered, first) / counts
    scatter = ordered - np.repeat(means, counts.astype(int))
    return means, counts, float(np.mean(scatter * scatter))
