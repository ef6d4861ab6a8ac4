"""Models of catalogues: parameters with their errors, and positions with theirs."""

from __future__ import annotations

import math
from typing import Any

import astropy.units as u
import numpy as np

__all__ = ["CONTAINED_95", "position_errors", "with_errors"]

#: radius that holds 95 % of a round Gaussian, in units of its sigma
CONTAINED_95 = math.sqrt(-2 * math.log(0.05))


def with_errors(model: Any, **errors: Any) -> Any:
    """Give parameters of a model their errors.

    Parameters
    ----------
    model : model
    **errors
        By the name of the parameter: a quantity or number, or a pair of the errors downward and
        upward, of which the mean is taken besides. Empty ones (nan) are left out.
    """
    for name, error in errors.items():
        parameter = model.own_parameters[name]
        pair = error if isinstance(error, tuple) else (error,)
        sizes = [
            abs(u.Quantity(e, parameter.unit if not hasattr(e, "unit") else None)) for e in pair
        ]
        values = [float(size.to_value(parameter.unit)) for size in sizes]
        if not all(map(math.isfinite, values)):
            continue
        parameter.error = float(np.mean(values))
        if len(values) == 2:
            parameter.errn, parameter.errp = values
    return model


def position_errors(model: Any, error: u.Quantity) -> Any:
    """Give ``lon_0`` and ``lat_0`` the error of a round region.

    Parameters
    ----------
    model : `SpatialModel`
    error : `~astropy.units.Quantity`
        One sigma in each direction on the sky; in longitude the coordinate has more.
    """
    stretched = error / math.cos(math.radians(model.lat_0.quantity.to_value("deg")))
    return with_errors(model, lon_0=stretched, lat_0=error)
