"""EDispKernelMap: the energy dispersion over the sky, as probabilities of reconstructed bins."""

from __future__ import annotations

from typing import Any, Self

import numpy as np
from astropy.coordinates import SkyCoord

from gammapy.errors import DataError
from gammapy.irf.edisp import EDispKernel
from gammapy.irf.irf_map import IRFMap, map_property
from gammapy.maps import Map, MapAxis, WcsGeom

__all__ = ["EDispKernelMap"]

#: edges that miss each other by less are the same
_ROUNDING = 1e-6


class EDispKernelMap(IRFMap):
    """Probabilities over reconstructed (axis ``energy``) and true energy (``energy_true``).

    Parameters
    ----------
    edisp_kernel_map : `~gammapy.maps.WcsNDMap` or `~gammapy.maps.RegionNDMap`
    exposure_map : `~gammapy.maps.Map`, optional

    Raises
    ------
    DataError, UnitMismatchError
        As `IRFMap`.
    """

    tag = "edisp_kernel_map"
    required_axes = ["energy", "energy_true"]
    _hdu = "EDISP"
    _unit = ""

    def __init__(self, edisp_kernel_map: Map, exposure_map: Map | None = None) -> None:
        super().__init__(edisp_kernel_map, exposure_map)

    edisp_map = map_property("Map of the probabilities.")

    # -- made of something ----------------------------------------------------------------

    @classmethod
    def from_edisp_kernel(cls, edisp: EDispKernel, geom: Any = None) -> Self:
        """The same matrix everywhere.

        Parameters
        ----------
        edisp : `EDispKernel`
        geom : `~gammapy.maps.WcsGeom`, optional
            Image of the sky; by default two pixels for the whole of it.
        """
        image = WcsGeom.create(npix=(2, 1), binsz=180) if geom is None else geom.to_image()
        axes = [edisp.axes["energy"], edisp.axes["energy_true"]]
        new = cls.from_geom(image.to_cube(axes))
        new.edisp_map.data += edisp.pdf_matrix[..., None, None]
        new.exposure_map.data += 1.0
        return new

    @classmethod
    def from_diagonal_response(
        cls, energy_axis: MapAxis, energy_axis_true: MapAxis, geom: Any = None
    ) -> Self:
        """Perfect energies; a true bin that overlaps several is shared evenly in energy."""
        kernel = EDispKernel.from_diagonal_response(energy_axis_true, energy_axis)
        return cls.from_edisp_kernel(kernel, geom)

    @classmethod
    def from_gauss(
        cls,
        energy_axis: MapAxis,
        energy_axis_true: MapAxis,
        sigma: Any,
        bias: Any,
        pdf_threshold: float = 1e-6,
        geom: Any = None,
    ) -> Self:
        """Normal distribution of the logarithm of reconstructed over true energy.

        Parameters
        ----------
        energy_axis, energy_axis_true : `~gammapy.maps.MapAxis`
        sigma, bias : float
            As for `EDispKernel.from_gauss`.
        pdf_threshold : float
            Probabilities below are zero.
        geom : `~gammapy.maps.WcsGeom`, optional
            Image of the sky; by default two pixels for the whole of it.
        """
        kernel = EDispKernel.from_gauss(energy_axis_true, energy_axis, sigma, bias)
        matrix = np.where(kernel.data < pdf_threshold, 0.0, kernel.data)
        return cls.from_edisp_kernel(EDispKernel([energy_axis_true, energy_axis], matrix), geom)

    # -- what it says ---------------------------------------------------------------------

    def get_edisp_kernel(
        self, position: SkyCoord | None = None, energy_axis: MapAxis | None = None
    ) -> EDispKernel:
        """Matrix of probabilities at a position.

        Parameters
        ----------
        position : `~astropy.coordinates.SkyCoord`, optional
            By default the middle of the map.
        energy_axis : `~gammapy.maps.MapAxis`, optional
            Of the reconstructed energies; only that of the map, there to be asked as an `EDispMap`.

        Raises
        ------
        DataError
            If the axis is another one, or a row sums to more than 1.
        """
        axes = self._irf_map.geom.axes
        if energy_axis is not None and not energy_axis.is_allclose(axes["energy"]):
            raise DataError(
                f"energy_axis = {energy_axis!r} is not that of the map, {axes['energy']!r}: use "
                "resample_energy_axis for broader bins"
            )
        return EDispKernel([axes["energy_true"], axes["energy"]], self._at(position))

    # -- other maps from it ---------------------------------------------------------------

    def resample_energy_axis(self, energy_axis: MapAxis, weights: Any = None) -> Self:
        """Bins of the reconstructed energy joined to those of a broader axis.

        Parameters
        ----------
        energy_axis : `~gammapy.maps.MapAxis`
            Each of its edges is one of the map; bins outside of it are left out.
        weights : `~gammapy.maps.Map`, optional
            By which the bins count, like a mask: with ones and zeros.

        Raises
        ------
        DataError
            If an edge is not one of the map.
        """
        old = self._irf_map.geom.axes["energy"].edges.to_value("TeV")
        new = energy_axis.edges.to_value("TeV")
        nearest = np.argmin(np.abs(np.log(old / new[:, None])), axis=1)
        missing = np.abs(old[nearest] / new - 1) > _ROUNDING
        if np.any(missing):
            raise DataError(
                f"energy_axis has an edge at {new[missing][0]:g} TeV, which the map has not: its "
                f"bins can only be joined, at {old} TeV"
            )
        data = self._irf_map.data if weights is None else self._irf_map.data * weights.data
        joined = np.add.reduceat(data[:, : nearest[-1]], nearest[:-1], axis=1)
        axes = [energy_axis.copy(name="energy"), self._irf_map.geom.axes["energy_true"]]
        geom = self._irf_map.geom.with_axes(axes)
        return type(self)(Map.from_geom(geom, data=joined), self._exposure_map)

    def to_image(self, weights: Any = None) -> Self:
        """All reconstructed bins as one; ``weights`` as for `resample_energy_axis`."""
        axis = self._irf_map.geom.axes["energy"]
        return self.resample_energy_axis(axis.squash(), weights)
