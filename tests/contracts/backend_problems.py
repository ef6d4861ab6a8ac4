"""Analytic fit problems with known minimum and covariance, and a function that counts points."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import NamedTuple

import numpy as np

from gammapy.modeling.fit.problem import Evaluation, FitProblem, Residuals

INFINITE = np.full(9, np.inf)


class Known(NamedTuple):
    """A problem without bounds, wide bounds for it, and its exact answer."""

    problem: FitProblem
    lower: np.ndarray
    upper: np.ndarray
    minimum: np.ndarray
    covariance: np.ndarray
    total_stat: float

    @property
    def bounded(self) -> FitProblem:
        return replace(self.problem, lower=self.lower, upper=self.upper)

    @property
    def errors(self) -> np.ndarray:
        return np.sqrt(np.diag(self.covariance))


def least_squares_problem(
    residuals: Callable[[np.ndarray], Residuals], start: list[float], constant: float, n_data: int
) -> FitProblem:
    """The problem of a sum of squares; its curvature is the one of Gauss and Newton."""

    def value(x: np.ndarray) -> float:
        residual = residuals(x).residual
        return float(residual @ residual) + constant

    def evaluate(x: np.ndarray) -> Evaluation:
        residual, jacobian = residuals(x)
        gradient = 2.0 * jacobian.T @ residual
        return Evaluation(value(x), gradient, 2.0 * jacobian.T @ jacobian)

    n = len(start)
    names = tuple("abcdefghi"[:n])
    return FitProblem(
        names, np.array(start), -INFINITE[:n], INFINITE[:n], value, evaluate, residuals, n_data
    )


def quadratic() -> Known:
    """Three correlated parameters, thirteen orders of magnitude apart."""
    errors = np.array([2e-12, 0.1, 30.0])
    correlation = np.array([[1.0, 0.8, -0.3], [0.8, 1.0, 0.1], [-0.3, 0.1, 1.0]])
    covariance = correlation * np.outer(errors, errors)
    minimum = np.array([4e-11, 2.5, -700.0])
    root = np.linalg.inv(np.linalg.cholesky(correlation)) / errors

    def residuals(x: np.ndarray) -> Residuals:
        return Residuals(root @ (x - minimum), root)

    start = minimum + np.array([5.0, -3.0, 4.0]) * errors
    problem = least_squares_problem(residuals, list(start), 7.0, 20)
    wide = 30.0 * errors
    return Known(problem, minimum - wide, minimum + wide, minimum, covariance, 7.0)


def banana() -> Known:
    """Rosenbrock's valley (1960, Comput. J. 3, 175) as a sum of squares, milder."""
    width, steep = 0.3, 5.0

    def residuals(x: np.ndarray) -> Residuals:
        residual = np.array([(x[0] - 1.0) / width, steep * (x[1] - x[0] ** 2)])
        return Residuals(residual, np.array([[1.0 / width, 0.0], [-2 * steep * x[0], steep]]))

    problem = least_squares_problem(residuals, [-0.5, 1.0], 0.0, 20)
    variance = width**2
    covariance = [[variance, 2 * variance], [2 * variance, 4 * variance + steep**-2]]
    lower, upper = np.array([-3.0, -4.0]), np.array([4.0, 9.0])
    return Known(problem, lower, upper, np.ones(2), np.array(covariance), 0.0)


@dataclass
class _Decay:
    """Counts that decay; the data are the expectation itself, so the truth is the best fit."""

    truth = np.array([4e-11, 0.7])
    exposure = 2e12
    times = np.linspace(0.0, 4.0, 12)

    def __post_init__(self) -> None:
        self.counts, _ = self.expected(self.truth)

    def expected(self, x: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        shape = self.exposure * np.exp(-x[1] * self.times)
        return x[0] * shape, np.array([shape, -x[0] * self.times * shape])

    def value(self, x: np.ndarray) -> float:
        expected, _ = self.expected(x)
        if np.any(expected <= 0):
            return np.inf
        return float(2.0 * np.sum(expected - self.counts * np.log(expected)))

    def evaluate(self, x: np.ndarray) -> Evaluation:
        expected, by_x = self.expected(x)
        gradient = 2.0 * by_x @ (1.0 - self.counts / expected)
        return Evaluation(
            self.value(x), gradient, 2.0 * (by_x * self.counts / expected**2) @ by_x.T
        )

    def residuals(self, x: np.ndarray) -> Residuals:
        expected, by_x = self.expected(x)
        if np.any(expected <= 0):
            return Residuals(np.full(len(expected), np.inf), np.zeros(by_x.T.shape))
        ratio = self.counts / expected
        deviance = 2.0 * (expected - self.counts + self.counts * np.log(ratio))
        residual = np.sign(1.0 - ratio) * np.sqrt(np.maximum(deviance, 0.0))
        near = np.abs(1.0 - ratio) < 1e-6
        slope = np.where(near, expected**-0.5, (1.0 - ratio) / np.where(near, 1.0, residual))
        residual = np.where(near, (expected - self.counts) * expected**-0.5, residual)
        return Residuals(residual, (slope * by_x).T)


def poisson() -> Known:
    """Poisson counts with an amplitude of 1e-11; infinite where the amplitude is not positive."""
    decay = _Decay()
    problem = FitProblem(
        ("a", "b"),
        np.array([7e-11, 0.3]),
        -INFINITE[:2],
        INFINITE[:2],
        decay.value,
        decay.evaluate,
        decay.residuals,
        len(decay.times),
    )
    expected, by_x = decay.expected(decay.truth)
    covariance = np.linalg.inv((by_x / expected) @ by_x.T)
    lower, upper = np.array([1e-13, -1.0]), np.array([1e-9, 5.0])
    return Known(problem, lower, upper, decay.truth, covariance, decay.value(decay.truth))


PROBLEMS = {"quadratic": quadratic, "banana": banana, "poisson": poisson}


class Watch:
    """A problem whose calls are counted here, independently of `Objective`."""

    def __init__(self, problem: FitProblem) -> None:
        self.points: list[np.ndarray] = []
        self.new_points = self.new_derivatives = 0
        self._last = self._derived = b""
        self._inner = problem
        self.problem = replace(
            problem,
            value=self._watched(problem.value, derivatives=False),
            evaluate=self._watched(problem.evaluate, derivatives=True),
            residuals=problem.residuals and self._watched(problem.residuals, derivatives=True),
        )

    def _watched(self, function: Callable, derivatives: bool) -> Callable:
        def watched(x: np.ndarray):
            self.points.append(np.array(x))
            here = x.tobytes()
            self.new_points += here != self._last
            self.new_derivatives += derivatives and here != self._derived
            self._last = here
            self._derived = here if derivatives else self._derived
            return function(x)

        return watched

    @property
    def outside(self) -> list[np.ndarray]:
        """Points at which it was called although they are out of bounds."""
        low, high = self._inner.lower, self._inner.upper
        return [x for x in self.points if np.any(x < low) or np.any(x > high)]
