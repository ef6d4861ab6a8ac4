"""FitProblem: all that an optimiser may know.

Floats only. The objective is a pure function of the vector of free parameters (law 2): calling it
changes nothing, so it can be differentiated, batched, fixed, rescaled and shipped.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import NamedTuple

import numpy as np

from gammapy.errors import UnknownNameError
from gammapy.modeling.parameter import Parameter

__all__ = ["Evaluation", "FitProblem", "Residuals"]


class Evaluation(NamedTuple):
    """Objective at a point.

    Attributes
    ----------
    value : float
        -2 ln L, priors included; infinite where the likelihood is zero.
    gradient : ndarray [n]
    curvature : ndarray [n, n]
        Positive semidefinite approximation of the Hessian.
    """

    value: float
    gradient: np.ndarray
    curvature: np.ndarray


class Residuals(NamedTuple):
    """Least-squares form of the objective: it equals ``sum(residual**2)`` plus a constant.

    Attributes
    ----------
    residual : ndarray [n_data]
    jacobian : ndarray [n_data, n]
    """

    residual: np.ndarray
    jacobian: np.ndarray


@dataclass(frozen=True)
class FitProblem:
    """A function to minimise, with derivatives, start and bounds.

    Attributes
    ----------
    names : tuple of str [n]
    start, lower, upper : ndarray [n]
        Start values and bounds (infinite where there is none).
    value : callable
        ``value(x[n]) -> float``.
    evaluate : callable
        ``evaluate(x[n]) -> Evaluation``.
    residuals : callable or None
        ``residuals(x[n]) -> Residuals``, if the objective is a sum of squares.
    n_data : int
        Number of bins and priors that the objective sums over.
    parameters : tuple of `Parameter`
        Where a result is written to; empty for a bare function.
    paths : tuple of str
        Names of ``parameters``, which include the linked ones that follow the free ones.
    frozen : tuple of `Parameter`
        Parameters that stand still; a result clears the errors of earlier fits on them.
    spread : callable or None
        ``spread(x[n])``: values of ``parameters`` and their derivatives [len, n] by the
        free ones; None if they are the same.
    diagnose : callable or None
        ``diagnose(x[n]) -> str``: why the objective is not finite there.
    refine : callable or None
        ``refine(x[n]) -> FitProblem or None``: the problem compiled anew for this point, if
        what was chosen at compilation (an integration order) is not good enough there.
    notes : tuple of str
        What the user should hear of with the result.
    """

    names: tuple[str, ...]
    start: np.ndarray
    lower: np.ndarray
    upper: np.ndarray
    value: Callable[[np.ndarray], float]
    evaluate: Callable[[np.ndarray], Evaluation]
    residuals: Callable[[np.ndarray], Residuals] | None = None
    n_data: int = 0
    parameters: tuple[Parameter, ...] = ()
    paths: tuple[str, ...] = ()
    frozen: tuple[Parameter, ...] = ()
    spread: Callable[[np.ndarray], tuple[np.ndarray, np.ndarray]] | None = None
    diagnose: Callable[[np.ndarray], str] | None = None
    refine: Callable[[np.ndarray], FitProblem | None] | None = None
    notes: tuple[str, ...] = ()

    def fit_problem(self) -> FitProblem:
        """Itself; so that a bare problem can be fitted like datasets."""
        return self

    def index(self, name: str) -> int:
        """Position of a free parameter."""
        try:
            return self.names.index(name)
        except ValueError:
            raise UnknownNameError(
                f"{name!r} is not a free parameter: free are {list(self.names)}"
            ) from None

    def fixed(self, name: str, value: float) -> FitProblem:
        """The problem with one parameter held at a value."""
        return self.held({name: value})

    def held(self, values: dict[str, float]) -> FitProblem:
        """The problem with some parameters held at values; it knows no parameters to write to."""
        held = [self.index(name) for name in values]
        free = np.array([i for i in range(len(self.names)) if i not in held], dtype=int)
        whole = self.start.copy()
        whole[held] = list(values.values())

        def full(x: np.ndarray) -> np.ndarray:
            stitched = whole.copy()
            stitched[free] = x
            return stitched

        def evaluate(x: np.ndarray) -> Evaluation:
            value, gradient, curvature = self.evaluate(full(x))
            return Evaluation(value, gradient[free], curvature[np.ix_(free, free)])

        def residuals(x: np.ndarray) -> Residuals:
            residual, jacobian = self.residuals(full(x))  # type: ignore[misc]
            return Residuals(residual, jacobian[:, free])

        return FitProblem(
            names=tuple(self.names[i] for i in free),
            start=self.start[free],
            lower=self.lower[free],
            upper=self.upper[free],
            value=lambda x: self.value(full(x)),
            evaluate=evaluate,
            residuals=residuals if self.residuals is not None else None,
            n_data=self.n_data,
            diagnose=self.diagnose and (lambda x: self.diagnose(full(x))),  # type: ignore[misc]
            notes=self.notes,
        )

    def starting_at(self, start: np.ndarray) -> FitProblem:
        """The problem with another start, moved inside the bounds."""
        return replace(self, start=np.clip(start, self.lower, self.upper))
