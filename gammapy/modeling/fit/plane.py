"""Plane: the profile of the statistic over two parameters, in whitened coordinates.

In them the region of one sigma is, to first order, the unit circle around the minimum. By the
envelope theorem the gradient of the profile is the partial gradient by the two parameters, and the
curvature of the statistic gives that of the profile (its Schur complement). So one evaluation
near a profile point tells its value, its slope and where the other parameters go, and
the search along a line and the fit of the others are one Newton iteration.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from gammapy.errors import FitError
from gammapy.modeling.fit.confidence import crossing
from gammapy.modeling.fit.problem import FitProblem
from gammapy.modeling.fit.refit import ACCEPTED, refit
from gammapy.modeling.fit.scaling import natural_scale, scaled
from gammapy.modeling.fit.scan import Profile

__all__ = ["Crossing", "Plane"]

#: error of the level, and height of the others above their minimum, relative to the level
PRECISE = 1e-5
#: eigenvalue, relative to the largest, below which a direction of the plane is taken for flat
FLAT = 1e-8
MAX_STEPS = 12


class _Model(NamedTuple):
    """Quadratic model of the profile at a point.

    Attributes
    ----------
    rise : float
        Of the profile, above the minimum.
    height : float
        Of the point above the profile.
    slope, bend : ndarray [2], [2, 2]
        Gradient and curvature of the profile.
    shift, follow : ndarray [n - 2], [n - 2, 2]
        Step of the others to their minimum, and how that moves with the two.
    """

    rise: float
    height: float
    slope: np.ndarray
    bend: np.ndarray
    shift: np.ndarray
    follow: np.ndarray


class Crossing(NamedTuple):
    """Where a line reaches the level, or a bound before it.

    Attributes
    ----------
    w : ndarray [2]
        Whitened coordinates.
    rest : ndarray [n - 2]
        The other parameters, scaled.
    slope : ndarray [2]
        Gradient of the profile.
    follow : ndarray [n - 2, 2]
        Derivative of the others.
    at_bound : bool
        True if the profile is still below the level at a bound of the two parameters.
    """

    w: np.ndarray
    rest: np.ndarray
    slope: np.ndarray
    follow: np.ndarray
    at_bound: bool


class Plane:
    """Profile over two parameters of a problem that starts near its minimum.

    Parameters
    ----------
    problem : `FitProblem`
    x, y : str
        Free parameters.
    level : float
        Rise of the statistic that is looked for.

    Attributes
    ----------
    nfev : int
        Evaluations so far.
    """

    def __init__(self, problem: FitProblem, x: str, y: str, level: float) -> None:
        self.names, self.level = (x, y), level
        self.scale = natural_scale(problem, problem.evaluate(problem.start))
        at_start = scaled(problem, self.scale)
        best = refit(at_start)
        if not best.converged:
            raise FitError("the minimum is not found from here: run the fit first")
        self.problem = at_start.starting_at(best.x)
        self.stat_best = best.value
        self.tolerance = max(PRECISE * level, 1e-12 * abs(best.value))
        self.nfev = 2 + best.nfev
        self._pair = np.array([problem.index(x), problem.index(y)])
        self._rest = np.delete(np.arange(len(problem.names)), self._pair)
        self._inner, self._across = np.ix_(self._rest, self._rest), np.ix_(self._rest, self._pair)
        self._own = np.ix_(self._pair, self._pair)
        self._bounds = problem.lower[self._pair], problem.upper[self._pair]
        self._lower, self._upper = at_start.lower[self._rest], at_start.upper[self._rest]
        self.root = np.eye(2)
        self.root = _root(self._model(best.x).bend)
        self.follow = self._model(best.x).follow
        self.rest = best.x[self._rest]

    def unwhitened(self, w: np.ndarray) -> np.ndarray:
        """Values [n_points, 2] of the two parameters at whitened coordinates [n_points, 2]."""
        scaled_values = self.problem.start[self._pair] + w @ self.root.T
        return np.clip(scaled_values * self.scale[self._pair], *self._bounds)

    def others(self, rest: np.ndarray) -> np.ndarray:
        """Values [n_points, n - 2] of the other parameters from scaled ones."""
        return rest * self.scale[self._rest]

    def cross(
        self, origin: np.ndarray, direction: np.ndarray, guess: float, rest: np.ndarray
    ) -> Crossing | None:
        """Where a line reaches the level; None if Newton's iteration does not get there.

        Parameters
        ----------
        origin, direction : ndarray [2]
            Of the line; whitened, the direction of unit length.
        guess : float
            Positive distance from the origin.
        rest : ndarray [n - 2]
            Guess of the other parameters.
        """
        room = self._room(origin, direction)
        t = min(guess, room)
        for _ in range(MAX_STEPS):
            model = self._model(self._point(origin + t * direction, rest))
            gap = self.level - model.rise
            if not np.isfinite(gap):
                return None
            at_bound = t >= room and gap > 0
            if model.height <= self.tolerance and (abs(gap) <= self.tolerance or at_bound):
                w = origin + t * direction
                return Crossing(w, rest, model.slope, model.follow, at_bound)
            along = _step(model.slope @ direction, direction @ model.bend @ direction, gap)
            if along is None:
                return None
            step = float(np.clip(along, -0.9 * t, room - t))
            t += step
            rest = rest + model.shift + model.follow @ direction * step
            rest = np.clip(rest, self._lower, self._upper)
        return None

    def cross_slowly(self, direction: np.ndarray, rest: np.ndarray) -> Crossing | None:
        """First crossing of a ray from the minimum, by a bracket and a refit at each point.

        None if the profile stays below the level, or the others cannot be fitted.
        """
        profile = Profile(self.problem, *self.names, reoptimize=True)
        profile.others = rest
        centre, toward = self.problem.start[self._pair], self.root @ direction

        def rise(t: float) -> float:
            return profile(*(centre + t * toward)) - self.stat_best

        room = self._room(np.zeros(2), direction)
        t = min(crossing(rise, 1.0, room, self.level, 1e-2 * PRECISE), room)
        self.nfev += profile.nfev
        if np.isnan(t):
            return None
        rise(t)
        w, rest = t * direction, profile.others
        model = self._model(self._point(w, rest))
        gap = self.level - model.rise
        at_bound = t >= room and gap > ACCEPTED
        if not (model.height <= ACCEPTED and (abs(gap) <= ACCEPTED * (1 + self.level) or at_bound)):
            return None
        return Crossing(w, rest, model.slope, model.follow, at_bound)

    def _room(self, origin: np.ndarray, direction: np.ndarray) -> float:
        """Distance of the bounds of the two parameters, at least zero."""
        here = self.problem.start[self._pair] + self.root @ origin
        toward = self.root @ direction
        bound = np.where(toward > 0, self.problem.upper[self._pair], self.problem.lower[self._pair])
        moving = toward != 0
        return max(0.0, float(np.min((bound - here)[moving] / toward[moving])))

    def _point(self, w: np.ndarray, rest: np.ndarray) -> np.ndarray:
        z = np.empty(len(self._rest) + 2)
        z[self._pair] = self.problem.start[self._pair] + self.root @ w
        z[self._rest] = rest
        return z

    def _model(self, z: np.ndarray) -> _Model:
        with np.errstate(over="ignore", invalid="ignore", divide="ignore"):
            value, gradient, curvature = self.problem.evaluate(z)
        self.nfev += 1
        by_rest, across = gradient[self._rest], curvature[self._across] @ self.root
        follow, shift = np.zeros((len(by_rest), 2)), np.zeros(len(by_rest))
        others = z[self._rest]
        free = ((others > self._lower) | (by_rest <= 0)) & ((others < self._upper) | (by_rest >= 0))
        if np.isfinite(value) and free.any():
            inner = curvature[self._inner]
            inner[np.diag_indices_from(inner)] += 1e-12
            right = np.column_stack([by_rest, across])
            if free.all():
                solved = np.linalg.solve(inner, right)
            else:
                solved = np.zeros_like(right)
                solved[free] = np.linalg.solve(inner[np.ix_(free, free)], right[free])
            shift, follow = -solved[:, 0], -solved[:, 1:]
        height = -0.5 * float(by_rest @ shift)
        slope = self.root.T @ gradient[self._pair] + across.T @ shift
        bend = self.root.T @ curvature[self._own] @ self.root + across.T @ follow
        return _Model(float(value) - height - self.stat_best, height, slope, bend, shift, follow)


def _root(bend: np.ndarray) -> np.ndarray:
    """Matrix [2, 2] that makes the plane white: twice the inverse curvature is its square.

    Its first column points along x, so the ray of angle zero moves both as x asks.
    """
    values, vectors = np.linalg.eigh(bend)
    values = np.maximum(values, FLAT * max(values[-1], FLAT))
    return np.linalg.cholesky(2.0 * (vectors / values) @ vectors.T)


def _step(slope: float, bend: float, gap: float) -> float | None:
    """Step to where ``slope t + bend t**2 / 2 = gap`` on the way up; None if there is no way."""
    inside = slope**2 + 2.0 * bend * gap
    if inside >= 0 and slope + inside**0.5 > 0:
        return 2.0 * gap / (slope + inside**0.5)
    return gap / slope if slope > 0 else None
