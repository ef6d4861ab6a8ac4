r"""Counts that the steps and kinks of an instrument add, for all sources of a map together.

Each source is predicted through a smooth instrument, and what that lacks is put on top. It is
small, so a coarse grid will do, and few of its products matter: with spectra as sums over few,
:math:`\phi_{sk} = \sum_m a_{sm} b_{mk}`,

.. math::
    \sum_{mj} \Bigl[ w_j(p) \sum_s a_{sm} S_s(p) \Bigr] \otimes \sum_k b_{mk} K_{jkr}

which are as many transforms as there are pairs (m, j), whatever the number of sources, and one more
for each reconstructed bin.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
from typing import Any, NamedTuple

import numpy as np
from scipy.interpolate import CubicSpline

from gammapy.datasets.response_terms import ResponseTerms
from gammapy.datasets.sky_pixels import SkyPixels, angles, direction_of, rotated_vectors
from gammapy.engine.convolve import PlaneGrid, pixel_matrix
from gammapy.engine.low_rank import few_terms
from gammapy.engine.pixel_nodes import tangent_axes
from gammapy.engine.plane import from_plane, to_plane
from gammapy.engine.sphere import RAD
from gammapy.modeling.models.spatial.template import TemplateSpatialModel

__all__ = ["MARGIN", "PER_CELL", "STEP", "RoughCounts"]

#: deg between cells, and of the sky about a map that may scatter something onto it
STEP, MARGIN = 0.025, 0.6
#: bytes that a cell takes, at most (measured: 2260)
PER_CELL = 2600.0
#: nodes along a source, at least: one that has fewer cells is put on nodes of its own
ACROSS = 24
#: nodes along a cell, at most
MOST_PARTS = 4
#: what is below this share of the largest is left out: of kernels, and of spectra, as one that is
#: cut off must not get counts of another where it has none
NIL, SPECTRAL = 1e-2, 3e-4
#: frequencies at which kernels are tabulated, and the largest, in rad per deg: cells are too coarse
#: for more, and point spread functions are nil there
N_FREQUENCIES, LARGEST = 64, 0.9 * np.pi / STEP


class _Nodes(NamedTuple):
    """Parts of a small source.

    Attributes
    ----------
    vectors : ndarray [n, 3]
        Directions, in the frame of the map.
    mass : ndarray [n]
    source : int
    """

    vectors: np.ndarray
    mass: np.ndarray
    source: int


class _Places(NamedTuple):
    """Where sources are.

    Attributes
    ----------
    cells : ndarray of int [c]
        Numbers of the cells.
    nodes : ndarray [2, n]
        Places x and y of the nodes in deg.
    mass : ndarray [n]
    source : ndarray of int [n]
    """

    cells: np.ndarray
    nodes: np.ndarray
    mass: np.ndarray
    source: np.ndarray


class RoughCounts:
    """Counts on a map.

    Parameters
    ----------
    rough : `ResponseTerms`
    sky : `SkyPixels`
        Of the map, or a part of it, up to some 20 deg wide.
    """

    def __init__(self, rough: ResponseTerms, sky: SkyPixels) -> None:
        self._rough = rough
        self._sky = sky
        self._axes, _ = sky.nodes.disc
        self.pixels = np.flatnonzero(sky.nodes.solid_angle > 0)
        x, y = to_plane(sky.nodes.centers[self.pixels], self._axes)
        half = max(np.abs(x).max(), np.abs(y).max()) + MARGIN
        self._grid = PlaneGrid(2.0 * half, STEP)
        self._to_pixels = pixel_matrix(self._grid, x, y)

    def counts(self, shapes: Sequence[Any], flux: np.ndarray) -> np.ndarray:
        """Counts [n, r] on the pixels of shapes with fluxes [s, k] in the true bins."""
        amplitudes, spectra = _few_spectra(flux)
        fields, nodes = self._put(shapes, amplitudes)
        maps, places = self._maps(fields, nodes)
        if not np.any(maps):
            return np.zeros((len(self.pixels), self._rough.loading.shape[-1]))
        mixed = self._rough.mixed(maps, LARGEST, NIL)
        transforms = self._transforms(mixed.maps @ maps, places, fields, amplitudes)
        counts = self._on_pixels(self._scattered(transforms, spectra, mixed.tables))
        counts[~self._reached(shapes)] = 0.0  # it is rounding
        return counts

    def _reached(self, shapes: Sequence[Any]) -> np.ndarray:
        """True [n] for the pixels that shapes may scatter something onto."""
        found = np.zeros(len(self._sky.nodes.centers), dtype=bool)
        for shape in shapes:
            out, reach = direction_of(shape, self._sky.frame), shape.reach
            if out is None or reach is None:
                found[:] = True
            else:
                found[self._sky.nodes.near(out, reach + MARGIN)] = True
        return found[self.pixels]

    # -- sources --------------------------------------------------------------------------

    def _put(
        self, shapes: Sequence[Any], amplitudes: np.ndarray
    ) -> tuple[np.ndarray, list[_Nodes]]:
        """Fields [m, n, n] of large sources, and nodes of small ones."""
        fields = np.zeros((amplitudes.shape[1], self._grid.n, self._grid.n))
        nodes = []
        for s, shape in enumerate(shapes):
            out, reach = direction_of(shape, self._sky.frame), shape.reach
            if out is not None and reach is not None and 2.0 * reach < ACROSS * STEP:
                nodes.append(_Nodes(*self._on_nodes(shape, out), s))
                continue
            window = self._window(out, reach)
            if all(w.stop > w.start for w in window):
                masses = self._on_cells(shape, window)
                fields[:, *window] += amplitudes[s][:, np.newaxis, np.newaxis] * masses
        return fields, nodes

    def _window(self, out: np.ndarray | None, reach: float | None) -> tuple[slice, slice]:
        """Rows and columns of the cells that a source may reach."""
        n, middle = self._grid.n, self._grid.middle
        if out is None or reach is None or reach + np.rad2deg(np.arccos(self._axes[2] @ out)) > 90:
            return slice(0, n), slice(0, n)
        x, y = (float(c) for c in to_plane(out, self._axes))
        # distances are stretched away from the middle
        half = reach / np.cos(0.5 * RAD * min(np.hypot(x, y) + reach, 90.0)) + STEP
        limits = [
            (max(int((c - half) / STEP) + middle, 0), min(int((c + half) / STEP) + middle + 2, n))
            for c in (y, x)
        ]
        rows, columns = (slice(low, max(low, high)) for low, high in limits)
        return rows, columns

    def _on_cells(self, shape: Any, window: tuple[slice, slice]) -> np.ndarray:
        """Masses of a shape on a window of cells."""
        parts = min(_parts(shape, STEP), MOST_PARTS)
        rows, columns = (
            STEP * (np.arange(w.start * parts, w.stop * parts) + 0.5) / parts - 0.5 * STEP
            for w in window
        )
        away = STEP * self._grid.middle
        masses = self._brightness(shape, columns - away, rows - away, self._axes)
        return masses.reshape(len(rows) // parts, parts, -1, parts).sum(axis=(1, 3)) * (
            (RAD * STEP / parts) ** 2
        )

    def _on_nodes(self, shape: Any, out: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Directions and masses of a small shape; those of a round one add up to one."""
        axes = tangent_axes(*angles(out))
        n = ACROSS * _parts(shape, 2.0 * shape.reach / ACROSS)
        along = 2.0 * shape.reach * ((np.arange(n) + 0.5) / n - 0.5)
        masses = self._brightness(shape, along, along, axes).ravel()
        masses *= (1.0 / masses.sum()) if shape.is_round else (RAD * (along[1] - along[0])) ** 2
        there = masses != 0
        x, y = (a.ravel()[there] for a in np.meshgrid(along, along))
        return from_plane(x, y, axes), masses[there]

    def _brightness(self, shape: Any, x: np.ndarray, y: np.ndarray, axes: np.ndarray) -> np.ndarray:
        """Values [y, x] in sr-1 at places along two axes in deg."""
        columns, rows = np.meshgrid(x, y)
        vectors = from_plane(columns, rows, axes)
        place = angles(rotated_vectors(vectors, self._sky.frame, shape.frame))
        rest = (None,) * (shape.coordinates - 2)
        return np.asarray(shape.brightness([*place, *rest], shape.internal_values))

    # -- what the instrument makes of them --------------------------------------------------

    @cached_property
    def _alive(self) -> np.ndarray:
        return np.flatnonzero(self._grid.frequency.ravel() < LARGEST)

    def _maps(self, fields: np.ndarray, nodes: list[_Nodes]) -> tuple[np.ndarray, _Places]:
        """Maps [j, p] where sources are: on cells, and then at nodes."""
        n = self._grid.n
        along = STEP * (np.arange(n) - self._grid.middle)
        used = np.flatnonzero(np.any(fields != 0, axis=0))
        cells = from_plane(along[used % n], along[used // n], self._axes)
        vectors, mass, source = _joined(nodes)
        place = np.array(to_plane(vectors, self._axes))
        inside = np.max(np.abs(place), axis=0) < STEP * (n // 2 - 3)
        vectors = np.concatenate([cells, vectors[inside]])
        maps = self._rough.maps(rotated_vectors(vectors, self._sky.frame, self._rough.frame))
        return maps, _Places(used, place[:, inside], mass[inside], source[inside])

    def _transforms(
        self, maps: np.ndarray, places: _Places, fields: np.ndarray, amplitudes: np.ndarray
    ) -> np.ndarray:
        """Transforms [m * t, q] of sources times maps [t, p]."""
        n, alive = self._grid.n, self._alive
        spread = pixel_matrix(self._grid, *places.nodes).T
        weights = places.mass[:, np.newaxis] * amplitudes[places.source]
        fields = fields.reshape(-1, n * n)
        found = np.empty((len(fields), len(maps), len(alive)), dtype=complex)
        on_cells, at_nodes = np.split(maps, [len(places.cells)], axis=1)
        for t, (wide, small) in enumerate(zip(on_cells, at_nodes, strict=True)):
            on_grid = np.zeros(n * n)
            on_grid[places.cells] = wide
            of_nodes = spread @ (small[:, np.newaxis] * weights)
            for m, field in enumerate(fields):
                masses = on_grid * field + of_nodes[:, m]
                found[m, t] = self._grid.transform(masses.reshape(n, n)).ravel()[alive]
        return found.reshape(-1, len(alive))

    def _scattered(
        self, transforms: np.ndarray, spectra: np.ndarray, mixture: np.ndarray
    ) -> np.ndarray:
        """Transforms [r, q] of the counts: a sum over few functions of the frequency."""
        frequency = np.linspace(0.0, LARGEST, N_FREQUENCIES)
        kernels = np.einsum("mk,jkqr->mjrq", spectra, self._rough.kernels(frequency))
        kernels = np.einsum("tj,mjrq->mtrq", mixture, kernels)
        kernels = kernels.reshape(len(transforms), -1, N_FREQUENCIES)
        scale = np.abs(kernels).max(axis=(0, 2))  # bins count alike
        flat = kernels / np.where(scale > 0, scale, 1.0)[:, np.newaxis]
        loading, functions = few_terms(flat.reshape(-1, N_FREQUENCIES), 0.1 * NIL)
        loading = loading.reshape(len(transforms), len(scale), -1) * scale[:, np.newaxis]
        at = CubicSpline(frequency, functions, axis=1)(self._grid.frequency.ravel()[self._alive])
        total = np.zeros((len(scale), transforms.shape[1]), dtype=complex)
        parts = transforms.view(float)  # real and imaginary: weights are real
        for b, function in enumerate(at):
            total += function * (loading[:, :, b].T @ parts).view(complex)
        return total

    def _on_pixels(self, transforms: np.ndarray) -> np.ndarray:
        """Counts [n, r] of transforms [r, q]."""
        edges = self._sky.nodes.edges(self.pixels, self._axes)
        averaging = self._grid.averaged(edges).ravel()[self._alive]
        area = self._sky.nodes.solid_angle[self.pixels] / RAD**2
        counts = np.empty((len(self.pixels), len(transforms)))
        whole = np.zeros(self._grid.frequency.shape, dtype=complex)
        for r, transform in enumerate(transforms):
            whole.ravel()[self._alive] = averaging * transform
            counts[:, r] = area * (self._to_pixels @ self._grid.density(whole).ravel())
        return counts


def _few_spectra(flux: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Amplitudes [s, m] and spectra [m, k] of fluxes [s, k]: faint ones count like others."""
    by_bin = np.abs(flux).max(axis=0)
    by_bin = np.where(by_bin > 0, by_bin, 1.0)
    by_source = np.abs(flux / by_bin).max(axis=1)
    by_source = np.where(by_source > 0, by_source, 1.0)[:, np.newaxis]
    amplitudes, spectra = few_terms(flux / (by_bin * by_source), SPECTRAL)
    return amplitudes * by_source, spectra * by_bin


def _joined(nodes: list[_Nodes]) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Directions, masses and sources of all nodes."""
    vectors = np.concatenate([np.zeros((0, 3)), *(part.vectors for part in nodes)])
    mass = np.concatenate([np.zeros(0), *(part.mass for part in nodes)])
    source = np.repeat([part.source for part in nodes], [len(part.mass) for part in nodes])
    return vectors, mass, source.astype(int)


def _parts(shape: Any, step: float) -> int:
    """Nodes along a side of a cell: a template has structure at its pixels."""
    if not isinstance(shape, TemplateSpatialModel):
        return 1
    return int(np.ceil(2.0 * step / shape.evaluation_bin_size_min.to_value("deg")))
