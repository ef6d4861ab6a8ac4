"""The summand of the statistic that flux points make.

theta -> flux at the reference energies -> statistic of each point; the derivatives take the
same road.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np

from gammapy.datasets.plan import Plan
from gammapy.modeling.fit.problem import Evaluation, Residuals
from gammapy.modeling.models.spectral.base import SpectralModel
from gammapy.spectrum.flux_points.statistic import PointStatistic

__all__ = ["FluxPointsTerm"]


class _Source(NamedTuple):
    """A model as the term uses it: which entries of theta feed it, and what moves."""

    spectrum: SpectralModel
    positions: np.ndarray
    moving: list[int]
    columns: np.ndarray


class FluxPointsTerm:
    """Statistic of flux points.

    Parameters
    ----------
    statistic : `PointStatistic`
        Of the points that count.
    energy : ndarray [n_energy]
        In TeV.
    index : ndarray of int [n_points]
        Energy of each point.
    models : sequence of `SkyModel`
        Whose fluxes add up.
    plan : `Plan`
    name : str
        Of the dataset, for messages.
    """

    def __init__(
        self,
        statistic: PointStatistic,
        energy: np.ndarray,
        index: np.ndarray,
        models: Sequence[Any],
        plan: Plan,
        name: str,
    ) -> None:
        self._statistic, self._energy, self._index = statistic, energy, index
        for model in models:
            model.spectral_model.check_energies(energy)
        self._sources = [_source(model.spectral_model, plan) for model in models]
        self._n_active = len(plan.active)
        self._name = name

    @property
    def n_data(self) -> int:
        """Number of points that count."""
        return len(self._index)

    has_residuals = True

    def flux(self, theta: np.ndarray) -> np.ndarray:
        """Predicted flux of each point [n_points] in cm-2 s-1 TeV-1."""
        total = np.zeros(len(self._energy))
        for source in self._sources:
            values = theta[source.positions].tolist()
            total += source.spectrum.flux(self._energy, values)
        return total[self._index]

    def flux_with_jacobian(self, theta: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Predicted flux of each point, and derivatives [n_points, n_active]."""
        total = np.zeros((len(self._energy), 1 + self._n_active))
        for source in self._sources:
            values = theta[source.positions].tolist()
            total[:, 0] += source.spectrum.flux(self._energy, values)
            if not source.moving:
                continue
            partials = source.spectrum.flux_partials(self._energy, values)
            for slot, column in zip(source.moving, source.columns, strict=True):
                total[:, 1 + column] += partials[slot]  # two parameters may share a column
        rows = total[self._index]
        return rows[:, 0], rows[:, 1:]

    def value(self, theta: np.ndarray) -> float:
        """-2 ln L."""
        return _finite_sum(self._statistic.statistic(self.flux(theta)).value)

    def evaluate(self, theta: np.ndarray) -> Evaluation:
        """-2 ln L with gradient and curvature by the active entries."""
        flux, jacobian = self.flux_with_jacobian(theta)
        stat = self._statistic.statistic(flux)
        weight = np.maximum(stat.second, 0.0)[:, None]
        return Evaluation(
            _finite_sum(stat.value), stat.first @ jacobian, jacobian.T @ (weight * jacobian)
        )

    def residuals(self, theta: np.ndarray) -> Residuals:
        """Least-squares form; only if `has_residuals`."""
        flux, jacobian = self.flux_with_jacobian(theta)
        residual, slope = self._statistic.residuals(flux)
        return Residuals(residual, slope[:, None] * jacobian)

    def diagnose(self, theta: np.ndarray) -> str | None:
        """The first point whose predicted flux is not finite, in words."""
        flux = self.flux(theta)
        bad = np.flatnonzero(~np.isfinite(self._statistic.statistic(flux).value))
        if not len(bad):
            return None
        i = int(bad[0])
        return (
            f"dataset {self._name!r} predicts {flux[i]:g} cm-2 s-1 TeV-1 at "
            f"{self._energy[self._index[i]]:g} TeV ({len(bad)} such points): start from other "
            "parameters"
        )

    def is_accurate(self, theta: np.ndarray) -> bool:
        """True: nothing is approximated."""
        return True


def _source(spectrum: SpectralModel, plan: Plan) -> _Source:
    positions = plan.positions(spectrum.own_parameters.values())
    columns = plan.column[positions]
    moving = np.flatnonzero(columns >= 0).tolist()
    return _Source(spectrum, positions, moving, columns[moving])


def _finite_sum(values: np.ndarray) -> float:
    """Sum; infinite, not nan, where a prediction overflows."""
    total = float(values.sum())
    return np.inf if np.isnan(total) else total
