r"""EnergyDependentMultiGaussPSF: the sum of three normal distributions.

.. math::
    PSF(r) = \frac{\sum_j A_j \exp(-r^2 / 2 \sigma_j^2)}{2 \pi \sum_j A_j \sigma_j^2}, \quad A_1 = 1

The parameter ``scale`` is to be the normalisation, but files have it in different units, and
interpolated it would not fit interpolated widths: it only tells where the response has values,
namely where it is not zero.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

import astropy.units as u
import numpy as np

from gammapy.irf.psf_parametric import ParametricPSF
from gammapy.irf.psf_shape import PsfShape

__all__ = ["EnergyDependentMultiGaussPSF", "GaussShape"]

_NONE = u.dimensionless_unscaled


class EnergyDependentMultiGaussPSF(ParametricPSF):
    """Sum of three normal distributions by true energy and offset (GADF: PSF_3GAUSS).

    It is normalised. It is usable where ``scale`` and the widths are above zero; a term of zero
    width is absent. Parameters as for `ParametricPSF`.
    """

    tag: ClassVar[str] = "psf_3gauss"
    parameter_units: ClassVar[dict[str, u.UnitBase]] = {
        "sigma_1": u.deg,
        "sigma_2": u.deg,
        "sigma_3": u.deg,
        "scale": _NONE,
        "ampl_2": _NONE,
        "ampl_3": _NONE,
    }

    @classmethod
    def meaningful(cls, data: np.ndarray) -> dict[str, np.ndarray]:
        """Where [...] a bin has a point spread function (``""``), and each parameter a meaning."""
        terms = {
            1: data["sigma_1"] > 0,
            2: (data["sigma_2"] > 0) & (data["ampl_2"] > 0),
            3: (data["sigma_3"] > 0) & (data["ampl_3"] > 0),
        }
        there = (data["scale"] > 0) & (terms[1] | terms[2] | terms[3])
        good = {f"sigma_{j}": there & term for j, term in terms.items()}
        return {"": there, "scale": there, "ampl_2": there, "ampl_3": there, **good}

    @classmethod
    def formula(cls, parameters: Mapping[str, np.ndarray], usable: np.ndarray) -> PsfShape:
        """Profiles [...] of parameters [...] (floats, deg), where those are usable."""
        sigma = np.stack([parameters[f"sigma_{j}"] for j in (1, 2, 3)])
        ones = np.ones_like(sigma[0])
        amplitude = np.stack([ones, parameters["ampl_2"], parameters["ampl_3"]])
        return GaussShape(sigma, amplitude, usable)


class GaussShape(PsfShape):
    """Normal distributions in the plane.

    Parameters
    ----------
    sigma, amplitude : array [3, ...]
        Widths in deg, and relative heights.
    usable : array of bool [...]
    """

    def __init__(self, sigma: np.ndarray, amplitude: np.ndarray, usable: np.ndarray) -> None:
        there = (sigma > 0) & (amplitude > 0)
        self._variance = np.where(there, sigma, 1.0) ** 2
        share = np.where(there, amplitude, 0.0) * self._variance
        total = share.sum(axis=0)
        self._usable = usable & (total > 0)
        self._share = np.where(self._usable, share / np.where(total > 0, total, 1.0), 0.0)

    @property
    def usable(self) -> np.ndarray:
        """True [...] where the response has a point spread function."""
        return self._usable

    @property
    def total(self) -> np.ndarray:
        """Integral [...] over the plane."""
        return np.where(self._usable, 1.0, 0.0)

    def density(self, rad: np.ndarray) -> np.ndarray:
        """Density [...] in deg-2 at a distance (deg)."""
        half = np.square(rad) / 2.0
        terms = zip(self._share, self._variance, strict=True)
        return sum(w / (2.0 * np.pi * v) * np.exp(-half / v) for w, v in terms)

    def enclosed(self, rad: np.ndarray) -> np.ndarray:
        """Integral [...] of the density within a distance (deg)."""
        half = np.square(rad) / 2.0
        terms = zip(self._share, self._variance, strict=True)
        return sum(-w * np.expm1(-half / v) for w, v in terms)

    def transform(self, frequency: np.ndarray) -> np.ndarray:
        """Hankel transform [..., m] at frequencies [m] (rad per deg)."""
        half = -0.5 * np.square(frequency)
        found = np.zeros((*self._usable.shape, len(frequency)))
        for share, variance in zip(self._share, self._variance, strict=True):
            if np.any(share):  # many files have one term only
                found += share[..., None] * np.exp(half * variance[..., None])
        return found
