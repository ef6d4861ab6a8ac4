"""The covariance at a minimum: one function for all backends.

The Hessian of -2 ln L is differenced from the gradient, in steps of a thousandth of an
error, and inverted: C = 2 H^-1. A parameter at a bound is held, a direction in which the
objective is flat is named; neither gets an invented error. Where the gradient jumps (a table is
interpolated along a parameter) a difference across the jump would invent a tiny error, so
the difference is taken on the side that looks like the curvature.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from gammapy.modeling.fit.problem import Evaluation, FitProblem

__all__ = ["Minimum", "analyse_minimum"]

STEP = 1e-3
#: eigenvalue, relative to the largest of the unit-diagonal Hessian, below which a direction is flat
FLAT = 1e-9
#: share in a flat direction (of unit length) from which a parameter's error is not known; any
#: share makes it infinite, but the differences leave some 1e-6 where there is none
PART = 1e-3
#: difference of the Hessian on both sides, relative to the unit diagonal, that only a jump makes
JUMP = 1e-2
#: eigenvalue of the same below which the curvature is asked whether the data stand behind it
SOFT = 1e-2


class Minimum(NamedTuple):
    """What the objective looks like where a backend stopped.

    Attributes
    ----------
    covariance : ndarray [n, n]
        nan in the rows of parameters whose error is not known.
    method : str
        How it was found.
    at_bound : ndarray of bool [n]
        Parameters that the gradient presses against a bound.
    flat : ndarray of bool [n]
        Parameters in a direction that the data do not constrain.
    is_minimum : bool
        False if the objective falls off along some direction.
    distance : float
        Estimated height above the minimum (half the Newton decrement).
    value : float
        Objective at the point.
    nfev : int
        Evaluations that the analysis took.
    """

    covariance: np.ndarray
    method: str
    at_bound: np.ndarray
    flat: np.ndarray
    is_minimum: bool
    distance: float
    value: float
    nfev: int


def analyse_minimum(problem: FitProblem, x: np.ndarray) -> Minimum:
    """Covariance and state of a (scaled) problem at a point.

    Parameters
    ----------
    problem : `FitProblem`
        Scaled, so that errors are of order one.
    x : ndarray [n]
    """
    n = len(x)
    here = problem.evaluate(x)
    size = _expected_errors(here.curvature, x)
    near_low, near_high = (x - problem.lower < STEP * size), (problem.upper - x < STEP * size)
    push = here.gradient * size
    at_bound = (near_low & (push > STEP)) | (near_high & (push < -STEP))
    free = np.flatnonzero(~at_bound)
    hessian = _hessian(problem, x, here, size, free)
    inverse, flat_free, is_minimum = _invert(hessian, here.curvature[np.ix_(free, free)])
    covariance = np.full((n, n), np.nan)
    good = free[~flat_free]
    covariance[np.ix_(good, good)] = 2.0 * inverse[np.ix_(~flat_free, ~flat_free)]
    flat = np.zeros(n, dtype=bool)
    flat[free[flat_free]] = True
    gradient = here.gradient[free]
    distance = float(0.5 * gradient @ inverse @ gradient)
    label = "inverse Hessian from differences of the gradient"
    nfev = 1 + 2 * len(free)
    return Minimum(covariance, label, at_bound, flat, is_minimum, distance, float(here.value), nfev)


def _expected_errors(curvature: np.ndarray, x: np.ndarray) -> np.ndarray:
    diagonal = np.diag(curvature)
    fallback = np.where(x != 0, np.abs(x), 1.0)
    return np.where(diagonal > 0, np.sqrt(2.0 / np.where(diagonal > 0, diagonal, 1.0)), fallback)


def _hessian(
    problem: FitProblem, x: np.ndarray, here: Evaluation, size: np.ndarray, free: np.ndarray
) -> np.ndarray:
    """Hessian of the free parameters; near a bound the differences look inwards."""
    rows = []
    gradient = here.gradient
    for i in free:
        step = min(STEP * size[i], 0.25 * (problem.upper[i] - problem.lower[i]))
        axis = np.zeros(len(x))
        axis[i] = step
        if problem.lower[i] <= x[i] - step and x[i] + step <= problem.upper[i]:
            high, low = problem.evaluate(x + axis), problem.evaluate(x - axis)
            above, below = (high.gradient - gradient) / step, (gradient - low.gradient) / step
            row = _without_jump(above, below, here.curvature[i], i, size)
        else:
            inward = 1.0 if x[i] - step < problem.lower[i] else -1.0
            one = problem.evaluate(x + inward * axis).gradient
            two = problem.evaluate(x + 2.0 * inward * axis).gradient
            row = inward * (4.0 * one - 3.0 * gradient - two) / (2.0 * step)
        rows.append(row[free])
    hessian = np.array(rows).reshape(len(free), len(free))
    return 0.5 * (hessian + hessian.T)


def _without_jump(
    above: np.ndarray, below: np.ndarray, expected: np.ndarray, i: int, size: np.ndarray
) -> np.ndarray:
    """Row ``i`` of the Hessian from its differences on both sides."""
    unit = size * size[i] / 2.0  # makes the diagonal of the curvature one
    apart = np.abs(above - below) * unit
    if np.all(apart <= JUMP) or not np.all(np.isfinite(apart)):
        return 0.5 * (above + below)
    far_above, far_below = (np.sum(((row - expected) * unit) ** 2) for row in (above, below))
    return above if far_above < far_below else below


def _invert(hessian: np.ndarray, curvature: np.ndarray) -> tuple[np.ndarray, np.ndarray, bool]:
    """Pseudo-inverse, the parameters in flat directions, and whether it is a minimum.

    Where only a product of parameters matters, the rest of the gradient bends the Hessian a
    little along the flat direction, up or down. The curvature does not have this term: a soft
    direction in which it is much flatter than the Hessian is flat.
    """
    n = len(hessian)
    if not np.all(np.isfinite(hessian)):
        return np.zeros((n, n)), np.ones(n, dtype=bool), False
    diagonal = np.diag(hessian)
    scale = np.where(diagonal > 0, 1.0 / np.sqrt(np.where(diagonal > 0, diagonal, 1.0)), 1.0)
    eigenvalues, vectors = np.linalg.eigh(hessian * np.outer(scale, scale))
    top = max(eigenvalues.max(initial=0.0), 1.0)
    behind = np.einsum("ik,ij,jk->k", vectors, curvature * np.outer(scale, scale), vectors)
    soft = (np.abs(eigenvalues) < SOFT) & (behind < 0.1 * np.abs(eigenvalues))
    is_flat = (np.abs(eigenvalues) <= FLAT * top) | soft
    falling = (eigenvalues < 0) & ~is_flat
    flat = (np.abs(vectors[:, is_flat | falling]) > PART).any(axis=1)
    weights = np.where(is_flat | falling, 0.0, 1.0 / np.where(is_flat | falling, 1.0, eigenvalues))
    inverse = (vectors * weights) @ vectors.T * np.outer(scale, scale)
    return inverse, flat, not falling.any()
