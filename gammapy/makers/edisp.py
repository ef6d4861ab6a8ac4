"""Energy dispersion on maps, of one pointing or the mean of many."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import astropy.units as u
import numpy as np

from gammapy.errors import DataError
from gammapy.irf.edisp_kernel_map import EDispKernelMap
from gammapy.irf.edisp_map import EDispMap
from gammapy.makers.exposure import energies_of
from gammapy.makers.field_of_view import Pointings, blocks, direction_of, orientations
from gammapy.makers.offset_sum import OffsetSum
from gammapy.makers.responses import last_offset, named_responses, pointings_of
from gammapy.maps import Map

__all__ = ["edisp_of_pointings", "make_edisp_kernel_map", "make_edisp_map"]

#: pixels of a block along each axis
_SIZE = 24


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
    _check_axes(geom, EDispMap)
    energy = energies_of(geom)[:, None] * u.TeV
    migra = geom.axes["migra"].center
    edisp_map = Map.from_geom(geom)
    axes, _ = orientations(direction_of(pointing), "RADEC")
    one = Pointings.of(axes, [1.0], [0], geom.frame)
    reach = np.array([last_offset(edisp)])
    for block in blocks(geom, use_region_center, _SIZE):
        if not len(block.reached(one, reach)):
            continue
        seen = block.seen(one, reach)
        values = np.zeros((len(block.vector), energy.size, len(migra)))
        offset = seen.offset[:, None, None] * u.deg
        found = edisp.evaluate(energy_true=energy, migra=migra, offset=offset)
        values[seen.pixel] = found.to_value("")
        block.fill(edisp_map.data, values)
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
    _check_axes(geom, EDispKernelMap)
    true, reco = (geom.axes[n].edges.to_value("TeV") for n in ("energy_true", "energy"))
    edisp_map = Map.from_geom(geom)
    axes, _ = orientations(direction_of(pointing), "RADEC")
    one = Pointings.of(axes, [1.0], [0], geom.frame)
    reach = np.array([last_offset(edisp)])
    for block in blocks(geom, use_region_center, _SIZE):
        if not len(block.reached(one, reach)):
            continue
        seen = block.seen(one, reach)
        values = np.zeros((len(block.vector), len(true) - 1, len(reco) - 1))
        values[seen.pixel] = edisp.matrix(true, reco, seen.offset)
        values[values < threshold] = 0.0
        block.fill(edisp_map.data, values)
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
    _check_axes(geom, EDispKernelMap)
    energy = energies_of(geom)
    true, reco = (geom.axes[n].edges.to_value("TeV") for n in ("energy_true", "energy"))
    tables, index = named_responses(groups, responses, "edisp")
    areas, _ = named_responses(groups, responses, "aeff")
    pointings = pointings_of(groups, index, geom.frame)
    ends = [last_offset(table, offset_max) for table in areas]

    def values(i: int, at: np.ndarray) -> np.ndarray:
        area = areas[i].area(energy, at[:, None])[..., None] * 1e-4  # m2
        return np.concatenate([area, area * tables[i].matrix(true, reco, at)], axis=-1)

    table = OffsetSum.of(tables, ends, values)
    edisp_map = Map.from_geom(geom)
    exposure = Map.from_geom(geom.squash("energy"), unit="m2 s")
    for block in blocks(geom, size=_SIZE):
        total = table.total(block, pointings)
        seen = total[..., :1]
        block.fill(exposure.data, seen)
        mean = np.divide(total[..., 1:], seen, out=np.zeros_like(total[..., 1:]), where=seen > 0)
        block.fill(edisp_map.data, mean)
    return EDispKernelMap(edisp_map, exposure)


def _check_axes(geom: Any, kind: Any) -> None:
    if geom.axes.names != kind.required_axes:
        raise DataError(f"geom has the axes {geom.axes.names}: {kind.required_axes} are needed")
