"""From spectra and models to the arrays in which all flux points are estimated at once."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from gammapy.datasets.bin_fluxes import bin_fluxes
from gammapy.datasets.spectral_sources import spectral_sources
from gammapy.engine.norm import NormProblem, NormRows
from gammapy.engine.statistic import profiled_background
from gammapy.errors import DataError
from gammapy.modeling.models.sky import SkyModel
from gammapy.spectrum.base import CountsSpectrum
from gammapy.spectrum.term import BinData, CashBins, WStatBins

__all__ = ["Segments", "checked_spectra"]

Columns = tuple[np.ndarray, ...]
Joiner = Callable[[np.ndarray], np.ndarray]

#: expected background counts of the rows, for predicted counts of all sources
_BACKGROUNDS: dict[type[BinData], Callable[[Any, np.ndarray], np.ndarray]] = {
    CashBins: lambda bins, npred: bins.background,
    WStatBins: lambda bins, npred: bins.data.alpha * profiled_background(bins.data, npred),
}


def _joined_cash(columns: Columns, joined: Joiner) -> Columns:
    return tuple(joined(column) for column in columns)


def _joined_wstat(columns: Columns, joined: Joiner) -> Columns:
    """One alpha that keeps the background; without off counts the mean of those there are."""
    n_on, n_off, alpha = columns
    off, number = joined(n_off), joined(np.ones(len(n_off)))
    weighted = joined(alpha * n_off) / np.where(off > 0, off, 1.0)
    return joined(n_on), off, np.where(off > 0, weighted, joined(alpha) / number)


#: columns of the bins of one flux point, joined into one bin
_JOINED: dict[type[BinData], Callable[[Columns, Joiner], Columns]] = {
    CashBins: _joined_cash,
    WStatBins: _joined_wstat,
}


@dataclass(frozen=True)
class _Kind:
    """Rows of all spectra with one kind of statistic, and the dataset [n_rows] of each."""

    bins: BinData
    rows: NormRows
    dataset: np.ndarray


@dataclass(frozen=True)
class Segments:
    """Bins of some spectra, sorted into flux points.

    Attributes
    ----------
    problem : `NormProblem`
        One segment per flux point.
    n_datasets : int
    """

    problem: NormProblem
    n_datasets: int
    kinds: tuple[_Kind, ...]

    @classmethod
    def build(
        cls,
        datasets: Sequence[CountsSpectrum],
        source: SkyModel,
        points: Sequence[np.ndarray],
        n_points: int,
        bounds: tuple[float, float],
        joined: bool = False,
    ) -> Segments:
        """Predict the counts of the source and of other models, and collect the bins.

        Parameters
        ----------
        datasets : sequence of `CountsSpectrum`
        source : `SkyModel`
            Spectra that do not see it are left out.
        points : sequence of ndarray of int [n_bins]
            Flux point of each bin of each spectrum, -1 for none.
        n_points : int
        bounds : tuple of float
            Of the norm.
        joined : bool
            Join the bins of a spectrum in each flux point into one.
        """
        flux = _FluxIntegrals()
        parts: dict[type[BinData], list[tuple[Any, ...]]] = {}
        for number, (dataset, point) in enumerate(zip(datasets, points, strict=True)):
            if not source.belongs_to(dataset.name):
                continue
            keep = dataset.mask.values & (point >= 0)
            if not keep.any():
                continue
            seen = spectral_sources(dataset.models, dataset.name)
            others = [m for m in seen if m is not source]
            response, edges = dataset.response[keep], dataset.energy_edges_true
            signal = response @ flux(edges, source)
            other = sum((response @ flux(edges, m) for m in others), np.zeros(len(signal)))
            part = (signal, other, point[keep], *dataset.bin_columns(keep))
            if joined:
                part = _one_bin_each(dataset.bins, part)
            of = np.full(len(part[0]), number)
            parts.setdefault(dataset.bins, []).append((of, *part))
        kinds = tuple(_kind(bins, rows) for bins, rows in parts.items())
        problem = NormProblem(n_points, [kind.rows for kind in kinds], *bounds)
        return cls(problem, len(datasets), kinds)

    def predictions(self, norm: np.ndarray) -> dict[str, np.ndarray]:
        """Sums [n_points, n_datasets] of the bins: predicted counts (``npred``, all of them, and
        ``npred_excess``, of the source) at norms [n_points], and observed ``counts``; 0 where a
        spectrum has no bin, nan where the norm is.
        """
        shape = (self.problem.n_segments, self.n_datasets)
        sums = {name: np.zeros(shape) for name in ("npred", "npred_excess", "counts")}
        for kind in self.kinds:
            rows, at = kind.rows, norm[kind.rows.segment]
            # a nan would reach other rows through checks of the whole array
            known = np.where(np.isfinite(at), at, 0.0)
            excess = rows.signal * known
            background = _BACKGROUNDS[type(kind.bins)](kind.bins, excess + rows.other)
            total = excess + rows.other + background
            place = rows.segment * self.n_datasets + kind.dataset
            missing = np.where(np.isfinite(at), 0.0, np.nan)
            for name, values in (
                ("npred", total + missing),
                ("npred_excess", excess + missing),
                ("counts", rows.counts),
            ):
                sums[name] += np.bincount(place, values, shape[0] * shape[1]).reshape(shape)
        return sums


def _one_bin_each(bins_class: type[BinData], part: Columns) -> Columns:
    """Rows of one spectrum joined so that there is one for each flux point."""
    signal, other, point, *columns = part
    points, place = np.unique(point, return_inverse=True)

    def joined(values: np.ndarray) -> np.ndarray:
        return np.bincount(place, values, len(points))

    return joined(signal), joined(other), points, *_JOINED[bins_class](tuple(columns), joined)


def _kind(bins_class: type[BinData], parts: list[tuple[Any, ...]]) -> _Kind:
    dataset, signal, other, point, *columns = (
        np.concatenate(arrays) for arrays in zip(*parts, strict=True)
    )
    bins = bins_class.build(*columns)
    # any prediction tells the constant terms, for they are in the one statistic and not the other
    somewhere = bins.counts + 1.0
    rows = NormRows(
        signal=signal,
        other=other,
        counts=bins.counts,
        excess=-bins.excess(other),
        constant=bins.stat_array(somewhere) - bins.statistic(somewhere).value,
        segment=point,
        statistic=bins.statistic,
    )
    return _Kind(bins, rows, dataset)


class _FluxIntegrals:
    """Flux of a model integrated over true energy bins; once for all spectra that share them."""

    def __init__(self) -> None:
        self._known: dict[tuple[int, bytes], np.ndarray] = {}

    def __call__(self, edges: np.ndarray, model: SkyModel) -> np.ndarray:
        """Integrals [n_true] at the current parameters."""
        key = (id(model), edges.tobytes())
        if key not in self._known:
            self._known[key] = bin_fluxes(model, edges)
        return self._known[key]


def checked_spectra(datasets: Any) -> list[CountsSpectrum]:
    """Spectra of some datasets, or of one.

    Raises
    ------
    DataError
        If there is none, or a dataset is no counts spectrum.
    """
    found = [datasets] if isinstance(datasets, CountsSpectrum) else list(datasets)
    if not found:
        raise DataError("no datasets to estimate fluxes from: read or append some first")
    for dataset in found:
        if not isinstance(dataset, CountsSpectrum):
            raise DataError(
                f"{getattr(dataset, 'name', dataset)!r} is a {type(dataset).__name__}: fluxes are "
                "estimated from counts spectra, SpectrumDataset or SpectrumDatasetOnOff"
            )
    return found
