"""LatticeResponse: terms of an instrument that is asked at the knots of lattices.

The exposure at all energies is known on a lattice, and the point spread function with the energy
dispersion on a coarser one. Either is a sum over few terms (singular values), and so their product,
where terms too small to matter are left out: of the products of the terms of both, few mixtures
are enough. Where the instrument sees nothing its kernel is that of the nearest knot that it sees.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np

from gammapy.datasets.instrument import Instrument
from gammapy.datasets.psf_transform import FREQUENCIES, PsfTransform, between
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
from gammapy.engine.low_rank import few_terms, joint_terms
from gammapy.engine.pixel_nodes import unit_vectors

__all__ = ["GridMaps", "LatticeKernels", "LatticeResponse"]

#: distance of the knots of the kernels, in deg
KERNEL_KNOTS = 1.0
#: knots along a side from which the products of terms are mixed
MIXING = 40
#: terms below this share of the largest are left out
NIL = 3e-4
#: energies with less than this share of the largest exposure do not ask for terms of their own
FAINT = 1e-3


class _Maps(NamedTuple):
    """Maps on a lattice, and what is multiplied with them.

    Attributes
    ----------
    knots : ndarray [n]
        Along both axes, in deg.
    values : ndarray [j, n, n]
    loading : ndarray [j, ...]
    """

    knots: np.ndarray
    values: np.ndarray
    loading: np.ndarray

    @property
    def sizes(self) -> np.ndarray:
        """How much each term matters [j]."""
        return np.abs(self.values).max(axis=(1, 2)) * np.abs(self.loading).max(axis=1)


class LatticeKernels(Kernels):
    """Kernels K_t [k, q, r] in cm2 s, made when asked for.

    Parameters
    ----------
    loading : ndarray [t, c, k]
    mixed : ndarray [c, k, q, r]
        Of which each is a sum over c, with its loading.
    """

    def __init__(self, loading: np.ndarray, mixed: np.ndarray) -> None:
        self._loading = loading
        self._mixed = mixed

    def __len__(self) -> int:
        return len(self._loading)

    def __getitem__(self, t: Any) -> Any:
        return np.einsum("ck,ckqr->kqr", self._loading[t], self._mixed)

    def folded(self, flux: np.ndarray) -> np.ndarray:
        """Kernels [t, q, r], each summed over the true energies, with a flux [k]."""
        return np.tensordot(flux * self._loading, self._mixed, axes=2)


class GridMaps(Sequence[np.ndarray]):
    """Maps w_t [m, m], made when asked for.

    Parameters
    ----------
    exposure : ndarray [j, m, m]
    kernel : ndarray [c, m, m]
    mixture : ndarray [t, c, j]
        Of their products.
    """

    def __init__(self, exposure: np.ndarray, kernel: np.ndarray, mixture: np.ndarray) -> None:
        self._exposure = exposure
        self._kernel = kernel
        self._mixture = mixture

    def __len__(self) -> int:
        return len(self._mixture)

    def __getitem__(self, t: Any) -> Any:
        by_kernel = np.tensordot(self._mixture[t], self._exposure, axes=1)
        return np.einsum("cyx,cyx->yx", self._kernel, by_kernel)


class LatticeResponse(VaryingResponse):
    """Response of any instrument.

    Parameters
    ----------
    instrument : `Instrument`
    axes, frame, half, frequency_max, steady
        See `~gammapy.datasets.field_response.field_response`.
    """

    def __init__(
        self,
        instrument: Instrument,
        axes: np.ndarray,
        frame: str,
        half: float,
        frequency_max: float = np.inf,
        steady: bool = False,
    ) -> None:
        super().__init__(axes, frame, instrument.frame)
        self._instrument = instrument
        exposure = self._exposure(half)
        self.is_seen = exposure is not None
        self._frequency = 0.0
        if exposure is None:
            return
        largest = self._scale * np.abs(exposure.loading).max(axis=0)
        kernels = self._kernels(0.0 if steady else half, largest, frequency_max)
        square = (exposure.loading**2).sum(axis=1, keepdims=True)
        self._basis = exposure.loading / square / self._scale
        self._exposure_loading, self._mixture = exposure.loading, kernels.loading
        self._kernel_maps = LatticeSplines.through(kernels.knots, kernels.values)
        self._exposure_maps = exposure
        self._find_terms(exposure, kernels)

    @property
    def frequency(self) -> float:
        """Beyond which the transforms of the point spread function are nil, in rad per deg."""
        return self._frequency

    def _exposure(self, half: float) -> _Maps | None:
        knots = lattice(half, EXPOSURE_KNOTS, 9)
        values = self._instrument.exposure(*angles(self._places(knots)))
        if not np.any(values > 0):
            return None
        # each energy counts alike: spectra are steep where exposures are low
        largest = values.max(axis=1)
        self._scale = np.where(largest > 0, largest, 1.0)
        left, right = few_terms(values / self._scale[:, None], NIL)
        return _Maps(knots, right.reshape(-1, len(knots), len(knots)), left.T)

    def _kernels(self, half: float, exposure: np.ndarray, frequency_max: float) -> _Maps:
        """Maps v, and the mixture [c, seen] of the kernels that were found."""
        wide = half > KERNEL_KNOTS
        knots = lattice(half, KERNEL_KNOTS, 4) if wide else np.zeros(1)
        lon, lat = angles(self._places(knots))
        seen = np.flatnonzero(np.any(self._instrument.exposure(lon, lat) > 0, axis=0))
        if not len(seen):  # only between the knots
            lon, lat = angles(self._brightest(max(half, EXPOSURE_KNOTS)))
            seen = np.zeros(1, dtype=int)
        vectors = self._places_of(lon, lat)
        psf = [PsfTransform(self._instrument, lon[i], lat[i]) for i in seen]
        self._frequency = max(transform.largest_frequency() for transform in psf)
        exposed = self._instrument.exposure(lon[seen], lat[seen])
        self._psf, self._edisp = _filled(
            psf,
            np.array([self._instrument.edisp(float(lon[i]), float(lat[i])) for i in seen]),
            exposed,
            vectors[seen] @ vectors[seen].T,
        )
        if len(seen) == 1:  # the same everywhere
            self._squares = np.ones((len(exposure), 1, 1))
            return _Maps(np.zeros(1), np.ones((1, 1, 1)), np.ones((1, 1)))
        # some are enough to tell how they differ
        some = np.flatnonzero(frequency_max >= FREQUENCIES)[::3]
        weight = np.minimum(exposure / (FAINT * exposure.max()), 1.0)[:, None, None]
        table = np.array(
            [
                (weight * values[:, some, None] * edisp[:, None, :]).ravel()
                for values, edisp in zip(self._psf, self._edisp, strict=True)
            ]
        )
        # of a flat table, the singular values are the roots of the eigenvalues of its square
        squares, left = np.linalg.eigh(table @ table.T)
        left = left[:, squares > NIL**2 * squares[-1]][:, ::-1]
        mixed = np.moveaxis((left.T @ table).reshape(left.shape[1], len(exposure), -1), 1, 0)
        self._squares = mixed @ np.swapaxes(mixed, 1, 2)
        nearest = np.argmax(vectors @ vectors[seen].T, axis=1)
        maps = left[nearest].T.reshape(-1, len(knots), len(knots))
        return _Maps(knots, maps, left.T)

    @staticmethod
    def _places_of(lon: np.ndarray, lat: np.ndarray) -> np.ndarray:
        return unit_vectors(np.atleast_1d(lon), np.atleast_1d(lat))

    def _brightest(self, half: float) -> np.ndarray:
        vectors = self._places(lattice(half, EXPOSURE_KNOTS, 9))
        exposure = self._instrument.exposure(*angles(vectors)).sum(axis=0)
        return vectors[[int(np.argmax(exposure))]]

    def _find_terms(self, exposure: _Maps, kernels: _Maps) -> None:
        """Mixtures [t, c, j] of products, of the maps and of the kernels; largest first."""
        n_j, n_c = len(exposure.loading), len(kernels.loading)
        if n_c == 1:
            self._of_maps = self._of_kernels = np.eye(n_j)[:, np.newaxis]
            self._shares = exposure.sizes / exposure.sizes.max()
            return
        sizes = np.outer(exposure.sizes, kernels.sizes)
        j, c = np.nonzero(sizes > NIL * sizes.max())
        some = slice(None, None, len(exposure.knots) // MIXING + 1)
        on_lattice = self._kernel_maps.on_grid(exposure.knots[some])
        maps = (exposure.values[j][:, some, some] * on_lattice[c]).reshape(len(j), -1)
        loading = exposure.loading
        tables = np.einsum(
            "ks,kt,kst->st", loading.T[:, j], loading.T[:, j], self._squares[:, c][:, :, c]
        )
        terms = joint_terms(maps @ maps.T, tables, NIL)
        self._of_maps, self._of_kernels = np.zeros((2, len(terms.sizes), n_c, n_j))
        self._of_maps[:, c, j], self._of_kernels[:, c, j] = terms.maps, terms.tables
        self._shares = terms.sizes / terms.sizes[0]

    # -- what is asked for ------------------------------------------------------------------

    def kernels(self, frequencies: np.ndarray, factor: np.ndarray | float = 1.0) -> LatticeKernels:
        """Kernels at frequencies [q], times a factor [q]."""
        n_k, n_r = self._edisp.shape[1:]
        mixed = np.empty((len(self._mixture), n_k, len(frequencies), n_r))
        for k in range(n_k):
            psf = between(self._psf[:, k], frequencies) * factor
            knots = psf[:, :, np.newaxis] * self._edisp[:, k, np.newaxis, :]
            mixed[:, k] = np.tensordot(self._mixture, knots, axes=1)
        return LatticeKernels(self._of_kernels @ (self._scale * self._exposure_loading), mixed)

    def _exact(self, x: np.ndarray, y: np.ndarray) -> np.ndarray:
        """Maps [j, n] of the exposure that is really there: it has edges that splines round off."""
        return self._basis @ self._instrument.exposure(*angles(self._directions(x, y)))

    def _maps_at(self, x: np.ndarray, y: np.ndarray) -> np.ndarray:
        return _products(self._of_maps, self._exact(x, y), self._kernel_maps.at(x, y))

    def _splines(self, n: int) -> LatticeSplines:
        knots, values, _ = self._exposure_maps
        kernel = self._kernel_maps.on_grid(knots)
        return LatticeSplines.through(knots, _products(self._of_maps[:n], values, kernel))

    def largest_step(self, x: np.ndarray, y: np.ndarray) -> float:
        """How far the exposure at places [n] is from splines; see `VaryingResponse`."""
        knots, values, loading = self._exposure_maps
        off = self._exact(x, y) - LatticeSplines.through(knots, values).at(x, y)
        return float(np.abs(loading.T @ off).max(initial=0.0))

    def on_grid(self, along: np.ndarray, has_steps: bool = False) -> Sequence[np.ndarray]:
        """Maps w_t [m, m] on a grid; see `VaryingResponse`."""
        if len(along) > EXACT and not has_steps:
            return self._splines(len(self._of_maps)).grids(along)
        exposure = averaged(self._exact, along, has_steps)
        return GridMaps(exposure, self._kernel_maps.on_grid(along), self._of_maps)


def _products(mixture: np.ndarray, exposure: np.ndarray, kernel: np.ndarray) -> np.ndarray:
    """Mixtures [t, ...] of the products of maps [j, ...] and [c, ...]."""
    total = np.zeros((len(mixture), *exposure.shape[1:]))
    for c, values in enumerate(kernel):
        total += np.tensordot(mixture[:, c], exposure, axes=1) * values
    return total


def _filled(
    psf: list[PsfTransform], edisp: np.ndarray, exposure: np.ndarray, nearness: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Transforms [b, k, m] and dispersions [b, k, r] of knots, where they have them.

    At an energy that a knot does not see they are those of the nearest knot that sees it.
    """
    values = np.array([transform.values for transform in psf])
    known = (exposure.T > 0) & np.any(edisp > 0, axis=2)
    for k in np.flatnonzero(known.any(axis=0) & ~known.all(axis=0)):
        there = np.flatnonzero(known[:, k])
        source = there[np.argmax(nearness[:, there], axis=1)]
        values[:, k], edisp[:, k] = values[source, k], edisp[source, k]
    return values, edisp
