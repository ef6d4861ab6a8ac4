"""The status of a fit, judged from the point that was reached."""

from __future__ import annotations

import numpy as np

from gammapy.modeling.fit.curvature import Minimum
from gammapy.modeling.fit.outcome import Outcome
from gammapy.modeling.fit.problem import FitProblem
from gammapy.modeling.fit.result import Status

__all__ = ["CLOSE", "judge"]

#: estimated height above the minimum (in -2 ln L) up to which a fit counts as converged
CLOSE = 5e-3


def judge(
    problem: FitProblem,
    outcome: Outcome,
    minimum: Minimum,
    inert: np.ndarray,
    interrupted: bool,
) -> tuple[Status, str]:
    """Status and details; the worst thing found counts.

    Parameters
    ----------
    inert : ndarray of bool [n]
        Parameters of the problem that have no effect, and are not in `minimum`.
    """
    working = [n for n, idle in zip(problem.names, inert, strict=True) if not idle]

    def named(flags: np.ndarray) -> str:
        return ", ".join(n for n, flag in zip(working, flags, strict=True) if flag)

    if interrupted:
        return Status.INTERRUPTED, ""
    if inert.any():
        return Status.UNCONSTRAINED, ", ".join(np.array(problem.names)[inert])
    if outcome.samples is not None:
        status = Status.SAMPLED if outcome.converged else Status.SHORT_CHAIN
        return status, outcome.message
    if not minimum.is_minimum:
        return Status.NOT_CONVERGED, f"It falls off along {named(minimum.flat)}. {outcome.message}"
    if minimum.distance > CLOSE:
        return (
            Status.NOT_CONVERGED,
            f"It should go down by another {minimum.distance:.2g}. {outcome.message}",
        )
    if minimum.flat.any():
        return Status.DEGENERATE, named(minimum.flat)
    if minimum.at_bound.any():
        return Status.AT_BOUND, named(minimum.at_bound)
    if len(problem.names) == problem.n_data:
        return Status.SATURATED, ""
    return Status.CONVERGED, ""
