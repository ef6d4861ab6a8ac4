"""Counts spectra bin by bin: counts, excess, residuals, and which bins are kept.

`plot_fit` joins bins so that residuals mean something; here every bin stands as it is.
"""

from __future__ import annotations

import warnings
from typing import Any

import numpy as np

from gammapy.errors import DataError, GammapyWarning, UnknownNameError
from gammapy.maps.region import RegionNDMap
from gammapy.plot.axes import (
    axis_label,
    current_axes,
    down_to,
    legend_above,
    marker_style,
    on_axis,
    plain_numbers,
)
from gammapy.plot.counts import Bins, joined
from gammapy.spectrum.base import CountsSpectrum
from gammapy.spectrum.on_off import SpectrumDatasetOnOff

__all__ = ["plot_counts", "plot_excess", "plot_masks", "plot_residuals"]

#: what a residual is divided by, and how that is written along the axis
METHODS = {
    "diff": "Counts − model",
    "diff/model": "(Counts − model) / model",
    "diff/sqrt(model)": "(Counts − model) / √model",
}


def plot_counts(
    dataset: CountsSpectrum,
    ax: Any = None,
    kwargs_counts: dict[str, Any] | None = None,
    kwargs_background: dict[str, Any] | None = None,
    **kwargs: Any,
) -> Any:
    """Draw the counts of each bin, and the background in them if it is known.

    Parameters
    ----------
    dataset : `SpectrumDataset` or `SpectrumDatasetOnOff`
    ax : `~matplotlib.axes.Axes`, optional
        By default the current ones.
    kwargs_counts, kwargs_background, **kwargs
        Handed on to `matplotlib.axes.Axes.stairs`, for one of them or both.

    Returns
    -------
    `~matplotlib.axes.Axes`

    Raises
    ------
    DataError
        If there are no counts.
    """
    counts = _counts(dataset)
    background = _background(dataset)
    ax = current_axes(ax)
    positive = np.concatenate([counts, background if background is not None else []])
    with down_to(ax, 0.5 * positive[positive > 0].min(initial=np.inf)):
        edges = _edges(dataset, ax)
        style = {"baseline": None} | kwargs
        ax.stairs(counts, edges, **style | {"label": "Counts"} | (kwargs_counts or {}))
        if background is not None:
            look = style | {"label": "Background"} | (kwargs_background or {})
            ax.stairs(background, edges, **look)
        _frame(ax, "Counts", log=positive.max(initial=0.0) > 0)
    _view(dataset, ax, edges, positive.reshape(-1, len(counts)).max(axis=0) > 0)
    legend_above(ax)
    return ax


def plot_excess(
    dataset: CountsSpectrum,
    ax: Any = None,
    kwargs_excess: dict[str, Any] | None = None,
    kwargs_npred_signal: dict[str, Any] | None = None,
    **kwargs: Any,
) -> Any:
    """Draw counts minus background of each bin, and what the models predict.

    Errors are those of `plot_fit`. Bins without counts in on and off region are left out.

    Parameters
    ----------
    dataset : `SpectrumDataset` or `SpectrumDatasetOnOff`
    ax : `~matplotlib.axes.Axes`, optional
        By default the current ones.
    kwargs_excess : dict, optional
        For `matplotlib.axes.Axes.errorbar`.
    kwargs_npred_signal : dict, optional
        For `matplotlib.axes.Axes.stairs`.
    **kwargs
        For both.

    Returns
    -------
    `~matplotlib.axes.Axes`

    Raises
    ------
    DataError
        If there are no counts.
    """
    bins = _bins(dataset)
    excess, errn, errp = _excess(bins)
    seen = (bins.counts > 0) | (bins.background > 0)
    ax = current_axes(ax)
    lowest = np.fmax(excess - errn, excess / 5)
    with down_to(ax, lowest[seen & (lowest > 0)].min(initial=np.inf)):
        edges = _edges(dataset, ax)
        x, width = _centres(edges, seen)
        look = {"label": "Excess counts"} | marker_style(kwargs | (kwargs_excess or {}))
        ax.errorbar(x, excess[seen], [errn[seen], errp[seen]], width, **look)
        if len(dataset.seen_models):
            style = {"baseline": None, "color": "C1", "label": "Predicted signal counts"}
            look = style | kwargs | (kwargs_npred_signal or {})
            ax.stairs(np.where(bins.signal > 0, bins.signal, np.nan), edges, **look)
        _frame(ax, "Excess counts", log=bool(np.any(excess[seen] > 0)))
    _view(dataset, ax, edges, seen)
    legend_above(ax)
    return ax


def plot_residuals(
    dataset: CountsSpectrum,
    ax: Any = None,
    method: str = "diff",
    kwargs_fit: dict[str, Any] | None = None,
    kwargs_safe: dict[str, Any] | None = None,
    **kwargs: Any,
) -> Any:
    """Draw counts minus predicted counts of the bins that are not masked.

    Errors are those of the excess. The masks are shaded as by `plot_masks`.

    Parameters
    ----------
    dataset : `SpectrumDataset` or `SpectrumDatasetOnOff`
    ax : `~matplotlib.axes.Axes`, optional
        By default the current ones.
    method : {"diff", "diff/model", "diff/sqrt(model)"}
        What to divide by.
    kwargs_fit, kwargs_safe : dict, optional
        For `plot_masks`.
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
        If there are no counts, or all bins are masked.
    """
    if method not in METHODS:
        raise UnknownNameError(
            f"{dataset.name}: method = {method!r} is not known: choose one of {list(METHODS)}"
        )
    bins, keep = _bins(dataset), dataset.mask.values
    if not keep.any():
        raise DataError(f"{dataset.name}: all bins are masked: widen mask_safe or mask_fit")
    _, errn, errp = _excess(bins)
    predicted = np.zeros(len(keep))
    predicted[keep] = dataset.npred().values[keep]
    scale = {"diff": np.ones_like(predicted), "diff/model": predicted}.get(
        method, np.sqrt(predicted)
    )
    seen = keep & (scale > 0)
    if np.any(bins.counts[keep & ~seen] > 0):
        warnings.warn(
            f"{dataset.name}: counts where none are predicted have no residual {method!r}: use "
            "'diff', or change the models",
            GammapyWarning,
            stacklevel=3,
        )
    residual, errn, errp = (
        part[seen] / scale[seen] for part in (bins.counts - predicted, errn, errp)
    )
    ax = current_axes(ax)
    edges = _edges(dataset, ax)
    x, width = _centres(edges, seen)
    style = {"color": "black"} | marker_style(kwargs)
    ax.errorbar(x, residual, [errn, errp], width, **style)
    ax.axhline(0, color="0.5", linewidth=1, zorder=0)
    _frame(ax, METHODS[method], log=False)
    _view(dataset, ax, edges, keep)
    largest = 1.1 * (np.abs(residual) + np.fmax(errn, errp)).max(initial=0.1)
    if ax.get_autoscaley_on():
        ax.set_ylim(-largest, largest)
    return plot_masks(dataset, ax, kwargs_fit, kwargs_safe)


def plot_masks(
    dataset: CountsSpectrum,
    ax: Any = None,
    kwargs_fit: dict[str, Any] | None = None,
    kwargs_safe: dict[str, Any] | None = None,
) -> Any:
    """Shade the energies that the masks keep; a mask that is not set keeps all, and is not drawn.

    Parameters
    ----------
    dataset : `SpectrumDataset` or `SpectrumDatasetOnOff`
    ax : `~matplotlib.axes.Axes`, optional
        By default the current ones.
    kwargs_fit, kwargs_safe : dict, optional
        Handed on to `matplotlib.axes.Axes.axvspan`.

    Returns
    -------
    `~matplotlib.axes.Axes`
    """
    ax = current_axes(ax)
    before = ax.get_xlim(), ax.get_ylim()
    edges = _edges(dataset, ax)
    fit = {"facecolor": "tab:green", "label": "Mask fit"} | (kwargs_fit or {})
    safe = {"facecolor": "black", "label": "Mask safe"} | (kwargs_safe or {})
    in_view = ax.has_data()
    drawn = [_shade(ax, edges, dataset.mask_fit, fit), _shade(ax, edges, dataset.mask_safe, safe)]
    if in_view:  # what is drawn stays in view, and shades end at the frame
        ax.set_xlim(before[0], auto=None)
        ax.set_ylim(before[1], auto=None)
    if any(drawn):
        legend_above(ax)
    return ax


def _shade(ax: Any, edges: np.ndarray, mask: RegionNDMap | None, style: dict[str, Any]) -> bool:
    if mask is None:
        return False
    ends = np.flatnonzero(np.diff(np.concatenate([[False], mask.values, [False]]).astype(int)))
    for number, (start, stop) in enumerate(ends.reshape(-1, 2)):
        label = {"label": style.get("label") if number == 0 else None}
        look = {"alpha": 0.12, "linewidth": 0, "zorder": 0} | style | label
        ax.axvspan(edges[start], edges[stop], **look)
    return bool(len(ends))


# -- numbers ------------------------------------------------------------------------------


def _counts(dataset: CountsSpectrum) -> np.ndarray:
    if dataset.counts is None:
        raise DataError(f"{dataset.name}: no counts to draw; set counts, or draw them with fake()")
    return np.asarray(dataset.counts.values, dtype=float)


def _background(dataset: CountsSpectrum) -> np.ndarray | None:
    """Background counts of each bin, or None if nothing is known of them."""
    if isinstance(dataset, SpectrumDatasetOnOff):
        known = {"counts_off", "acceptance", "acceptance_off"} <= set(dataset.maps)
        return dataset.background.values if known else None
    return dataset.npred_background().values if "background" in dataset.maps else None


def _bins(dataset: CountsSpectrum) -> Bins:
    """All bins of a spectrum, masked or not."""
    counts, n = _counts(dataset), dataset.energy_axis.nbin
    background = _background(dataset)
    off_variance = np.zeros(n)
    if isinstance(dataset, SpectrumDatasetOnOff) and background is not None:
        off_variance = dataset.alpha.values**2 * dataset.counts_off.values
    return Bins(
        names=(dataset.name,),
        edges=dataset.energy_axis.edges.to_value("TeV"),
        keep=np.ones(n, dtype=bool),
        counts=counts,
        background=np.zeros(n) if background is None else background,
        signal=dataset.npred_signal().values,
        off_variance=off_variance,
    )


def _excess(bins: Bins) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Excess of each bin with its errors down and up."""
    points = joined(bins, 0.0)  # no bins are joined
    decades = np.diff(np.log10(bins.edges))
    return points.excess * decades, points.errn * decades, points.errp * decades


# -- axes ---------------------------------------------------------------------------------


def _edges(dataset: CountsSpectrum, ax: Any) -> np.ndarray:
    """Edges of the bins [n + 1], on a logarithmic axis with a label, in TeV if it has no unit."""
    edges = on_axis(ax.xaxis, dataset.energy_axis.edges.to("TeV"))
    ax.set_xscale("log")
    axis_label(ax.xaxis, "Energy")
    plain_numbers(ax.xaxis)
    return np.asarray(edges)


def _centres(edges: np.ndarray, seen: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Middle of the bins that are seen, and the distances [2, n] of their edges."""
    x = np.sqrt(edges[1:] * edges[:-1])
    return x[seen], np.array([x - edges[:-1], edges[1:] - x])[:, seen]


def _frame(ax: Any, name: str, log: bool) -> None:
    if log:
        ax.set_yscale("log", nonpositive="clip")
    ax.set_ylabel(name)


def _view(dataset: CountsSpectrum, ax: Any, edges: np.ndarray, seen: np.ndarray) -> None:
    """Show the energies where there is something, and all that a mask keeps.

    So the shades of `plot_masks` end where the masks do, and not at the frame.
    """
    for mask in (dataset.mask_safe, dataset.mask_fit):
        seen = seen if mask is None else seen | mask.values
    if not ax.get_autoscalex_on() or not seen.any():
        return
    low, high = edges[:-1][seen].min(), edges[1:][seen].max()
    room = (high / low) ** 0.05
    ax.set_xlim(low / room, high * room, auto=True)
