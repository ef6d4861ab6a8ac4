"""Errors of what is computed from the parameters: in first order, or from draws.

In first order the variance is :math:`J C J^T`, with the derivatives J by the parameters and their
covariance C. Draws from the normal distribution of the parameters show what is lost by that: the
16, 50 and 84 % quantiles of the result give a value with a downward and an upward error.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from gammapy.errors import ModelError

if TYPE_CHECKING:
    from gammapy.modeling.models.spectral.base import SpectralModel

__all__ = [
    "draw_parameters",
    "draw_values",
    "first_order",
    "internal_covariance",
    "quantiles",
    "value_and_error",
]

#: Gaussian probabilities of -1, 0 and 1 standard deviation
_LEVELS = (0.15865525393145707, 0.5, 0.8413447460685429)
#: rounds of draws, after which those within the bounds must be enough
_ROUNDS = 100


def value_and_error(
    model: SpectralModel,
    formula: Callable[[Sequence[float]], np.ndarray],
    partials: Callable[[], np.ndarray],
    n_samples: int | None = None,
    random_state: Any = None,
    samples: Any = None,
) -> np.ndarray:
    """Value, downward and upward error [3, ...] of a function of the internal values.

    In first order, with the derivatives [n, ...] that ``partials()`` gives, unless draws are asked
    for: a number of them, or those in ``samples`` (see `draw_values`).
    """
    if n_samples is not None or samples is not None:
        draws = draw_values(model, n_samples, random_state, samples).tolist()
        return quantiles(np.stack([formula(draw) for draw in draws]))
    error = first_order(model, partials())
    value = formula(model.internal_values)
    return np.stack([np.broadcast_to(value, error.shape), error, error])


def internal_covariance(model: SpectralModel) -> np.ndarray:
    """Covariance [n, n] of the model's own parameters, in internal units."""
    slots = list(model.own_parameters.values())
    unique = model.parameters
    rows = [unique.index(p) for p in slots]
    factors = np.array([p.internal_factor for p in slots])
    return unique.covariance.data[np.ix_(rows, rows)] * np.outer(factors, factors)


def flux_partials(model: SpectralModel, energy: np.ndarray) -> np.ndarray:
    """Derivatives [n, ...] of the flux by the internal values; n is 0 for a table."""
    partials = model.flux_partials(energy, model.internal_values)
    rows = np.empty((len(partials), *np.shape(energy)), np.result_type(energy, *partials))
    for row, partial in enumerate(partials):
        rows[row] = partial
    return rows


def first_order(model: SpectralModel, jacobian: np.ndarray) -> np.ndarray:
    """Standard deviation [...] of what has these derivatives [n, ...] by the internal values.

    A parameter without error does not count, whatever its derivative. The result is nan if one of
    unknown error does.
    """
    covariance = internal_covariance(model)
    used = (covariance != 0).any(axis=1)
    jacobian, covariance = jacobian[used], covariance[np.ix_(used, used)]
    variance = np.einsum("i...,ij,j...->...", jacobian, covariance, jacobian)
    return np.sqrt(np.maximum(variance, 0.0))


def draw_parameters(
    model: SpectralModel, n_samples: int, random_state: Any, free_only: bool
) -> np.ndarray:
    """Draws [n_samples, n] of the free (or all) parameters in their units, within the bounds.

    Raises
    ------
    ModelError
        If an error is unknown, the number is not positive, or nothing lies within the bounds.
    """
    parameters = model.parameters
    covariance = parameters.covariance.data
    whole = isinstance(n_samples, (int, np.integer)) and not isinstance(n_samples, bool)
    if not whole or n_samples < 1:
        raise ModelError(f"n_samples = {n_samples!r} must be a whole number, at least 1")
    unknown = [
        path for path, v in zip(parameters.paths, np.diag(covariance), strict=True) if np.isnan(v)
    ]
    if unknown:
        raise ModelError(
            f"draws of {type(model).__name__}: the error of {unknown[0]} is unknown (nan): fit "
            "again, or set it to 0 to keep the parameter fixed"
        )
    low, high = (
        np.array([none if np.isnan(bound) else bound for bound in bounds])
        for bounds, none in (
            ([p.min for p in parameters], -np.inf),
            ([p.max for p in parameters], np.inf),
        )
    )
    draws = _draw_within(model, covariance, n_samples, random_state, low, high)
    free = [parameters.index(p) for p in parameters.free_parameters]
    return draws[:, free] if free_only else draws


def _draw_within(
    model: SpectralModel,
    covariance: np.ndarray,
    n_samples: int,
    random_state: Any,
    low: np.ndarray,
    high: np.ndarray,
) -> np.ndarray:
    """Draws of all parameters; those outside the bounds are drawn again."""
    rng = np.random.default_rng(random_state)
    centre = model.parameters.value
    sigma = np.sqrt(np.diag(covariance))
    scale = np.where(sigma > 0, sigma, 1.0)
    values, vectors = np.linalg.eigh(covariance / np.outer(scale, scale))
    root = vectors * np.sqrt(np.maximum(values, 0.0))
    found = np.empty((0, len(centre)))
    for _ in range(_ROUNDS):
        shift = rng.standard_normal((n_samples, len(centre))) @ root.T
        draws = centre + shift * sigma
        inside = np.all((draws >= low) & (draws <= high) | (sigma == 0), axis=1)
        found = np.concatenate([found, draws[inside]])[:n_samples]
        if len(found) == n_samples:
            return found
    raise ModelError(
        f"draws of {type(model).__name__}: only {len(found)} of {_ROUNDS * n_samples} lie within "
        "the bounds of the parameters; widen the bounds, or quote the errors of first order"
    )


def draw_values(
    model: SpectralModel, n_samples: int | None, random_state: Any, samples: Any
) -> np.ndarray:
    """Rows of internal values [n, n_parameters] for the model's own parameters.

    ``samples`` [n, n_free] are values of the free parameters, as `draw_parameters` gives them;
    what is linked follows.
    """
    slots = list(model.own_parameters.values())
    factors = np.array([p.internal_factor for p in slots])
    unique = model.parameters
    rows = [unique.index(p) for p in slots]
    if samples is None:
        draws = draw_parameters(model, n_samples or 0, random_state, free_only=False)
        return draws[:, rows] * factors
    free = list(unique.free_parameters)
    samples = np.asarray(samples, dtype=float)
    if samples.ndim != 2 or samples.shape[1] != len(free) or not np.all(np.isfinite(samples)):
        raise ModelError(
            f"samples of shape {samples.shape} must be finite numbers [n, {len(free)}], a column "
            f"for each free parameter of {unique.free_parameters.names}"
        )
    return (
        np.array([_follow(slots, dict(zip(free, row, strict=True))) for row in samples.tolist()])
        * factors
    )


def _follow(slots: list[Any], given: dict[Any, float]) -> list[float]:
    """Values of parameters in their units where some are given."""

    def lookup(parameter: Any) -> float:
        if parameter in given:
            return given[parameter]
        if parameter.link is None:
            return parameter.value
        value, _ = parameter.link.bind()(lookup)
        return value * float(parameter.link.unit.to(parameter.unit))

    return [lookup(parameter) for parameter in slots]


def quantiles(draws: np.ndarray) -> np.ndarray:
    """Median, downward and upward error [3, ...] of draws [n, ...]."""
    low, middle, high = np.quantile(draws, _LEVELS, axis=0)
    return np.stack([middle, middle - low, high - middle])
