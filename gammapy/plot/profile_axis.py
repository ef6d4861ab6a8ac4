"""The axis of a flux profile (distance, phase...) as the x axis, and as labels of its bins."""

from __future__ import annotations

from typing import Any

import astropy.units as u
import numpy as np

from gammapy.maps.axis import MapAxis
from gammapy.plot.axes import axis_label, on_axis, plain_numbers, unit_text

__all__ = ["bin_labels", "on_profile_axis"]


def on_profile_axis(ax: Any, axis: MapAxis) -> tuple[np.ndarray, np.ndarray]:
    """Scale and label of the x axis, and where the bins are on it.

    Returns
    -------
    centre : ndarray [n]
    width : ndarray [2, n]
        Distances to the edges.

    Raises
    ------
    UnitMismatchError
        If something of another unit is drawn along it.
    """
    bins = u.Quantity([axis.center, axis.edges_min, axis.edges_max])
    x, low, high = on_axis(ax.xaxis, bins)
    if axis.interp == "log":
        ax.set_xscale("log")
        plain_numbers(ax.xaxis)
    words = axis.name.replace("-", " ").replace("_", " ")
    axis_label(ax.xaxis, words[:1].upper() + words[1:])
    return x, np.array([x - low, high - x])


def bin_labels(axis: MapAxis) -> list[str]:
    """Edges of each bin with their unit."""
    unit = unit_text(axis.unit)
    pairs = zip(axis.edges_min.value, axis.edges_max.value, strict=True)
    return [f"{low:.3g} – {high:.3g} {unit}".strip() for low, high in pairs]
