"""Flux points over energy, time or another axis, with errors, and arrows for upper limits."""

from __future__ import annotations

import warnings
from typing import Any

import astropy.units as u
import numpy as np

from gammapy.errors import GammapyWarning
from gammapy.maps.time_axis import TimeMapAxis
from gammapy.optional import require
from gammapy.plot.axes import (
    axis_label,
    current_axes,
    down_to,
    legend_above,
    marker_style,
    on_axis,
    plain_numbers,
    short_energies,
)
from gammapy.plot.fluxes import Fluxes, fluxes, series_axis, series_labels
from gammapy.plot.model import NAMES
from gammapy.plot.profile_axis import on_profile_axis
from gammapy.plot.times import on_time_axis, times_of
from gammapy.spectrum.flux_points.points import FluxPoints

__all__ = ["CROWDED", "plot_flux_points", "series_colours"]

#: from this many series on, colours are explained by a bar instead of a legend
CROWDED = 7
#: labels for which there is room along the bar
ROOM = 14
#: length of an arrow in units of the limit
ARROW = 0.5


def plot_flux_points(
    points: FluxPoints,
    ax: Any = None,
    sed_type: str | None = None,
    energy_power: float = 0,
    time_format: str = "iso",
    axis_name: str | None = None,
    **kwargs: Any,
) -> Any:
    """Draw flux points, a light curve, or a flux profile.

    Points that are upper limits (``is_ul``) are arrows from the limit down. The axes of a spectrum
    are logarithmic; the flux axis of a light curve or profile is linear if a flux is negative.

    Parameters
    ----------
    points : `FluxPoints`
    ax : `~matplotlib.axes.Axes`, optional
        By default the current ones.
    sed_type : {"dnde", "flux", "eflux", "e2dnde"}, optional
        By default "dnde".
    energy_power : float
        What is drawn is multiplied by this power of the reference energy.
    time_format : {"iso", "mjd"}
        How times are written.
    axis_name : str, optional
        Axis to draw along, "energy", "time" or that of a profile; there is a colour for each bin
        of the other. By default not energy, if there is another axis.
    **kwargs
        Handed on to `matplotlib.axes.Axes.errorbar`.

    Returns
    -------
    `~matplotlib.axes.Axes`

    Raises
    ------
    OptionError
        If ``sed_type``, ``time_format`` or ``axis_name`` is not known.
    DataError
        If no point has a flux or a limit, or the type needs energy bins that are not known.
    UnitMismatchError
        If the axes show something else.
    """
    along = series_axis(points, axis_name)
    found = fluxes(points, sed_type, energy_power, along)
    axis = points.geom.axes[along]
    times = times_of(axis, time_format) if isinstance(axis, TimeMapAxis) else None
    ax = current_axes(ax)
    numbers = Fluxes(*(on_axis(ax.yaxis, part) for part in vars(found).values()))
    if times is not None:
        on_time_axis(ax, times)
        x, width = times.centre, times.width
    elif along == "energy":
        x, width = _energies(points, ax)
    else:
        x, width = on_profile_axis(ax, axis)
    with down_to(ax, _lowest(numbers)):
        _draw_series(ax, x, width, numbers, series_labels(points, along), kwargs)
        _frame(ax, numbers, along, sed_type or "dnde", energy_power)
    return ax


def _energies(points: FluxPoints, ax: Any) -> tuple[np.ndarray, np.ndarray]:
    """Energies [n], and their distances [2, n] from the edges of the bins, on the axis."""
    energy = points.energy_ref
    low, high = points.energy_bins or (energy, energy)
    x, low, high = on_axis(ax.xaxis, short_energies(u.Quantity([energy, low, high])))
    return x, np.array([x - low, high - x])


def _lowest(drawn: Fluxes) -> float:
    """What must be in view: all points, and bars as far as they are not very long."""
    with np.errstate(invalid="ignore"):
        ends = np.fmax(np.fmin(drawn.values - drawn.errn, drawn.values), drawn.values / 5)
        lowest = np.append(ends, drawn.limits * (1 - ARROW))
        positive = lowest[lowest > 0]
    return float(positive.min(initial=np.inf))


# -- drawing ------------------------------------------------------------------------------


def _draw_series(
    ax: Any, x: np.ndarray, width: np.ndarray, drawn: Fluxes, labels: list[str], style: Any
) -> None:
    n = len(labels)
    colours = series_colours(n) if n > 1 else [None]
    own = style.get("label")
    for i, (label, colour) in enumerate(zip(labels, colours, strict=True)):
        row = Fluxes(*(part[i] for part in vars(drawn).values()))
        text = label if not own else own if n == 1 else f"{own}, {label}"
        look = marker_style(style)
        if colour is not None:
            look.setdefault("color", colour)
        _draw(ax, x, width, row, look | {"label": text or None})
    if n >= CROWDED:
        _bar(ax, colours, labels)
    elif n > 1 or (labels[0] and not own):
        legend_above(ax)


def _draw(ax: Any, x: np.ndarray, width: np.ndarray, row: Fluxes, style: dict[str, Any]) -> None:
    """One series: error bars with markers, and arrows of the same colour."""
    errors = np.nan_to_num(np.array([row.errn, row.errp]))
    width = np.nan_to_num(width)
    seen = np.isfinite(row.values)
    bars = ax.errorbar(x[seen], row.values[seen], errors[:, seen], width[:, seen], **style)
    limit = np.isfinite(row.limits)
    if limit.any():
        # the legend has the label of the points
        look = {"color": bars.lines[0].get_color()} | style | {"fmt": "none", "label": None}
        length = ARROW * np.abs(row.limits[limit])
        ax.errorbar(x[limit], row.limits[limit], length, width[:, limit], uplims=True, **look)


def series_colours(n: int) -> list[Any]:
    """Colours of series that are in order: so are the colours, if there are many."""
    if n < CROWDED:
        return [f"C{i}" for i in range(n)]
    pyplot = require("matplotlib", "pictures")
    return list(pyplot.colormaps["viridis"](np.linspace(0.0, 0.93, n)))  # yellow is hard to see


def _bar(ax: Any, colours: list[Any], labels: list[str]) -> None:
    """Bar of the colours, in order, with labels."""
    colors = require("matplotlib.colors", "pictures")
    cm = require("matplotlib.cm", "pictures")
    n = len(labels)
    norm = colors.BoundaryNorm(np.arange(n + 1) - 0.5, n)
    image = cm.ScalarMappable(norm, colors.ListedColormap(colours))
    shown = np.arange(0, n, -(-n // ROOM))
    bar = ax.figure.colorbar(image, ax=ax, ticks=shown)
    bar.ax.minorticks_off()
    bar.ax.set_yticks(shown, [labels[i] for i in shown], fontsize="small")


def _frame(ax: Any, drawn: Fluxes, along: str, sed_type: str, energy_power: float) -> None:
    """Scales and labels."""
    if along == "energy":
        ax.set_xscale("log")
        axis_label(ax.xaxis, "Energy")
        plain_numbers(ax.xaxis)
    if along == "energy" or not np.any(drawn.values <= 0):
        ax.set_yscale("log", nonpositive="clip")
        _warn_of_hidden(drawn)
    name = NAMES[sed_type]
    axis_label(ax.yaxis, f"E^{energy_power:g} {name}" if energy_power else name)


def _warn_of_hidden(drawn: Fluxes) -> None:
    top = np.where(np.isfinite(drawn.limits), drawn.limits, drawn.values)
    top = top + np.where(np.isfinite(drawn.limits), 0.0, np.nan_to_num(drawn.errp))
    hidden = int(np.sum(top <= 0))
    if hidden:
        warnings.warn(
            f"{hidden} of {np.isfinite(top).sum()} flux points lie below zero with their errors: a "
            "logarithmic axis does not show them; see them after ax.set_yscale('linear')",
            GammapyWarning,
            stacklevel=5,
        )
