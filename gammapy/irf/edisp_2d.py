r"""EnergyDispersion2D: distribution of the ratio of reconstructed to true energy.

The table holds the density of the migration :math:`\mu = E / E_{true}` by true energy and offset.
At the middle of a true bin (on the scale of its axis) the probability of the reconstructed bin from
:math:`E_1` to :math:`E_2` is

.. math:: \frac{C(E_2 / E_{true}) - C(E_1 / E_{true})}{C(\infty)}

with the integral :math:`C` of the interpolated table, which is constant in the bins of the
migration. Stored tables are often normalised to something else than one, so that it is divided by
its sum.
"""

from __future__ import annotations

from typing import Any, ClassVar, Self

import astropy.units as u
import numpy as np

from gammapy.errors import DataError
from gammapy.irf.edisp import EDispKernel
from gammapy.irf.interpolation import internal_nodes
from gammapy.irf.migration import bin_probabilities
from gammapy.irf.quantity_table import QuantityTable
from gammapy.maps.axis import MapAxis
from gammapy.units import strip

__all__ = ["EnergyDispersion2D"]


class EnergyDispersion2D(QuantityTable):
    """Energy dispersion on the axes ``energy_true``, ``migra`` and ``offset`` (GADF: EDISP_2D).

    Beyond the energies of the table its end pieces go on: it is the effective area that says where
    events are.

    Parameters as for `QuantityTable`.
    """

    tag: ClassVar[str] = "edisp_2d"
    required_axes: ClassVar[tuple[str, ...]] = ("energy_true", "migra", "offset")
    default_unit: ClassVar[u.UnitBase] = u.dimensionless_unscaled
    open_axes: ClassVar[tuple[str, ...]] = ("energy_true",)
    column: ClassVar[str] = "MATRIX"

    def matrix(self, energy_edges_true: Any, energy_edges: Any, offset: Any) -> np.ndarray:
        """Probabilities that a true energy bin is reconstructed in a bin.

        Parameters
        ----------
        energy_edges_true, energy_edges : array_like [k + 1], [r + 1]
            In TeV. A true energy bin is taken at its logarithmic centre.
        offset : array_like [n]
            In deg.

        Returns
        -------
        array [n, k, r]
            Rows sum to one, or to less where events fall outside of the reconstructed bins; they
            are zero where the table is.
        """
        true = np.asarray(energy_edges_true, dtype=float)
        energy = np.sqrt(true[:-1] * true[1:])
        reco = np.asarray(energy_edges, dtype=float)
        return self._probabilities(energy, reco, np.atleast_1d(np.asarray(offset, dtype=float)))

    def _probabilities(
        self, energy: np.ndarray, edges: np.ndarray, offset: np.ndarray
    ) -> np.ndarray:
        """Probabilities [n, k, r] at true energies [k]."""
        migra = self.axes["migra"]
        values = self._table(
            energy[None, :, None], internal_nodes(migra)[None, None, :], offset[:, None, None]
        )
        return bin_probabilities(values, migra.internal_edges, energy, edges)

    def to_edisp_kernel(
        self,
        offset: Any,
        energy_axis_true: MapAxis | None = None,
        energy_axis: MapAxis | None = None,
    ) -> EDispKernel:
        """Matrix of probabilities at one offset.

        Parameters
        ----------
        offset : `~astropy.units.Quantity` or str
        energy_axis_true : `~gammapy.maps.MapAxis`, optional
            By default that of the table; a bin is taken at its centre.
        energy_axis : `~gammapy.maps.MapAxis`, optional
            By default the edges of the true energies.

        Returns
        -------
        `EDispKernel`
        """
        place = strip(offset, "offset", u.deg)
        if place.size != 1:
            raise DataError(f"offset = {offset!r} must be one angle: ask for one kernel at a time")
        true = energy_axis_true if energy_axis_true is not None else self.axes["energy_true"]
        if energy_axis is None:
            energy_axis = MapAxis(true.edges, true.interp, "energy")
        energy, edges = internal_nodes(true), energy_axis.internal_edges
        matrix = self._probabilities(energy, edges, np.reshape(place, (1,)))[0]
        return EDispKernel([true, energy_axis], matrix)

    @classmethod
    def from_gauss(
        cls,
        energy_axis_true: MapAxis,
        migra_axis: MapAxis,
        offset_axis: MapAxis,
        bias: Any,
        sigma: Any,
        pdf_threshold: float = 1e-6,
    ) -> Self:
        """Normal distribution of the migration, the same at all offsets.

        Parameters
        ----------
        energy_axis_true, migra_axis, offset_axis : `~gammapy.maps.MapAxis`
        bias, sigma : array_like [] or [n_true]
            Mean of the migration minus one, and its width.
        pdf_threshold : float
            Densities below are zero.

        Raises
        ------
        DataError
            If a width is not positive.
        """
        from scipy.special import ndtr

        bias, sigma = (np.asarray(x, dtype=float)[..., None] for x in (bias, sigma))
        if not np.all(sigma > 0):
            raise DataError(f"sigma = {np.min(sigma)} must be positive")
        edges = migra_axis.internal_edges
        values = np.diff(ndtr((edges - 1.0 - bias) / sigma), axis=-1) / np.diff(edges)
        values = np.where(values < pdf_threshold, 0.0, values)
        axes = [energy_axis_true, migra_axis, offset_axis]
        shape = tuple(axis.nbin for axis in axes)
        return cls(axes, data=np.broadcast_to(np.atleast_2d(values)[..., None], shape))

    def normalize(self) -> None:
        """Divide by the integral over the migration, where that is not zero."""
        width = np.diff(self.axes["migra"].internal_edges)[:, None]
        total = np.sum(self.data * width, axis=1, keepdims=True)
        self.data = self.data / np.where(total > 0, total, 1.0)
