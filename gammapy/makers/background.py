"""Background on maps: the rate in the field of view times the time, of one pointing or of many.

The rates of files are per second of observation, dead time included, so they go with the *on*
time. How the field of view lies on the sky says the header of the response (FOVALIGN; see
`gammapy.makers.field_of_view`).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import astropy.units as u
import numpy as np
from astropy.coordinates import SkyCoord
from astropy.time import Time
from scipy.sparse import csr_matrix

from gammapy.errors import DataError
from gammapy.irf import FoVAlignment
from gammapy.makers.exposure import energies_of, seconds_of
from gammapy.makers.field_of_view import (
    Block,
    Pointings,
    Seen,
    blocks,
    direction_of,
    equatorial_axes,
    orientations,
)
from gammapy.makers.responses import last_offset, named_responses
from gammapy.maps import Map, RegionGeom
from gammapy.units import strip

__all__ = ["background_of_pointings", "make_map_background_irf"]

#: parts of a bin of the field of view, at the ends of which the rate is tabulated
_PARTS = 4
#: deg between the nodes of a rate that depends on the offset
_STEP = 0.05
#: logarithm of a rate that is none, and counts below which there are none
_NIL, _NOTHING = -85.0, 1e-25
#: deg by which a place may miss the edge
_ROUNDING = 1e-6


def make_map_background_irf(
    pointing: Any,
    ontime: Any,
    bkg: Any,
    geom: Any,
    time_start: Time | None = None,
    fov_rotation_step: Any = 1.0 * u.deg,
    oversampling: int | None = None,
    use_region_center: bool = True,
    location: Any = None,
) -> Any:
    """Background counts of one pointing: rate at the centre of a pixel times its solid angle.

    Rates are integrated over the energy bins, piece by piece in closed form (between the nodes of
    the response a spectrum is a power law), and zero beyond its last energy and offset.

    Parameters
    ----------
    pointing : `~astropy.coordinates.SkyCoord` or `~gammapy.data.FixedPointingInfo`
    ontime : `~astropy.units.Quantity`
        Time of observation, dead time included.
    bkg : `~gammapy.irf.Background2D` or `~gammapy.irf.Background3D`
    geom : `~gammapy.maps.WcsGeom` or `~gammapy.maps.RegionGeom`
        With an axis ``energy``.
    time_start : `~astropy.time.Time`, optional
        Needed, as is the location, for a response that is aligned to the zenith.
    fov_rotation_step : `~astropy.units.Quantity`
        By which such a response turns at most in the parts of the time.
    oversampling : int, optional
        Without effect: the integral is exact.
    use_region_center : bool
        True for the rate at the centre of a region, False for the mean over it; in both cases
        times its solid angle.
    location : `~astropy.coordinates.EarthLocation`, optional

    Returns
    -------
    `~gammapy.maps.Map`

    Raises
    ------
    DataError
        If an axis is missing, the time negative, the pointing no position, or the place of the
        field of view on the sky is not known.
    """
    seconds = seconds_of(ontime, "ontime")
    energies_of(geom, "energy")
    edges = geom.axes["energy"].edges.to_value("TeV")
    direction = direction_of(pointing, time_start, location)
    alignment = "RADEC" if bkg.has_offset_axis else bkg.fov_alignment
    step = float(strip(fov_rotation_step, "fov_rotation_step", u.deg))
    axes, times = orientations(direction, alignment, time_start, seconds, location, step)
    parts = Pointings.of(axes, times, [0] * len(axes), geom.frame)
    reach = np.full(len(axes), last_offset(bkg))

    def rates(block: Block) -> np.ndarray:
        values = np.zeros((len(block.vector), len(edges) - 1))
        seen = block.seen(parts, reach)
        for i, time in enumerate(times):  # each pixel is in a part at most once
            mine = seen.pointing == i
            found = bkg.rate(edges, seen.lon[mine], seen.lat[mine])
            values[seen.pixel[mine]] += found.T * time
        return values

    return _filled(geom, use_region_center, parts, reach, rates)


def background_of_pointings(
    groups: Sequence[Any],
    responses: Mapping[str, Mapping[str, Any]],
    geom: Any,
    offset_max: Any = None,
    location: Any = None,
    fov_rotation_step: Any = 1.0 * u.deg,
) -> Any:
    """Background counts of many pointings, added up.

    They count with the ``ontime`` of their group. Where a field of view turns, that is shared out
    over the times from start to stop, which an index may round.

    Logarithms of integrated rates are tabulated at the nodes of the response and three places
    between them, and straight between.

    Parameters
    ----------
    groups : sequence of `~gammapy.data.groups.PointingGroup`
    responses : mapping from str to mapping
        By name what `~gammapy.irf.load_irf_dict_from_file` gives.
    geom : `~gammapy.maps.WcsGeom` or `~gammapy.maps.RegionGeom`
        With an axis ``energy``.
    offset_max : `~astropy.units.Quantity`, optional
        End of each field of view, by default where its response ends.
    location : `~astropy.coordinates.EarthLocation`, optional
        Needed for responses that are aligned to the zenith.
    fov_rotation_step : `~astropy.units.Quantity`
        By which such a response turns at most in the parts of the time.

    Returns
    -------
    `~gammapy.maps.Map`

    Raises
    ------
    DataError
        If the axis or the location is missing, or there is no pointing.
    UnknownNameError
        If a response is missing.
    """
    if not len(groups):
        raise DataError("no pointings: at least one group is needed")
    energies_of(geom, "energy")
    edges = geom.axes["energy"].edges.to_value("TeV")
    tables, index = named_responses(groups, responses, "bkg")
    step = float(strip(fov_rotation_step, "fov_rotation_step", u.deg))
    pointings = _oriented(groups, tables, index, geom.frame, location, step)
    reach = np.array([last_offset(table, offset_max) for table in tables])[pointings.response]
    rates = [_Rates(table, edges) for table in tables]

    def total(block: Block) -> np.ndarray:
        near = block.reached(pointings, reach)
        few = pointings.only(near)
        seen = block.seen(few, reach[near])
        response = few.response[seen.pointing]
        values = np.zeros((len(block.vector), len(edges) - 1))
        for i, rate in enumerate(rates):
            rate.add(values, seen.only(np.flatnonzero(response == i)), few.seconds)
        values[values < _NOTHING] = 0.0
        return values

    return _filled(geom, True, pointings, reach, total)


def _filled(
    geom: Any, use_region_center: bool, pointings: Pointings, reach: np.ndarray, rates: Any
) -> Any:
    """Map of rates per solid angle [n, r] of blocks, times the solid angles."""
    background = Map.from_geom(geom)
    angle = geom.to_image().solid_angle().to_value("sr")
    angle = np.reshape(angle, (1, 1)) if isinstance(geom, RegionGeom) else angle
    for block in blocks(geom, use_region_center):
        if len(block.reached(pointings, reach)):
            found = rates(block)
            if block.weights is None:
                found *= angle[block.where][block.on_sky][:, None]
            else:
                found *= angle[0, 0]
            block.fill(background.data, found)
    return background


def _oriented(
    groups: Sequence[Any],
    tables: Sequence[Any],
    index: np.ndarray,
    frame: Any,
    location: Any,
    step: float,
) -> Pointings:
    """Fields of view of groups on the sky; of those that turn there, one for each part."""
    axes: list[np.ndarray] = []
    seconds: list[float] = []
    which: list[int] = []
    for group, i in zip(groups, index, strict=True):
        table = tables[i]
        if table.has_offset_axis or FoVAlignment(table.fov_alignment) is not FoVAlignment.ALTAZ:
            alignment = "RADEC" if table.has_offset_axis else table.fov_alignment
            found = [equatorial_axes(group.lon, group.lat, alignment)]
            times = [group.ontime]
        else:
            direction = SkyCoord(group.lon, group.lat, unit="deg")
            found, times = [], []
            for start, stop in zip(group.gti.time_start, group.gti.time_stop, strict=True):
                length = (stop - start).to_value("s")
                more, parts = orientations(direction, "ALTAZ", start, length, location, step)
                found, times = found + more, times + parts
            times = _shared_out(group.ontime, times)
        axes, seconds, which = axes + found, seconds + times, which + [int(i)] * len(found)
    return Pointings.of(axes, seconds, which, frame)


def _shared_out(ontime: float, times: Sequence[float]) -> list[float]:
    """Parts of a time in the ratio of others; even ones, if all of those are nil."""
    share = np.asarray(times) if np.any(times) else np.ones(len(times))
    return list(ontime * share / share.sum())


# -- rates between nodes -------------------------------------------------------------------


class _Rates:
    """Integrated rates of a response at nodes, straight between them in their logarithm.

    In single precision: it is half as long, and rates are not known to 1e-6.
    """

    def __init__(self, table: Any, edges: np.ndarray) -> None:
        self._by_offset = table.has_offset_axis
        if self._by_offset:
            axis = table.axes["offset"]
            parts = int(np.ceil(axis.bin_width.max().to_value("deg") / _STEP))
            self._nodes = [_refined(axis, parts)]
            rates = table.rate(edges, self._nodes[0], 0.0)
        else:
            self._nodes = [_refined(table.axes[name], _PARTS) for name in ("fov_lon", "fov_lat")]
            rates = table.rate(edges, self._nodes[0][:, None], self._nodes[1])
        with np.errstate(divide="ignore"):
            logs = np.maximum(np.log(rates.reshape(len(rates), -1).T), _NIL)
        self._logs = np.ascontiguousarray(logs, dtype=np.float32)

    def add(self, values: np.ndarray, seen: Seen, seconds: np.ndarray) -> None:
        """Add rates times the seconds [p] of the pointings to values [n_pixels, r]."""
        place = [seen.offset] if self._by_offset else [seen.lon, seen.lat]
        inside = np.ones(len(seen.pixel), dtype=bool)
        for x, nodes in zip(place, self._nodes, strict=True):
            inside &= (x >= nodes[0] - _ROUNDING) & (x <= nodes[-1] + _ROUNDING)
        kept = np.flatnonzero(inside)
        if not len(kept):
            return
        rates = _weights(self._nodes, [x[kept] for x in place]) @ self._logs
        np.exp(rates, out=rates)
        pixel = seen.pixel[kept]  # ascending
        start = np.searchsorted(pixel, np.arange(len(values) + 1))
        times = seconds[seen.pointing[kept]].astype(np.float32)
        shape = (len(values), len(kept))
        values += csr_matrix((times, np.arange(len(kept)), start), shape=shape) @ rates


def _refined(axis: Any, parts: int) -> np.ndarray:
    """Centres of bins with places between them, to the outer edges."""
    edges, centers = axis.edges.to_value("deg"), axis.center.to_value("deg")
    knots = np.concatenate([edges[:1], centers, edges[-1:]])
    fine = np.interp(np.arange((len(knots) - 1) * parts + 1) / parts, np.arange(len(knots)), knots)
    return np.unique(fine)


def _weights(nodes: Sequence[np.ndarray], place: Sequence[np.ndarray]) -> csr_matrix:
    """Weights [n, n_nodes] of the nodes around places [n]."""
    n = len(place[0])
    corners = 2 ** len(nodes)
    index = np.zeros((n, corners), dtype=np.int32)
    weight = np.ones((n, corners), dtype=np.float32)
    for k, (x, knots) in enumerate(zip(place, nodes, strict=True)):
        low = np.clip(np.searchsorted(knots, x, side="right") - 1, 0, len(knots) - 2)
        share = np.clip((x - knots[low]) / np.diff(knots)[low], 0.0, 1.0)
        index *= len(knots)
        for corner in range(corners):
            side = (corner >> k) & 1
            index[:, corner] += low + side
            weight[:, corner] *= share if side else 1.0 - share
    start = np.arange(n + 1, dtype=np.int32) * corners
    size = int(np.prod([len(knots) for knots in nodes]))
    return csr_matrix((weight.ravel(), index.ravel(), start), shape=(n, size))
