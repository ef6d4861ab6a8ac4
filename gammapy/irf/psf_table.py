r"""PSF3D: a point spread function that is a table of the distance.

A stored value is the mean density in a ring: with areas of rings the tables of real files sum up to
one within a thousandth, while lines between the centres of the bins miss up to 3%. So the content
:math:`C` of the rings is kept, and between their edges :math:`C(r^2)` is a monotone cubic (Fritsch
and Butland 1984, SIAM J. Sci. Stat. Comput. 5, 300). Its derivative is a density without steps,
:math:`PSF = C'(r^2) / \pi`, and with the coefficients :math:`c_{ip}` of the pieces

.. math:: \int PSF(r) J_0(q r) 2 \pi r dr
          = \sum_{ip} c_{ip} \int p (s - s_i)^{p - 1} J_0(q \sqrt s) ds

where the integrals on the right are the same for all energies and offsets. `PSF3D.evaluate` alone
is on lines between the centres of the bins, as for all other tables.
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
        rad = self.axes["rad"]
        values = self._table(energy[..., None], offset[..., None], internal_nodes(rad))
        return TableShape(rad.internal_edges, values * (self._factor * _PER_DEG2))

    def normalize(self) -> None:
        """Divide by the integral over the plane, where that is not zero."""
        energy, offset = (internal_nodes(self.axes[k]) for k in (0, 1))
        total = self._outer(energy, offset).total[..., None]
        self.data = self.data / np.where(total > 0, total, 1.0)


class TableShape(PsfShape):
    """Profiles that are known by their mean densities in rings.

    Parameters
    ----------
    edges : array [r + 1]
        Radii of the rings in deg, ascending.
    values : array [..., r]
        Mean densities in deg-2, not negative.
    """

    def __init__(self, edges: np.ndarray, values: np.ndarray) -> None:
        from scipy.interpolate import PchipInterpolator

        self._edges = np.maximum(edges, 0.0)
        self._squares = self._edges**2
        rings = values * np.pi * np.diff(self._squares)
        inside = np.concatenate([0.0 * rings[..., :1], np.cumsum(rings, axis=-1)], axis=-1)
        self._inside = inside
        pieces = PchipInterpolator(self._squares, inside, axis=-1).c
        # powers 1, 2, 3 of the square of the distance from the inner edge: [3, ..., r]
        self._powers = np.moveaxis(pieces[2::-1], 1, -1)

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
        square, piece, (first, second, third) = self._at(rad)
        x = square - self._squares[piece]
        slope = first + x * (2.0 * second + 3.0 * x * third)
        inside = (square >= self._squares[0]) & (square <= self._squares[-1])
        return np.where(inside, np.maximum(slope, 0.0) / np.pi, 0.0)

    def enclosed(self, rad: np.ndarray) -> np.ndarray:
        """Integral [...] of the density within a distance (deg)."""
        square, piece, (first, second, third) = self._at(rad)
        x = np.clip(square, self._squares[0], self._squares[-1]) - self._squares[piece]
        return self._taken(self._inside, piece) + x * (first + x * (second + x * third))

    def transform(self, frequency: np.ndarray) -> np.ndarray:
        """Hankel transform [..., m], divided by the `total`, at frequencies [m] (rad per deg)."""
        moments = _moments(self._edges, np.abs(frequency))
        found = sum(c @ m for c, m in zip(self._powers, moments, strict=True))
        total = self.total[..., None]
        return np.where(total > 0, found / np.where(total > 0, total, 1.0), 0.0)

    def _at(self, rad: np.ndarray) -> tuple[np.ndarray, np.ndarray, list[np.ndarray]]:
        """Square of a distance, its ring, and the coefficients there."""
        square = np.square(rad)
        index = np.searchsorted(self._squares, square, side="right") - 1
        piece = np.clip(index, 0, len(self._squares) - 2)
        return square, piece, [self._taken(c, piece) for c in self._powers]

    def _taken(self, table: np.ndarray, piece: np.ndarray) -> np.ndarray:
        """Entries [...] of a table [..., rings]."""
        shape = np.broadcast_shapes(table.shape[:-1], piece.shape)
        whole = np.broadcast_to(table, (*shape, table.shape[-1]))
        index = np.broadcast_to(piece, shape)[..., None]
        return np.take_along_axis(whole, index, axis=-1)[..., 0]


def _moments(edges: np.ndarray, frequency: np.ndarray) -> np.ndarray:
    """Integrals [3, r, m] of p (s - s_i)^(p - 1) J0(q sqrt(s)) over the rings, p = 1, 2, 3."""
    from scipy.special import j0

    width = np.diff(edges)
    order = 4 + int(np.ceil(np.max(frequency, initial=0.0) * width.max() / 2.0))
    nodes, weights = np.polynomial.legendre.leggauss(order)
    found = np.zeros((3, len(width), len(frequency)))
    for node, weight in zip(nodes, weights, strict=True):  # one of each ring: memory stays small
        r = edges[:-1] + width * 0.5 * (node + 1.0)
        x = r**2 - edges[:-1] ** 2
        bessel = (r * width * weight)[:, None] * j0(r[:, None] * frequency)  # ds = 2 r dr
        found += np.stack([np.ones_like(x), 2.0 * x, 3.0 * x**2])[..., None] * bessel
    return found
