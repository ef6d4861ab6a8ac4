"""Axes that maps share, and parts of them: consecutive bins."""

from __future__ import annotations

from typing import Any

import astropy.units as u
import numpy as np

from gammapy.errors import DataError
from gammapy.maps.axis import MapAxis
from gammapy.maps.region import RegionGeom, RegionNDMap
from gammapy.maps.time_axis import TimeMapAxis
from gammapy.units import as_quantity

__all__ = [
    "check_axes",
    "check_profile_axis",
    "nearest_bins",
    "sliced_axis",
    "sliced_map",
    "whole_times",
]

#: axes of flux points that mean something else
_TAKEN = ("", "energy", "energy_true", "time", "norm", "scan", "dataset")
#: rounding of times
_SLACK = 1e-6 * u.s


def sliced_axis(axis: Any, index: slice) -> Any:
    """Axis of some consecutive bins.

    Raises
    ------
    DataError
        If none is left, or they are not consecutive.
    """
    kept = np.arange(axis.nbin)[index]
    if not len(kept) or np.any(np.diff(kept) != 1):
        raise DataError(
            f"slice {index.start}:{index.stop}:{index.step} of {axis!r} leaves {len(kept)} bins: "
            "at least one, and consecutive ones, are needed"
        )
    if isinstance(axis, TimeMapAxis):
        return axis.slice(index)
    if axis.node_type == "center":
        return MapAxis.from_nodes(axis.center[kept], axis.interp, axis.name)
    edges = axis.edges[kept[0] : kept[-1] + 2]
    return MapAxis(edges, axis.interp, axis.name, center=axis.center[kept])


def sliced_map(data: RegionNDMap, slices: dict[str, slice]) -> RegionNDMap:
    """Map on some consecutive bins of its axes, which are named."""
    axes = list(data.geom.axes)
    index = tuple(slices.get(axis.name, slice(None)) for axis in reversed(axes))
    parts = [sliced_axis(a, slices[a.name]) if a.name in slices else a for a in axes]
    return RegionNDMap(RegionGeom(parts, data.geom.region), data.data[index], data.unit)


def nearest_bins(axis: MapAxis, low: Any, high: Any) -> slice:
    """Bins between two energies, each of which is moved to the nearest edge on a log scale."""
    limits = [as_quantity(e, n, axis.unit) for e, n in ((low, "energy_min"), (high, "energy_max"))]
    values = np.array([limit.to_value(axis.unit) for limit in limits])
    if not np.all(values > 0):
        raise DataError(f"energies {low} to {high} must be positive")
    edges = np.log(np.maximum(axis.edges.value, np.finfo(float).tiny))
    first, last = np.argmin(np.abs(edges[:, None] - np.log(values)), axis=0)
    if first >= last:
        raise DataError(f"no bin of {axis!r} lies between {low} and {high}: widen the range")
    return slice(int(first), int(last))


def whole_times(axis: TimeMapAxis, time_min: Any, time_max: Any) -> slice:
    """Bins that lie wholly between two times, to a microsecond."""
    inside = (axis.time_min >= time_min - _SLACK) & (axis.time_max <= time_max + _SLACK)
    kept = np.flatnonzero(inside)
    if not len(kept):
        raise DataError(f"no time bin lies between {time_min} and {time_max}: {axis!r}")
    return slice(int(kept[0]), int(kept[-1]) + 1)


def check_axes(maps: dict[str, RegionNDMap], geom: RegionGeom) -> None:
    """Energy, then perhaps time or one more, the same in all maps; scans and the like have one
    before them.
    """
    names = geom.axes.names
    if names[:1] != ["energy"] or len(names) > 2:
        raise DataError(
            f"norm has the axes {names}: ['energy'], ['energy', 'time'], or energy and the axis of "
            "a profile are possible"
        )
    if len(names) == 2 and not (names[1] == "time" and isinstance(geom.axes[1], TimeMapAxis)):
        check_profile_axis(geom.axes[1])
    for name, value in maps.items():
        last = list(value.geom.axes)[-len(geom.axes) :]
        if last != list(geom.axes):
            raise DataError(
                f"{name} has the axes {list(value.geom.axes)}, but norm has {list(geom.axes)}: all "
                "maps of flux points must share them"
            )


def check_profile_axis(axis: Any) -> None:
    """Refuse what is not the axis of a flux profile.

    Raises
    ------
    DataError
        If it is no `MapAxis`, or its name is empty or means something else in flux points.
    """
    if not isinstance(axis, MapAxis):
        raise DataError(
            f"the axis of a profile is {axis!r}: a MapAxis is needed; along time there are light "
            "curves"
        )
    if axis.name in _TAKEN:
        raise DataError(
            f"the axis of a profile has the name {axis.name!r}, but {_TAKEN} are taken: name it, "
            "e.g. MapAxis.from_edges([0, 0.1, 0.2], unit='deg', name='projected-distance')"
        )
