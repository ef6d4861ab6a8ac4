r"""ResponseTerms: an instrument as a sum of few products, each a map times a kernel.

.. math:: A_k(p)\\, P_k(q; p)\\, D_{kr}(p) = \\sum_j w_j(p)\\, K_{jkr}(q), \\qquad
    K_{jkr}(q) = \\sum_c \\lambda_{jkcr} f_c(q)

with the exposure A, the transform P of the point spread function and the energy dispersion D. It is
known once for the whole sky, and maps have steps where the instrument has them.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from gammapy.datasets.psf_transform import FREQUENCIES, between

__all__ = ["ResponseTerms"]

#: which of the frequencies tell how kernels differ
SOME = np.flatnonzero(FREQUENCIES > 0.5)[::6]


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
