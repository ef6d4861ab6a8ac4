"""Tables of flux points: GADF, light curves, astropy's binned time series, and profiles."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import astropy.units as u
import numpy as np
from astropy.table import Table

from gammapy.errors import DataError
from gammapy.maps.region import RegionNDMap
from gammapy.spectrum.flux_points.axes import profile_columns, time_columns
from gammapy.spectrum.flux_points.points import FluxPoints
from gammapy.spectrum.flux_points.sed_types import SED_TYPES, SUFFIXES, checked_sed_type

if TYPE_CHECKING:
    from astropy.timeseries import BinnedTimeSeries

__all__ = ["to_lightcurve", "to_profile", "to_sed_table", "to_time_series"]

_PRIVATE = ("sed_type_init", "n_sigma_ul", "n_sigma")


def to_sed_table(points: FluxPoints, sed_type: str | None, formatted: bool = False) -> Table:
    """Table with one row per energy.

    Raises
    ------
    DataError
        If there is another axis.
    """
    if len(points.geom.axes) > 1:
        other = points.geom.axes[1].name
        fit = "profile" if points.time_axis is None else "lightcurve"
        raise DataError(f"the format 'gadf-sed' has no place for the axis {other!r}: use {fit!r}")
    table = Table(_columns(points, _kind(points, sed_type)))
    return _finished(table, points, sed_type, formatted)


def to_lightcurve(points: FluxPoints, sed_type: str | None, formatted: bool = False) -> Table:
    """Table with one row per time; the cells hold all energies."""
    columns, header = time_columns(_times(points))
    table = Table({**columns, **_columns(points, _kind(points, sed_type))})
    table.meta.update(header)
    return _finished(table, points, sed_type, formatted)


def to_profile(points: FluxPoints, sed_type: str | None, formatted: bool = False) -> Table:
    """Table with one row per bin of a profile; the cells hold all energies."""
    if points.profile_axis is None:
        raise DataError(
            f"flux points over {points.geom.axes.names} are no profile: use the format "
            "'gadf-sed' or 'lightcurve'"
        )
    columns, header = profile_columns(points.profile_axis)
    table = Table({**columns, **_columns(points, _kind(points, sed_type))})
    table.meta.update(header)
    return _finished(table, points, sed_type, formatted)


def to_time_series(
    points: FluxPoints, sed_type: str | None, formatted: bool = False
) -> BinnedTimeSeries:
    """Binned time series of astropy; its cells hold all energies."""
    from astropy.timeseries import BinnedTimeSeries

    axis = _times(points)
    series = BinnedTimeSeries(time_bin_start=axis.time_min, time_bin_size=axis.bin_width)
    for name, column in _columns(points, _kind(points, sed_type)).items():
        series[name] = column
    return _finished(series, points, sed_type, formatted)


def _times(points: FluxPoints) -> Any:
    if points.time_axis is None:
        raise DataError(
            "these flux points have no time axis: use the format 'gadf-sed', or 'profile'"
        )
    return points.time_axis


def _kind(points: FluxPoints, sed_type: str | None) -> str:
    return checked_sed_type(sed_type or points.sed_type_init or "likelihood")


def _columns(points: FluxPoints, kind: str) -> dict[str, Any]:
    """Columns of energies, reference, fluxes, and all the rest."""
    columns = _energies(points)
    if kind == "likelihood" or points.has_stat_profiles:
        # profiles are over norms: they mean nothing without the reference
        columns |= _references(points)
    for suffix in SUFFIXES:
        if f"norm{suffix}" in points.available_quantities:
            name = "norm" if kind == "likelihood" else kind
            found = points.quantity(f"norm{suffix}")
            if kind != "likelihood":
                found = points.flux_map(kind, suffix)
            columns[name + suffix] = _cells(found)
    for name in points.available_quantities:
        if name not in columns and not name.startswith("norm"):
            columns[name] = _cells(points.quantity(name))
            if name == "ts" and "sqrt_ts" not in points.available_quantities:
                columns["sqrt_ts"] = _cells(points.sqrt_ts)
    if points.has_stat_profiles:
        columns["norm_scan"] = points.scans.norm.copy()
    elif "norm_scan" in points.available_quantities:
        columns["norm_scan"] = _cells(points.quantity("norm_scan"))
    columns["is_ul"] = _cells(points.is_ul)
    return columns


def _cells(data: RegionNDMap) -> Any:
    """Values as they stand in the cells, with unit if they have one."""
    return (
        data.values if data.unit == u.dimensionless_unscaled else u.Quantity(data.values, data.unit)
    )


def _energies(points: FluxPoints) -> dict[str, u.Quantity]:
    bins = points.energy_bins
    rows = {"e_ref": points.energy_ref}
    if bins is not None:
        rows |= {"e_min": bins[0], "e_max": bins[1]}
    return {name: _rows(points, row) for name, row in rows.items()}


def _references(points: FluxPoints) -> dict[str, u.Quantity]:
    rows = {f"ref_{name}": getattr(points.reference, name) for name in ("dnde", "flux", "eflux")}
    return {name: _rows(points, row) for name, row in rows.items() if row is not None}


def _rows(points: FluxPoints, row: u.Quantity) -> u.Quantity:
    """A value per energy, in all rows of a light curve or profile."""
    shape = points.geom.data_shape[:-2]
    return u.Quantity(np.array(np.broadcast_to(row.value, shape)), row.unit)


def _finished(table: Any, points: FluxPoints, sed_type: str | None, formatted: bool) -> Any:
    """Header and number formats."""
    meta = {k: v for k, v in points.meta.items() if k not in _PRIVATE and k not in table.meta}
    table.meta.update(meta)
    table.meta["SED_TYPE"] = _kind(points, sed_type)
    if points.n_sigma != 1:
        table.meta["N_SIGMA"] = points.n_sigma
    n_sigma_ul = points.n_sigma_ul
    if n_sigma_ul is not None and "UL_CONF" not in table.meta:
        from scipy.special import erf

        table.meta["UL_CONF"] = float(erf(n_sigma_ul / np.sqrt(2)))
    if formatted:
        for name in table.colnames:
            if getattr(table[name], "dtype", np.dtype(bool)).kind == "f":
                flux = name.removeprefix("ref_").partition("_")[0] in SED_TYPES
                table[name].info.format = ".3e" if flux else ".3f"
    return table
