r"""Fourier-Bessel series on a disc: from a transform to a profile, with no quadrature to choose.

A function that vanishes beyond the radius :math:`R` is the sum

.. math::
    f(r) = \frac{1}{\pi R^2} \sum_n \frac{F(q_n)}{J_1(j_n)^2} J_0(q_n r), \quad q_n = j_n / R, \quad
    F(q) = \int_0^R f(r) J_0(q r)\, 2 \pi r\, \mathrm{d}r

with the zeros :math:`j_n` of :math:`J_0`: exact, and cut off where the transform has died away.
Its derivatives along and across a direction are sums over :math:`J_1, J_2, \ldots` at the same
frequencies.

Angles are in deg, frequencies in rad per deg.
"""

from __future__ import annotations

from functools import lru_cache

import numpy as np
from scipy.special import j0, j1, jn_zeros, jv

__all__ = ["FourierBessel", "bessel", "fourier_bessel"]

#: step of the tabulated radii, times the largest frequency: a cubic between them is good to 2e-5
STEP = 0.5
#: frequencies of a series above which few are kept, and above which none is
LARGE, LARGEST = 64, 256


def bessel(order: int, x: np.ndarray) -> np.ndarray:
    """Bessel function of an order from 0 on."""
    if order == 0:
        return j0(x)
    if order == 1:
        return j1(x)
    if order == 2:  # by recurrence where that is stable: far faster than the general function
        large = np.where(np.abs(x) > 1.0, x, 1.0)
        return np.where(np.abs(x) > 1.0, 2.0 / large * j1(large) - j0(large), jv(2, x))
    return jv(order, x)


class FourierBessel:
    """Series on a disc, with the radii at which its sums are tabulated.

    Parameters
    ----------
    radius : float
        Of the disc, in deg.
    frequency_max : float
        Largest frequency, in rad per deg.

    Attributes
    ----------
    frequencies : ndarray [n]
    step : float
        Distance of the radii of a table, in deg. The first is one step before 0, for the cubic
        between rows.
    n_radii : int
    """

    def __init__(self, radius: float, frequency_max: float) -> None:
        n = max(int(np.ceil(frequency_max * radius / np.pi)) + 2, 8)
        zeros = jn_zeros(0, n)
        self.radius = radius
        self.frequencies = zeros / radius
        self._weights = 1.0 / (np.pi * radius**2 * j1(zeros) ** 2)
        self.step = STEP / self.frequencies[-1]
        self.n_radii = int(np.ceil(radius / self.step)) + 4
        self._radii = self.step * np.arange(-1, self.n_radii - 1)
        self._matrices: dict[int, np.ndarray] = {}

    def _matrix(self, order: int) -> np.ndarray:
        if order not in self._matrices:
            phase = self._radii[:, None] * self.frequencies
            self._matrices[order] = bessel(order, phase) * self._weights
        return self._matrices[order]

    def table(self, transform: np.ndarray, order: int = 0) -> np.ndarray:
        """Sums [n_radii, ...] over J_order of transforms [n, ...], per deg2."""
        flat = transform.reshape(len(transform), -1)
        return (self._matrix(order) @ flat).reshape(-1, *transform.shape[1:])


def fourier_bessel(radius: float, frequency_max: float) -> FourierBessel:
    """Series on a disc of at least a radius, up to at least a frequency.

    Both are rounded up, by at most a tenth, so that sources of about one size share the tables of
    Bessel functions.
    """
    keys = _rounded(radius), _rounded(frequency_max)
    n = 1.1 ** sum(keys) / np.pi
    # tables of large sources are many, and take more memory than they save time
    made = _many_kept if n < LARGE else _few_kept if n < LARGEST else _made
    return made(*keys)


def _rounded(value: float) -> int:
    return int(np.ceil(np.log(value) / np.log(1.1) - 1e-9))


def _made(radius: int, frequency: int) -> FourierBessel:
    return FourierBessel(1.1**radius, 1.1**frequency)


_many_kept = lru_cache(maxsize=256)(_made)
_few_kept = lru_cache(maxsize=48)(_made)
