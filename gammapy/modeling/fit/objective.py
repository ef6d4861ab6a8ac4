"""Objective: a problem in the hands of one optimiser - counted, and asked once per point.

An evaluation (``nfev``) is one new point, with or without derivatives; ``ngrad`` counts the
points at which derivatives were computed. The last point is remembered, because optimisers
ask for value, gradient and curvature one after the other.
"""

from __future__ import annotations

import numpy as np

from gammapy.modeling.fit.problem import Evaluation, FitProblem, Residuals

__all__ = ["Objective"]


class Objective:
    """Counting access to a problem; lives for one run of a backend.

    Where the likelihood is zero the objective is infinite, which line searches cannot use;
    they see a finite wall far above the start instead, and no gradient.

    Parameters
    ----------
    problem : `FitProblem`
        Scaled.
    store_trace : bool
        Keep every point in ``trace``.
    """

    def __init__(self, problem: FitProblem, store_trace: bool = False) -> None:
        self.problem = problem
        self.nfev = 0
        self.ngrad = 0
        self.trace: list[tuple[np.ndarray, float]] | None = [] if store_trace else None
        self.best_x = problem.start
        self.best_value = np.inf
        self._x: bytes = b""
        self._value = np.inf
        self._evaluation: Evaluation | None = None
        self._residuals: Residuals | None = None
        self._constant: float | None = None
        self._wall: float | None = None

    def value(self, x: np.ndarray) -> float:
        """-2 ln L."""
        x = np.asarray(x, dtype=float)
        if x.tobytes() != self._x:
            self._new_point(x, self.problem.value(x))
        return self._value

    def evaluate(self, x: np.ndarray) -> Evaluation:
        """Value, gradient and curvature."""
        x = np.asarray(x, dtype=float)
        if x.tobytes() != self._x or self._evaluation is None:
            evaluation = self.problem.evaluate(x)
            self.ngrad += 1
            if x.tobytes() != self._x:
                self._new_point(x, evaluation.value)
            if not np.isfinite(evaluation.value):
                n = len(x)
                evaluation = Evaluation(self._value, np.zeros(n), np.zeros((n, n)))
            self._evaluation = evaluation
        return self._evaluation

    def gradient(self, x: np.ndarray) -> np.ndarray:
        """Gradient [n]."""
        return self.evaluate(x).gradient

    def curvature(self, x: np.ndarray) -> np.ndarray:
        """Curvature [n, n]."""
        return self.evaluate(x).curvature

    def residuals(self, x: np.ndarray) -> Residuals:
        """Least-squares form; counts as one evaluation with derivatives."""
        x = np.asarray(x, dtype=float)
        if x.tobytes() == self._x and self._residuals is not None:
            return self._residuals
        found = self.problem.residuals(x)  # type: ignore[misc]
        self.ngrad += 1
        total = float(found.residual @ found.residual)
        if self._constant is None:
            # what the sum of squares lacks to -2 ln L, so that all points can be compared
            self._constant = self.value(x) - total
        elif x.tobytes() != self._x:
            self._new_point(x, total + self._constant)
        if not np.all(np.isfinite(found.residual)):
            wall = np.full_like(found.residual, np.sqrt(self._value / len(found.residual)))
            found = Residuals(wall, np.zeros_like(found.jacobian))
        self._residuals = found
        return found

    def _new_point(self, x: np.ndarray, value: float) -> None:
        self.nfev += 1
        if self._wall is None:  # the first point is the start, where the objective is finite
            self._wall = 1e3 * abs(float(value)) + 1e6
        self._x = x.tobytes()
        self._evaluation = self._residuals = None
        self._value = float(value) if np.isfinite(value) else self._wall
        if self.trace is not None:
            self.trace.append((x.copy(), float(value)))
        if value < self.best_value:
            self.best_x, self.best_value = x.copy(), float(value)
