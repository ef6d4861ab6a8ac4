"""Means of a response over many pointings, each of which counts with its exposure."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np

from gammapy.makers.exposure import M2, energies_of
from gammapy.makers.field_of_view import blocks
from gammapy.makers.offset_sum import OffsetSum
from gammapy.makers.responses import last_offset, named_responses, pointings_of
from gammapy.maps import Map

__all__ = ["mean_by_exposure"]


def mean_by_exposure(
    groups: Sequence[Any],
    responses: Mapping[str, Mapping[str, Any]],
    kind: str,
    values: Callable[[Any, np.ndarray], np.ndarray],
    geom: Any,
    offset_max: Any = None,
    unit: str = "",
) -> tuple[Any, Any]:
    """Mean of a response on a map, and the exposure; zero where there is no exposure.

    Area and response are tabulated every 0.05 deg of offset, and straight between.

    Parameters
    ----------
    groups : sequence of `~gammapy.data.groups.PointingGroup`
    responses : mapping from str to mapping
        By name what `~gammapy.irf.load_irf_dict_from_file` gives.
    kind : {"psf", "edisp"}
    values : callable
        Of a response and offsets [n] in deg: its values [n, k, ...] in the unit.
    geom : `~gammapy.maps.WcsGeom` or `~gammapy.maps.RegionGeom`
        With the axis of the values first and ``energy_true`` last.
    offset_max : `~astropy.units.Quantity`, optional
        End of each field of view, by default the last offset of its effective area.
    unit : str

    Returns
    -------
    mean, exposure : `~gammapy.maps.Map`
        The exposure in m2 s.

    Raises
    ------
    DataError
        If there is no pointing.
    UnknownNameError
        If a response is missing.
    """
    energy = energies_of(geom)
    tables, index = named_responses(groups, responses, kind)
    areas, _ = named_responses(groups, responses, "aeff")
    pointings = pointings_of(groups, index, geom.frame)
    ends = [last_offset(area, offset_max) for area in areas]

    def weighted(i: int, at: np.ndarray) -> np.ndarray:
        area = areas[i].area(energy, at[:, None])[..., None] * M2
        return np.concatenate([area, area * values(tables[i], at)], axis=-1)

    table = OffsetSum.of(tables, ends, weighted)
    mean = Map.from_geom(geom, unit=unit)
    exposure = Map.from_geom(geom.squash(geom.axes.names[0]), unit="m2 s")
    for block in blocks(geom):
        total = table.total(block, pointings)
        seen, whole = total[..., :1], total[..., 1:]
        block.fill(exposure.data, seen)
        block.fill(mean.data, np.divide(whole, seen, out=np.zeros_like(whole), where=seen > 0))
    return mean, exposure
