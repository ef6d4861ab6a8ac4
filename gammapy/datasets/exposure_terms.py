r"""A round source through an exposure that varies: fields with weights.

About the centre of a small source the exposure is a polynomial, and source times polynomial has
few angular orders: one field. Across a large one it is any function, but it hardly varies over the
width of the point spread function; so it is taken about the pixel p that looks,

.. math::
    \int P(p - p') S(p') A(p') \,\mathrm{d}p' = A\, (S \otimes P) - \nabla A \cdot S \otimes (x P)
    + \tfrac{1}{2} \nabla \nabla A \cdot S \otimes (x x P) - \ldots

with derivatives of A at p: fields of the same kind, times maps of the exposure. P is what a part
of a pixel sees: the point spread function, averaged over the part. Where a pixel has several, the
exposure of each is another one.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import NamedTuple

import numpy as np
from scipy.interpolate import make_interp_spline

from gammapy.datasets.centre_kernels import CentreKernels
from gammapy.datasets.local_exposure import LocalExposure
from gammapy.datasets.varying_response import VaryingResponse
from gammapy.engine.multipoles import Multipoles
from gammapy.engine.placing import Window

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
        At their centres; None for one.
    field : `~gammapy.engine.multipoles.Multipoles`
        Transforms [n, r] of counts per deg2.
    tilt : ndarray [2, n_pixels] or None
        Derivatives of the weight along x and y, per deg, for the parts of pixels.
    is_correction : bool
        True if it is small beside the others, so that fewer parts of pixels will do.
    """

    weight: np.ndarray | None
    field: Multipoles
    tilt: np.ndarray | None = None
    is_correction: bool = False


class ExposureTerms(ABC):
    """The terms whose sum is the counts of a round source.

    Attributes
    ----------
    n_moments : int
        How many transforms of the source are asked for; see `gammapy.engine.radial`.
    """

    n_moments: int

    @abstractmethod
    def terms(self, flux: np.ndarray, moments: np.ndarray) -> list[Term]:
        """Terms for a flux [k] and the transforms [n_moments, n] of the source."""

    @abstractmethod
    def shifted(self, flux: np.ndarray, moments: np.ndarray, axis: int) -> list[Term]:
        """What changes in the exposure, as terms, when the source moves along x (0) or y (1)."""


class AboutCentre(ExposureTerms):
    """Polynomial about the centre of the source.

    Parameters
    ----------
    local : `LocalExposure`
        Its coefficients are those of the kernels.
    kernels : `CentreKernels`
    rms : float
        Root of the mean square radius of the source, in deg.
    """

    def __init__(self, local: LocalExposure, kernels: CentreKernels, rms: float) -> None:
        self._local = local
        self._kernels = kernels
        self._rms = rms
        self._scale = SMALL * _largest(kernels.exposures(local.value))
        self.n_moments = self._needed() if rms > 0 else 1

    def _needed(self) -> int:
        """How many moments the exposure, or its derivative by the position, asks for."""
        if self._is_curved(self._local):
            return 4
        moved = (self._local.moved(axis) for axis in (0, 1))
        return 2 if any(self._is_slanted(e) for e in (self._local, *moved)) else 1

    def _is_slanted(self, local: LocalExposure) -> bool:
        firsts = (self._kernels.exposures(c) for c in (local.by_x, local.by_y))
        return bool(self._rms * _largest(*firsts) > self._scale)

    def _is_curved(self, local: LocalExposure) -> bool:
        seconds = (self._kernels.exposures(c) for c in (local.by_xx, local.by_xy, local.by_yy))
        return bool(self._rms**2 * _largest(*seconds) > self._scale)

    def terms(self, flux: np.ndarray, moments: np.ndarray) -> list[Term]:
        """One field."""
        return [Term(None, self._field(flux, self._local, moments))]

    def shifted(self, flux: np.ndarray, moments: np.ndarray, axis: int) -> list[Term]:
        """The field with the derivative of the polynomial."""
        return [Term(None, self._field(flux, self._local.moved(axis), moments))]

    def _field(self, flux: np.ndarray, local: LocalExposure, moments: np.ndarray) -> Multipoles:
        kernel = self._kernels.folded(flux)

        def folded(coefficient: np.ndarray, moment: np.ndarray) -> np.ndarray:
            return moment[:, None] * kernel(coefficient)

        cosine = {0: folded(local.value, moments[0])}
        sine: dict[int, np.ndarray] = {}
        if self._is_slanted(local):
            cosine[1] = folded(local.by_x, moments[1])
            sine[1] = folded(local.by_y, moments[1])
        if self._is_curved(local):
            xx, xy, yy = (0.25 * b for b in (local.by_xx, local.by_xy, local.by_yy))
            cosine[0] = cosine[0] + folded(xx + yy, moments[2])
            cosine[2] = folded(xx - yy, moments[3])
            sine[2] = folded(2.0 * xy, moments[3])
        return Multipoles(cosine, sine)


def _largest(*values: np.ndarray) -> float:
    return max(float(np.max(np.abs(v), initial=0.0)) for v in values)


class AboutPixels(ExposureTerms):
    """Expansion about each pixel; the point spread function varies too.

    Parameters
    ----------
    response : `VaryingResponse`
    x, y : ndarray [n_pixels]
        Places of the pixels on its plane, in deg.
    frequencies : ndarray [n]
    window : `~gammapy.engine.placing.Window`
        Of the parts of pixels for tilts and corrections.
    """

    n_moments = 1

    def __init__(
        self,
        response: VaryingResponse,
        x: np.ndarray,
        y: np.ndarray,
        frequencies: np.ndarray,
        window: Window,
    ) -> None:
        self._frequencies = frequencies
        self._window = window
        self._kernels = response.kernels(np.concatenate([[0.0], frequencies]))
        self._maps = response.at(x, y)

    def terms(self, flux: np.ndarray, moments: np.ndarray) -> list[Term]:
        """Six terms for each map of the response, but for those that are nil."""
        q, source = self._frequencies, moments[0][:, None, None]
        kernels = np.moveaxis(self._kernels.folded(flux), 0, 1)  # [1 + n, t, r]
        first, second = self._derived(kernels[:, : len(self._maps[1, 0])])
        first, second = source * first, source * second[:, : len(self._maps[2, 0])]
        slope = Multipoles({0: 2.0 * first}, {})
        maps = self._maps
        fields = [
            (Multipoles({0: source * kernels[1:]}, {}), maps[0, 0]),
            (slope.along_x(q), -maps[1, 0]),
            (slope.along_y(q), -maps[0, 1]),
            (
                Multipoles({0: -(first[:, : second.shape[1]] + second)}, {}),
                maps[2, 0] + maps[0, 2],
            ),
            (Multipoles({2: second}, {}), maps[2, 0] - maps[0, 2]),
            (Multipoles({}, {2: second}), 2.0 * maps[1, 1]),
        ]
        sizes = [_bounds(f) * np.abs(w).max(axis=1, initial=0.0) for f, w in fields]
        least = LEAST * max(np.max(size, initial=0.0) for size in sizes)
        tilts = self._tilts(_bounds(fields[0][0]), least)
        return [
            Term(weights[t], _chosen(field, int(t)), tilts.get(int(t)) if i == 0 else None, i > 0)
            for i, ((field, weights), size) in enumerate(zip(fields, sizes, strict=True))
            for t in np.flatnonzero(size > least)
        ]

    def _derived(self, kernels: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """P'/(2 q) and (P'' - P'/q) / 4 [n, t, r] of kernels [1 + n, t, r] seen by parts of pixels.

        By the square u of the frequency they are dP/du and u d2P/du2. The window of the parts is
        taken out again: all fields get it when they are placed.
        """
        u = np.concatenate([[0.0], self._frequencies**2])
        window = self._window.factor(np.concatenate([[0.0], self._frequencies]))[:, None, None]
        spline = make_interp_spline(u, window * kernels, k=5)
        return spline(u[1:], 1) / window[1:], u[1:, None, None] * spline(u[1:], 2) / window[1:]

    def _tilts(self, bounds: np.ndarray, least: float) -> dict[int, np.ndarray]:
        """Slopes [2, n_pixels] of maps, where a pixel has several parts and they differ."""
        if self._window.n == 1:
            return {}
        slopes = np.stack([self._maps[1, 0], self._maps[0, 1]], axis=1)
        away = 0.5 * self._window.n * self._window.side
        sizes = bounds[: len(slopes)] * away * np.abs(slopes).max(axis=(1, 2), initial=0.0)
        return {int(t): slopes[t] for t in np.flatnonzero(sizes > least)}

    def shifted(self, flux: np.ndarray, moments: np.ndarray, axis: int) -> list[Term]:
        """Nothing: the response is that of the pixels, which stay."""
        return []


def _bounds(field: Multipoles) -> np.ndarray:
    """How large a field [n, t, r] of each map may be: the sum of its absolute transforms."""
    transforms = [c for part in field for c in part.values()]
    return np.max([np.abs(c).sum(axis=0).max(axis=-1) for c in transforms], axis=0)


def _chosen(field: Multipoles, t: int) -> Multipoles:
    """The field of one map."""
    return Multipoles(*({m: c[:, t] for m, c in part.items()} for part in field))
