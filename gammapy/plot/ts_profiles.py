"""Profiles of the statistic of flux points, as colours over flux and energy, time or another."""

from __future__ import annotations

from typing import Any

import astropy.units as u
import numpy as np

from gammapy.errors import DataError, OptionError
from gammapy.plot.axes import (
    axis_label,
    current_axes,
    on_axis,
    plain_numbers,
    short_energies,
)
from gammapy.plot.fluxes import series_axis
from gammapy.plot.model import NAMES
from gammapy.plot.profile_axis import on_profile_axis
from gammapy.plot.times import on_time_axis, times_of
from gammapy.spectrum.flux_points.points import FluxPoints

__all__ = ["plot_ts_profiles"]

#: -2 ln L this far above its minimum is white: three sigma
DEEPEST = 9.0
#: fluxes at which each profile is drawn
N_FLUX = 400


def plot_ts_profiles(
    points: FluxPoints,
    ax: Any = None,
    sed_type: str | None = None,
    add_cbar: bool = True,
    axis_name: str | None = None,
    **kwargs: Any,
) -> Any:
    """Draw 2 ln L below its maximum for each bin, as it was scanned.

    Parameters
    ----------
    points : `FluxPoints`
        With profiles ``stat_scan``.
    ax : `~matplotlib.axes.Axes`, optional
        By default the current ones.
    sed_type : {"dnde", "flux", "eflux", "e2dnde"}, optional
        By default "dnde".
    add_cbar : bool
        Explain the colours.
    axis_name : str, optional
        Axis to draw along; of the other there must be one bin. By default the longer one.
    **kwargs
        Handed on to `matplotlib.axes.Axes.pcolormesh`.

    Returns
    -------
    `~matplotlib.axes.Axes`

    Raises
    ------
    OptionError
        If ``sed_type`` is not known, or there are several bins of the other axis.
    DataError
        If there are no profiles, or none at a positive flux.
    """
    kind = sed_type or "dnde"
    if kind not in NAMES:
        raise OptionError(f"sed_type = {sed_type!r} is not known: choose one of {', '.join(NAMES)}")
    along = _along(points, axis_name)
    style: dict[str, Any] = {"cmap": "Blues", "vmin": -DEEPEST, "vmax": 0.0} | kwargs
    flux, rise = _profiles(points, kind)
    near = (rise < -style["vmin"]) & (flux.value > 0)  # nan is not near
    if not near.any():
        raise DataError(f"no profile is within {-style['vmin']:g} of its minimum at a flux > 0")
    ax = current_axes(ax)
    grid = np.geomspace(flux.value[near].min() / 1.2, flux.value[near].max() * 1.2, N_FLUX + 1)
    centre = np.sqrt(grid[1:] * grid[:-1])
    y = on_axis(ax.yaxis, u.Quantity(grid, flux.unit))
    for edges, values, row in zip(_bins(points, along, ax), flux.value, rise, strict=True):
        if np.isfinite(row).all():
            column = -np.interp(centre, values, row, left=np.nan, right=np.nan)
            column = np.where(column < style["vmin"], np.nan, column)
            image = ax.pcolormesh(edges, y, column[:, None], **style)
    ax.set_yscale("log")
    axis_label(ax.yaxis, NAMES[kind])
    if add_cbar:
        ax.figure.colorbar(image, ax=ax, label="2 ln L, below its maximum", extend="min")
    return ax


def _along(points: FluxPoints, axis_name: str | None) -> str:
    lengths = {axis.name: axis.nbin for axis in points.geom.axes}
    longest = max(lengths, key=lambda name: lengths[name])
    along = series_axis(points, axis_name or longest)
    others = {name: n for name, n in lengths.items() if name != along and n > 1}
    if others:
        raise OptionError(
            f"profiles along {along} of {others} bins do not fit one picture: choose one bin by "
            "points.slice_by_idx"
        )
    return along


def _profiles(points: FluxPoints, kind: str) -> tuple[u.Quantity, np.ndarray]:
    """Flux and rise of the statistic [n_bins, N_FLUX]; nan where a fit has failed.

    Between the scanned norms they follow the spline of degree 2 that a fit to profiles uses.
    """
    from scipy.interpolate import make_interp_spline

    scans, n_scan = points.scans, points.scans.stat.shape[-1]
    norms, stats = scans.norm.reshape(-1, n_scan), scans.stat.reshape(-1, n_scan)
    reference = np.broadcast_to(points.reference.value(kind), scans.stat.shape[:-1], subok=True)
    known = np.isfinite(points.norm.data).ravel() & np.isfinite(stats).all(axis=1)
    fine = np.linspace(norms[:, 0], norms[:, -1], N_FLUX, axis=1)
    rise = np.full(fine.shape, np.nan)
    for i in np.flatnonzero(known):
        curve = make_interp_spline(norms[i], stats[i], k=min(2, n_scan - 1))(fine[i])
        rise[i] = curve - curve.min()
    return fine * reference.reshape(-1, 1), rise


def _bins(points: FluxPoints, along: str, ax: Any) -> np.ndarray:
    """Edges [n_bins, 2] on the axis; its scale and label."""
    if along == "time" and points.time_axis is not None:
        times = times_of(points.time_axis, "iso")
        on_time_axis(ax, times)
        return np.transpose([times.centre - times.width[0], times.centre + times.width[1]])
    if along != "energy":
        x, width = on_profile_axis(ax, points.geom.axes[along])
        return np.transpose([x - width[0], x + width[1]])
    axis = points.energy_axis
    low, high = points.energy_bins or (axis.edges_min, axis.edges_max)
    edges = on_axis(ax.xaxis, short_energies(u.Quantity([low, high]))).T
    ax.set_xscale("log")
    axis_label(ax.xaxis, "Energy")
    plain_numbers(ax.xaxis)
    return edges
