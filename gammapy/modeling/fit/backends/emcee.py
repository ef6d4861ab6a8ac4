"""The affine-invariant ensemble sampler of emcee (Foreman-Mackey et al. 2013, PASP 125, 306).

The walkers start in a ball around the minimum that MIGRAD finds, as wide as the covariance there.
The result is the mean and the covariance of the posterior, whose density is exp(-stat / 2) between
the bounds of the parameters.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from tqdm import tqdm

from gammapy.errors import FitError, OptionError
from gammapy.modeling.fit.backends import minuit
from gammapy.modeling.fit.curvature import analyse_minimum
from gammapy.modeling.fit.objective import Objective
from gammapy.modeling.fit.outcome import Outcome
from gammapy.optional import require

__all__ = ["run"]


def run(
    objective: Objective,
    *,
    nwalkers: int = 32,
    nburn: int = 500,
    nsteps: int = 2000,
    thin: int = 1,
    seed: int = 0,
    progress: bool | None = None,
    **unknown: Any,
) -> Outcome:
    """Sample the posterior.

    Parameters
    ----------
    objective : `Objective`
    nwalkers : int
        At least twice the number of free parameters.
    nburn, nsteps : int
        Steps of each walker that are thrown away, and kept.
    thin : int
        Keep every ``thin``-th step.
    seed : int
        Of the random numbers; the same seed gives the same samples.
    progress : bool, optional
        Show a progress bar; by default on a terminal.
    """
    if unknown:
        raise OptionError(
            f"backend 'emcee' has no option {next(iter(unknown))!r}: use nwalkers, nburn, nsteps, "
            "thin, seed, progress"
        )
    emcee = require("emcee", "posterior samples")
    problem = objective.problem
    if nwalkers < 2 * len(problem.start):
        raise OptionError(
            f"nwalkers = {nwalkers} is below twice the {len(problem.start)} parameters"
        )
    rng = np.random.default_rng(seed)
    ball = _start_ball(objective, nwalkers, rng)

    def log_probability(z: np.ndarray) -> float:
        if np.any(z < problem.lower) or np.any(z > problem.upper):
            return -np.inf
        objective.nfev += 1
        value = problem.value(z)
        return -0.5 * value if np.isfinite(value) else -np.inf

    sampler = emcee.EnsembleSampler(nwalkers, len(problem.start), log_probability)
    sampler.random_state = np.random.RandomState(seed).get_state()
    hidden = None if progress is None else not progress
    total = nburn + nsteps
    for _ in tqdm(sampler.sample(ball, iterations=total), total=total, disable=hidden):
        pass
    samples = sampler.get_chain(discard=nburn, thin=thin, flat=True)
    tau = float(np.max(sampler.get_autocorr_time(discard=nburn, quiet=True, tol=0)))
    enough = nsteps > 50 * tau
    message = f"Autocorrelation time {tau:.0f} steps, {nsteps} steps kept."
    return Outcome(samples.mean(axis=0), enough, message, "ensemble", samples, sampler)


def _start_ball(objective: Objective, nwalkers: int, rng: np.random.Generator) -> np.ndarray:
    """Points [nwalkers, n] drawn from the normal density at the minimum, inside the bounds."""
    problem = objective.problem
    best = minuit.run(objective).x
    minimum = analyse_minimum(problem, best)
    n = len(best)
    known = ~np.isnan(np.diag(minimum.covariance))
    covariance = np.eye(n)
    covariance[np.ix_(known, known)] = minimum.covariance[np.ix_(known, known)]
    ball = np.empty((0, n))
    for _ in range(1000):
        draws = rng.multivariate_normal(best, covariance, size=nwalkers)
        inside = np.all((draws > problem.lower) & (draws < problem.upper), axis=1)
        finite = [bool(np.isfinite(problem.value(z))) for z in draws[inside]]
        ball = np.concatenate([ball, draws[inside][finite]])[:nwalkers]
        if len(ball) == nwalkers:
            return ball
    raise FitError("no room for the walkers around the minimum: widen the bounds")
