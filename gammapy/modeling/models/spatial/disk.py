r"""Disk, round or elongated, with an edge that can be soft.

.. math::
    D(\theta, \chi) = \frac{1}{2\Omega}\, \mathrm{erfc}\left(k \frac{\theta - r}{w r}\right), \quad
    r = r_0 q(\chi), \quad k = 2\, \mathrm{erf}^{-1}(0.9)

at the distance :math:`\theta` in the direction :math:`\chi`, with the ellipse :math:`q` of
`gammapy.engine.sphere` and the edge width :math:`w`: the profile falls from 95 to 5 % of its height
over the length :math:`w r` about the edge, and jumps if :math:`w = 0`. The norm :math:`\Omega` is
the solid angle of the cone whose section is an ellipse, :math:`2 \pi (1 - \cos r_0)` if round,

.. math::
    \Omega = 4 \int_0^{\pi / 2} \frac{\sin a \sin b}{1 + c(t)}\, dt, \quad
    c^2 = \cos^2 a \cos^2 t + \cos^2 b \sin^2 t

with the semi-axes a and b. (The sharp disk is so normalised to 1e-10 at 1 deg; the soft edge adds
:math:`w^2 / 2 k^2 = 0.092 w^2`, which is left out.)
"""

from __future__ import annotations

from typing import Any, Self

import astropy.units as u
import numpy as np

from gammapy.engine.namespace import array_namespace
from gammapy.engine.special import erfc
from gammapy.engine.sphere import RAD, ellipse, ellipse_radius, offset, separation
from gammapy.errors import ModelError
from gammapy.modeling.models.spatial.base import SpatialModel
from gammapy.modeling.models.spatial.domain import ECCENTRICITY, SHARE, Domain
from gammapy.modeling.models.spatial.outline import ellipse_region
from gammapy.modeling.parameter import Parameter

__all__ = ["DiskSpatialModel"]

#: k of the module
STEEPNESS = 2.326174307353347
# a narrower edge is sharp to all digits of a distance
_SHARPEST = 1e-12
# midpoints in t; the sum over a full turn converges like that of a Fourier series
_NODES = 12
_ANGLES = (np.arange(_NODES) + 0.5) * (0.5 * np.pi / _NODES)
_SQUARES = [(float(np.cos(t) ** 2), float(np.sin(t) ** 2)) for t in _ANGLES]


class DiskSpatialModel(SpatialModel):
    """Constant within an ellipse of the semi-major axis ``r_0``.

    ``e`` is the eccentricity, ``phi`` the position angle of the major axis from north through
    east; ``edge_width``, in units of the radius, is the length over which the edge falls from 95
    to 5 %.
    """

    tag = ["DiskSpatialModel", "disk"]
    lon_0 = Parameter("lon_0", "0 deg")
    lat_0 = Parameter("lat_0", "0 deg", min=-90, max=90)
    r_0 = Parameter("r_0", "1 deg", min=0)
    e = Parameter("e", 0.0, min=0, max=1, frozen=True)
    phi = Parameter("phi", "0 deg", min=-180, max=180, frozen=True)
    edge_width = Parameter("edge_width", 0.01, min=0, max=1, frozen=True)
    domains = {
        "r_0": Domain(0.0, 90.0, False, False, "positive, and below 90 deg"),
        "e": ECCENTRICITY,
        "edge_width": SHARE,
    }

    @staticmethod
    def evaluate(
        lon: Any, lat: Any, lon_0: Any, lat_0: Any, r_0: Any, e: Any, phi: Any, edge_width: Any
    ) -> Any:
        """Formula; see the module."""
        points = offset(lon, lat, lon_0, lat_0)
        radius = r_0 * ellipse_radius(points, e, phi)
        width = _width(edge_width, radius)
        omega, _, _ = solid_angle(r_0, e, radius)
        return 0.5 / omega * erfc(STEEPNESS * (separation(points) - radius) / (width * radius))

    @staticmethod
    def partials(
        lon: Any, lat: Any, lon_0: Any, lat_0: Any, r_0: Any, e: Any, phi: Any, edge_width: Any
    ) -> tuple[Any, ...]:
        """Derivatives by lon_0, lat_0, r_0, e, phi, edge_width."""
        points = offset(lon, lat, lon_0, lat_0)
        xp = array_namespace(points.east)
        axis = ellipse(points, e, phi)
        radius, distance = r_0 * axis.radius, separation(points)
        width = _width(edge_width, radius)
        omega, by_r_0, by_e = solid_angle(r_0, e, radius)
        t = STEEPNESS * (distance - radius) / (width * radius)
        value = 0.5 / omega * erfc(t)
        by_t = -xp.exp(-(t**2)) / (omega * xp.pi**0.5)
        by_distance = by_t * STEEPNESS / (width * radius)
        by_axis = -by_distance * distance / axis.radius
        by_lon, by_lat = points.slopes_of_separation
        return (
            by_distance * by_lon + by_axis * axis.by_lon,
            by_distance * by_lat + by_axis * axis.by_lat,
            -by_distance * distance / r_0 - value * by_r_0 / omega,
            by_axis * axis.by_e - value * by_e / omega,
            by_axis * axis.by_phi,
            -by_t * t / width,
        )

    @property
    def is_round(self) -> bool:
        """True if ``e`` is zero."""
        return bool(self.e.value == 0.0)

    @property
    def profile_edges(self) -> tuple[float, ...]:
        """The radius; of a soft edge, where it begins and ends too."""
        if not self.is_round:
            return ()
        radius, width = self.r_0.quantity.to_value("deg"), self.edge_width.value
        if width <= _SHARPEST:
            return (radius,)
        # at twice the width the profile misses its limits by 3e-11
        steps = (1.0 - 2.0 * width, 1.0, 1.0 + 2.0 * width)
        return tuple(radius * step for step in steps if step > 0.0)

    @property
    def reach(self) -> float:
        """The radius with its edge."""
        radius, width = self.r_0.quantity.to_value("deg"), self.edge_width.value
        return min(radius * (1.0 + 2.0 * width), 180.0)

    @property
    def evaluation_radius(self) -> u.Quantity:
        """The radius with its edge and a tenth more."""
        return 1.1 * self.r_0.quantity * (1.0 + self.edge_width.value)

    @property
    def evaluation_bin_size_min(self) -> u.Quantity:
        """A tenth of the radius within the edge."""
        return self.r_0.quantity * (1.0 - self.edge_width.value) / 10.0

    def to_region(self, size_factor: float = 1.0, **kwargs: Any) -> Any:
        """Ellipse of the disk (times ``size_factor``)."""
        self.check_values()
        return ellipse_region(self, self.r_0, size_factor, **kwargs)

    @classmethod
    def from_region(cls, region: Any, **kwargs: Any) -> Self:
        """Disk of an ellipse or a circle.

        Parameters
        ----------
        region : `~regions.EllipseSkyRegion` or `~regions.CircleSkyRegion`
        **kwargs
            Values of the other parameters.

        Raises
        ------
        ModelError
            If it is neither.
        """
        from regions import CircleSkyRegion, EllipseSkyRegion

        if isinstance(region, CircleSkyRegion):
            return cls.from_position(region.center, r_0=region.radius.to("deg"), **kwargs)
        if not isinstance(region, EllipseSkyRegion):
            raise ModelError(
                f"region = {region!r} is no disk: give an EllipseSkyRegion or CircleSkyRegion"
            )
        height, width = (0.5 * axis.to_value("deg") for axis in (region.height, region.width))
        turn = 0.0 if height >= width else 90.0
        phi = (region.angle.to_value("deg") + turn + 90.0) % 180.0 - 90.0
        major, minor = max(height, width), min(height, width)
        e = float(np.sqrt(1.0 - (minor / major) ** 2))
        shape = {"r_0": major * u.deg, "e": e, "phi": phi * u.deg}
        return cls.from_position(region.center, **shape, **kwargs)


def _width(edge_width: Any, like: Any) -> Any:
    """Edge width of each point, not zero."""
    xp = array_namespace(like)
    width = xp.asarray(edge_width) + xp.zeros_like(like)
    return xp.where(width > _SHARPEST, width, _SHARPEST)


def solid_angle(r_0: Any, e: Any, like: Any) -> tuple[Any, Any, Any]:
    """Solid angle of an ellipse in sr, and its derivatives by r_0 in deg and by e."""
    xp = array_namespace(like)
    e = xp.asarray(e)
    share = xp.sqrt(1.0 - e**2)  # of the minor axis
    a = RAD * xp.asarray(r_0)
    b = a * share
    mean = by_a = by_b = 0.0 * b
    sin_a, cos_a, sin_b, cos_b = xp.sin(a), xp.cos(a), xp.sin(b), xp.cos(b)
    for major, minor in _SQUARES:
        c = xp.sqrt(major * cos_a**2 + minor * cos_b**2)
        part = 1.0 / (1.0 + c)
        mean = mean + part / _NODES
        by_a = by_a + part**2 * major * cos_a * sin_a / c / _NODES
        by_b = by_b + part**2 * minor * cos_b * sin_b / c / _NODES
    by_a = 2.0 * xp.pi * (by_a * sin_a * sin_b + mean * cos_a * sin_b)
    by_b = 2.0 * xp.pi * (by_b * sin_a * sin_b + mean * sin_a * cos_b)
    return (
        2.0 * xp.pi * mean * sin_a * sin_b,
        RAD * (by_a + by_b * share),
        -by_b * a * e / share,
    )
