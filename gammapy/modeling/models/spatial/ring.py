r"""Ring: constant between two radii.

.. math::
    R(\theta) = \frac{1}{2 \pi (\cos r_i - \cos r_o)}, \quad r_i \le \theta \le r_o

which is exact on the sphere.
"""

from __future__ import annotations

from typing import Any

import astropy.units as u

from gammapy.engine.namespace import array_namespace
from gammapy.engine.sphere import RAD, offset, separation
from gammapy.modeling.models.spatial.base import SpatialModel
from gammapy.modeling.models.spatial.domain import SIZE, SIZE_OR_ZERO
from gammapy.modeling.models.spatial.outline import annulus_region
from gammapy.modeling.models.spatial.radial import rims
from gammapy.modeling.parameter import Parameter

__all__ = ["RingSpatialModel"]


class RingSpatialModel(SpatialModel):
    """Constant between ``radius`` and ``radius`` + ``width``; a disk if the radius is zero.

    It is what Gammalib calls RadialRing. Its edges are sharp: seen point by point, its derivatives
    are those of the norm alone.
    """

    tag = ["RingSpatialModel", "ring"]
    lon_0 = Parameter("lon_0", "0 deg")
    lat_0 = Parameter("lat_0", "0 deg", min=-90, max=90)
    radius = Parameter("radius", "1 deg", min=0)
    width = Parameter("width", "0.2 deg", min=0)
    domains = {"radius": SIZE_OR_ZERO, "width": SIZE}

    @staticmethod
    def evaluate(lon: Any, lat: Any, lon_0: Any, lat_0: Any, radius: Any, width: Any) -> Any:
        """Formula; see the module."""
        distance = separation(offset(lon, lat, lon_0, lat_0))
        xp = array_namespace(distance)
        inside = (distance >= radius) & (distance <= radius + width)
        return xp.where(inside, 1.0 / _solid_angle(xp, radius, width), xp.zeros_like(distance))

    @staticmethod
    def partials(
        lon: Any, lat: Any, lon_0: Any, lat_0: Any, radius: Any, width: Any
    ) -> tuple[Any, ...]:
        """Derivatives by lon_0, lat_0, radius, width, inside and outside of the edges."""
        value = RingSpatialModel.evaluate(lon, lat, lon_0, lat_0, radius, width)
        xp = array_namespace(value)
        inner, outer = RAD * xp.asarray(radius), RAD * xp.asarray(radius + width)
        slope = -2.0 * xp.pi * RAD * value / _solid_angle(xp, radius, width)
        zero = xp.zeros_like(value)
        return zero, zero, slope * (xp.sin(outer) - xp.sin(inner)), slope * xp.sin(outer)

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
        """Annulus of the ring (times ``size_factor``)."""
        self.check_values()
        inner = self.radius.quantity
        outer = inner + self.width.quantity
        return annulus_region(self, size_factor * inner, size_factor * outer, **kwargs)


def _solid_angle(xp: Any, radius: Any, width: Any) -> Any:
    """In sr; the difference of the cosines as a product, for narrow rings."""
    radius, width = xp.asarray(radius), xp.asarray(width)
    middle = RAD * (radius + 0.5 * width)
    return 4.0 * xp.pi * xp.sin(middle) * xp.sin(0.5 * RAD * width)
