"""The summand of the statistic that spectra make: one pass for all that see the same models.

theta -> flux at the quadrature nodes -> flux integrals per true bin -> counts per reconstructed bin
(one matrix product per true energy axis) -> statistic. The derivatives take the same road.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple, Self

import numpy as np

from gammapy.datasets.bin_fluxes import needed_order
from gammapy.datasets.plan import Plan
from gammapy.datasets.spectral_sources import check_folded_as_is, spectral_sources
from gammapy.engine.integrate import finer_order, is_converged
from gammapy.engine.statistic import (
    BinStatistic,
    WStatData,
    cash,
    cash_sum,
    deviance_residuals,
    wstat,
    wstat_sum,
)
from gammapy.modeling.fit.problem import Evaluation, Residuals
from gammapy.modeling.models.spectral.base import SpectralModel
from gammapy.modeling.models.spectral.calculus.following_quadrature import FollowingQuadrature

if TYPE_CHECKING:
    from gammapy.spectrum.base import CountsSpectrum

__all__ = ["BinData", "CashBins", "SpectrumTerm", "WStatBins"]


class BinData(ABC):
    """Data of the bins that are kept, and the statistic on them."""

    @abstractmethod
    def statistic(self, npred_signal: np.ndarray) -> BinStatistic:
        """Statistic of each bin without constant terms."""

    @abstractmethod
    def stat_sum(self, npred_signal: np.ndarray) -> float:
        """Sum over the bins, constant terms included."""

    @property
    @abstractmethod
    def counts(self) -> np.ndarray:
        """Observed counts [n_bins]."""

    @property
    @abstractmethod
    def constant(self) -> float:
        """Sum of the constant terms."""

    @abstractmethod
    def above_best(self, stat: BinStatistic) -> np.ndarray:
        """Statistic of each bin above the best that any prediction gives."""

    @abstractmethod
    def excess(self, npred_signal: np.ndarray) -> np.ndarray:
        """Prediction minus observation of each bin."""

    @abstractmethod
    def stat_array(self, npred_signal: np.ndarray) -> np.ndarray:
        """Statistic of each bin, constant terms included."""

    @classmethod
    @abstractmethod
    def build(cls, *columns: np.ndarray) -> Self:
        """From the arrays that a dataset gives."""


@dataclass(frozen=True)
class CashBins(BinData):
    """Counts over a known background."""

    n_on: np.ndarray
    background: np.ndarray

    @property
    def counts(self) -> np.ndarray:
        return self.n_on

    @property
    def constant(self) -> float:
        return 0.0

    def statistic(self, npred_signal: np.ndarray) -> BinStatistic:
        return cash(self.counts, npred_signal + self.background)

    def stat_sum(self, npred_signal: np.ndarray) -> float:
        return cash_sum(self.counts, npred_signal + self.background)

    def above_best(self, stat: BinStatistic) -> np.ndarray:
        n = self.counts
        return stat.value - 2.0 * (n - n * np.log(np.where(n > 0, n, 1.0)))

    def excess(self, npred_signal: np.ndarray) -> np.ndarray:
        return npred_signal + self.background - self.counts

    def stat_array(self, npred_signal: np.ndarray) -> np.ndarray:
        return self.statistic(npred_signal).value

    @classmethod
    def build(cls, *columns: np.ndarray) -> Self:
        return cls(*columns)


@dataclass(frozen=True)
class WStatBins(BinData):
    """Counts in an on and an off region."""

    data: WStatData

    @classmethod
    def build(cls, *columns: np.ndarray) -> Self:
        return cls(WStatData.build(*columns))

    @property
    def counts(self) -> np.ndarray:
        return self.data.n_on

    @property
    def constant(self) -> float:
        return self.data.constant

    def statistic(self, npred_signal: np.ndarray) -> BinStatistic:
        return wstat(self.data, npred_signal)

    def stat_sum(self, npred_signal: np.ndarray) -> float:
        return wstat_sum(self.data, npred_signal) + self.data.constant

    def above_best(self, stat: BinStatistic) -> np.ndarray:
        return stat.value + self._constants()

    def _constants(self) -> np.ndarray:
        on, off = (
            -2.0 * n * (1.0 - np.log(np.where(n > 0, n, 1.0)))
            for n in (self.data.n_on, self.data.n_off)
        )
        return on + off

    def excess(self, npred_signal: np.ndarray) -> np.ndarray:
        return npred_signal - (self.data.n_on - self.data.alpha * self.data.n_off)

    def stat_array(self, npred_signal: np.ndarray) -> np.ndarray:
        return self.statistic(npred_signal).value + self._constants()


class _Source(NamedTuple):
    """A model as the term uses it.

    Attributes
    ----------
    positions : ndarray of int [n_slots]
        Entry of theta that feeds each parameter of the spectrum.
    moving : list of int
        Parameters of the spectrum that move with x...
    columns : ndarray of int
        ... and their columns among the active entries.
    """

    name: str
    spectrum: SpectralModel
    rule: FollowingQuadrature
    positions: np.ndarray
    moving: list[int]
    columns: np.ndarray


class _Block(NamedTuple):
    """Response of all spectra on one true energy axis: rows of counts, columns of bins."""

    response: np.ndarray
    rows: slice
    bins: slice


class SpectrumTerm:
    """Statistic of spectra that see the same models.

    Parameters
    ----------
    datasets : sequence of `CountsSpectrum`
        Of one kind, seeing the same models.
    plan : `Plan`
    """

    def __init__(self, datasets: Sequence[CountsSpectrum], plan: Plan) -> None:
        axes, members = _by_axis(datasets)
        self._axes = axes
        ordered = [d for group in members for d in group]
        keeps = {d.name: d.mask.values for d in ordered}
        columns = [d.bin_columns(keeps[d.name]) for d in ordered]
        joined = (np.concatenate(arrays) for arrays in zip(*columns, strict=True))
        self.data = ordered[0].bins.build(*joined)
        self._ends = np.cumsum([int(keep.sum()) for keep in keeps.values()])
        self._names = list(keeps)
        self._bins = np.concatenate([np.flatnonzero(keep) for keep in keeps.values()])
        self._blocks = _blocks(axes, members, keeps)
        theta = plan.values * plan.factors
        seen = spectral_sources(ordered[0].models, ordered[0].name)
        check_folded_as_is(seen, ordered[0].name)
        self._sources = [self._source(m, plan, theta) for m in seen]
        self._n_active = len(plan.active)
        self._n_bins = sum(len(axis) - 1 for axis in axes)

    @property
    def n_data(self) -> int:
        """Number of bins that are kept."""
        return len(self.data.counts)

    def _source(self, model: Any, plan: Plan, theta: np.ndarray) -> _Source:
        spectrum = model.spectral_model
        positions = plan.positions(spectrum.own_parameters.values())
        columns = plan.column[positions]
        order = needed_order(model, self._axes, theta[positions].tolist())
        rule = FollowingQuadrature(spectrum, self._axes, order)
        moving = np.flatnonzero(columns >= 0).tolist()
        return _Source(model.name, spectrum, rule, positions, moving, columns[moving])

    def is_accurate(self, theta: np.ndarray) -> bool:
        """True if the integration orders are good enough at theta."""
        return all(self._resolves(source, theta) for source in self._sources)

    def _resolves(self, source: _Source, theta: np.ndarray) -> bool:
        values, spectrum = theta[source.positions].tolist(), source.spectrum
        rule = source.rule.at(values)
        finer = FollowingQuadrature(spectrum, self._axes, finer_order(source.rule.order)).at(values)
        return is_converged(lambda e: spectrum.flux(e, values), rule, finer)

    # -- prediction -----------------------------------------------------------------------

    def npred(self, theta: np.ndarray) -> np.ndarray:
        """Predicted signal counts [n_data]."""
        integrals = np.zeros(self._n_bins)
        for source in self._sources:
            values = theta[source.positions].tolist()
            rule = source.rule.at(values)
            integrals += rule.reduce(source.spectrum.flux(rule.nodes, values))
        return self._fold(integrals)

    def npred_with_jacobian(self, theta: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Predicted signal counts [n_data] and derivatives [n_active, n_data]."""
        integrals = np.zeros((1 + self._n_active, self._n_bins))
        for source in self._sources:
            values = theta[source.positions].tolist()
            rule = source.rule.at(values)
            nodes = rule.nodes
            stack = np.empty((1 + len(source.moving), len(nodes)))
            stack[0] = source.spectrum.flux(nodes, values)
            if source.moving:
                partials = source.spectrum.flux_partials(nodes, values)
                for row, slot in enumerate(source.moving, start=1):
                    stack[row] = partials[slot]
            reduced = rule.reduce(stack)
            integrals[0] += reduced[0]
            for column, row in zip(source.columns, reduced[1:], strict=True):
                integrals[1 + column] += row  # two parameters may share a column
        counts = self._fold(integrals)
        return counts[0], counts[1:]

    def _fold(self, integrals: np.ndarray) -> np.ndarray:
        """Counts [..., n_data] from flux integrals [..., n_bins]."""
        parts = [integrals[..., block.bins] @ block.response for block in self._blocks]
        return parts[0] if len(parts) == 1 else np.concatenate(parts, axis=-1)

    # -- statistic ------------------------------------------------------------------------

    def value(self, theta: np.ndarray) -> float:
        """-2 ln L."""
        return self.data.stat_sum(self.npred(theta))

    def evaluate(self, theta: np.ndarray) -> Evaluation:
        """-2 ln L with gradient and curvature by the active entries."""
        npred, jacobian = self.npred_with_jacobian(theta)
        stat = self.data.statistic(npred)
        value = float(stat.value.sum()) + self.data.constant
        return Evaluation(value, jacobian @ stat.first, (jacobian * stat.second) @ jacobian.T)

    has_residuals = True

    def residuals(self, theta: np.ndarray) -> Residuals:
        """Signed deviance residuals and their derivatives by the active entries."""
        npred, jacobian = self.npred_with_jacobian(theta)
        stat = self.data.statistic(npred)
        residual, slope = deviance_residuals(
            self.data.above_best(stat), stat, self.data.excess(npred)
        )
        return Residuals(residual, (jacobian * slope).T)

    def diagnose(self, theta: np.ndarray) -> str | None:
        """The first bin whose likelihood is zero, in words."""
        npred = self.npred(theta)
        bad = np.flatnonzero(~np.isfinite(self.data.statistic(npred).value))
        if not len(bad):
            return None
        i = int(bad[0])
        name = self._names[int(np.searchsorted(self._ends, i, side="right"))]
        return (
            f"dataset {name!r} predicts {npred[i]:g} signal counts in bin {self._bins[i]}, where "
            f"{self.data.counts[i]:g} were counted ({len(bad)} such bins): start from a higher "
            "amplitude or a flatter spectrum, or mask these bins"
        )


def _by_axis(
    datasets: Sequence[CountsSpectrum],
) -> tuple[list[np.ndarray], list[list[CountsSpectrum]]]:
    """True energy axes that differ, and the datasets on each."""
    axes: list[np.ndarray] = []
    members: list[list[CountsSpectrum]] = []
    for dataset in datasets:
        edges = dataset.energy_edges_true
        for axis, group in zip(axes, members, strict=True):
            if len(axis) == len(edges) and np.all(np.abs(axis - edges) <= 1e-9 * edges):
                group.append(dataset)
                break
        else:
            axes.append(edges)
            members.append([dataset])
    return axes, members


def _blocks(
    axes: list[np.ndarray], members: list[list[CountsSpectrum]], keeps: dict[str, np.ndarray]
) -> list[_Block]:
    blocks = []
    row = column = 0
    for axis, group in zip(axes, members, strict=True):
        response = np.concatenate([d.response[keeps[d.name]] for d in group])
        rows, bins = slice(row, row + len(response)), slice(column, column + len(axis) - 1)
        # transposed and contiguous: the product runs along the derivatives
        blocks.append(_Block(np.ascontiguousarray(response.T), rows, bins))
        row, column = rows.stop, bins.stop
    return blocks
