r"""ResponseTerms: an instrument as a sum of few products, each a map times a kernel.

.. math:: A_k(p)\, P_k(q; p)\, D_{kr}(p) = \sum_j w_j(p)\, K_{jkr}(q), \qquad
    K_{jkr}(q) = \sum_c \lambda_{jkcr} f_c(q)

with the exposure A, the transform P of the point spread function and the energy dispersion D. It is
known once for the whole sky, and maps have steps where the instrument has them.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from gammapy.datasets.psf_transform import FREQUENCIES, between
from gammapy.engine.low_rank import JointTerms, joint_terms

__all__ = ["ResponseTerms"]

#: which of the frequencies tell how kernels differ
SOME = np.flatnonzero(FREQUENCIES > 0.5)[::6]
#: places at which it is looked how large a response is
MANY = 100
#: energies with less than this share of the largest exposure do not ask for terms of their own
FAINT = 1e-3


@dataclass(frozen=True)
class ResponseTerms:
    """Maps and kernels.

    Attributes
    ----------
    frame : str
        Of the directions.
    maps : callable
        ``maps(vectors[..., 3]) -> [j, ...]`` at unit vectors, in s.
    loading : ndarray [j, k, c, r]
        In cm2.
    functions : ndarray [c, m]
        At the `~gammapy.datasets.psf_transform.FREQUENCIES`.
    """

    frame: str
    maps: Callable[[np.ndarray], np.ndarray]
    loading: np.ndarray
    functions: np.ndarray

    def kernels(self, frequency: np.ndarray) -> np.ndarray:
        """Kernels [j, k, m, r] at frequencies [m] in rad per deg."""
        return np.einsum("jkcr,cm->jkmr", self.loading, between(self.functions, frequency))

    @cached_property
    def _squares(self) -> np.ndarray:
        """Scalar products [m, k, j, j] of kernels, of the first m of some frequencies."""
        found = np.empty((len(SOME), self.loading.shape[1], *(2 * self.loading.shape[:1])))
        for m, row in enumerate(SOME):
            kernels = np.einsum("jkcr,c->kjr", self.loading, self.functions[:, row])
            found[m] = kernels @ np.swapaxes(kernels, 1, 2)
        return np.cumsum(found, axis=0)

    def squares(self, frequency_max: float) -> np.ndarray:
        """Scalar products [k, j, j] of the kernels up to a frequency."""
        last = np.searchsorted(FREQUENCIES[SOME], frequency_max, side="right") - 1
        return self._squares[max(int(last), 0)]

    def mixed(self, maps: np.ndarray, frequency_max: float, nil: float) -> JointTerms:
        """Few mixtures that are enough where maps have values [j, p]; see `joint_terms`.

        Parameters
        ----------
        maps : ndarray [j, p]
        frequency_max : float
            In rad per deg, beyond which kernels may differ.
        nil : float
            Terms below this share of the largest are left out.
        """
        squares = self.squares(frequency_max)
        some = maps[:, :: maps.shape[1] // MANY + 1]
        sizes = np.einsum("jp,kjp->kp", some, squares @ some).max(axis=1)  # squared
        # each energy counts alike: spectra are steep where exposures are low
        weight = 1.0 / np.maximum(sizes, FAINT**2 * sizes.max())
        return joint_terms(maps @ maps.T, np.tensordot(weight, squares, axes=1), nil)
