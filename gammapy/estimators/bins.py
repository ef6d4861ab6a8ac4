"""Which bins of which spectrum belong to a flux point."""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from typing import Any

import astropy.units as u
import numpy as np

from gammapy.errors import DataError, GammapyWarning
from gammapy.maps.axis import MapAxis
from gammapy.spectrum.base import CountsSpectrum
from gammapy.units import as_quantity

__all__ = ["point_axis", "points_of_bins", "points_on_grid"]

#: edges that differ by less are the same
ROUNDING = 1e-6
#: share of a bin, on a log scale, that puts it into a point (a little less, for rounding)...
HALF = 0.5 - 1e-9
#: ... and share that may lie elsewhere without a word
TENTH = 0.1


def point_axis(axis: MapAxis, energy_edges: Any = None) -> MapAxis:
    """Energy bins of flux points: the edges that were asked for, moved to edges of the counts.

    An edge moves to the nearest one on a log scale. Of those beyond the counts the innermost moves
    to their end and the others stay: points between them have no data.

    Parameters
    ----------
    axis : `MapAxis`
        Of the counts.
    energy_edges : `~astropy.units.Quantity` [n + 1], optional
        By default the edges of the counts.

    Raises
    ------
    DataError
        If the edges do not ascend, or two of them move to the same edge.
    """
    if energy_edges is None:
        return axis
    asked = _checked_edges(energy_edges).to(axis.unit)
    edges, own = asked.value.copy(), axis.edges.value
    low, high = own[0] * (1 - ROUNDING), own[-1] * (1 + ROUNDING)
    inside = (edges >= low) & (edges <= high)
    with np.errstate(divide="ignore"):  # an axis may start at 0
        distance = np.abs(np.log(own)[:, None] - np.log(edges))
    edges[inside] = own[np.argmin(distance, axis=0)][inside]
    below, above = np.flatnonzero(asked.value < low), np.flatnonzero(asked.value > high)
    if len(below) and own[0] > 0 and own[0] not in edges and len(below) < len(edges):
        edges[below[-1]] = own[0]
    if len(above) and own[-1] not in edges and len(above) < len(edges):
        edges[above[0]] = own[-1]
    same = np.flatnonzero(np.diff(edges) <= 0)
    if len(same):
        i = same[0]
        raise DataError(
            f"energy_edges {asked[i]:.4g} and {asked[i + 1]:.4g} are both nearest to the edge "
            f"{edges[i]:.4g} {axis.unit} of the counts: a flux point needs at least one bin, so "
            "leave one of them out"
        )
    return MapAxis(u.Quantity(edges, axis.unit), interp="log", name="energy")


def _checked_edges(energy_edges: Any) -> u.Quantity:
    edges = as_quantity(energy_edges, "energy_edges", u.TeV)
    values = edges.value
    good = values.ndim == 1 and len(values) > 1 and np.all(np.isfinite(values) & (values > 0))
    if not good or not np.all(np.diff(values) > 0):
        raise DataError(
            f"energy_edges = {energy_edges!r} must be at least two ascending, positive energies"
        )
    return edges


def points_of_bins(datasets: Sequence[CountsSpectrum], axis: MapAxis) -> list[np.ndarray]:
    """Flux point of each bin [n_bins] of each spectrum; -1 for none.

    A bin belongs to the point in which at least half of it lies, on a log scale, so a spectrum
    with another axis than the first takes part; if bins reach over edges by more than a tenth of
    their width there is a warning.
    """
    edges = _log(axis.internal_edges)
    found, over = [], []
    known: dict[bytes, tuple[np.ndarray, bool]] = {}
    for dataset in datasets:
        own = dataset.energy_axis.internal_edges
        key = own.tobytes()
        if key not in known:
            known[key] = _points(_log(own), edges)
        points, reaches = known[key]
        found.append(points)
        over += [dataset.name] * reaches
    if over:
        warnings.warn(
            f"bins of {len(over)} spectra, the first {over[0]!r}, reach over edges of the flux "
            "points; they count where at least half of them lies, else nowhere: choose "
            "energy_edges that all spectra have",
            GammapyWarning,
            stacklevel=3,
        )
    return found


def points_on_grid(
    points: Sequence[np.ndarray], places: Sequence[int] | np.ndarray, n_energy: int
) -> list[np.ndarray]:
    """Flux point of each bin of each spectrum, where there is another axis beside energy.

    Parameters
    ----------
    points : sequence of ndarray of int [n_bins]
        Energy of each bin of each spectrum, -1 for none; see `points_of_bins`.
    places : sequence of int
        Place of each spectrum on the other axis, -1 for none.
    n_energy : int
        Energies run fastest.
    """
    return [
        np.where((energy >= 0) & (place >= 0), place * n_energy + energy, -1)
        for energy, place in zip(points, places, strict=True)
    ]


def _log(edges: np.ndarray) -> np.ndarray:
    """Logarithms; zero lies far below everything."""
    return np.log(np.maximum(edges, np.finfo(float).tiny))


def _points(own: np.ndarray, edges: np.ndarray) -> tuple[np.ndarray, bool]:
    """Point of each bin, and whether some bin reaches into what is not its point."""
    ends = np.minimum(own[1:, None], edges[1:]), np.maximum(own[:-1, None], edges[:-1])
    share = np.maximum(ends[0] - ends[1], 0.0) / np.diff(own)[:, None]
    most = share.max(axis=1)
    points = np.where(most >= HALF, share.argmax(axis=1), -1)
    reaches = (share.sum(axis=1) > TENTH) & (most < 1.0 - TENTH)
    return points, bool(reaches.any())
