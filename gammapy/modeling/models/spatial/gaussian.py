r"""Gaussians, round or elongated, and their generalisation with a free exponent.

.. math::
    G(\theta, \chi) &= N \exp\left(-\frac{1 - \cos\theta}{2 (1 - \cos s)}\right), \quad
    s = \sigma q(\chi) \\
    G_\eta(\theta, \chi) &= \frac{1}{2 \pi r_0^2 \sqrt{1 - e^2}\, \eta\, \Gamma(2 \eta)}
    \exp\left(-\left(\frac{\theta}{r_0 q(\chi)}\right)^{1/\eta}\right)

at the distance :math:`\theta` in the direction :math:`\chi`, with the ellipse :math:`q` of
`gammapy.engine.sphere`. The first is exact on the sphere where it is round,

.. math:: N = \left[4 \pi a (1 - e^{-1/a})\right]^{-1}, \quad a = 1 - \cos\sigma,

and has the norm of the plane, :math:`N^{-1} = 2 \pi \sigma^2 \sqrt{1 - e^2}`, where it is
elongated; the second has that of the plane always. (With a plane norm the integral over the sphere
falls short of 1, by a tenth of the square of the width in rad.)
"""

from __future__ import annotations

import math
from typing import Any

import astropy.units as u

from gammapy.engine.namespace import array_namespace
from gammapy.engine.special import digamma, gamma
from gammapy.engine.sphere import RAD, Offset, ellipse, ellipse_radius, offset, separation, versine
from gammapy.modeling.models.spatial.base import SpatialModel
from gammapy.modeling.models.spatial.domain import ECCENTRICITY, POSITIVE, SIZE
from gammapy.modeling.models.spatial.outline import ellipse_region
from gammapy.modeling.parameter import Parameter

__all__ = ["GaussianSpatialModel", "GeneralizedGaussianSpatialModel"]


class GaussianSpatialModel(SpatialModel):
    """Gaussian of width ``sigma`` along its major axis.

    ``e`` is the eccentricity, so that the width across is sigma sqrt(1 - e^2), and ``phi`` the
    position angle of the major axis, from north through east.
    """

    tag = ["GaussianSpatialModel", "gauss"]
    lon_0 = Parameter("lon_0", "0 deg")
    lat_0 = Parameter("lat_0", "0 deg", min=-90, max=90)
    sigma = Parameter("sigma", "1 deg", min=0)
    e = Parameter("e", 0.0, min=0, max=1, frozen=True)
    phi = Parameter("phi", "0 deg", min=-180, max=180, frozen=True)
    domains = {"sigma": SIZE, "e": ECCENTRICITY}

    @staticmethod
    def evaluate(lon: Any, lat: Any, lon_0: Any, lat_0: Any, sigma: Any, e: Any, phi: Any) -> Any:
        """Formula; see the module."""
        points = offset(lon, lat, lon_0, lat_0)
        norm, _, _ = _norm(points, sigma, e)
        scale = 2.0 * versine(sigma * ellipse_radius(points, e, phi))
        return norm * array_namespace(scale).exp(-points.versine / scale)

    @staticmethod
    def partials(
        lon: Any, lat: Any, lon_0: Any, lat_0: Any, sigma: Any, e: Any, phi: Any
    ) -> tuple[Any, ...]:
        """Derivatives by lon_0, lat_0, sigma, e, phi."""
        points = offset(lon, lat, lon_0, lat_0)
        xp = array_namespace(points.east)
        norm, by_sigma, by_e = _norm(points, sigma, e)
        axis = ellipse(points, e, phi)
        scale = 2.0 * versine(sigma * axis.radius)
        value = norm * xp.exp(-points.versine / scale)
        # d ln value = d ln norm - d versine / scale + pull * d (sigma q)
        pull = points.versine / scale**2 * (2.0 * RAD * xp.sin(RAD * sigma * axis.radius))
        lon_slope, lat_slope = points.slopes_of_versine
        return (
            value * (pull * sigma * axis.by_lon - lon_slope / scale),
            value * (pull * sigma * axis.by_lat - lat_slope / scale),
            value * (by_sigma + pull * axis.radius),
            value * (by_e + pull * sigma * axis.by_e),
            value * pull * sigma * axis.by_phi,
        )

    @property
    def is_round(self) -> bool:
        """True if ``e`` is zero."""
        return bool(self.e.value == 0.0)

    @property
    def reach(self) -> float:
        """Six times the width; on a small sky, where the exponent is the same."""
        half_sine = 6.0 * math.sin(0.5 * RAD * self.sigma.quantity.to_value("deg"))
        return 2.0 * math.asin(half_sine) / RAD if half_sine < 1.0 else 180.0

    @property
    def evaluation_radius(self) -> u.Quantity:
        """Five times the width."""
        return 5.0 * self.sigma.quantity

    @property
    def evaluation_bin_size_min(self) -> u.Quantity:
        """A third of the width."""
        return self.sigma.quantity / 3.0

    def to_region(self, size_factor: float = 1.0, **kwargs: Any) -> Any:
        """Ellipse of one width (times ``size_factor``)."""
        self.check_values()
        return ellipse_region(self, self.sigma, size_factor, **kwargs)

    @property
    def evaluation_region(self) -> Any:
        """Ellipse of five widths."""
        return self.to_region(size_factor=5)


class GeneralizedGaussianSpatialModel(SpatialModel):
    """Profile exp(-(theta / r_0)^(1 / eta)), between a disk (``eta`` to 0) and a steep cusp.

    ``eta`` = 0.5 is a Gaussian with sigma = r_0 / sqrt(2), 1 an exponential. ``r_0`` is along the
    major axis; for ``e`` and ``phi`` see `GaussianSpatialModel`.
    """

    tag = ["GeneralizedGaussianSpatialModel", "gauss-general"]
    lon_0 = Parameter("lon_0", "0 deg")
    lat_0 = Parameter("lat_0", "0 deg", min=-90, max=90)
    r_0 = Parameter("r_0", "1 deg")
    eta = Parameter("eta", 0.5, min=0.01, max=1)
    e = Parameter("e", 0.0, min=0, max=1, frozen=True)
    phi = Parameter("phi", "0 deg", min=-180, max=180, frozen=True)
    domains = {"r_0": SIZE, "eta": POSITIVE, "e": ECCENTRICITY}

    @staticmethod
    def evaluate(
        lon: Any, lat: Any, lon_0: Any, lat_0: Any, r_0: Any, eta: Any, e: Any, phi: Any
    ) -> Any:
        """Formula; see the module."""
        points = offset(lon, lat, lon_0, lat_0)
        xp = array_namespace(points.east)
        _, power = _power(separation(points) / (r_0 * ellipse_radius(points, e, phi)), eta)
        return _plane_norm(xp, r_0, eta, e) * xp.exp(-power)

    @staticmethod
    def partials(
        lon: Any, lat: Any, lon_0: Any, lat_0: Any, r_0: Any, eta: Any, e: Any, phi: Any
    ) -> tuple[Any, ...]:
        """Derivatives by lon_0, lat_0, r_0, eta, e, phi."""
        points = offset(lon, lat, lon_0, lat_0)
        xp = array_namespace(points.east)
        axis = ellipse(points, e, phi)
        distance = separation(points)
        x, power = _power(distance / (r_0 * axis.radius), eta)
        value = _plane_norm(xp, r_0, eta, e) * xp.exp(-power)
        slope = value * power / eta  # by -ln(theta / r)
        safe = xp.where(distance > 0.0, distance, xp.ones_like(distance))
        by_lon, by_lat = points.slopes_of_separation
        eta, e = xp.asarray(eta), xp.asarray(e)
        return (
            slope * (axis.by_lon / axis.radius - by_lon / safe),
            slope * (axis.by_lat / axis.radius - by_lat / safe),
            (slope - 2.0 * value) / r_0,
            slope * xp.log(x) / eta - value * (1.0 / eta + 2.0 * digamma(2.0 * eta)),
            slope * axis.by_e / axis.radius + value * e / (1.0 - e**2),
            slope * axis.by_phi / axis.radius,
        )

    @property
    def is_round(self) -> bool:
        """True if ``e`` is zero."""
        return bool(self.e.value == 0.0)

    @property
    def profile_edges(self) -> tuple[float, ...]:
        """Where a steep edge begins, is and ends; none for a large ``eta``, which has no edge."""
        eta = self.eta.value
        if eta > 0.25 or not self.is_round:
            return ()
        # exp(-x) falls from 0.99 to 1e-11
        return tuple(self.r_0.quantity.to_value("deg") * x**eta for x in (0.01, 1.0, 25.0))

    @property
    def reach(self) -> float:
        """Radius that holds all but exp(-20) of the height: r_0 20^eta."""
        return min(self.r_0.quantity.to_value("deg") * 20.0**self.eta.value, 180.0)

    @property
    def evaluation_radius(self) -> u.Quantity:
        """Radius that grows with ``eta``: r_0 (1 + 8 eta)."""
        return self.r_0.quantity * (1.0 + 8.0 * self.eta.value)

    @property
    def evaluation_bin_size_min(self) -> u.Quantity:
        """Smaller for a larger ``eta`` or ``e``."""
        return self.r_0.quantity / ((3.0 + 8.0 * self.eta.value) * (1.0 + self.e.value))

    def to_region(self, size_factor: float = 1.0, **kwargs: Any) -> Any:
        """Ellipse of the semi-axis ``r_0`` (times ``size_factor``)."""
        self.check_values()
        return ellipse_region(self, self.r_0, size_factor, **kwargs)

    @property
    def evaluation_region(self) -> Any:
        """Ellipse of five times ``r_0``."""
        return self.to_region(size_factor=5)


def _norm(points: Offset, sigma: Any, e: Any) -> tuple[Any, Any, Any]:
    """Norm of a Gaussian, and derivatives of its logarithm by sigma in deg and by e."""
    xp = array_namespace(points.east)
    sigma, e = xp.asarray(sigma), xp.asarray(e)
    a = versine(sigma)
    short, rest = xp.exp(-1.0 / a), -xp.expm1(-1.0 / a)
    minor = 1.0 - e**2
    is_round = (e + 0.0 * sigma) == 0.0
    on_sphere = 1.0 / (4.0 * xp.pi * a * rest)
    on_plane = 1.0 / (2.0 * xp.pi * (RAD * sigma) ** 2 * xp.sqrt(minor))
    by_sigma = RAD * xp.sin(RAD * sigma) * (short / (a * rest) - 1.0) / a
    return (
        xp.where(is_round, on_sphere, on_plane),
        xp.where(is_round, by_sigma, -2.0 / sigma),
        e / minor,
    )


def _power(x: Any, eta: Any) -> tuple[Any, Any]:
    """x, 1 instead at the centre, and x^(1 / eta) with 0 there."""
    xp = array_namespace(x)
    away = x > 0.0
    x = xp.where(away, x, xp.ones_like(x))
    power = xp.exp(xp.log(x) / eta)
    return x, xp.where(away, power, xp.zeros_like(power))


def _plane_norm(xp: Any, r_0: Any, eta: Any, e: Any) -> Any:
    r_0, eta, e = xp.asarray(r_0), xp.asarray(eta), xp.asarray(e)
    area = (RAD * r_0) ** 2 * xp.sqrt(1.0 - e**2)
    return 1.0 / (2.0 * xp.pi * area * eta * gamma(2.0 * eta))
