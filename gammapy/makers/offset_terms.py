r"""OffsetTerms: a response that depends on the distance from the axis, as a sum over few terms.

The response of a pointing depends on the distance :math:`\theta` alone, so that it is a table with
rows for distances and responses, of which few singular vectors are enough,

.. math::
    A_k(\theta)\, P_k(q; \theta)\, D_{kr}(\theta) \approx \sum_j u_j(\theta)\, K_{jkr}(q)

A map is the sum over the pointings of :math:`u_j` times live time: it has the steps where they are,
and of the point spread function too, as each pointing that ends takes its own with it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from gammapy.datasets.psf_transform import FREQUENCIES
from gammapy.makers.offset_grid import OffsetGrid

if TYPE_CHECKING:
    from gammapy.makers.offset_tables import OffsetTables

__all__ = ["OffsetTerms", "rough_terms", "terms_of"]

#: deg between nodes, and over which a step goes down: less than a point spread function would tell,
#: and as much as the cells on which counts are added up
STEP, RAMP = 0.05, 0.025
#: what may be left out of a node, as a share of what it has or of `FAINT` of the largest: of a
#: response, and of what it has beyond a smooth one
NIL, ROUGHLY, FAINT = 3e-4, 1e-2, 0.1
#: rows of the frequencies at which transforms are compared
SOME = np.flatnonzero((FREQUENCIES > 3.0) & (FREQUENCIES < 150.0))[::10]
#: functions of the frequency below this share of the largest are left out
FEW = 1e-6


class OffsetTerms:
    """Singular vectors of a table.

    Parameters
    ----------
    tables : `OffsetTables`
        Whose point spread functions and energy dispersions are taken.
    grid : `OffsetGrid`
    areas : ndarray [rows, k]
        At its nodes, in cm2; may be negative.
    nil : float
        What may be left out.

    Attributes
    ----------
    vectors : ndarray [rows, j]
    loading : ndarray [j, k, c, r]
        In cm2.
    functions : ndarray [c, m]
        At the `FREQUENCIES`.
    """

    def __init__(
        self,
        tables: OffsetTables,
        grid: OffsetGrid,
        areas: np.ndarray,
        nil: float,
    ) -> None:
        self.grid = grid
        psf = tables.known_transforms(grid.response, grid.offset, FREQUENCIES)
        edisp = tables.known_edisp(grid.response, grid.offset)
        # each energy counts alike, by what of it is reconstructed
        seen = tables.areas(grid.response, grid.offset) * np.linalg.norm(edisp, axis=2)
        scale = np.where(np.any(seen > 0, axis=0), seen.max(axis=0), 1.0)
        by_energy = (areas / scale).T, *(np.swapaxes(a, 0, 1) for a in (psf[:, :, SOME], edisp))
        gram = sum(
            np.outer(a, a) * (t @ t.T) * (d @ d.T) for a, t, d in zip(*by_energy, strict=True)
        )
        self.vectors, back = _vectors(np.asarray(gram), nil)
        self.loading, self.functions = _kernels(
            back[:, :, np.newaxis] * areas[:, np.newaxis], psf, edisp
        )


def _vectors(gram: np.ndarray, nil: float) -> tuple[np.ndarray, np.ndarray]:
    """Vectors [rows, j], and what [rows, j] takes a table to its terms.

    Faint rows count nearly as much as the others.
    """
    sizes = np.sqrt(np.diag(gram))
    weight = 1.0 / np.maximum(sizes, FAINT * sizes.max())
    squares, vectors = np.linalg.eigh(gram * np.outer(weight, weight))
    squares, vectors = np.maximum(squares[::-1], 0.0), vectors[:, ::-1]
    left = np.diag(gram)[:, np.newaxis] * weight[:, np.newaxis] ** 2
    enough = (left - np.cumsum(squares * vectors**2, axis=1)).max(axis=0) <= nil**2
    vectors = vectors[:, : int(np.argmax(enough)) + 1]
    return vectors / weight[:, np.newaxis], vectors * weight[:, np.newaxis]


def _kernels(
    weights: np.ndarray, psf: np.ndarray, edisp: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Loading [j, k, c, r] and functions [c, m] of sums over rows of weights [rows, j, k]."""
    _, n_j, n_k = weights.shape
    flat = psf.reshape(-1, psf.shape[-1])
    squares, functions = np.linalg.eigh(flat.T @ flat)
    functions = functions[:, squares > FEW**2 * squares[-1]]
    shares = psf @ functions  # [rows, k, c]
    loading = np.empty((n_j, n_k, functions.shape[1], edisp.shape[2]))
    for k in range(n_k):
        products = shares[:, k, :, np.newaxis] * edisp[:, k, np.newaxis]
        loading[:, k] = np.tensordot(weights[:, :, k], products, axes=(0, 0))
    return loading, functions.T


def terms_of(tables: OffsetTables) -> OffsetTerms:
    """Terms of all that there is."""
    grid = tables.area_grid
    return OffsetTerms(tables, grid, tables.area, NIL)


def rough_terms(tables: OffsetTables, smooth: OffsetTables) -> OffsetTerms:
    """Terms of what tables have beyond smooth ones: steps, where fields of view end, and kinks."""
    ends = list(zip(tables.end, smooth.end, strict=True))
    kinks = [tables.area_grid.offset[tables.area_grid.response == i] for i in range(len(ends))]
    grid = OffsetGrid([_nodes(*end, own) for end, own in zip(ends, kinks, strict=True)])
    seen = grid.offset < tables.end[grid.response]
    areas = np.where(seen[:, np.newaxis], tables.areas(grid.response, grid.offset), 0.0)
    areas = areas - smooth.areas(grid.response, grid.offset)
    return OffsetTerms(tables, grid, areas, ROUGHLY)


def _nodes(end: float, last: float, own: np.ndarray) -> np.ndarray:
    """Offsets up to the last, with what is a kink, and a ramp where the field of view ends."""
    even = np.linspace(0.0, last, int(np.ceil(last / STEP)) + 1)
    nodes = np.unique(np.concatenate([even, own]))
    nodes = nodes[np.abs(nodes - end) > 0.5 * RAMP]
    return np.sort(np.concatenate([nodes, [end - 0.5 * RAMP, end + 0.5 * RAMP]]))
