"""Kernels of a response that is a polynomial about a centre.

A polynomial has coefficients for what is known there: exposures at each energy, exposures and point
spread functions at places around, or maps of terms. Each has a kernel, and they add up.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable

import numpy as np

from gammapy.datasets.psf_transform import between
from gammapy.datasets.response_terms import ResponseTerms

__all__ = ["CentreKernels", "KernelOfTerms", "KernelsAround", "OneKernel"]


class CentreKernels(ABC):
    """Kernels that a polynomial of the response has for its coefficients."""

    @abstractmethod
    def folded(self, flux: np.ndarray) -> Callable[[np.ndarray], np.ndarray]:
        """Function of coefficients [j] that gives the kernel [n, r] of a flux [k]."""

    @abstractmethod
    def exposures(self, coefficients: np.ndarray) -> np.ndarray:
        """Exposure [k] of coefficients [j]."""


class OneKernel(CentreKernels):
    """The same point spread function and dispersion everywhere: coefficients are exposures [k].

    Parameters
    ----------
    psf : ndarray [k, n]
        Transform of the point spread function.
    edisp : ndarray [k, r]
    """

    def __init__(self, psf: np.ndarray, edisp: np.ndarray) -> None:
        self._psf = psf.T
        self._edisp = edisp

    def folded(self, flux: np.ndarray) -> Callable[[np.ndarray], np.ndarray]:
        """See `CentreKernels`."""
        return lambda exposure: self._psf @ ((flux * exposure)[:, None] * self._edisp)

    def exposures(self, coefficients: np.ndarray) -> np.ndarray:
        """The coefficients."""
        return coefficients


class KernelsAround(CentreKernels):
    """A point spread function that varies: coefficients [i] are those of places around the centre.

    Parameters
    ----------
    exposure : ndarray [i, k]
    psf : ndarray [i, k, n]
    edisp : ndarray [i, k, r]
    """

    def __init__(self, exposure: np.ndarray, psf: np.ndarray, edisp: np.ndarray) -> None:
        self._exposure = exposure
        self._psf = psf
        self._edisp = edisp

    def folded(self, flux: np.ndarray) -> Callable[[np.ndarray], np.ndarray]:
        """See `CentreKernels`."""
        counts = (flux * self._exposure)[:, :, None] * self._edisp
        kernels = np.swapaxes(self._psf, 1, 2) @ counts
        return lambda places: np.tensordot(places, kernels, axes=1)

    def exposures(self, coefficients: np.ndarray) -> np.ndarray:
        """Exposure [k]."""
        return np.asarray(coefficients @ self._exposure)


class KernelOfTerms(CentreKernels):
    """Coefficients are maps [j] of an instrument whose terms are known.

    Parameters
    ----------
    terms : `~gammapy.datasets.response_terms.ResponseTerms`
    frequencies : ndarray [n]
    """

    def __init__(self, terms: ResponseTerms, frequencies: np.ndarray) -> None:
        self._loading = terms.loading
        self._functions = between(terms.functions, frequencies).T
        self._whole = np.einsum("jkcr,c->jk", terms.loading, terms.functions[:, 0])

    def folded(self, flux: np.ndarray) -> Callable[[np.ndarray], np.ndarray]:
        """See `CentreKernels`."""
        folded = np.tensordot(flux, self._loading, axes=(0, 1))
        return lambda maps: self._functions @ np.tensordot(maps, folded, axes=1)

    def exposures(self, coefficients: np.ndarray) -> np.ndarray:
        """Exposure [k], of the events that are reconstructed."""
        return np.asarray(coefficients @ self._whole)
