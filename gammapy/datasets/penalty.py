"""Term of a penalty: a normal density of several parameters, in the flat vector of a plan."""

from __future__ import annotations

import numpy as np

from gammapy.datasets.plan import Plan
from gammapy.modeling.fit.problem import Evaluation, Residuals
from gammapy.modeling.penalty import GaussianPenalty

__all__ = ["PenaltyTerm"]


class PenaltyTerm:
    """A `~gammapy.modeling.GaussianPenalty` as a summand of the statistic.

    Parameters
    ----------
    penalty : `~gammapy.modeling.GaussianPenalty`
        One whose parameters the plan knows.
    plan : `Plan`
    """

    has_residuals = True

    def __init__(self, penalty: GaussianPenalty, plan: Plan) -> None:
        self._positions = plan.positions(penalty.parameters)
        self._factors = plan.factors[self._positions]
        self._mean, self._log_norm = penalty.mean, penalty.log_norm
        self._whitening = penalty.whitening()
        columns = plan.column[self._positions]
        moving = columns >= 0
        #: pieces of information on what moves, which those that are held do not use up
        self.n_data = int(moving.sum())
        #: derivatives [n, n_active] of the residuals, which are linear in theta
        self._jacobian = np.zeros((len(columns), len(plan.active)))
        self._jacobian[:, columns[moving]] = (self._whitening / self._factors)[:, moving]
        self._curvature = 2.0 * self._jacobian.T @ self._jacobian

    def _residual(self, theta: np.ndarray) -> np.ndarray:
        return self._whitening @ (theta[self._positions] / self._factors - self._mean)

    def value(self, theta: np.ndarray) -> float:
        """-2 ln p of the parameters."""
        residual = self._residual(theta)
        return float(residual @ residual) + self._log_norm

    def evaluate(self, theta: np.ndarray) -> Evaluation:
        """Value, and gradient and curvature by the active entries of theta."""
        residual = self._residual(theta)
        value = float(residual @ residual) + self._log_norm
        return Evaluation(value, 2.0 * self._jacobian.T @ residual, self._curvature)

    def residuals(self, theta: np.ndarray) -> Residuals:
        """Least-squares form by the active entries of theta."""
        return Residuals(self._residual(theta), self._jacobian)

    def diagnose(self, theta: np.ndarray) -> str | None:
        """None: a normal density is nowhere zero."""
        return None

    def is_accurate(self, theta: np.ndarray) -> bool:
        """True: nothing is chosen at compilation."""
        return True
