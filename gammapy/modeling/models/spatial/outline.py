"""Regions of models: outlines, and the ellipse of a position's error."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import astropy.units as u
import numpy as np
from astropy.coordinates import SkyCoord

if TYPE_CHECKING:
    from gammapy.modeling.models.spatial.base import SpatialModel
    from gammapy.modeling.parameter import Parameter

__all__ = ["annulus_region", "ellipse_region", "point_region", "position_error", "sky_region"]

#: a two-dimensional Gaussian holds 95 % within so many standard deviations: exp(-x^2 / 2) = 0.05
CONTAINMENT_95 = float(np.sqrt(-2.0 * np.log(0.05)))


def ellipse_region(model: Any, major: Parameter, size_factor: float, **kwargs: Any) -> Any:
    """Ellipse about a model, whose height is the major axis."""
    from regions import EllipseSkyRegion

    height = 2.0 * size_factor * major.quantity
    return EllipseSkyRegion(
        center=model.position,
        height=height,
        width=height * np.sqrt(1.0 - model.e.value**2),
        angle=model.phi.quantity,
        **kwargs,
    )


def annulus_region(model: SpatialModel, inner: u.Quantity, outer: u.Quantity, **kwargs: Any) -> Any:
    """Annulus about a model; a circle if there is nothing inside."""
    from regions import CircleAnnulusSkyRegion, CircleSkyRegion

    if inner.value == 0:
        return CircleSkyRegion(center=model.position, radius=outer, **kwargs)
    return CircleAnnulusSkyRegion(
        center=model.position, inner_radius=inner, outer_radius=outer, **kwargs
    )


def point_region(model: SpatialModel, **kwargs: Any) -> Any:
    """Position of a model."""
    from regions import PointSkyRegion

    return PointSkyRegion(center=model.position, **kwargs)


def sky_region(model: SpatialModel, **kwargs: Any) -> Any:
    """The whole sky, as a rectangle of longitudes and latitudes."""
    from regions import RectangleSkyRegion

    center = SkyCoord("0d", "0d", frame=model.frame)
    return RectangleSkyRegion(center=center, width=360 * u.deg, height=180 * u.deg, **kwargs)


def position_error(model: SpatialModel) -> Any:
    """Ellipse that holds the true position with 95 % probability; see `SpatialModel`.

    Its height is the longer axis, in the direction in which the position is least certain.
    """
    if not {"lon_0", "lat_0"} <= model.own_parameters.keys():
        return None
    lon_0, lat_0 = (model.own_parameters[name] for name in ("lon_0", "lat_0"))
    if not (lon_0.error > 0 and lat_0.error > 0):
        return None
    from regions import EllipseSkyRegion

    data = model.parameters.covariance.data
    rows = [list(model.parameters).index(p) for p in (lon_0, lat_0)]
    to_deg = [p.unit.to("deg") for p in (lon_0, lat_0)]
    position: Any = model.position
    scale = np.array([to_deg[0] * np.cos(position.spherical.lat.rad), to_deg[1]])
    squares, axes = np.linalg.eigh(data[np.ix_(rows, rows)] * np.outer(scale, scale))
    width, height = 2.0 * CONTAINMENT_95 * np.sqrt(np.maximum(squares, 0.0)) * u.deg
    east, north = axes[:, 1]
    angle = np.rad2deg(np.arctan2(east, north)) % 180.0 * u.deg
    return EllipseSkyRegion(center=position, width=width, height=height, angle=angle)
