r"""PSF3D: a point spread function that is a table of the distance.

The density is linear between the centres of the bins of the distance, and the end pieces go on to
the centre and to the last edge (not below zero). So its integrals are known without a grid: with
hat functions :math:`h_i` and the stored values :math:`f_i`,

.. math:: \int PSF(r) J_0(q r) 2 \pi r dr = \sum_i f_i \int h_i(r) J_0(q r) 2 \pi r dr

and the integrals on the right are the same for all energies and offsets.
"""

from __future__ import annotations

from typing import Any, ClassVar

import astropy.units as u
import numpy as np

from gammapy.irf.interpolation import internal_nodes
from gammapy.irf.psf import PSF
from gammapy.irf.psf_shape import PsfShape
from gammapy.irf.quantity_table import QuantityTable

__all__ = ["PSF3D", "TableShape"]

_PER_DEG2 = float(u.Unit("sr-1").to("deg-2"))


class PSF3D(QuantityTable, PSF):
    """Point spread function on the axes ``energy_true``, ``offset`` and ``rad`` (GADF: PSF_TABLE).

    It is taken as stored, and may integrate to a little less or more than one; `normalize` makes
    it one. Parameters as for `QuantityTable`.
    """

    tag: ClassVar[str] = "psf_table"
    required_axes: ClassVar[tuple[str, ...]] = ("energy_true", "offset", "rad")
    default_unit: ClassVar[u.UnitBase] = u.Unit("sr-1")
    column: ClassVar[str] = "RPSF"

    def at(self, energy: Any, offset: Any) -> PsfShape:
        """Profiles [...] at true energies (TeV) and offsets (deg), which broadcast."""
        energy, offset = np.broadcast_arrays(*(np.asarray(x, float) for x in (energy, offset)))
        rad = internal_nodes(self.axes["rad"])
        values = self._table(energy[..., None], offset[..., None], rad)
        factor = self._factor * _PER_DEG2
        return TableShape(rad, values * factor, float(self.axes["rad"].internal_edges[-1]))

    def normalize(self) -> None:
        """Divide by the integral over the plane, where that is not zero."""
        energy, offset = (internal_nodes(self.axes[k]) for k in (0, 1))
        total = self._outer(energy, offset).total[..., None]
        self.data = self.data / np.where(total > 0, total, 1.0)


class TableShape(PsfShape):
    """Profiles that are linear between distances.

    Parameters
    ----------
    rad : array [r]
        Distances in deg, ascending.
    values : array [..., r]
        Densities in deg-2, not negative.
    end : float
        Distance in deg beyond which there is nothing.
    """

    def __init__(self, rad: np.ndarray, values: np.ndarray, end: float) -> None:
        inner, outer = _continued(rad, values, 0.0), _continued(rad[::-1], values[..., ::-1], end)
        if rad[0] > 0:
            rad, values = np.append(0.0, rad), np.append(inner[..., None], values, axis=-1)
        if rad[-1] < end:
            rad, values = np.append(rad, end), np.append(values, outer[..., None], axis=-1)
        self._rad = rad
        self._values = values
        self._slopes = np.diff(values) / np.diff(rad)
        pieces = _ring(rad[:-1], rad[1:], values[..., :-1], self._slopes)
        self._inside = np.concatenate([0.0 * values[..., :1], np.cumsum(pieces, axis=-1)], axis=-1)

    @property
    def usable(self) -> np.ndarray:
        """True [...] where the response has a point spread function."""
        return self.total > 0

    @property
    def total(self) -> np.ndarray:
        """Integral [...] over the plane, as stored."""
        return self._inside[..., -1]

    def density(self, rad: np.ndarray) -> np.ndarray:
        """Density [...] in deg-2 at a distance (deg)."""
        rad = np.abs(rad)
        piece = self._piece(rad)
        start, slope = self._taken(self._values, piece), self._taken(self._slopes, piece)
        return np.where(rad <= self._rad[-1], start + slope * (rad - self._rad[piece]), 0.0)

    def enclosed(self, rad: np.ndarray) -> np.ndarray:
        """Integral [...] of the density within a distance (deg)."""
        rad = np.minimum(np.abs(rad), self._rad[-1])
        piece = self._piece(rad)
        start, slope = self._taken(self._values, piece), self._taken(self._slopes, piece)
        return self._taken(self._inside, piece) + _ring(self._rad[piece], rad, start, slope)

    def transform(self, frequency: np.ndarray) -> np.ndarray:
        """Hankel transform [..., m], divided by the `total`, at frequencies [m] (rad per deg)."""
        total = self.total[..., None]
        found = self._values @ _hats(self._rad, frequency)
        return np.where(total > 0, found / np.where(total > 0, total, 1.0), 0.0)

    def _piece(self, rad: np.ndarray) -> np.ndarray:
        """Index [...] of the piece in which a distance is."""
        index = np.searchsorted(self._rad, rad, side="right") - 1
        return np.clip(index, 0, len(self._rad) - 2)

    def _taken(self, table: np.ndarray, piece: np.ndarray) -> np.ndarray:
        """Entries [...] of a table [..., pieces]."""
        shape = np.broadcast_shapes(table.shape[:-1], piece.shape)
        whole = np.broadcast_to(table, (*shape, table.shape[-1]))
        index = np.broadcast_to(piece, shape)[..., None]
        return np.take_along_axis(whole, index, axis=-1)[..., 0]


def _continued(rad: np.ndarray, values: np.ndarray, end: float) -> np.ndarray:
    """Value [...] at an end beyond the first distance, on the line through the first two."""
    if len(rad) == 1:
        return values[..., 0]
    slope = (values[..., 1] - values[..., 0]) / (rad[1] - rad[0])
    return np.maximum(values[..., 0] + slope * (end - rad[0]), 0.0)


def _ring(low: np.ndarray, high: np.ndarray, start: np.ndarray, slope: np.ndarray) -> np.ndarray:
    """Integral of 2 pi r (start + slope (r - low)) from low to high."""
    width = high - low
    # in the width, so that narrow rings lose no digits
    return 2.0 * np.pi * width * (
        start * (low + width / 2.0) + slope * width * (low / 2.0 + width / 3.0)
    )


def _hats(rad: np.ndarray, frequency: np.ndarray) -> np.ndarray:
    """Integrals [r, m] of 2 pi r J0(q r) with the hat functions of distances [r]."""
    from scipy.special import j0

    width = np.diff(rad)
    order = 4 + int(np.ceil(np.max(np.abs(frequency), initial=0.0) * width.max() / 2.0))
    nodes, weights = np.polynomial.legendre.leggauss(order)
    share = 0.5 * (nodes + 1.0)
    r = rad[:-1, None] + width[:, None] * share
    measure = np.pi * r * width[:, None] * weights
    found = np.zeros((len(rad), len(frequency)))
    for g in range(order):  # one node of every piece at a time: memory stays small
        bessel = measure[:, g, None] * j0(r[:, g, None] * np.abs(frequency))
        found[:-1] += (1.0 - share[g]) * bessel
        found[1:] += share[g] * bessel
    return found
