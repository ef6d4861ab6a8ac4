"""Draws of on and off counts from a spectrum and a response."""

import numpy as np
from numpy.typing import ArrayLike, NDArray

from . import response


def simulate_on_off(
    rng: np.random.Generator,
    flux_integrals: ArrayLike,
    area: ArrayLike,
    livetime: float,
    matrix: ArrayLike,
    background_off: ArrayLike,
    alpha: ArrayLike,
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Poisson counts in the on and the off region.

    Parameters
    ----------
    rng : `numpy.random.Generator`
        Source of the random numbers.
    flux_integrals, area, livetime, matrix
        The signal: see `response.fold`.
    background_off, alpha : array-like, shape (n_reco,) or scalar
        Expected counts in the off region; ratio of on to off exposure.

    Returns
    -------
    n_on, n_off : arrays of int, shape (n_reco,)
        Draws with the expectations signal + alpha background_off and background_off.
    """
    signal = response.fold(flux_integrals, area, livetime, matrix)
    background = np.broadcast_to(np.asarray(background_off, float), signal.shape)
    ratio = np.broadcast_to(np.asarray(alpha, float), signal.shape)
    if not (np.all(signal >= 0) and np.all(background >= 0) and np.all(ratio > 0)):
        raise ValueError(
            f"signal = {signal} and background_off = {background} must be >= 0 and alpha = {ratio} "
            "> 0: only then are there Poisson counts"
        )
    n_on = [rng.poisson(s + a * b) for s, a, b in zip(signal, ratio, background, strict=True)]
    n_off = [rng.poisson(b) for b in background]
    return np.array(n_on), np.array(n_off)
