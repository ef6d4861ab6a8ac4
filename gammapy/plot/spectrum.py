"""The picture of a fit to counts spectra: excess, predicted signal, residuals."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np

from gammapy.datasets import Dataset, Datasets
from gammapy.errors import DataError, OptionError
from gammapy.optional import require
from gammapy.plot.axes import marker_style, plain_numbers, two_panels
from gammapy.plot.counts import Bins, Points, joined, summed
from gammapy.spectrum.base import CountsSpectrum

__all__ = ["plot_fit"]

#: from this many entries on, the legend stands beside the picture
CROWDED = 7


def plot_fit(
    datasets: CountsSpectrum | Iterable[CountsSpectrum],
    ax_spectrum: Any = None,
    ax_residuals: Any = None,
    kwargs_spectrum: dict[str, Any] | None = None,
    kwargs_residuals: dict[str, Any] | None = None,
    min_counts: float = 5.0,
) -> tuple[Any, Any]:
    """Draw measured excess with errors, what the models predict, and residuals.

    Spectra of one instrument with the same energy bins are added up; the others have a colour
    each. Masked bins are left out. Bins are joined until the models and the background predict
    ``min_counts``; then a residual, (counts - prediction) / standard deviation, is nearly normal.
    The variance is the prediction itself, plus that of a background which was measured.

    Parameters
    ----------
    datasets : `Datasets`, list of datasets, or one
        Counts spectra, with models.
    ax_spectrum, ax_residuals : `~matplotlib.axes.Axes`, optional
        Where to draw; by default in a figure of pyplot, the current one if it is empty.
    kwargs_spectrum : dict, optional
        ``kwargs_excess`` for `matplotlib.axes.Axes.errorbar`, and ``kwargs_npred_signal`` for
        `matplotlib.axes.Axes.stairs`, each a dict.
    kwargs_residuals : dict, optional
        For `matplotlib.axes.Axes.errorbar`.
    min_counts : float
        Predicted counts of a point, > 0.

    Returns
    -------
    ax_spectrum, ax_residuals : `~matplotlib.axes.Axes`

    Raises
    ------
    MissingPackageError
        If matplotlib is not installed.
    DataError
        If there is nothing to draw: no counts spectrum, no models, all bins masked.
    OptionError
        If only one of the axes is given, ``min_counts`` is not positive, or ``kwargs_spectrum``
        has another key.
    """
    spectra = _checked(datasets)
    if not min_counts > 0:
        raise OptionError(f"min_counts = {min_counts!r} must be positive")
    title, sums = _title(spectra), summed(spectra)
    points = [joined(bins, min_counts) for bins in sums]
    styles = _styles(kwargs_spectrum, kwargs_residuals)
    top, bottom = two_panels(ax_spectrum, ax_residuals)
    for number, (bins, group) in enumerate(zip(sums, points, strict=True)):
        _draw(top, bottom, bins, group, f"C{number % 10}", *styles)
    _frame(top, sums, points)
    _frame_residuals(bottom, points, min_counts)
    top.set_title(title)
    return top, bottom


# -- what is drawn ------------------------------------------------------------------------


def _checked(datasets: Any) -> list[CountsSpectrum]:
    spectra: list[Any] = [datasets] if isinstance(datasets, Dataset) else list(datasets)
    for dataset in spectra:
        if not isinstance(dataset, CountsSpectrum):
            raise DataError(f"{dataset!r} is not a counts spectrum: leave it out of the picture")
    if not any(len(dataset.seen_models) for dataset in spectra):
        raise DataError("no models to draw with the data: set datasets.models")
    return spectra


def _title(spectra: list[CountsSpectrum]) -> str:
    names = list(dict.fromkeys(name for d in spectra for name in d.seen_models.names))
    shown = ", ".join(names[:3]) + (f" and {len(names) - 3} more" if len(names) > 3 else "")
    n_bins = sum(int(d.mask.values.sum()) for d in spectra)
    return f"{shown}: −2 ln L = {Datasets(spectra).stat_sum():.1f}, {n_bins} bins"


def _label(bins: Bins) -> str:
    names = bins.names
    same = (set(letters) for letters in zip(*names, strict=False))
    length = next((i for i, letters in enumerate(same) if len(letters) > 1), min(map(len, names)))
    prefix = names[0][:length].rstrip("0123456789-_ .")
    if len(names) == 1:
        label = names[0]
    elif prefix:
        label = f"{prefix} ({len(names)} spectra)"
    else:
        label = names[0] + (f", {names[1]}" if len(names) == 2 else f" and {len(names) - 1} more")
    counts, background = bins.counts.sum(), bins.background.sum()
    return f"{label}: {counts:.0f} counts, {background:.1f} background"


# -- drawing ------------------------------------------------------------------------------


def _styles(spectrum: Any, residuals: Any) -> tuple[dict[str, Any], ...]:
    """What the user wants to look different: excess, prediction, residuals."""
    given = dict(spectrum or {})
    styles = [dict(given.pop(key, None) or {}) for key in ("kwargs_excess", "kwargs_npred_signal")]
    if given:
        raise OptionError(
            f"kwargs_spectrum has no key {next(iter(given))!r}: give kwargs_excess and "
            "kwargs_npred_signal"
        )
    return *styles, dict(residuals or {})


def _draw(
    top: Any,
    bottom: Any,
    bins: Bins,
    points: Points,
    colour: str,
    excess: dict[str, Any],
    signal: dict[str, Any],
    residuals: dict[str, Any],
) -> None:
    curve = {"baseline": None, "color": colour, "alpha": 0.7} | signal
    top.stairs(_curve(bins), bins.edges, **curve)
    width = np.array([points.energy - points.low, points.high - points.energy])
    own = {"label": _label(bins), "color": colour} | marker_style(excess)
    label = {"label": own.pop("label")}
    top.errorbar([], [], yerr=[], **own | label)
    residual_style = {"color": colour} | marker_style(residuals)
    for chosen, face in ((points.enough, {}), (~points.enough, {"markerfacecolor": "white"})):
        x, xerr = points.energy[chosen], width[:, chosen]
        bottom.errorbar(x, points.residual[chosen], 1.0, xerr, **residual_style | face)
        seen = chosen & (points.excess > 0)
        x, xerr = points.energy[seen], width[:, seen]
        errors = [points.errn[seen], points.errp[seen]]
        top.errorbar(x, points.excess[seen], errors, xerr, **own | face)
    limit = points.excess + points.errp
    below = (points.excess <= 0) & (limit > 0)  # an arrow, from the upper end of the error bar
    x, xerr = points.energy[below], width[:, below]
    arrows = own | {"fmt": "none", "uplims": True}
    top.errorbar(x, limit[below], 0.5 * limit[below], xerr, **arrows)


def _curve(bins: Bins) -> np.ndarray:
    """Predicted signal per decade [n]; nan where there is none, or the bin is masked."""
    density = bins.signal / np.diff(np.log10(bins.edges))
    return np.where(bins.keep & (density > 0), density, np.nan)


def _frame(top: Any, sums: list[Bins], points: list[Points]) -> None:
    """Scales, limits, ticks and legend of the upper panel."""
    top.set_xscale("log")
    top.set_yscale("log", nonpositive="clip")
    beside = len(sums) >= CROWDED
    corner = {"loc": "upper left", "bbox_to_anchor": (1, 1)} if beside else {"loc": "upper right"}
    top.legend(fontsize="small", frameon=False, **corner)
    measured = np.concatenate([[*p.excess, *(p.excess + p.errp)] for p in points])
    predicted = np.concatenate([_curve(bins) for bins in sums])
    shown = np.concatenate([measured[measured > 0], predicted[predicted > 0]])
    if shown.size:
        deepest = min(measured[measured > 0].min(initial=np.inf), shown.max())
        low, high = max(shown.min(), deepest / 10) / 2, shown.max() * 1.5
        room = 0.0 if beside else 0.07 * len(sums)  # for the legend, above all that is drawn
        top.set_ylim(low, high * (high / low) ** room)
    kept = [edge for b in sums for edge in (b.edges[:-1][b.keep].min(), b.edges[1:][b.keep].max())]
    top.set_xlim(min(kept) / 1.1, max(kept) * 1.1)
    top.set_ylabel("Excess counts per decade of energy")


def _frame_residuals(bottom: Any, points: list[Points], min_counts: float) -> None:
    ticker = require("matplotlib.ticker", "pictures")
    bottom.axhspan(-1, 1, color="0.92", zorder=0)
    bottom.axhline(0, color="0.5", linewidth=1, zorder=1)
    residual = np.concatenate([p.residual for p in points])
    largest = 1.3 + 1.1 * np.abs(residual[np.isfinite(residual)]).max(initial=2.0)
    bottom.set_ylim(-largest, largest)
    bottom.yaxis.set_major_locator(ticker.MaxNLocator(5, integer=True, symmetric=True))
    plain_numbers(bottom.xaxis)
    bottom.set_ylabel("Residual [σ]")
    bottom.set_xlabel("Energy [TeV]")
    few = "" if all(p.enough.all() for p in points) else "; open points: fewer"
    bottom.annotate(
        f"bins joined until {min_counts:g} counts are predicted{few}",
        xy=(1, 0),
        xytext=(0, -36),
        xycoords="axes fraction",
        textcoords="offset points",
        ha="right",
        va="top",
        fontsize="small",
        color="0.4",
    )
