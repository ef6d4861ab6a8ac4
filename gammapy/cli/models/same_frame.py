"""A spatial model in the frame of another one, to compare the two."""

from __future__ import annotations

from typing import Any

import astropy.units as u
import numpy as np
from astropy.coordinates import SkyCoord

from gammapy.modeling.models import SpatialModel

__all__ = ["in_frame_of"]

#: angles that differ by less are rounding of the transformation, in deg
ROUNDING = 1e-9
#: what depends on the frame
_ANGLES = ("lon_0", "lat_0", "phi")


def in_frame_of(a: SpatialModel, b: SpatialModel) -> SpatialModel:
    """Copy of B at the same place, in numbers of the frame of A.

    Its position has no errors and the bounds of A: those of B are along other directions.
    """
    position: Any = b.position
    there = position.transform_to(a.frame)
    pole = SkyCoord("0d", "90d", frame=b.frame).transform_to(a.frame)
    lon, lat = there.spherical.lon, there.spherical.lat
    values = {"lon_0": lon, "lat_0": lat}
    if "phi" in b.own_parameters:
        values["phi"] = b.own_parameters["phi"].quantity + there.position_angle(pole)
    new = b.copy()
    for name in _ANGLES:
        if name not in values or name not in a.own_parameters:
            continue
        period = {"lon_0": 360.0, "lat_0": np.inf, "phi": 180.0}[name]
        old, parameter = a.own_parameters[name], new.own_parameters[name]
        value = _nearest(values[name].to_value(u.deg), old.quantity.to_value("deg"), period)
        parameter.link = None
        factor = float(u.deg.to(old.unit))
        parameter.restate(value * factor, old.unit, old.min, old.max, 0.0, parameter.frozen)
        if abs(value - old.quantity.to_value("deg")) < ROUNDING:
            parameter.value = old.value
    return new


def _nearest(angle: float, other: float, period: float) -> float:
    """Angle, give or take periods, that is nearest to another."""
    return angle if np.isinf(period) else angle - period * np.round((angle - other) / period)
