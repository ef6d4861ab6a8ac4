r"""Transforms of a round brightness, and of its first and second moments.

A round brightness :math:`S(r)` times a polynomial in the position (the exposure, close to the
source) has transforms of few angular orders. They are made of

.. math::
    M_0 = \int S J_0(q r)\, \mathrm{d}\Omega, \quad
    M_1 = \int S\, r J_1(q r)\, \mathrm{d}\Omega, \quad
    M_2 = \int S\, r^2 J_0(q r)\, \mathrm{d}\Omega, \quad
    M_3 = \int S\, r^2 J_2(q r)\, \mathrm{d}\Omega

with :math:`\mathrm{d}\Omega = 2 \pi \sin r\, \mathrm{d}r`: as many counts as on the sphere.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import pairwise
from typing import NamedTuple

import numpy as np

from gammapy.engine.hankel import bessel
from gammapy.engine.integrate import legendre
from gammapy.engine.sphere import RAD

__all__ = ["RadialMasses", "radial_masses", "radial_rule"]


def radial_rule(
    extent: float, edges: Sequence[float], frequency_max: float
) -> tuple[np.ndarray, np.ndarray]:
    """Radii in deg and weights in sr of integrals over a disc.

    Gauss-Legendre in an angle t with r = middle - half cos t between the edges, which takes the
    square roots out of a shell, and the steps out of a disk; with nodes enough for the
    oscillations of the transform.

    Parameters
    ----------
    extent : float
        Radius of the disc, in deg.
    edges : sequence of float
        Radii where the brightness, or its slope, jumps.
    frequency_max : float
        In rad per deg.
    """
    limits = np.unique([0.0, *(e for e in edges if 0.0 < e < extent), extent])
    radii, weights = [], []
    for low, high in pairwise(limits):
        half = 0.5 * (high - low)
        n = 24 + 8 * int(np.ceil(0.1 * frequency_max * half))  # in eights, for the kept rules
        x, w = legendre(n)
        t = 0.5 * np.pi * (x + 1.0)
        r = low + 2.0 * half * np.sin(0.5 * t) ** 2
        radii.append(r)
        weights.append(0.5 * np.pi * w * half * np.sin(t) * 2.0 * np.pi * np.sin(RAD * r) * RAD)
    return np.concatenate(radii), np.concatenate(weights)


class RadialMasses(NamedTuple):
    """A round brightness as masses on rings.

    Attributes
    ----------
    radii : ndarray [m]
        In deg.
    masses : ndarray [m]
        Integrals of the brightness over the rings.
    """

    radii: np.ndarray
    masses: np.ndarray

    @property
    def rms(self) -> float:
        """Root of the mean square radius, in deg."""
        return float(np.sqrt(np.sum(self.masses * self.radii**2) / np.sum(self.masses)))

    def moments(self, frequencies: np.ndarray, n_moments: int = 4) -> np.ndarray:
        """Transforms [n_moments, n] at frequencies [n] in rad per deg; see the module."""
        radii, masses = self
        phase = radii[:, None] * frequencies
        orders = [bessel(m, phase) for m in range(min(n_moments, 2))]
        moments = [masses @ orders[0]]
        if n_moments > 1:
            moments.append((masses * radii) @ orders[1])
        if n_moments > 2:
            # J2 = 2 J1 / x - J0; where x is small, by its series
            safe = np.where(phase > 1e-4, phase, 1.0)
            second = np.where(phase > 1e-4, 2.0 * orders[1] / safe - orders[0], phase**2 / 8.0)
            moments += [(masses * radii**2) @ orders[0], (masses * radii**2) @ second]
        return np.array(moments[:n_moments])


def radial_masses(
    profile: Callable[[np.ndarray], np.ndarray],
    extent: float,
    edges: Sequence[float],
    frequency_max: float,
) -> RadialMasses:
    """Masses of a profile in sr-1, for transforms up to a frequency; see `radial_rule`."""
    radii, weights = radial_rule(extent, edges, frequency_max)
    return RadialMasses(radii, weights * profile(radii))
