"""Axes of a table of flux points (energy, time, that of a profile), and the way back."""

from __future__ import annotations

from typing import Any, NamedTuple

import astropy.units as u
import numpy as np
from astropy.time import Time

from gammapy.errors import DataError
from gammapy.maps.axis import MapAxis
from gammapy.maps.time_axis import TimeMapAxis
from gammapy.spectrum.flux_points.columns import Columns

__all__ = [
    "Energies",
    "profile_columns",
    "read_energies",
    "read_profile",
    "read_times",
    "row_of_energies",
    "time_columns",
]

#: edges that differ by less are the same: what single precision resolves
_TOUCHING = 1e-6


class Energies(NamedTuple):
    """Energies of flux points.

    Attributes
    ----------
    axis : `MapAxis`
    bins : tuple of `~astropy.units.Quantity` [n], or None
        Lower and upper energies, nan where unknown; None if only ``e_ref`` is known.
    apart : bool
        True if the bins do not touch, so that the axis cannot hold them.
    """

    axis: MapAxis
    bins: tuple[u.Quantity, u.Quantity] | None
    apart: bool


def read_energies(columns: Columns, wide: bool) -> Energies:
    """Energies from the columns ``e_ref``, ``e_min`` and ``e_max``.

    Parameters
    ----------
    columns : `Columns`
    wide : bool
        True if each cell holds all energies.

    Raises
    ------
    DataError
        If they are missing, not positive, do not ascend, or a reference lies outside its bin.
    """
    has_bins = "e_min" in columns and "e_max" in columns
    if not has_bins and ("e_ref" not in columns or {"e_min", "e_max"} & set(columns.names)):
        raise DataError(
            f"flux points need energies: a column e_ref, or both e_min and e_max, or all three; "
            f"there are {columns.names}"
        )
    if not has_bins:
        centre = _row(columns, "e_ref", wide)
        _check_ascending(centre, "e_ref")
        return Energies(MapAxis.from_nodes(centre, "log", "energy"), None, False)
    low, high = (_row(columns, name, wide) for name in ("e_min", "e_max"))
    high = high.to(low.unit)
    centre = np.sqrt(low * high).to(low.unit)
    if "e_ref" in columns:
        centre = _row(columns, "e_ref", wide).to(low.unit)
    _check_ascending(centre, "e_ref")
    outside = np.flatnonzero(
        (low > centre * (1 + _TOUCHING)) | (high < centre * (1 - _TOUCHING)) | (low >= high)
    )
    if len(outside):
        i = outside[0]
        raise DataError(
            f"e_ref = {centre[i]:g} of flux point {i} lies outside its bin from e_min = "
            f"{low[i]:g} to e_max = {high[i]:g}: correct them, or leave e_min and e_max out"
        )
    if not np.all(np.abs(low[1:] - high[:-1]) <= _TOUCHING * high[:-1]):  # nan is not touching
        return Energies(MapAxis.from_nodes(centre, "log", "energy"), (low, high), True)
    edges = np.append(low, high[-1:])
    inside = np.clip(centre, edges[:-1], edges[1:])
    axis = MapAxis(edges, "log", "energy", center=inside)
    return Energies(axis, (axis.edges_min, axis.edges_max), False)


def _check_ascending(energy: u.Quantity, name: str) -> None:
    values = energy.value
    if not np.all(np.isfinite(values) & (values > 0)):
        raise DataError(
            f"{name} = {np.array2string(values, threshold=8)} must be positive numbers: correct "
            "these rows, or remove them"
        )
    bad = np.flatnonzero(np.diff(values) <= 0)
    if len(bad):
        i = bad[0]
        raise DataError(
            f"{name} of flux point {i + 1} is {energy[i + 1]:g}, after {energy[i]:g}: energies "
            f"must ascend without doubles; use table.sort({name!r}), and merge or drop doubles"
        )


def _row(columns: Columns, name: str, wide: bool) -> u.Quantity:
    """Energies [n_energy]; all rows of a wide table must have the same."""
    return row_of_energies(columns.quantity(name, u.TeV), name, wide)


def row_of_energies(values: u.Quantity, name: str, wide: bool) -> u.Quantity:
    """What all rows of a wide table have in common; the column itself otherwise."""
    if not wide:
        if values.ndim != 1:
            raise DataError(f"column {name} has shape {values.shape}: one number per row is needed")
        return values
    rows = values.reshape(len(values), -1)
    if not np.allclose(rows, rows[:1], rtol=1e-9, atol=0 * rows.unit, equal_nan=True):
        raise DataError(f"column {name} differs between the rows: all need the same energies")
    return rows[0]


# -- time ---------------------------------------------------------------------------------


def read_times(columns: Columns, meta: dict[str, Any]) -> TimeMapAxis:
    """Time axis from the columns ``time_min`` and ``time_max``.

    Numbers count from ``MJDREFI`` + ``MJDREFF`` of the header, in the scale ``TIMESYS``.

    Raises
    ------
    DataError
        If the header states no such time.
    """
    low, high = (columns.time(name) for name in ("time_min", "time_max"))
    if low is not None and high is not None:
        return TimeMapAxis.from_time_edges(low, high)
    upper = {str(key).upper(): value for key, value in meta.items()}
    whole, fraction = upper.get("MJDREFI"), upper.get("MJDREFF", 0.0)
    try:
        reference = Time(
            float(whole),  # type: ignore[arg-type]
            float(fraction),
            format="mjd",
            scale=str(upper.get("TIMESYS", "tt")).lower(),
        )
        unit = u.Unit(upper.get("TIMEUNIT", "d"))
    except (TypeError, ValueError) as error:
        raise DataError(
            f"light curve: MJDREFI = {whole!r}, MJDREFF = {fraction!r}, TIMESYS and TIMEUNIT of "
            f"the header state no reference time for time_min and time_max ({error}): set them"
        ) from None
    start, stop = (columns.quantity(name, u.s, unit) for name in ("time_min", "time_max"))
    return TimeMapAxis(start, stop, reference)


def time_columns(axis: TimeMapAxis) -> tuple[dict[str, u.Quantity], dict[str, Any]]:
    """Columns ``time_min`` and ``time_max``, and the header that goes with them."""
    reference = axis.reference_time
    day = np.floor(reference.jd1 - 2400000.5)
    fraction = (reference.jd1 - 2400000.5 - day) + reference.jd2
    more = np.floor(fraction)
    header = {
        "MJDREFI": int(day + more),
        "MJDREFF": float(fraction - more),
        "TIMESYS": reference.scale,
        "TIMEUNIT": str(axis.unit),
    }
    return {"time_min": axis.edges_min, "time_max": axis.edges_max}, header


# -- profile ------------------------------------------------------------------------------

#: what a table is taken along that does not tell
_DISTANCE = "projected-distance"


def read_profile(columns: Columns, meta: dict[str, Any]) -> MapAxis:
    """Axis of a profile from the columns ``x_ref``, or ``x_min`` and ``x_max``, or all three.

    The header tells its name (``X_NAME``) and its scale (``X_INTERP``); by default it is linear and
    a projected distance.

    Raises
    ------
    DataError
        If the bins do not touch, do not ascend, or a centre lies outside.
    """
    upper = {str(key).upper(): value for key, value in meta.items()}
    name, interp = str(upper.get("X_NAME", _DISTANCE)), str(upper.get("X_INTERP", "lin"))
    if "x_min" not in columns or "x_max" not in columns:
        return MapAxis.from_nodes(_positions(columns, "x_ref"), interp, name)
    low = _positions(columns, "x_min")
    high = _positions(columns, "x_max", low.unit)
    centre = _positions(columns, "x_ref", low.unit) if "x_ref" in columns else None
    gaps = np.flatnonzero(~(np.abs(low[1:] - high[:-1]) <= _TOUCHING * (high - low)[:-1]))
    if len(gaps):
        i = gaps[0]
        raise DataError(
            f"x_min = {low[i + 1]:g} of row {i + 1} of a profile is not x_max = {high[i]:g} of the "
            "row before: sort the rows, and fill gaps with rows of nan"
        )
    return MapAxis(np.append(low, high[-1:]), interp, name, center=centre)


def _positions(columns: Columns, name: str, unit: u.UnitBase | None = None) -> u.Quantity:
    """A number per row, in a unit or in that of the column."""
    if unit is None:
        values, own = columns.array(name)
        positions = u.Quantity(values, own or "", dtype=float)
    else:
        positions = columns.quantity(name, unit, unit).to(unit)
    if positions.ndim != 1:
        raise DataError(f"column {name} has shape {positions.shape}: one number per row is needed")
    return positions


def profile_columns(axis: MapAxis) -> tuple[dict[str, u.Quantity], dict[str, Any]]:
    """Columns ``x_min``, ``x_max`` and ``x_ref``, and the header that goes with them.

    There is only ``x_ref`` if the edges are guessed from the centres.
    """
    columns = {"x_min": axis.edges_min, "x_max": axis.edges_max}
    if axis.node_type == "center":
        columns = {}
    return {**columns, "x_ref": axis.center}, {"X_NAME": axis.name, "X_INTERP": axis.interp}
