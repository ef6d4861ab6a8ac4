"""Point spread functions on maps, of one pointing or the mean of many."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from gammapy.errors import DataError
from gammapy.irf.psf_map import PSFMap
from gammapy.makers.exposure import energies_of
from gammapy.makers.field_of_view import Pointings, blocks, direction_of, orientations
from gammapy.makers.offset_sum import OffsetSum
from gammapy.makers.responses import last_offset, named_responses, pointings_of
from gammapy.maps import Map

__all__ = ["make_psf_map", "psf_of_pointings"]

#: pixels of a block along each axis: a pixel has more than a thousand numbers
_SIZE = 24


def make_psf_map(psf: Any, pointing: Any, geom: Any, exposure_map: Any = None) -> PSFMap:
    """Point spread function of one pointing; each holds 1 within the last radius of the map.

    Beyond the last offset of the response it is zero.

    Parameters
    ----------
    psf : `~gammapy.irf.PSF3D`, `EnergyDependentMultiGaussPSF` or `PSFKing`
    pointing : `~astropy.coordinates.SkyCoord` or `~gammapy.data.FixedPointingInfo`
    geom : `~gammapy.maps.WcsGeom` or `~gammapy.maps.RegionGeom`
        With the axes ``rad`` and ``energy_true``.
    exposure_map : `~gammapy.maps.Map`, optional
        On the same pixels and true energies.

    Raises
    ------
    DataError
        If an axis is missing, or the pointing no position.
    """
    energy, rad = _axes_of(geom)
    psf_map = Map.from_geom(geom, unit="sr-1")
    axes, _ = orientations(direction_of(pointing), "RADEC")
    one = Pointings.of(axes, [1.0], [0], geom.frame)
    reach = np.array([last_offset(psf)])
    for block in blocks(geom, size=_SIZE):
        if not len(block.reached(one, reach)):
            continue
        seen = block.seen(one, reach)
        values = np.zeros((len(block.vector), len(energy), len(rad)))
        values[seen.pixel] = np.moveaxis(psf.profile(energy, seen.offset, rad), 1, 0)
        block.fill(psf_map.data, values)
    found = PSFMap(psf_map, exposure_map)
    found.normalize()
    return found


def psf_of_pointings(
    groups: Sequence[Any],
    responses: Mapping[str, Mapping[str, Any]],
    geom: Any,
    offset_max: Any = None,
) -> PSFMap:
    """Point spread function of many pointings, weighted by exposure, with the exposure.

    Profiles are tabulated every 0.05 deg of offset, and straight between. Each of the means holds 1
    within the last radius of the map; it is zero where there is no exposure.

    Parameters
    ----------
    groups : sequence of `~gammapy.data.groups.PointingGroup`
    responses : mapping from str to mapping
        By name what `~gammapy.irf.load_irf_dict_from_file` gives.
    geom : `~gammapy.maps.WcsGeom` or `~gammapy.maps.RegionGeom`
        With the axes ``rad`` and ``energy_true``. There are as many numbers as pixels times radii
        times energies, so pixels of half a degree or so are wise.
    offset_max : `~astropy.units.Quantity`, optional
        End of each field of view, by default the last offset of its effective area.

    Raises
    ------
    DataError
        If an axis is missing, or there is no pointing.
    UnknownNameError
        If a response is missing.
    """
    energy, rad = _axes_of(geom)
    psfs, index = named_responses(groups, responses, "psf")
    areas, _ = named_responses(groups, responses, "aeff")
    pointings = pointings_of(groups, index, geom.frame)
    ends = [last_offset(table, offset_max) for table in areas]

    def values(i: int, at: np.ndarray) -> np.ndarray:
        area = areas[i].area(energy, at[:, None]) * 1e-4  # m2
        profile = np.moveaxis(psfs[i].profile(energy, at, rad), 1, 0)
        return np.concatenate([area[..., None], area[..., None] * profile], axis=-1)

    table = OffsetSum.of(psfs, ends, values)
    psf_map = Map.from_geom(geom, unit="sr-1")
    exposure = Map.from_geom(geom.squash("rad"), unit="m2 s")
    for block in blocks(geom, size=_SIZE):
        total = table.total(block, pointings)
        block.fill(exposure.data, total[..., :1])
        block.fill(psf_map.data, total[..., 1:])
    found = PSFMap(psf_map, exposure)
    found.normalize()
    return found


def _axes_of(geom: Any) -> tuple[np.ndarray, np.ndarray]:
    """Energies in TeV and radii in deg of a geometry."""
    if geom.axes.names != PSFMap.required_axes:
        raise DataError(f"geom has the axes {geom.axes.names}: {PSFMap.required_axes} are needed")
    return energies_of(geom), geom.axes["rad"].center.to_value("deg")
