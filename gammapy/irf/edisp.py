"""Energy dispersion: from true to reconstructed energies."""

from __future__ import annotations

from typing import Any

import numpy as np

from gammapy.errors import DataError
from gammapy.maps.axis import MapAxes, MapAxis

__all__ = ["EDispKernel"]


class EDispKernel:
    """Matrix of the probabilities that a true energy is reconstructed in a bin.

    Parameters
    ----------
    axes : list of `MapAxis`
        ``energy_true`` and ``energy``.
    data : array_like [n_true, n_reco]
        Not negative; a row sums to at most one, less where events are lost.

    Raises
    ------
    DataError
        If the matrix does not fit the axes, is negative, not finite, or gains events.
    """

    def __init__(self, axes: Any, data: Any) -> None:
        self.axes = MapAxes(axes)
        if self.axes.names != ["energy_true", "energy"]:
            raise DataError(
                f"energy dispersion on axes {self.axes.names}: ['energy_true', 'energy'] is needed"
            )
        matrix = np.array(data, dtype=float)
        shape = tuple(axis.nbin for axis in self.axes)
        if matrix.shape != shape:
            raise DataError(
                f"energy dispersion of shape {matrix.shape} does not fit axes of {shape}"
            )
        if not np.all(np.isfinite(matrix)) or np.any(matrix < 0):
            raise DataError("energy dispersion holds numbers that are negative or not finite")
        worst = matrix.sum(axis=1).max(initial=0.0)
        if worst > 1.001:
            raise DataError(
                f"energy dispersion gains events: a row sums to {worst:.4g}; it must hold "
                "probabilities, without the effective area"
            )
        matrix.flags.writeable = False
        self._data = matrix

    def __reduce__(self) -> tuple[Any, ...]:
        return type(self), (list(self.axes), self.data)  # a copied array would be writeable

    @classmethod
    def from_diagonal_response(
        cls, energy_axis_true: MapAxis, energy_axis: MapAxis | None = None
    ) -> EDispKernel:
        """Perfect reconstruction: each event in the bin that holds its true energy.

        A true bin that overlaps several bins is shared among them, evenly in energy.
        """
        if energy_axis is None:
            energy_axis = MapAxis(energy_axis_true.edges, energy_axis_true.interp, "energy")
        true = energy_axis_true.edges.to_value("TeV")
        reco = energy_axis.edges.to_value("TeV")
        low = np.maximum(true[:-1, None], reco[None, :-1])
        high = np.minimum(true[1:, None], reco[None, 1:])
        overlap = np.clip(high - low, 0.0, None) / np.diff(true)[:, None]
        overlap[overlap < 1e-9] = 0.0  # edges that agree but for rounding
        return cls([energy_axis_true, energy_axis], overlap)

    @classmethod
    def from_gauss(
        cls, energy_axis_true: MapAxis, energy_axis: MapAxis, sigma: float, bias: float = 0.0
    ) -> EDispKernel:
        """Normal distribution of the logarithm of reconstructed over true energy.

        Parameters
        ----------
        energy_axis_true, energy_axis : `MapAxis`
        sigma : float
            Width in ln(E_reco / E_true).
        bias : float
            Mean of E_reco / E_true - 1.

        Raises
        ------
        DataError
            If the width is not positive, or the bias not above -1.
        """
        from scipy.special import ndtr

        if not (0 < sigma < np.inf and -1 < bias < np.inf):
            raise DataError(
                f"energy dispersion with sigma = {sigma}, bias = {bias}: sigma > 0 and bias > -1 "
                "are needed; use from_diagonal_response for perfect energies"
            )
        centre = np.log(energy_axis_true.center.to_value("TeV")) + np.log1p(bias)
        edges = np.log(energy_axis.edges.to_value("TeV"))
        below = ndtr((edges[None, :] - centre[:, None]) / sigma)
        return cls([energy_axis_true, energy_axis], np.diff(below, axis=1))

    @property
    def data(self) -> np.ndarray:
        """Probabilities [n_true, n_reco]."""
        return self._data

    @property
    def pdf_matrix(self) -> np.ndarray:
        """Probabilities [n_true, n_reco]."""
        return self.data

    def __repr__(self) -> str:
        return f"EDispKernel({self.axes!r})"
