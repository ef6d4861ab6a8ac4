"""Energy dispersion on maps, of one pointing or the mean of many."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import astropy.units as u
import numpy as np

from gammapy.irf.edisp_kernel_map import EDispKernelMap
from gammapy.irf.edisp_map import EDispMap
from gammapy.makers.exposure import check_axes, energies_of
from gammapy.makers.exposure_mean import mean_by_exposure
from gammapy.makers.one_pointing import put_by_offset
from gammapy.maps import Map

__all__ = ["edisp_of_pointings", "make_edisp_kernel_map", "make_edisp_map"]


def make_edisp_map(
    edisp: Any, pointing: Any, geom: Any, exposure_map: Any = None, use_region_center: bool = True
) -> EDispMap:
    """Densities of the migration of one pointing, each of which holds 1 on the axis.

    Beyond the last offset of the response they are zero.

    Parameters
    ----------
    edisp : `~gammapy.irf.EnergyDispersion2D`
    pointing : `~astropy.coordinates.SkyCoord` or `~gammapy.data.FixedPointingInfo`
    geom : `~gammapy.maps.WcsGeom` or `~gammapy.maps.RegionGeom`
        With the axes ``migra`` and ``energy_true``.
    exposure_map : `~gammapy.maps.Map`, optional
        On the same pixels and true energies.
    use_region_center : bool
        True for the centre of a region, False for the mean over it.

    Raises
    ------
    DataError
        If an axis is missing, or the pointing no position.
    """
    check_axes(geom, EDispMap.required_axes)
    energy = energies_of(geom)[:, None] * u.TeV
    migra = geom.axes["migra"].center
    edisp_map = Map.from_geom(geom)

    def densities(offset: np.ndarray) -> np.ndarray:
        place = offset[:, None, None] * u.deg
        return edisp.evaluate(energy_true=energy, migra=migra, offset=place).to_value("")

    put_by_offset(edisp_map, pointing, edisp, densities, use_region_center)
    found = EDispMap(edisp_map, exposure_map)
    found.normalize()
    return found


def make_edisp_kernel_map(
    edisp: Any,
    pointing: Any,
    geom: Any,
    exposure_map: Any = None,
    use_region_center: bool = True,
    threshold: float = 1e-8,
) -> EDispKernelMap:
    """Probabilities of reconstructed bins, of one pointing.

    Beyond the last offset of the response they are zero.

    Parameters
    ----------
    edisp, pointing, exposure_map, use_region_center
        As for `make_edisp_map`.
    geom : `~gammapy.maps.WcsGeom` or `~gammapy.maps.RegionGeom`
        With the axes ``energy`` and ``energy_true``.
    threshold : float
        Probabilities below are zero.
    """
    check_axes(geom, EDispKernelMap.required_axes)
    edisp_map = Map.from_geom(geom)

    def probabilities(offset: np.ndarray) -> np.ndarray:
        found = _matrices(edisp, offset, geom)
        return np.where(found < threshold, 0.0, found)

    put_by_offset(edisp_map, pointing, edisp, probabilities, use_region_center)
    return EDispKernelMap(edisp_map, exposure_map)


def edisp_of_pointings(
    groups: Sequence[Any],
    responses: Mapping[str, Mapping[str, Any]],
    geom: Any,
    offset_max: Any = None,
) -> EDispKernelMap:
    """Probabilities of reconstructed bins, weighted by the exposure of many pointings.

    They are tabulated every 0.05 deg of offset, and straight between.

    Parameters
    ----------
    groups : sequence of `~gammapy.data.groups.PointingGroup`
    responses : mapping from str to mapping
        By name what `~gammapy.irf.load_irf_dict_from_file` gives.
    geom : `~gammapy.maps.WcsGeom` or `~gammapy.maps.RegionGeom`
        With the axes ``energy`` and ``energy_true``.
    offset_max : `~astropy.units.Quantity`, optional
        End of each field of view, by default the last offset of its effective area.

    Raises
    ------
    DataError
        If an axis is missing, or there is no pointing.
    UnknownNameError
        If a response is missing.
    """
    check_axes(geom, EDispKernelMap.required_axes)

    def values(edisp: Any, offset: np.ndarray) -> np.ndarray:
        return _matrices(edisp, offset, geom)

    return EDispKernelMap(*mean_by_exposure(groups, responses, "edisp", values, geom, offset_max))


def _matrices(edisp: Any, offset: np.ndarray, geom: Any) -> np.ndarray:
    """Probabilities [n, k, r] at offsets [n] in deg."""
    true, reco = (geom.axes[n].edges.to_value("TeV") for n in ("energy_true", "energy"))
    return edisp.matrix(true, reco, offset)
