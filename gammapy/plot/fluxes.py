"""Flux points as they are drawn: series of points with errors, or limits, along one axis."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import astropy.units as u
import numpy as np

from gammapy.errors import DataError, OptionError
from gammapy.plot.axes import short_energies, unit_text
from gammapy.plot.model import ERG, NAMES
from gammapy.plot.profile_axis import bin_labels
from gammapy.spectrum.flux_points.points import FluxPoints

__all__ = ["Fluxes", "fluxes", "series_axis", "series_labels"]


@dataclass(frozen=True)
class Fluxes:
    """Series of points along an axis.

    Attributes
    ----------
    values, errn, errp : `~astropy.units.Quantity` [n_series, n]
        Nan where there is no point; the errors are nan where they are not known.
    limits : `~astropy.units.Quantity` [n_series, n]
        Upper limits, nan where none is drawn.
    """

    values: u.Quantity
    errn: u.Quantity
    errp: u.Quantity
    limits: u.Quantity


def series_axis(points: FluxPoints, axis_name: str | None) -> str:
    """Axis along which points are drawn: energy, or the other one if there is one.

    Raises
    ------
    OptionError
        If there is no such axis.
    """
    names = list(points.geom.axes.names)
    name = axis_name or names[-1]
    if name not in names:
        raise OptionError(f"axis_name = {name!r} is no axis of these points: choose one of {names}")
    return name


def fluxes(
    points: FluxPoints, sed_type: str | None = None, energy_power: float = 0, along: str = "energy"
) -> Fluxes:
    """What is drawn of flux points.

    Parameters
    ----------
    points : `FluxPoints`
    sed_type : {"dnde", "e2dnde", "flux", "eflux"}, optional
        By default "dnde".
    energy_power : float
        Fluxes are multiplied by this power of the reference energy.
    along : str
        "energy", or the other axis.

    Raises
    ------
    OptionError
        If the type is not known.
    DataError
        If no point has a flux or a limit.
    """
    kind = sed_type or "dnde"
    if kind not in NAMES:
        raise OptionError(f"sed_type = {sed_type!r} is not known: choose one of {', '.join(NAMES)}")

    def rows(suffix: str = "") -> u.Quantity:
        power = points.energy_ref[:, None, None] ** energy_power
        rows = (points.flux_map(kind, suffix).quantity * power)[..., 0, 0]
        if rows.unit.is_equivalent(ERG):
            rows = rows.to(ERG)
        rows = rows[None] if rows.ndim == 1 else rows
        return rows if along == "energy" else rows.T

    there = points.available_quantities
    is_limit = points.is_ul.data[..., 0, 0]
    is_limit = is_limit[None] if is_limit.ndim == 1 else is_limit
    is_limit = is_limit if along == "energy" else is_limit.T
    values = rows()
    unknown = np.full_like(values, np.nan)
    symmetric = rows("_err") if "norm_err" in there else unknown
    down, up = (rows(s) if f"norm{s}" in there else unknown for s in ("_errn", "_errp"))
    limits = rows("_ul") if points.has_ul else unknown
    is_limit = is_limit & np.isfinite(limits)
    found = Fluxes(
        values=np.where(is_limit, unknown, values),
        errn=np.where(np.isnan(down), symmetric, down),
        errp=np.where(np.isnan(up), symmetric, up),
        limits=np.where(is_limit, limits, unknown),
    )
    if not (np.isfinite(found.values) | np.isfinite(found.limits)).any():
        raise DataError(
            f"none of {values.size} flux points has a flux or an upper limit to draw: see "
            "to_table() for why"
        )
    return found


def series_labels(points: FluxPoints, along: str) -> list[str]:
    """What each series is: its bin of the other axis, times if that is time."""
    if along == "energy":
        if points.profile_axis is not None:
            return bin_labels(points.profile_axis)
        axis: Any = points.time_axis
        if axis is None:
            return [""]
        short = "date_hm" if np.any(axis.bin_width < 1 * u.d) else "date"
        edges = (axis.time_min, axis.time_max)
        starts, stops = (times.to_value("iso", subfmt=short) for times in edges)
        pairs = zip(starts, stops, strict=True)
        return [f"{start} – {_shorter(start, stop)}" for start, stop in pairs]
    energy = short_energies(points.energy_ref)
    unit = unit_text(energy.unit)
    if points.energy_bins is None:
        return [f"{one:.3g} {unit}" for one in energy.value]
    low, high = (edges.to_value(energy.unit) for edges in points.energy_bins)
    return [f"{a:.3g} – {b:.3g} {unit}" for a, b in zip(low, high, strict=True)]


def _shorter(start: str, stop: str) -> str:
    """End of an interval, without the date if that is the same."""
    day, _, clock = stop.partition(" ")
    return clock if clock and start.startswith(day) else stop
