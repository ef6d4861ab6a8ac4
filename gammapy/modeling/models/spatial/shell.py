r"""Shells: a homogeneous spherical shell of emission, seen from far away.

.. math::
    S(\theta) = \frac{3}{2 \pi (r_o^3 - r_i^3)} \left(
    \sqrt{\max(r_o^2 - \theta^2, 0)} - \sqrt{\max(r_i^2 - \theta^2, 0)}\right)

with the inner and outer radius :math:`r_i` and :math:`r_o`, on a plane that touches the sky at the
centre. (Gammalib has the sines of the angles, and the exact norm: for a shell of 0.3 + 0.1 deg that
is 1e-5 to 2e-5 more than here.)
"""

from __future__ import annotations

import math
from typing import Any

import astropy.units as u

from gammapy.engine.namespace import array_namespace
from gammapy.engine.sphere import RAD, offset, separation
from gammapy.modeling.models.spatial.base import SpatialModel
from gammapy.modeling.models.spatial.domain import SIZE, SIZE_OR_ZERO, Domain
from gammapy.modeling.models.spatial.outline import annulus_region
from gammapy.modeling.models.spatial.radial import rims
from gammapy.modeling.parameter import Parameter

__all__ = ["Shell2SpatialModel", "ShellSpatialModel"]


class ShellSpatialModel(SpatialModel):
    """Shell between ``radius`` and ``radius`` + ``width``, in projection."""

    tag = ["ShellSpatialModel", "shell"]
    lon_0 = Parameter("lon_0", "0 deg")
    lat_0 = Parameter("lat_0", "0 deg", min=-90, max=90)
    radius = Parameter("radius", "1 deg")
    width = Parameter("width", "0.2 deg")
    domains = {"radius": SIZE_OR_ZERO, "width": SIZE}

    @staticmethod
    def evaluate(lon: Any, lat: Any, lon_0: Any, lat_0: Any, radius: Any, width: Any) -> Any:
        """Formula; see the module."""
        distance = separation(offset(lon, lat, lon_0, lat_0))
        return _shell(distance, radius, width)

    @staticmethod
    def partials(
        lon: Any, lat: Any, lon_0: Any, lat_0: Any, radius: Any, width: Any
    ) -> tuple[Any, ...]:
        """Derivatives by lon_0, lat_0, radius, width; zero on the rims, where there are none."""
        points = offset(lon, lat, lon_0, lat_0)
        by_distance, by_inner, by_outer = _slopes(separation(points), radius, width)
        by_lon, by_lat = points.slopes_of_separation
        return by_distance * by_lon, by_distance * by_lat, by_inner + by_outer, by_outer

    @property
    def is_round(self) -> bool:
        """True always."""
        return True

    @property
    def profile_edges(self) -> tuple[float, ...]:
        """The inner and the outer radius."""
        inner, width = (p.quantity.to_value("deg") for p in (self.radius, self.width))
        return rims(inner, inner + width)

    @property
    def evaluation_radius(self) -> u.Quantity:
        """The outer radius."""
        return self.radius.quantity + self.width.quantity

    @property
    def evaluation_bin_size_min(self) -> u.Quantity:
        """The width."""
        return self.width.quantity

    def to_region(self, size_factor: float = 1.0, **kwargs: Any) -> Any:
        """Annulus of the shell (times ``size_factor``)."""
        self.check_values()
        inner = self.radius.quantity
        outer = inner + self.width.quantity
        return annulus_region(self, size_factor * inner, size_factor * outer, **kwargs)


class Shell2SpatialModel(SpatialModel):
    """Shell by its outer radius ``r_0`` and its relative width ``eta``, in projection."""

    tag = ["Shell2SpatialModel", "shell2"]
    lon_0 = Parameter("lon_0", "0 deg")
    lat_0 = Parameter("lat_0", "0 deg", min=-90, max=90)
    r_0 = Parameter("r_0", "1 deg")
    eta = Parameter("eta", 0.2, min=0.02, max=1)
    domains = {"r_0": SIZE, "eta": Domain(0.0, 1.0, False, True, "positive, and at most 1")}

    @staticmethod
    def evaluate(lon: Any, lat: Any, lon_0: Any, lat_0: Any, r_0: Any, eta: Any) -> Any:
        """Formula; see the module."""
        distance = separation(offset(lon, lat, lon_0, lat_0))
        return _shell(distance, r_0 * (1.0 - eta), r_0 * eta)

    @staticmethod
    def partials(lon: Any, lat: Any, lon_0: Any, lat_0: Any, r_0: Any, eta: Any) -> tuple[Any, ...]:
        """Derivatives by lon_0, lat_0, r_0, eta; zero on the rims, where there are none."""
        points = offset(lon, lat, lon_0, lat_0)
        by_distance, by_inner, by_outer = _slopes(separation(points), r_0 * (1.0 - eta), r_0 * eta)
        by_lon, by_lat = points.slopes_of_separation
        return (
            by_distance * by_lon,
            by_distance * by_lat,
            by_outer + (1.0 - eta) * by_inner,
            -r_0 * by_inner,
        )

    @property
    def r_in(self) -> u.Quantity:
        """Inner radius."""
        return self.r_0.quantity * (1.0 - self.eta.value)

    @property
    def is_round(self) -> bool:
        """True always."""
        return True

    @property
    def profile_edges(self) -> tuple[float, ...]:
        """The inner and the outer radius."""
        inner, outer = self.r_in.to_value("deg"), self.r_0.quantity.to_value("deg")
        return rims(inner, outer)

    @property
    def evaluation_radius(self) -> u.Quantity:
        """The outer radius."""
        return self.r_0.quantity

    @property
    def evaluation_bin_size_min(self) -> u.Quantity:
        """The width."""
        return self.r_0.quantity * self.eta.value

    def to_region(self, size_factor: float = 1.0, **kwargs: Any) -> Any:
        """Annulus of the shell (times ``size_factor``)."""
        self.check_values()
        outer = self.r_0.quantity
        return annulus_region(self, size_factor * self.r_in, size_factor * outer, **kwargs)


def _norm(inner: Any, width: Any) -> tuple[Any, Any]:
    """Norm per sr where lengths are in deg, and the difference of the cubes that it divides by."""
    outer = inner + width
    cubes = width * (outer**2 + outer * inner + inner**2)
    return 1.5 / (math.pi * cubes * RAD**2), cubes


def _half_chord(radius: Any, distance: Any) -> tuple[Any, Any]:
    """Half the way through a ball, and its inverse; zero outside and on the rim, both."""
    xp = array_namespace(distance)
    square = (radius - distance) * (radius + distance)
    inside = square > 0.0
    half = xp.sqrt(xp.where(inside, square, xp.ones_like(square)))
    zero = xp.zeros_like(half)
    return xp.where(inside, half, zero), xp.where(inside, 1.0 / half, zero)


def _way(distance: Any, inner: Any, width: Any) -> Any:
    """Half the way through the shell, without the loss of a difference where it is thin."""
    xp = array_namespace(distance)
    outer = inner + width
    long, _ = _half_chord(outer, distance)
    short, _ = _half_chord(inner, distance)
    both = xp.where(short > 0.0, long + short, xp.ones_like(long))
    return xp.where(short > 0.0, width * (outer + inner) / both, long)


def _shell(distance: Any, inner: Any, width: Any) -> Any:
    """Profile at distances in deg."""
    xp = array_namespace(distance)
    inner, width = xp.asarray(inner), xp.asarray(width)
    norm, _ = _norm(inner, width)
    return norm * _way(distance, inner, width)


def _slopes(distance: Any, inner: Any, width: Any) -> tuple[Any, Any, Any]:
    """Derivatives of the profile by distance, inner and outer radius, per deg."""
    xp = array_namespace(distance)
    inner, width = xp.asarray(inner), xp.asarray(width)
    outer = inner + width
    norm, cubes = _norm(inner, width)
    value = norm * _way(distance, inner, width)
    _, long = _half_chord(outer, distance)
    _, short = _half_chord(inner, distance)
    return (
        norm * distance * (short - long),
        3.0 * value * inner**2 / cubes - norm * inner * short,
        norm * outer * long - 3.0 * value * outer**2 / cubes,
    )
