"""A first look at a counts spectrum: counts, exposure, energy dispersion."""

from __future__ import annotations

from typing import Any

import numpy as np

from gammapy.optional import require
from gammapy.plot.axes import legend_above, plain_numbers
from gammapy.plot.spectrum_bins import plot_counts, plot_masks
from gammapy.spectrum.base import CountsSpectrum
from gammapy.units import internal_factor

__all__ = ["peek"]


def peek(dataset: CountsSpectrum, figsize: tuple[float, float] = (16, 4)) -> None:
    """Draw counts with the masks, exposure, and energy dispersion side by side.

    Parameters
    ----------
    dataset : `SpectrumDataset` or `SpectrumDatasetOnOff`
    figsize : tuple of float
        Of the new figure of pyplot, in inch.

    Raises
    ------
    DataError
        If there are no counts.
    """
    pyplot = require("matplotlib.pyplot", "pictures")
    figure = pyplot.figure(figsize=figsize, layout="constrained")
    axes = figure.subplots(1, 3)
    try:
        plot_counts(dataset, axes[0])
    except Exception:
        pyplot.close(figure)
        raise
    plot_masks(dataset, axes[0])
    _exposure(dataset, axes[1])
    _dispersion(dataset, axes[2])
    figure.draw_without_rendering()  # panels take their widths, and the legend what there is
    legend_above(axes[0])


def _exposure(dataset: CountsSpectrum, ax: Any) -> None:
    ax.set_title("Exposure")
    if dataset.exposure is None:
        _nothing(ax, "no exposure")
        return
    values = dataset.exposure.values * internal_factor(dataset.exposure.unit)
    ax.stairs(np.where(values > 0, values, np.nan), dataset.energy_edges_true, baseline=None)
    ax.set_yscale("log")
    _energy(ax, "x", "True energy [TeV]")
    ax.set_ylabel("Exposure [cm2 s]")


def _dispersion(dataset: CountsSpectrum, ax: Any) -> None:
    ax.set_title("Energy dispersion")
    if dataset.edisp is None:
        _nothing(ax, "none: energies are perfect")
        return
    colors = require("matplotlib.colors", "pictures")
    true, reco = (axis.edges.to_value("TeV") for axis in dataset.edisp.axes)
    probability = np.asarray(dataset.edisp.pdf_matrix).T
    norm = colors.PowerNorm(0.5, vmin=0)  # so that tails are seen
    image = ax.pcolormesh(true, reco, probability, norm=norm, cmap="GnBu", rasterized=True)
    ax.figure.colorbar(image, ax=ax, label="Probability of a bin")
    _energy(ax, "x", "True energy [TeV]")
    _energy(ax, "y", "Energy [TeV]")


def _energy(ax: Any, name: str, label: str) -> None:
    getattr(ax, f"set_{name}scale")("log")
    getattr(ax, f"set_{name}label")(label)
    plain_numbers(getattr(ax, f"{name}axis"))


def _nothing(ax: Any, why: str) -> None:
    ax.set_axis_off()
    ax.text(0.5, 0.5, why, ha="center", va="center", transform=ax.transAxes)
