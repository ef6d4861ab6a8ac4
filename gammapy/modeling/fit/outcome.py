"""Outcome: what a backend hands back to the fitter."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

__all__ = ["Outcome"]


class Outcome(NamedTuple):
    """Where a backend stopped, in scaled parameters.

    Attributes
    ----------
    x : ndarray [n]
        Best point, or the mean of the posterior.
    converged : bool
        What the backend says of itself.
    message : str
        In its own words.
    method : str
        Algorithm that ran.
    samples : ndarray [n_samples, n] or None
        Draws from the posterior, of a sampler.
    detail : object
        The backend's own result, for experts.
    """

    x: np.ndarray
    converged: bool
    message: str
    method: str
    samples: np.ndarray | None = None
    detail: Any = None
