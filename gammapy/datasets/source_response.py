"""SourceResponse: the way of one source to counts on pixels.

Counts are linear in the flux of each true bin, so a response is made once for a shape at a place
and then serves every spectrum. There are several ways - Hankel for round shapes, FFT for the
others, pixel integrals where directions are exact - and `gammapy.datasets.response` takes the right
one.
"""

from __future__ import annotations

from abc import ABC, abstractmethod

import numpy as np

__all__ = ["SourceResponse"]


class SourceResponse(ABC):
    """Counts of one source per flux, on the pixels that it reaches.

    Attributes
    ----------
    pixels : ndarray of int [n]
        Flat indices into the image, ascending.
    """

    pixels: np.ndarray

    @abstractmethod
    def counts(self, flux: np.ndarray) -> np.ndarray:
        """Predicted counts [n, r].

        Parameters
        ----------
        flux : ndarray [k]
            Integrated over each true bin, in cm-2 s-1.
        """

    @abstractmethod
    def slopes(self, flux: np.ndarray) -> dict[str, np.ndarray]:
        """Derivatives [n, r] of `counts` by each parameter of the shape, in internal units."""
