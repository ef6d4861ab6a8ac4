r"""Point spread function and energy dispersion over a field, blended between knots.

At the knots of a lattice they are known, and between them they are mixed by hat functions. Kernels
at different knots are much alike, so the mixture is a sum of few kernels with a map each,

.. math:: P_k(q; p)\, D_{kr}(p) = \sum_c v_c(p)\, K_{ckr}(q)

A knot that the instrument does not see takes the kernel of the nearest one that it sees.
"""

from __future__ import annotations

import numpy as np

from gammapy.datasets.instrument import Instrument
from gammapy.datasets.psf_transform import PsfTransform
from gammapy.datasets.sky_pixels import angles, rotated_vectors
from gammapy.datasets.varying_exposure import few_terms, lattice
from gammapy.engine.plane import from_plane

__all__ = ["VaryingPSF"]

#: distance of the knots, in deg
KNOTS = 1.5


class VaryingPSF:
    """Kernels of an instrument on a square about a direction.

    Parameters
    ----------
    instrument : `Instrument`
    axes : ndarray [3, 3]
        Unit vectors to the east and north and outwards of the middle.
    frame : str
        Of the axes.
    half : float
        Half the width of the square, in deg. A narrow one has a single knot, in the middle.

    Attributes
    ----------
    is_seen : bool
        True if the instrument sees any of the knots.
    frequency : float
        Beyond which all transforms are nil, in rad per deg; 0 if nothing is seen.
    """

    def __init__(self, instrument: Instrument, axes: np.ndarray, frame: str, half: float) -> None:
        self._knots = lattice(half, KNOTS, 2) if half > KNOTS / 2.0 else np.zeros(1)
        x, y = (a.ravel() for a in np.meshgrid(self._knots, self._knots))
        vectors = rotated_vectors(from_plane(x, y, axes), frame, instrument.frame)
        lon, lat = angles(vectors)
        exposed = np.flatnonzero(np.any(instrument.exposure(lon, lat) > 0, axis=0))
        self.is_seen = bool(len(exposed))
        self._transforms = [PsfTransform(instrument, lon[i], lat[i]) for i in exposed]
        self._edisp = [instrument.edisp(float(lon[i]), float(lat[i])) for i in exposed]
        self.frequency = max((t.largest_frequency() for t in self._transforms), default=0.0)
        if self.is_seen:
            self._nearest = np.argmax(vectors @ vectors[exposed].T, axis=1)

    def kernels(
        self, frequencies: np.ndarray, factor: np.ndarray, along: np.ndarray
    ) -> tuple[np.ndarray, np.ndarray]:
        """Kernels K [c, k, q, r] and maps v [c, m, m].

        Parameters
        ----------
        frequencies : ndarray [q]
        factor : ndarray [q]
            To multiply the transforms with.
        along : ndarray [m]
            Places of the maps along both axes, in deg.
        """
        seen = [
            (psf.at(frequencies) * factor)[:, :, None] * edisp[:, None, :]
            for psf, edisp in zip(self._transforms, self._edisp, strict=True)
        ]
        loading, rows = few_terms(np.array(seen).reshape(len(seen), -1))
        n = len(self._knots)
        hats = _hats(along, self._knots)
        at_knots = loading[self._nearest].reshape(n, n, -1)
        maps = np.einsum("yb,xa,bac->cyx", hats, hats, at_knots, optimize=True)
        return rows.reshape(-1, *seen[0].shape), maps


def _hats(places: np.ndarray, knots: np.ndarray) -> np.ndarray:
    """Hat functions [n, knots], which sum to 1."""
    if len(knots) == 1:
        return np.ones((len(places), 1))
    return np.array([np.interp(places, knots, row) for row in np.eye(len(knots))]).T
