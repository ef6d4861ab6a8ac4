"""Exposure on maps: effective area times live time, of one pointing or of many."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import astropy.units as u
import numpy as np

from gammapy.errors import DataError
from gammapy.makers.field_of_view import blocks
from gammapy.makers.offset_sum import OffsetSum
from gammapy.makers.one_pointing import put_by_offset
from gammapy.makers.responses import last_offset, named_responses, pointings_of
from gammapy.maps import Map
from gammapy.units import strip

__all__ = ["exposure_of_pointings", "make_map_exposure_true_energy"]

#: m2 in a cm2
M2 = 1e-4


def make_map_exposure_true_energy(
    pointing: Any, livetime: Any, aeff: Any, geom: Any, use_region_center: bool = True
) -> Any:
    """Exposure of one pointing, at the centres of the pixels and of the true energies.

    Beyond the last offset of the response it is zero.

    Parameters
    ----------
    pointing : `~astropy.coordinates.SkyCoord` or `~gammapy.data.FixedPointingInfo`
    livetime : `~astropy.units.Quantity`
    aeff : `~gammapy.irf.EffectiveAreaTable2D`
    geom : `~gammapy.maps.WcsGeom` or `~gammapy.maps.RegionGeom`
        With an axis ``energy_true``.
    use_region_center : bool
        True for the centre of a region, False for the mean over it.

    Returns
    -------
    `~gammapy.maps.Map`
        In m2 s.

    Raises
    ------
    DataError
        If the axis is missing, the live time negative, or the pointing no position.
    """
    seconds = seconds_of(livetime, "livetime")
    energy = energies_of(geom)
    exposure = Map.from_geom(geom, unit="m2 s")

    def seen(offset: np.ndarray) -> np.ndarray:
        return aeff.area(energy, offset[:, None]) * (seconds * M2)

    put_by_offset(exposure, pointing, aeff, seen, use_region_center)
    return exposure


def exposure_of_pointings(
    groups: Sequence[Any],
    responses: Mapping[str, Mapping[str, Any]],
    geom: Any,
    offset_max: Any = None,
) -> Any:
    """Exposure of many pointings, added up.

    Areas are tabulated every 0.05 deg of offset, and straight between.

    Parameters
    ----------
    groups : sequence of `~gammapy.data.groups.PointingGroup`
    responses : mapping from str to mapping
        By name what `~gammapy.irf.load_irf_dict_from_file` gives.
    geom : `~gammapy.maps.WcsGeom` or `~gammapy.maps.RegionGeom`
        With an axis ``energy_true``.
    offset_max : `~astropy.units.Quantity`, optional
        End of each field of view, by default the last offset of its response.

    Returns
    -------
    `~gammapy.maps.Map`
        In m2 s.

    Raises
    ------
    DataError
        If the axis is missing, or there is no pointing.
    UnknownNameError
        If a response is missing.
    """
    energy = energies_of(geom)
    tables, index = named_responses(groups, responses, "aeff")
    pointings = pointings_of(groups, index, geom.frame)
    ends = [last_offset(table, offset_max) for table in tables]
    table = OffsetSum.of(tables, ends, lambda i, at: tables[i].area(energy, at[:, None]) * M2)
    exposure = Map.from_geom(geom, unit="m2 s")
    for block in blocks(geom):
        block.fill(exposure.data, table.total(block, pointings))
    return exposure


def energies_of(geom: Any, name: str = "energy_true") -> np.ndarray:
    """Centres [k] of the energies of a geometry in TeV."""
    if name not in geom.axes.names:
        raise DataError(f"geom has the axes {geom.axes.names}: {name!r} is needed")
    return geom.axes[name].center.to_value("TeV")


def check_axes(geom: Any, names: Sequence[str]) -> None:
    """Refuse a geometry with other axes, or another order."""
    if geom.axes.names != list(names):
        raise DataError(f"geom has the axes {geom.axes.names}: {list(names)} are needed")


def seconds_of(time: Any, name: str) -> float:
    """Time in s, not negative."""
    seconds = float(strip(time, name, u.s))
    if not 0 <= seconds < np.inf:
        raise DataError(f"{name} = {time}: it must be finite and not negative")
    return seconds
