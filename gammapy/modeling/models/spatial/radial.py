"""Profiles of shapes that look the same in all directions from their centre."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from gammapy.errors import ModelError

if TYPE_CHECKING:
    from gammapy.modeling.models.spatial.base import SpatialModel

__all__ = ["profile", "profile_partials", "rims"]

#: parameters that say where a shape lies and how it is turned, not how large it is
_NOT_OF_PROFILE = ("lon_0", "lat_0", "e", "phi")


def profile(model: SpatialModel, separation: Any) -> np.ndarray:
    """Values in sr-1 of a round model at distances in deg from its centre.

    Raises
    ------
    ModelError
        If the model is not round.
    """
    place, values = _on_equator(model, separation)
    return np.asarray(model.brightness(place, values))


def profile_partials(model: SpatialModel, separation: Any) -> dict[str, np.ndarray]:
    """Derivatives of the profile by the parameters that change it, in internal units.

    Raises
    ------
    ModelError
        If the model is not round.
    """
    place, values = _on_equator(model, separation)
    slopes = model.brightness_partials(place, values)
    names = model.own_parameters
    return {
        name: np.asarray(slope)
        for name, slope in zip(names, slopes, strict=True)
        if name not in _NOT_OF_PROFILE
    }


def _on_equator(model: SpatialModel, separation: Any) -> tuple[list[np.ndarray], list[float]]:
    """Places at the distances from a centre at the origin, and the values of the model there.

    There longitudes are distances, up to the antipode and without rounding.
    """
    if not model.is_round:
        raise ModelError(f"{model!r} is not round and has no profile: evaluate it on the sky")
    model.check_values()
    distance = np.asarray(separation, dtype=float)
    values = [
        0.0 if name in ("lon_0", "lat_0") else value
        for name, value in zip(model.own_parameters, model.internal_values, strict=True)
    ]
    return [distance, np.zeros_like(distance)], values


def rims(inner: float, outer: float) -> tuple[float, ...]:
    """Radii in deg at which a shape with a hole has its edges; without a hole there is one."""
    return (inner, outer) if inner > 0.0 else (outer,)
