"""Flux points with the models that were fitted to them, and residuals."""

from __future__ import annotations

import operator
from functools import reduce
from typing import Any

import astropy.units as u
import numpy as np

from gammapy.datasets.spectral_sources import spectral_sources
from gammapy.errors import DataError
from gammapy.modeling.models import SpectralModel
from gammapy.plot.axes import (
    axis_label,
    current_axes,
    legend_above,
    marker_style,
    on_axis,
    plain_numbers,
    short_energies,
    two_panels,
)
from gammapy.plot.flux_points import CROWDED, plot_flux_points, series_colours
from gammapy.plot.fluxes import fluxes
from gammapy.plot.model import plot_spectral_error, plot_spectral_model
from gammapy.spectrum.flux_points.dataset import FluxPointsDataset
from gammapy.spectrum.flux_points.sed_types import SedReference

__all__ = ["plot_flux_points_fit", "plot_flux_points_residuals", "plot_flux_points_spectrum"]

#: a curve may widen the view of the points by this factor, up and down
WIDER = 5.0


def plot_flux_points_fit(
    dataset: FluxPointsDataset,
    ax_spectrum: Any = None,
    ax_residuals: Any = None,
    kwargs_spectrum: dict[str, Any] | None = None,
    kwargs_residuals: dict[str, Any] | None = None,
) -> tuple[Any, Any]:
    """Draw flux points, the models with their error, and residuals.

    Parameters
    ----------
    dataset : `FluxPointsDataset`
        With models.
    ax_spectrum, ax_residuals : `~matplotlib.axes.Axes`, optional
        By default in a figure of pyplot, the current one if it is empty.
    kwargs_spectrum, kwargs_residuals : dict, optional
        Handed on to `plot_flux_points_spectrum` and `plot_flux_points_residuals`; residuals are
        relative to the model unless there is another ``method``.

    Returns
    -------
    ax_spectrum, ax_residuals : `~matplotlib.axes.Axes`

    Raises
    ------
    DataError
        If there are no models, or nothing to draw.
    OptionError
        If only one of the axes is given.
    """
    if not len(dataset.seen_models):
        raise DataError(f"{dataset.name}: no models to draw with the data: set dataset.models")
    top, bottom = two_panels(ax_spectrum, ax_residuals)
    plot_flux_points_spectrum(dataset, top, **(kwargs_spectrum or {}))
    residuals = {"method": "diff/model"} | (kwargs_residuals or {})
    plot_flux_points_residuals(dataset, bottom, **residuals)
    top.set_xlabel("")
    return top, bottom


# -- spectrum -----------------------------------------------------------------------------


def plot_flux_points_spectrum(
    dataset: FluxPointsDataset,
    ax: Any = None,
    kwargs_fp: dict[str, Any] | None = None,
    kwargs_model: dict[str, Any] | None = None,
    axis_name: str = "energy",
) -> Any:
    """Draw flux points, and the sum of the models with the band of its error.

    Parameters
    ----------
    dataset : `FluxPointsDataset`
    ax : `~matplotlib.axes.Axes`, optional
        By default the current ones.
    kwargs_fp : dict, optional
        Handed on to `plot_flux_points`; ``sed_type``, by default "e2dnde", and ``energy_power``
        are used for the models too.
    kwargs_model : dict, optional
        Handed on to `plot_spectral_model` and `plot_spectral_error`.
    axis_name : str
        Axis to draw along, if there are two.

    Returns
    -------
    `~matplotlib.axes.Axes`
    """
    ax = current_axes(ax)
    empty = not ax.has_data()
    style: dict[str, Any] = {"sed_type": "e2dnde", "label": dataset.name, "axis_name": axis_name}
    style |= kwargs_fp or {}
    plot_flux_points(dataset.data, ax, **style)
    view = np.array(ax.get_ylim())
    model = _total(dataset)
    if model is not None:
        kind = {"sed_type": style["sed_type"], "energy_power": style.get("energy_power", 0)}
        names = " + ".join(dataset.seen_models.names)
        look = {"color": "black", "label": names, "linewidth": 1.2, "zorder": 1}
        look |= kwargs_model or {}
        if axis_name != "energy":
            _levels(dataset, model, ax, kind, look)
        else:
            _curve(dataset, model, ax, kind, look)
        if axis_name == "energy" or len(dataset.data.energy_ref) < CROWDED:
            legend_above(ax)
    if empty and ax.get_yscale() == "log":
        wide = np.array(ax.get_ylim())
        allowed = view * [1 / WIDER, WIDER]
        ax.set_ylim(max(wide[0], allowed[0]), min(wide[1], allowed[1]))
    return ax


def _total(dataset: FluxPointsDataset) -> SpectralModel | None:
    """Sum of the spectra that the dataset sees."""
    sources = spectral_sources(dataset.models, dataset.name)
    spectra = [source.spectral_model for source in sources]
    return reduce(operator.add, spectra) if spectra else None


def _curve(
    dataset: FluxPointsDataset, model: SpectralModel, ax: Any, kind: Any, look: dict[str, Any]
) -> None:
    bounds = dataset.data.energy_axis.edges[[0, -1]]
    plot_spectral_model(model, bounds, ax, **kind, **look)
    band = {"color": look["color"], "alpha": 0.2, "zorder": 0}
    if np.any(model.covariance.errors > 0):
        plot_spectral_error(model, bounds, ax, **kind, **band)


def _levels(
    dataset: FluxPointsDataset, model: SpectralModel, ax: Any, kind: Any, look: dict[str, Any]
) -> None:
    """Flux of the models in each energy bin, which does not depend on the other axis."""
    points = dataset.data
    reference = SedReference.of_model(model, points.energy_ref, points.energy_bins)
    level = reference.value(kind["sed_type"]) * points.energy_ref ** kind["energy_power"]
    colours = series_colours(len(level)) if len(level) > 1 else [look["color"]]
    for i, y in enumerate(on_axis(ax.yaxis, level)):
        own = {"color": colours[i], "label": look["label"] if i == 0 else None}
        ax.axhline(y, **look | own)


# -- residuals ----------------------------------------------------------------------------


def plot_flux_points_residuals(
    dataset: FluxPointsDataset, ax: Any = None, method: str = "diff", **kwargs: Any
) -> Any:
    """Draw measured minus predicted differential flux, with errors.

    Upper limits have no residual. Points that are masked are open.

    Parameters
    ----------
    dataset : `FluxPointsDataset`
    ax : `~matplotlib.axes.Axes`, optional
        By default the current ones.
    method : {"diff", "diff/model", "diff/sqrt(model)"}
        What to divide by.
    **kwargs
        Handed on to `matplotlib.axes.Axes.errorbar`.

    Returns
    -------
    `~matplotlib.axes.Axes`

    Raises
    ------
    UnknownNameError
        If the method is not known.
    DataError
        If there is no residual to draw.
    """
    points, shape = dataset.data, dataset.data_shape
    residual = dataset.residuals(method)
    measured = fluxes(points, "dnde")
    predicted = dataset.flux_pred()
    divisor = {"diff": 1.0, "diff/model": predicted}.get(method, np.sqrt(predicted))
    seen = np.isfinite(measured.values).reshape(shape)
    if not seen.any():
        raise DataError(f"{dataset.name}: all flux points are upper limits: no residuals to draw")
    errors = u.Quantity([measured.errn.reshape(shape), measured.errp.reshape(shape)]) / divisor
    low, high = points.energy_bins or (points.energy_ref, points.energy_ref)
    energies = short_energies(u.Quantity([points.energy_ref, low, high]))
    ax = current_axes(ax)
    centre, low, high = on_axis(ax.xaxis, energies)
    x, below, above = (
        np.broadcast_to(part[:, None, None], shape)
        for part in (centre, np.nan_to_num(centre - low), np.nan_to_num(high - centre))
    )
    y, (errn, errp) = on_axis(ax.yaxis, residual), on_axis(ax.yaxis, errors.to(residual.unit))
    keep = dataset.mask.data
    style = {"color": "black"} | marker_style(kwargs)
    for chosen, open_ in ((seen & keep, {}), (seen & ~keep, {"markerfacecolor": "white"})):
        if chosen.any():
            bars = np.nan_to_num([errn[chosen], errp[chosen]])
            width = [below[chosen], above[chosen]]
            ax.errorbar(x[chosen], y[chosen], bars, width, **style | open_)
    ends = [y - np.nan_to_num(errn), y + np.nan_to_num(errp)]
    _frame(ax, np.abs(ends)[:, seen].max(), method)
    return ax


#: how the methods are written along the axis
METHODS = {
    "diff": "Data − model\n",
    "diff/model": "Data − model\nover model",
    "diff/sqrt(model)": "Data − model\nover √model",
}


def _frame(ax: Any, largest: float, method: str) -> None:
    """Scales and labels; the view is symmetric, and reaches beyond the end of every error bar."""
    ax.axhline(0, color="0.5", linewidth=1, zorder=0)
    ax.set_xscale("log")
    plain_numbers(ax.xaxis)
    axis_label(ax.xaxis, "Energy")
    if ax.get_autoscaley_on() and largest > 0:
        ax.set_ylim(-1.1 * largest, 1.1 * largest)
    axis_label(ax.yaxis, METHODS[method])
