r"""A round source through an exposure that varies: fields with weights.

About the centre of a small source the exposure is a polynomial, and source times polynomial has
few angular orders: one field. Across a large one it is any function, but it hardly varies over the
width of the point spread function; so it is taken about the pixel p that looks,

.. math::
    \int P(p - p') S(p') A(p') \,\mathrm{d}p' = A\, (S \otimes P) - \nabla A \cdot S \otimes (x P)
    + \tfrac{1}{2} \nabla \nabla A \cdot S \otimes (x x P) - \ldots

with derivatives of A at p: fields of the same kind, times maps of the exposure.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import NamedTuple

import numpy as np
from scipy.interpolate import make_interp_spline

from gammapy.datasets.local_exposure import LocalExposure
from gammapy.datasets.varying_response import VaryingResponse
from gammapy.engine.multipoles import Multipoles

__all__ = ["AboutCentre", "AboutPixels", "ExposureTerms", "Term"]

#: below this share of the exposure, its variation across a source is left out
SMALL = 2e-5
#: a term below this share of the largest, as a bound, is left out
LEAST = 2e-4


class Term(NamedTuple):
    """Field with a weight.

    Attributes
    ----------
    weight : ndarray [n_pixels] or None
        None for one.
    field : `~gammapy.engine.multipoles.Multipoles`
        Transforms [n, r] of counts per deg2.
    """

    weight: np.ndarray | None
    field: Multipoles

    @property
    def size(self) -> float:
        """About as large as this: weight times the sum of the absolute transforms."""
        transforms = [np.abs(c) for part in self.field for c in part.values()]
        largest = 1.0 if self.weight is None else np.abs(self.weight).max(initial=0.0)
        return float(largest * max(np.max(c.sum(axis=0), initial=0.0) for c in transforms))


class ExposureTerms(ABC):
    """The terms whose sum is the counts of a round source."""

    @abstractmethod
    def terms(self, flux: np.ndarray, moments: np.ndarray) -> list[Term]:
        """Terms for a flux [k] and the transforms [4, n] of the source."""

    @abstractmethod
    def shifted(self, flux: np.ndarray, moments: np.ndarray, axis: int) -> list[Term]:
        """What changes in the exposure, as terms, when the source moves along x (0) or y (1)."""


class AboutCentre(ExposureTerms):
    """Polynomial about the centre of the source.

    Parameters
    ----------
    exposure : `LocalExposure`
    psf : ndarray [k, n]
        Transform of the point spread function.
    edisp : ndarray [k, r]
    rms : float
        Root of the mean square radius of the source, in deg.
    """

    def __init__(
        self, exposure: LocalExposure, psf: np.ndarray, edisp: np.ndarray, rms: float
    ) -> None:
        self._exposure = exposure
        self._psf = psf.T
        self._edisp = edisp
        self._rms = rms

    def terms(self, flux: np.ndarray, moments: np.ndarray) -> list[Term]:
        """One field."""
        return [Term(None, self._field(flux, self._exposure, moments))]

    def shifted(self, flux: np.ndarray, moments: np.ndarray, axis: int) -> list[Term]:
        """The field with the derivative of the polynomial."""
        return [Term(None, self._field(flux, self._exposure.moved(axis), moments))]

    def _field(self, flux: np.ndarray, exposure: LocalExposure, moments: np.ndarray) -> Multipoles:
        def folded(coefficient: np.ndarray, moment: np.ndarray) -> np.ndarray:
            return moment[:, None] * (self._psf @ ((flux * coefficient)[:, None] * self._edisp))

        cosine = {0: folded(exposure.value, moments[0])}
        sine: dict[int, np.ndarray] = {}
        if self._rms == 0:
            return Multipoles(cosine, sine)
        scale = np.max(np.abs(self._exposure.value), initial=0.0) * SMALL
        if self._rms * max(np.max(np.abs(g)) for g in (exposure.by_x, exposure.by_y)) > scale:
            cosine[1] = folded(exposure.by_x, moments[1])
            sine[1] = folded(exposure.by_y, moments[1])
        seconds = (exposure.by_xx, exposure.by_xy, exposure.by_yy)
        if self._rms**2 * max(np.max(np.abs(b)) for b in seconds) > scale:
            xx, xy, yy = (0.25 * b for b in seconds)
            cosine[0] = cosine[0] + folded(xx + yy, moments[2])
            cosine[2] = folded(xx - yy, moments[3])
            sine[2] = folded(2.0 * xy, moments[3])
        return Multipoles(cosine, sine)


class AboutPixels(ExposureTerms):
    """Expansion about each pixel; the point spread function varies too.

    Parameters
    ----------
    response : `VaryingResponse`
    x, y : ndarray [n_pixels]
        Places of the pixels on its plane, in deg.
    frequencies : ndarray [n]
    """

    def __init__(
        self, response: VaryingResponse, x: np.ndarray, y: np.ndarray, frequencies: np.ndarray
    ) -> None:
        self._frequencies = frequencies
        self._kernels = response.kernels(np.concatenate([[0.0], frequencies]))
        self._maps = response.at(x, y)

    def terms(self, flux: np.ndarray, moments: np.ndarray) -> list[Term]:
        """Six terms for each map of the response, but for those that are nil."""
        found = [
            term
            for t, kernel in enumerate(self._kernels.folded(flux))
            for term in self._expanded(t, kernel, moments[0])
        ]
        sizes = np.array([term.size for term in found])
        return [term for term, size in zip(found, sizes, strict=True) if size > LEAST * sizes.max()]

    def _expanded(self, t: int, kernel: np.ndarray, source: np.ndarray) -> list[Term]:
        """Terms of a map, with its kernel [1 + n, r]."""
        q = self._frequencies
        # by the square u of the frequency: P'/q = 2 dP/du, P'' - P'/q = 4 u d2P/du2
        u = np.concatenate([[0.0], q**2])
        spline = make_interp_spline(u, kernel, k=5)
        first, second = spline(u[1:], 1), u[1:, None] * spline(u[1:], 2)

        def seen(transform: np.ndarray) -> np.ndarray:
            return source[:, None] * transform

        def w(by_x: int, by_y: int) -> np.ndarray:
            return self._maps[by_x, by_y][t]

        slope = Multipoles({0: seen(2.0 * first)}, {})
        quadrupole = seen(second)
        return [
            Term(w(0, 0), Multipoles({0: seen(kernel[1:])}, {})),
            Term(-w(1, 0), slope.along_x(q)),
            Term(-w(0, 1), slope.along_y(q)),
            Term(w(2, 0) + w(0, 2), Multipoles({0: -seen(first + second)}, {})),
            Term(w(2, 0) - w(0, 2), Multipoles({2: quadrupole}, {})),
            Term(2.0 * w(1, 1), Multipoles({}, {2: quadrupole})),
        ]

    def shifted(self, flux: np.ndarray, moments: np.ndarray, axis: int) -> list[Term]:
        """Nothing: the response is that of the pixels, which stay."""
        return []
