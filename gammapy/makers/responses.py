"""Responses of groups of pointings, by name."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import astropy.units as u
import numpy as np

from gammapy.errors import DataError, UnknownNameError
from gammapy.makers.field_of_view import Pointings, equatorial_axes
from gammapy.units import strip

__all__ = ["last_offset", "named_response", "named_responses", "pointings_of"]


def named_response(name: str, responses: Mapping[str, Mapping[str, Any]], kind: str) -> Any:
    """Response of a name and kind; see `named_responses`."""
    if name not in responses:
        raise UnknownNameError(
            f"no response {name!r}: pointings have it, and responses are given for "
            f"{sorted(responses)}"
        )
    if responses[name].get(kind) is None:
        raise UnknownNameError(
            f"response {name!r} has no {kind!r}: it has {sorted(responses[name])}"
        )
    return responses[name][kind]


def named_responses(
    groups: Sequence[Any], responses: Mapping[str, Mapping[str, Any]], kind: str
) -> tuple[list[Any], np.ndarray]:
    """Responses that groups of pointings have, and which of them each group has.

    Parameters
    ----------
    groups : sequence of `~gammapy.data.groups.PointingGroup` [p]
    responses : mapping from str to mapping
        By name what `~gammapy.irf.load_irf_dict_from_file` gives.
    kind : {"aeff", "psf", "edisp", "bkg"}

    Returns
    -------
    tables : list [i]
    index : ndarray of int [p]

    Raises
    ------
    UnknownNameError
        If there is no response of a name, or it has not this kind.
    """
    names = sorted({group.response for group in groups})
    index = np.array([names.index(group.response) for group in groups], dtype=int)
    return [named_response(name, responses, kind) for name in names], index


def last_offset(table: Any, offset_max: Any = None) -> float:
    """End of the field of view in deg: the last offset of a response, or a smaller one.

    A response on axes of longitude and latitude ends at its farthest corner.

    Raises
    ------
    DataError
        If the offset is not positive.
    """
    if table.has_offset_axis:
        end = float(table.axes["offset"].edges[-1].to_value("deg"))
    else:
        edges = [table.axes[name].edges.to_value("deg") for name in ("fov_lon", "fov_lat")]
        # on the sphere a corner is nearer than in the plane
        end = float(np.hypot(*(np.abs(e[[0, -1]]).max() for e in edges)))
    if offset_max is None:
        return end
    wanted = float(strip(offset_max, "offset_max", u.deg))
    if not wanted > 0:
        raise DataError(f"offset_max = {offset_max}: a positive angle is needed")
    return min(wanted, end)


def pointings_of(groups: Sequence[Any], index: np.ndarray, frame: Any) -> Pointings:
    """Directions of groups with their live times, in a frame.

    Raises
    ------
    DataError
        If there is no group.
    """
    if not len(groups):
        raise DataError("no pointings: at least one group is needed")
    axes = [equatorial_axes(group.lon, group.lat) for group in groups]
    return Pointings.of(axes, [g.livetime for g in groups], list(index), frame)
