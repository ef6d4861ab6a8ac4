"""EDispMap: the energy dispersion over the sky, as densities of the migration."""

from __future__ import annotations

from typing import Self

import numpy as np
from astropy.coordinates import SkyCoord

from gammapy.errors import DataError
from gammapy.irf.edisp import EDispKernel
from gammapy.irf.edisp_kernel_map import EDispKernelMap
from gammapy.irf.irf_map import IRFMap, map_property
from gammapy.irf.migration import bin_probabilities
from gammapy.maps import Map, MapAxis, WcsGeom

__all__ = ["EDispMap"]

#: width of the bin of the migration that stands for perfect energies
_NARROW = 1e-6


class EDispMap(IRFMap):
    """Density over migration (axis ``migra``: reconstructed over true energy) and true energy.

    Parameters
    ----------
    edisp_map : `~gammapy.maps.WcsNDMap` or `~gammapy.maps.RegionNDMap`
    exposure_map : `~gammapy.maps.Map`, optional

    Raises
    ------
    DataError, UnitMismatchError
        As `IRFMap`.
    """

    tag = "edisp_map"
    required_axes = ["migra", "energy_true"]
    _hdu = "EDISP"
    _unit = ""

    def __init__(self, edisp_map: Map, exposure_map: Map | None = None) -> None:
        super().__init__(edisp_map, exposure_map)

    edisp_map = map_property("Map of the densities.")

    @classmethod
    def from_diagonal_response(
        cls, energy_axis_true: MapAxis, migra_axis: MapAxis | None = None
    ) -> Self:
        """Perfect energies everywhere: a migration of 1, within the bins of the axis.

        Parameters
        ----------
        energy_axis_true : `~gammapy.maps.MapAxis`
        migra_axis : `~gammapy.maps.MapAxis`, optional
            With a bin, or the common edge of two, at 1; by default with one that is 1e-6 wide.

        Raises
        ------
        DataError
            If 1 is not on the axis.
        """
        if migra_axis is None:
            narrow = 0.5 * _NARROW
            edges = [1 - 3 * narrow, 1 - narrow, 1 + narrow, 1 + 3 * narrow]
            migra_axis = MapAxis(edges, name="migra")
        image = WcsGeom.create(npix=(2, 1), binsz=180)
        new = cls.from_geom(image.to_cube([migra_axis, energy_axis_true]))
        edges = migra_axis.edges.to_value("")
        at_one = (edges[:-1] <= 1 + 1e-12) & (edges[1:] >= 1 - 1e-12)
        if not np.any(at_one):
            raise DataError(
                f"migra_axis from {edges[0]:g} to {edges[-1]:g} has no migration of 1: perfect "
                "energies are not on it"
            )
        density = np.where(at_one, 1.0 / np.diff(edges), 0.0) / at_one.sum()
        new.edisp_map.data += density[:, None, None]
        new.exposure_map.data += 1.0
        return new

    def normalize(self) -> None:
        """Scale, in place, so that each density holds 1; one that is all zero stays."""
        width = self._irf_map.geom.axes["migra"].bin_width.to_value("")[:, None, None]
        data = self._irf_map.data
        total = np.sum(data * width, axis=1, keepdims=True)
        self._irf_map.data = np.divide(data, total, out=np.zeros(data.shape), where=total > 0)

    def get_edisp_kernel(
        self, energy_axis: MapAxis, position: SkyCoord | None = None
    ) -> EDispKernel:
        """Matrix of probabilities at a position.

        A true bin is taken at its centre; a density is divided by its integral.

        Parameters
        ----------
        energy_axis : `~gammapy.maps.MapAxis`
            Of the reconstructed energies.
        position : `~astropy.coordinates.SkyCoord`, optional
            By default the middle of the map.
        """
        matrix = self._probabilities(self._at(position), energy_axis)
        return EDispKernel([self._irf_map.geom.axes["energy_true"], energy_axis], matrix)

    def _probabilities(self, density: np.ndarray, energy_axis: MapAxis) -> np.ndarray:
        migra = self._irf_map.geom.axes["migra"].edges.to_value("")
        edges = energy_axis.edges.to_value("TeV")
        return bin_probabilities(density, migra, self._energy_true, edges)

    def to_edisp_kernel_map(self, energy_axis: MapAxis, threshold: float = 1e-8) -> EDispKernelMap:
        """Matrices of probabilities over the sky.

        Parameters
        ----------
        energy_axis : `~gammapy.maps.MapAxis`
            Of the reconstructed energies.
        threshold : float
            Probabilities below are zero.
        """
        density = np.moveaxis(self._irf_map.data, 1, -1)  # [k, y, x, n]
        density = np.moveaxis(density, 0, -2)  # [y, x, k, n]
        found = self._probabilities(density, energy_axis)
        found[found < threshold] = 0.0
        data = np.moveaxis(found, (2, 3), (0, 1))
        axes = [energy_axis, self._irf_map.geom.axes["energy_true"]]
        geom = self._irf_map.geom.with_axes(axes)
        return EDispKernelMap(Map.from_geom(geom, data=data), self._exposure_map)
