r"""PSFKing: the King profile, a core with a tail.

.. math::
    PSF(r) = \frac{1}{2 \pi \sigma^2} \left(1 - \frac{1}{\gamma}\right)
             \left(1 + \frac{r^2}{2 \gamma \sigma^2}\right)^{-\gamma}

Its Hankel transform is that of a Student distribution, a Matern function: with
:math:`\nu = \gamma - 1` and :math:`x = q \sigma \sqrt{2 \gamma}`,

.. math:: T(q) = \frac{2}{\Gamma(\nu)} \left(\frac{x}{2}\right)^\nu K_\nu(x)

(DLMF 10.22.46).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

import astropy.units as u
import numpy as np

from gammapy.irf.psf_parametric import ParametricPSF
from gammapy.irf.psf_shape import PsfShape

__all__ = ["KingShape", "PSFKing"]

#: order from which the uniform expansion of the Bessel function is good to 1e-9
_LARGE = 50.0


class PSFKing(ParametricPSF):
    """King profile by true energy and offset (GADF: PSF_KING).

    It is normalised, and usable where gamma is above one and sigma above zero. Parameters as for
    `ParametricPSF`.
    """

    tag: ClassVar[str] = "psf_king"
    parameter_units: ClassVar[dict[str, u.UnitBase]] = {
        "gamma": u.dimensionless_unscaled,
        "sigma": u.deg,
    }

    @classmethod
    def meaningful(cls, data: np.ndarray) -> dict[str, np.ndarray]:
        """Where [...] a bin has a point spread function (``""``), and each parameter a meaning."""
        there = (data["gamma"] > 1) & (data["sigma"] > 0)
        return {"": there, "gamma": there, "sigma": there}

    @classmethod
    def formula(cls, parameters: Mapping[str, np.ndarray], usable: np.ndarray) -> PsfShape:
        """Profiles [...] of parameters [...] (floats, deg), where those are usable."""
        return KingShape(parameters["gamma"], parameters["sigma"], usable)


class KingShape(PsfShape):
    """King profiles of slopes gamma [...] and widths sigma [...] in deg, where usable."""

    def __init__(self, gamma: np.ndarray, sigma: np.ndarray, usable: np.ndarray) -> None:
        self._usable = usable & (gamma > 1) & (sigma > 0)
        self._gamma = np.where(self._usable, gamma, 2.0)
        self._square = 2.0 * self._gamma * np.where(self._usable, sigma, 1.0) ** 2
        self._norm = np.where(self._usable, 1.0, 0.0)

    @property
    def usable(self) -> np.ndarray:
        """True [...] where the response has a point spread function."""
        return self._usable

    @property
    def total(self) -> np.ndarray:
        """Integral [...] over the plane."""
        return self._norm

    def density(self, rad: np.ndarray) -> np.ndarray:
        """Density [...] in deg-2 at a distance (deg)."""
        slope = self._gamma - 1.0
        top = self._norm * slope / (np.pi * self._square)
        return top * np.exp(-self._gamma * np.log1p(np.square(rad) / self._square))

    def enclosed(self, rad: np.ndarray) -> np.ndarray:
        """Integral [...] of the density within a distance (deg)."""
        slope = self._gamma - 1.0
        return -self._norm * np.expm1(-slope * np.log1p(np.square(rad) / self._square))

    def transform(self, frequency: np.ndarray) -> np.ndarray:
        """Hankel transform [..., m] at frequencies [m] (rad per deg)."""
        x = np.abs(frequency) * np.sqrt(self._square)[..., None]
        order = np.broadcast_to((self._gamma - 1.0)[..., None], x.shape)
        return self._norm[..., None] * _matern(order, x)


def _matern(order: np.ndarray, x: np.ndarray) -> np.ndarray:
    """2 / Gamma(order) (x / 2)^order K_order(x) [...]; 1 at zero."""
    from scipy.special import gammaln, kve

    small = x < 1e-12
    safe = np.where(small, 1.0, x)
    low = np.minimum(order, _LARGE)
    with np.errstate(over="ignore", divide="ignore"):
        bessel = np.log(kve(low, safe)) - safe
    bessel = np.where(order > _LARGE, _log_large_order(np.maximum(order, _LARGE), safe), bessel)
    found = np.exp(np.log(2.0) - gammaln(order) + order * np.log(0.5 * safe) + bessel)
    # next to zero K is too large for a float, and the function one to rounding
    return np.where(small | ~np.isfinite(found), 1.0, found)


def _log_large_order(order: np.ndarray, x: np.ndarray) -> np.ndarray:
    """Logarithm of K by the uniform expansion to the second term (DLMF 10.41.4)."""
    z = x / order
    root = np.sqrt(1.0 + z**2)
    p = 1.0 / root
    eta = root + np.log(z / (1.0 + root))
    first = (3.0 * p - 5.0 * p**3) / 24.0
    second = (81.0 * p**2 - 462.0 * p**4 + 385.0 * p**6) / 1152.0
    series = 1.0 - first / order + second / order**2
    return 0.5 * np.log(np.pi / (2.0 * order)) - order * eta - 0.5 * np.log(root) + np.log(series)
