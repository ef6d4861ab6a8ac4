"""Steps of a shape: over the sky with its coordinates, and of its sizes."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from gammapy.datasets.sky_pixels import angles, rotated_vectors
from gammapy.engine.pixel_nodes import tangent_axes
from gammapy.engine.sphere import RAD

__all__ = ["size_slope", "step_of"]

#: step of differences by sizes, relative
STEP = 1e-4


def step_of(model: Any, name: str, axes: np.ndarray, frame: str) -> tuple[float, float]:
    """Way to the east and north, in deg, per deg of a coordinate of a model.

    Parameters
    ----------
    model : `~gammapy.modeling.models.SpatialModel`
    name : {"lon_0", "lat_0"}
    axes : ndarray [3, 3]
        Unit vectors to the east and north and outwards at the position of the model.
    frame : str
        Of the axes.
    """
    lon, lat = angles(rotated_vectors(axes[2], frame, model.frame))
    own = tangent_axes(float(lon), float(lat))
    step = np.cos(RAD * lat) * own[0] if name == "lon_0" else own[1]
    x, y, _ = axes @ rotated_vectors(step, model.frame, frame)
    return float(x), float(y)


def size_slope(model: Any, name: str, function: Callable[[Any], np.ndarray]) -> np.ndarray:
    """Derivative of a smooth function of a model by a size, in internal units, by differences."""
    parameter = model.own_parameters[name]
    value = parameter.value
    step = STEP * abs(value) if value else STEP
    sides = []
    for sign in (1.0, -1.0):
        changed = model.copy()
        own = changed.own_parameters[name]
        own.min = own.max = np.nan  # a step may lead beyond a bound
        own.value = value + sign * step
        sides.append(function(changed))
    return (sides[0] - sides[1]) / (2.0 * step * parameter.internal_factor)
