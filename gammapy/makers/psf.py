"""Point spread functions on maps, of one pointing or the mean of many."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from gammapy.irf.psf_map import PSFMap
from gammapy.makers.exposure import check_axes, energies_of
from gammapy.makers.exposure_mean import mean_by_exposure
from gammapy.makers.one_pointing import put_by_offset
from gammapy.maps import Map

__all__ = ["make_psf_map", "psf_of_pointings"]


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
    check_axes(geom, PSFMap.required_axes)
    psf_map = Map.from_geom(geom, unit="sr-1")
    put_by_offset(psf_map, pointing, psf, lambda offset: _profiles(psf, offset, geom))
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
    check_axes(geom, PSFMap.required_axes)

    def values(psf: Any, offset: np.ndarray) -> np.ndarray:
        return _profiles(psf, offset, geom)

    found = PSFMap(
        *mean_by_exposure(groups, responses, "psf", values, geom, offset_max, unit="sr-1")
    )
    found.normalize()
    return found


def _profiles(psf: Any, offset: np.ndarray, geom: Any) -> np.ndarray:
    """Profiles [n, k, rad] in sr-1 at offsets [n] in deg."""
    rad = geom.axes["rad"].center.to_value("deg")
    return np.moveaxis(psf.profile(energies_of(geom), offset, rad), 1, 0)
