"""TermsResponse: terms of an instrument that knows them, of which few matter in a field."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from gammapy.datasets.instrument import Instrument
from gammapy.datasets.psf_transform import PsfTransform, between
from gammapy.datasets.response_terms import ResponseTerms
from gammapy.datasets.sky_pixels import angles
from gammapy.datasets.varying_response import (
    EXACT,
    EXPOSURE_KNOTS,
    Kernels,
    VaryingResponse,
    averaged,
    lattice,
)
from gammapy.engine.lattice_splines import LatticeSplines

__all__ = ["TermKernels", "TermsResponse"]

#: terms below this share of the largest are left out
NIL = 3e-4
#: places along a side at which it is looked how far events are scattered
SOME = 3


class TermKernels(Kernels):
    """Mixtures of the kernels of an instrument.

    Parameters
    ----------
    mixture : ndarray [t, j]
    loading : ndarray [j, k, c, r]
    functions : ndarray [c, q]
    """

    def __init__(self, mixture: np.ndarray, loading: np.ndarray, functions: np.ndarray) -> None:
        self._mixture = mixture
        self._loading = loading
        self._functions = functions

    def __len__(self) -> int:
        return len(self._mixture)

    def __getitem__(self, t: Any) -> Any:
        mixed = np.tensordot(self._mixture[t], self._loading, axes=(-1, 0))
        return np.einsum("...kcr,cq->...kqr", mixed, self._functions)

    def folded(self, flux: np.ndarray) -> np.ndarray:
        """Kernels [t, q, r], each summed over the true energies, with a flux [k]."""
        mixed = np.tensordot(self._mixture, np.tensordot(flux, self._loading, axes=(0, 1)), axes=1)
        return np.asarray(self._functions.T @ mixed)


class TermsResponse(VaryingResponse):
    """Response of an instrument whose terms are known.

    Parameters
    ----------
    instrument : `Instrument`
    terms : `ResponseTerms`
        Of the instrument.
    axes, frame, half, frequency_max
        See `~gammapy.datasets.field_response.field_response`.
    """

    def __init__(
        self,
        instrument: Instrument,
        terms: ResponseTerms,
        axes: np.ndarray,
        frame: str,
        half: float,
        frequency_max: float = np.inf,
    ) -> None:
        super().__init__(axes, frame, terms.frame)
        self._instrument, self._terms = instrument, terms
        self._half = half
        self._knots = lattice(half, EXPOSURE_KNOTS, 9)
        self._on_knots = terms.maps(self._places(self._knots))
        self.is_seen = bool(np.any(self._on_knots != 0))
        if self.is_seen:
            found = terms.mixed(self._on_knots, frequency_max, NIL)
            self._of_maps, self._of_kernels = found.maps, found.tables
            self._shares = found.sizes / found.sizes[0]

    @property
    def frequency(self) -> float:
        """Beyond which the transforms of the point spread function are nil, in rad per deg."""
        lon, lat = angles(self._places(lattice(self._half, self._half, SOME)))
        seen = np.any(self._instrument.exposure(lon, lat) > 0, axis=0)
        if not np.any(seen):
            lon, lat = angles(self._places(self._knots))
            seen = np.arange(len(lon)) == np.argmax(self._instrument.exposure(lon, lat).sum(axis=0))
        places = zip(lon[seen], lat[seen], strict=True)
        return max(PsfTransform(self._instrument, *at).largest_frequency() for at in places)

    def kernels(self, frequencies: np.ndarray, factor: np.ndarray | float = 1.0) -> TermKernels:
        """Kernels at frequencies [q], times a factor [q]."""
        functions = between(self._terms.functions, frequencies) * factor
        return TermKernels(self._of_kernels, self._terms.loading, functions)

    def _maps_at(self, x: np.ndarray, y: np.ndarray) -> np.ndarray:
        return np.asarray(self._of_maps @ self._terms.maps(self._directions(x, y)))

    def _splines(self, n: int) -> LatticeSplines:
        values = self._of_maps[:n] @ self._on_knots
        size = len(self._knots)
        return LatticeSplines.through(self._knots, values.reshape(-1, size, size))

    def largest_step(self, x: np.ndarray, y: np.ndarray) -> float:
        """How far the exposure at places [n] is from splines; see `VaryingResponse`."""
        exposure = self._instrument.exposure(*angles(self._places(self._knots)))
        scale = exposure.max(axis=1)
        scale = np.where(scale > 0, scale, 1.0)[:, np.newaxis]
        size = len(self._knots)
        splines = LatticeSplines.through(self._knots, (exposure / scale).reshape(-1, size, size))
        there = self._instrument.exposure(*angles(self._directions(x, y))) / scale
        return float(np.abs(there - splines.at(x, y)).max(initial=0.0))

    def on_grid(self, along: np.ndarray, has_steps: bool = False) -> Sequence[np.ndarray]:
        """Maps w_t [m, m] on a grid; see `VaryingResponse`."""
        if len(along) > EXACT and not has_steps:
            return self._splines(len(self._of_maps)).grids(along)
        return list(averaged(self._maps_at, along, has_steps))
