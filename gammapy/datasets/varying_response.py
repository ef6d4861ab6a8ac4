r"""Response of an instrument over a field, as a sum over few maps, each with a kernel.

The exposure at all energies is known on a lattice, and the point spread function with the energy
dispersion on a coarser one. Either is a sum over few terms (singular values), and so their product,

.. math:: A_k(p)\, P_k(q; p)\, D_{kr}(p) = \sum_t w_t(p)\, K_{tkr}(q)

where terms too small to matter are left out. Maps are splines between the knots of the lattices,
on the plane about a direction. Where the instrument sees nothing its kernel is that of the nearest
knot that it sees.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

import numpy as np
from scipy.interpolate import BSpline, NdBSpline, make_interp_spline

from gammapy.datasets.instrument import Instrument
from gammapy.datasets.psf_transform import FREQUENCIES, PsfTransform, between
from gammapy.datasets.sky_pixels import angles, rotated_vectors
from gammapy.engine.pixel_nodes import unit_vectors
from gammapy.engine.plane import from_plane

__all__ = ["GridMaps", "Kernels", "MapSplines", "VaryingResponse"]

#: distance of the knots of the exposure, and of the kernels, in deg
EXPOSURE_KNOTS, KERNEL_KNOTS = 0.2, 1.0
#: cells along a side up to which the exposure of each is asked for
EXACT = 500
#: share of the largest above which a map of the exposure has a curvature that matters
CURVED = 0.02
#: terms below this share of the largest are left out
NIL = 3e-4
#: energies with less than this share of the largest exposure do not ask for terms of their own
FAINT = 1e-3


class MapSplines(NamedTuple):
    """Cubics through maps on a lattice.

    Attributes
    ----------
    knots : ndarray [m]
        Of the spline along either axis, in deg.
    coefficients : ndarray [n, n, t]
        By y, by x.
    degree : int
    """

    knots: np.ndarray
    coefficients: np.ndarray
    degree: int

    @classmethod
    def through(cls, places: np.ndarray, values: np.ndarray) -> MapSplines:
        """Splines with values [t, n, n] at places [n] along both axes."""
        degree = min(3, len(places) - 1)
        by_y = make_interp_spline(places, np.moveaxis(values, 0, -1), k=degree)
        by_x = make_interp_spline(places, np.swapaxes(by_y.c, 0, 1), k=degree)
        return cls(by_y.t, np.ascontiguousarray(np.swapaxes(by_x.c, 0, 1)), degree)

    def of(self, which: np.ndarray) -> MapSplines:
        """Some of the maps."""
        return self._replace(coefficients=np.ascontiguousarray(self.coefficients[:, :, which]))

    def at(self, x: np.ndarray, y: np.ndarray, order: tuple[int, int] = (0, 0)) -> np.ndarray:
        """Values [t, p] at places [p], or a derivative by its orders along x and y."""
        knots = (self.knots, self.knots)
        spline = NdBSpline(knots, self.coefficients, self.degree)
        return np.ascontiguousarray(spline(np.stack([y, x], axis=1), nu=order[::-1]).T)

    def on_grid(self, along: np.ndarray) -> np.ndarray:
        """Values [t, m, m] with these places [m] along both axes; beyond the ends as there."""
        inside = np.clip(along, self.knots[0], self.knots[-1])
        matrix = BSpline.design_matrix(inside, self.knots, self.degree).toarray()
        return np.einsum("ya,abt,xb->tyx", matrix, self.coefficients, matrix, optimize=True)


class _Maps(NamedTuple):
    """Maps on a lattice, and what is multiplied with them.

    Attributes
    ----------
    knots : ndarray [n]
        Along both axes, in deg.
    values : ndarray [t, n, n]
    loading : ndarray [t, ...]
    """

    knots: np.ndarray
    values: np.ndarray
    loading: np.ndarray

    def between(self) -> MapSplines:
        """The maps between the knots."""
        return MapSplines.through(self.knots, self.values)


class Kernels(Sequence[np.ndarray]):
    """Kernels K_t [k, q, r] in cm2 s, made when asked for: most differ by the exposure only.

    Parameters
    ----------
    loading : ndarray [t, k]
        Exposure of each.
    which : ndarray of int [t]
        Which of the kernels it is multiplied with.
    mixed : ndarray [c, k, q, r]
    """

    def __init__(self, loading: np.ndarray, which: np.ndarray, mixed: np.ndarray) -> None:
        self._loading = loading
        self._which = which
        self._mixed = mixed

    def __len__(self) -> int:
        return len(self._which)

    def __getitem__(self, t: Any) -> Any:
        return self._loading[t][:, None, None] * self._mixed[self._which[t]]

    def folded(self, flux: np.ndarray) -> Iterator[np.ndarray]:
        """Each kernel summed over the true energies, with a flux [k]: [q, r]."""
        for loading, which in zip(self._loading, self._which, strict=True):
            yield np.tensordot(flux * loading, self._mixed[which], axes=1)


class GridMaps(Sequence[np.ndarray]):
    """Maps w_t [m, m], products that are made when asked for.

    Parameters
    ----------
    exposure : list of ndarray [m, m]
    kernel : list of ndarray [m, m], optional
        None where the kernel is the same everywhere.
    pairs : ndarray of int [t, 2]
        Which of each.
    """

    def __init__(
        self, exposure: list[np.ndarray], kernel: list[np.ndarray] | None, pairs: np.ndarray
    ) -> None:
        self._exposure = exposure
        self._kernel = kernel
        self._pairs = pairs

    def __len__(self) -> int:
        return len(self._pairs)

    def __getitem__(self, t: Any) -> Any:
        j, c = self._pairs[t]
        return self._exposure[j] if self._kernel is None else self._exposure[j] * self._kernel[c]


class VaryingResponse:
    """Response of an instrument on a square about a direction.

    Parameters
    ----------
    instrument : `Instrument`
    axes : ndarray [3, 3]
        Unit vectors to the east and north and outwards of the middle.
    frame : str
        Of the axes.
    half : float
        Half the width of the square, in deg.
    frequency_max : float
        Frequency in rad per deg beyond which the source has nothing that could be seen, so that
        kernels may differ there.
    steady : bool
        True if the kernel of the middle will do.

    Attributes
    ----------
    is_seen : bool
        True if the instrument sees any of it.
    frequency : float
        Beyond which the transforms of the point spread function are nil, in rad per deg.
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
        self._instrument = instrument
        self._axes, self._frame = axes, frame
        exposure = self._exposure(half)
        self.is_seen = exposure is not None
        self.frequency = 0.0
        if exposure is None:
            return
        largest = self._scale * np.abs(exposure.loading).max(axis=0)
        kernels = self._kernels(0.0 if steady else half, largest, frequency_max)
        sizes = np.outer(_sizes(exposure), _sizes(kernels))
        self._pairs = np.argwhere(sizes > NIL * sizes.max())
        self._share = _sizes(exposure) / _sizes(exposure).max()
        self._exposure_loading = exposure.loading
        square = (exposure.loading**2).sum(axis=1, keepdims=True)
        self._basis = exposure.loading / square / self._scale
        self._mixture = kernels.loading
        self._exposure_maps = exposure.between()
        self._curved = np.flatnonzero(self._share > CURVED)
        self._kernel_maps = kernels.between() if len(kernels.knots) > 1 else None

    def _places(self, knots: np.ndarray) -> np.ndarray:
        x, y = (a.ravel() for a in np.meshgrid(knots, knots))
        vectors = from_plane(x, y, self._axes)
        return rotated_vectors(vectors, self._frame, self._instrument.frame)

    def _exposure(self, half: float) -> _Maps | None:
        knots = _lattice(half, EXPOSURE_KNOTS, 9)
        values = self._instrument.exposure(*angles(self._places(knots)))
        if not np.any(values > 0):
            return None
        # each energy counts alike: spectra are steep where exposures are low
        largest = values.max(axis=1)
        self._scale = np.where(largest > 0, largest, 1.0)
        left, right = few_terms(values / self._scale[:, None])
        return _Maps(knots, right.reshape(-1, len(knots), len(knots)), left.T)

    def _kernels(self, half: float, exposure: np.ndarray, frequency_max: float) -> _Maps:
        """Maps v, and the mixture [c, seen] of the kernels that were found."""
        wide = half > KERNEL_KNOTS
        knots = _lattice(half, KERNEL_KNOTS, 4) if wide else np.zeros(1)
        lon, lat = angles(self._places(knots))
        seen = np.flatnonzero(np.any(self._instrument.exposure(lon, lat) > 0, axis=0))
        if not len(seen):  # only between the knots
            lon, lat = angles(self._brightest(max(half, EXPOSURE_KNOTS)))
            seen = np.zeros(1, dtype=int)
        vectors = self._places_of(lon, lat)
        psf = [PsfTransform(self._instrument, lon[i], lat[i]) for i in seen]
        self.frequency = max(transform.largest_frequency() for transform in psf)
        exposed = self._instrument.exposure(lon[seen], lat[seen])
        self._psf, self._edisp = _filled(
            psf,
            np.array([self._instrument.edisp(float(lon[i]), float(lat[i])) for i in seen]),
            exposed,
            vectors[seen] @ vectors[seen].T,
        )
        if len(seen) == 1:  # the same everywhere
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
        nearest = np.argmax(vectors @ vectors[seen].T, axis=1)
        maps = left[nearest].T.reshape(-1, len(knots), len(knots))
        return _Maps(knots, maps, left.T)

    @staticmethod
    def _places_of(lon: np.ndarray, lat: np.ndarray) -> np.ndarray:
        return unit_vectors(np.atleast_1d(lon), np.atleast_1d(lat))

    def _brightest(self, half: float) -> np.ndarray:
        vectors = self._places(_lattice(half, EXPOSURE_KNOTS, 9))
        exposure = self._instrument.exposure(*angles(vectors)).sum(axis=0)
        return vectors[[int(np.argmax(exposure))]]

    # -- what is asked for ------------------------------------------------------------------

    def kernels(self, frequencies: np.ndarray, factor: np.ndarray | float = 1.0) -> Kernels:
        """Kernels at frequencies [q], times a factor [q]."""
        mixed = None
        for weight, values, edisp in zip(self._mixture.T, self._psf, self._edisp, strict=True):
            psf = between(values, frequencies) * factor
            part = np.multiply.outer(weight, psf[:, :, None] * edisp[:, None, :])
            mixed = part if mixed is None else np.add(mixed, part, out=mixed)
        first, second = self._pairs.T
        return Kernels(self._scale * self._exposure_loading[first], second, np.asarray(mixed))

    def _exact(self, x: np.ndarray, y: np.ndarray) -> np.ndarray:
        """Maps [j, n] of the exposure that is really there: it has edges that splines round off."""
        vectors = from_plane(x, y, self._axes)
        places = angles(rotated_vectors(vectors, self._frame, self._instrument.frame))
        return self._basis @ self._instrument.exposure(*places)

    def on_grid(self, along: np.ndarray) -> GridMaps:
        """Maps w_t [m, m] on a grid with these places [m] along both axes, in deg."""
        if len(along) <= EXACT:
            x, y = (a.ravel() for a in np.meshgrid(along, along))
            exposure = list(self._exact(x, y).reshape(-1, len(along), len(along)))
        else:
            exposure = list(self._exposure_maps.on_grid(along))
        kernel = None
        if self._kernel_maps is not None:
            kernel = list(self._kernel_maps.on_grid(along))
        return GridMaps(exposure, kernel, self._pairs)

    def at(self, x: np.ndarray, y: np.ndarray) -> dict[tuple[int, int], np.ndarray]:
        """Maps w [t, n] at places [n] in deg, and their derivatives up to the second order.

        By the orders along x and y.
        """
        orders = [(i, j) for i in range(3) for j in range(3 - i)]
        a = {(0, 0): self._exact(x, y)}
        # the curvature of a faint map is fainter still
        curved = self._exposure_maps.of(self._curved)
        for order in orders[1:]:
            if sum(order) == 1:
                a[order] = self._exposure_maps.at(x, y, order)
            else:
                a[order] = np.zeros_like(a[0, 0])
                a[order][self._curved] = curved.at(x, y, order)
        first, second = self._pairs.T
        if self._kernel_maps is None:
            return {o: a[o][first] for o in orders}
        b = {o: self._kernel_maps.at(x, y, o) for o in orders}
        return {o: _of_product(o, a, b, first, second) for o in orders}


def _of_product(order: tuple[int, int], a: dict, b: dict, first: np.ndarray, second: np.ndarray):
    """Leibniz' rule."""
    i, j = order
    total = 0.0
    for p in range(i + 1):
        for q in range(j + 1):
            ways = (2 if (i, p) == (2, 1) else 1) * (2 if (j, q) == (2, 1) else 1)
            total = total + ways * a[p, q][first] * b[i - p, j - q][second]
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


def _lattice(half: float, spacing: float, least: int) -> np.ndarray:
    """Knots from -half to half, at most ``spacing`` apart, and at least so many."""
    return np.linspace(-half, half, max(least, int(np.ceil(2.0 * half / spacing)) + 1))


def few_terms(table: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Factors [n, j] and [j, m] whose product is a table [n, m], with few terms."""
    left, values, right = np.linalg.svd(table, full_matrices=False)
    n = max(1, int(np.sum(values > NIL * values[0])))
    return left[:, :n] * values[:n], right[:n]


def _sizes(maps: _Maps) -> np.ndarray:
    """How much each term matters."""
    return np.abs(maps.values).max(axis=(1, 2)) * np.abs(maps.loading).max(axis=1)
