"""Measured and predicted counts as they are drawn: spectra added up, and bins joined.

A residual of a bin with few counts has no normal distribution. So bins are joined until the
*model* predicts enough; joining until enough is measured would end each group with an upward
fluctuation.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from gammapy.errors import DataError
from gammapy.spectrum.base import CountsSpectrum
from gammapy.spectrum.on_off import SpectrumDatasetOnOff

__all__ = ["Bins", "Points", "joined", "summed"]

#: a group also ends where this many times the wanted counts are measured: a model that predicts
#: far too little must not hide the shape of the data
TOO_MANY = 4.0
#: probability below and above the central interval of one standard deviation
TAIL = 0.15865525393145707


@dataclass(frozen=True)
class Bins:
    """Spectra with the same energy bins, added up over the bins that each of them keeps.

    Attributes
    ----------
    names : tuple of str
    edges : ndarray [n + 1]
        In TeV.
    keep : ndarray [n]
        True where at least one spectrum is not masked.
    counts, background, signal : ndarray [n]
        Measured counts, background in them, and what the models predict.
    off_variance : ndarray [n]
        Variance of a background that was measured; zero for a known one.
    """

    names: tuple[str, ...]
    edges: np.ndarray
    keep: np.ndarray
    counts: np.ndarray
    background: np.ndarray
    signal: np.ndarray
    off_variance: np.ndarray


@dataclass(frozen=True)
class Points:
    """Joined bins, as they are drawn.

    Attributes
    ----------
    low, high, energy : ndarray [n]
        Edges in TeV, and where to draw: where the predicted density is the mean of the group.
    excess, errn, errp, signal : ndarray [n]
        Counts minus background with errors, and predicted signal, each per decade of energy.
    residual : ndarray [n]
        Counts minus prediction, over its standard deviation.
    enough : ndarray of bool [n]
        False where fewer counts are predicted than was asked for.
    """

    low: np.ndarray
    high: np.ndarray
    energy: np.ndarray
    excess: np.ndarray
    errn: np.ndarray
    errp: np.ndarray
    signal: np.ndarray
    residual: np.ndarray
    enough: np.ndarray


# -- adding up ----------------------------------------------------------------------------


def summed(datasets: Sequence[CountsSpectrum]) -> list[Bins]:
    """One `Bins` for all spectra of an instrument that have the same energy bins.

    Raises
    ------
    DataError
        If all bins of all spectra are masked.
    """
    groups: list[list[CountsSpectrum]] = []
    for dataset in datasets:
        if not dataset.mask.values.any():
            continue
        for group in groups:
            if _belongs(dataset, group[0]):
                group.append(dataset)
                break
        else:
            groups.append([dataset])
    if not groups:
        raise DataError("all bins are masked: widen mask_safe or mask_fit to see something")
    return [_sum(group) for group in groups]


def _belongs(one: CountsSpectrum, other: CountsSpectrum) -> bool:
    same_instrument = one.meta.get("telescop") == other.meta.get("telescop")
    return same_instrument and one.energy_axis == other.energy_axis


def _sum(group: Sequence[CountsSpectrum]) -> Bins:
    masks = np.array([dataset.mask.values for dataset in group])
    rows = {
        "counts": [d.counts.values for d in group],
        "background": [d.counts.values - d.excess.values for d in group],
        "signal": [d.npred_signal().values for d in group],
        "off_variance": [_off_variance(d) for d in group],
    }
    return Bins(
        names=tuple(d.name for d in group),
        edges=group[0].energy_axis.edges.to_value("TeV"),
        keep=np.any(masks, axis=0),
        **{name: np.where(masks, values, 0.0).sum(axis=0) for name, values in rows.items()},
    )


def _off_variance(dataset: CountsSpectrum) -> np.ndarray:
    if isinstance(dataset, SpectrumDatasetOnOff):
        return dataset.alpha.values**2 * dataset.counts_off.values
    return np.zeros(dataset.energy_axis.nbin)


# -- joining ------------------------------------------------------------------------------


def joined(bins: Bins, min_counts: float) -> Points:
    """Points of at least ``min_counts`` predicted counts, signal and background.

    What is left at the end of a range joins the last point before it; a range that predicts less
    is one point all the same. Errors are the central
    interval of Garwood (1936, Biometrika 28, 437) for the counts, with that of a measured
    background in quadrature.
    """
    from scipy.special import gammaincinv

    predicted = bins.signal + bins.background
    groups = _groups(bins.keep, predicted, bins.counts, min_counts)

    def total(values: np.ndarray) -> np.ndarray:
        return np.array([values[start:stop].sum() for start, stop in groups])

    low = np.array([bins.edges[start] for start, _ in groups])
    high = np.array([bins.edges[stop] for _, stop in groups])
    decades = np.log10(high / low)
    counts, variance = total(bins.counts), total(bins.off_variance)
    down = counts - gammaincinv(np.maximum(counts, 1e-300), TAIL)
    up = gammaincinv(counts + 1.0, 1.0 - TAIL) - counts
    spread = np.sqrt(np.maximum(total(predicted) + variance, 0.0))
    difference = counts - total(predicted)
    impossible = np.where(difference == 0, 0.0, np.inf)  # counts where none are predicted
    return Points(
        low=low,
        high=high,
        energy=np.array([_place(bins, start, stop) for start, stop in groups]),
        excess=(counts - total(bins.background)) / decades,
        errn=np.hypot(down, np.sqrt(variance)) / decades,
        errp=np.hypot(up, np.sqrt(variance)) / decades,
        signal=total(bins.signal) / decades,
        residual=np.divide(difference, spread, out=impossible, where=spread > 0),
        enough=total(predicted) >= min_counts,
    )


def _groups(
    keep: np.ndarray, predicted: np.ndarray, counts: np.ndarray, min_counts: float
) -> list[tuple[int, int]]:
    """First bin and end of each group; none reaches over a masked bin."""
    groups: list[tuple[int, int]] = []
    ends = np.flatnonzero(np.diff(np.concatenate([[False], keep, [False]]).astype(int)))
    for first, end in ends.reshape(-1, 2):
        start, of_run = first, len(groups)
        for stop in range(first + 1, end + 1):
            enough = predicted[start:stop].sum() >= min_counts
            if enough or counts[start:stop].sum() >= TOO_MANY * min_counts:
                groups.append((start, stop))
                start = stop
        if start < end and len(groups) > of_run:
            groups[-1] = (groups[-1][0], end)
        elif start < end:
            groups.append((start, end))
    return groups


def _place(bins: Bins, start: int, stop: int) -> float:
    """Energy in a group at which the predicted density has its mean there.

    A steep spectrum falls by much inside a wide group: a point in the middle would lie off
    a curve that it agrees with (Lafferty & Wyatt 1995, NIM A 355, 541).
    """
    edges = np.log(bins.edges[start : stop + 1])
    density = bins.signal[start:stop] / np.diff(edges)
    mean = bins.signal[start:stop].sum() / (edges[-1] - edges[0])
    if stop - start == 1 or not np.all(density > 0):
        return float(np.exp(0.5 * (edges[0] + edges[-1])))
    x = np.linspace(edges[0], edges[-1], 201)
    curve = np.interp(x, 0.5 * (edges[1:] + edges[:-1]), np.log(density))
    return float(np.exp(x[np.argmin(np.abs(curve - np.log(mean)))]))
