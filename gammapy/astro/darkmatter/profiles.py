"""Density of dark-matter halos by radius.

Scale radii and shapes by default are those of the Milky Way in Cirelli et al. 2011, JCAP 03, 051
(table 1), except that their densities are scaled by `DMProfile.scale_to_local_density`.
"""

from __future__ import annotations

from abc import abstractmethod
from typing import Any, ClassVar

import astropy.units as u
import numpy as np

from gammapy.errors import ModelError
from gammapy.modeling.models.base import ModelBase
from gammapy.modeling.parameter import Parameter
from gammapy.units import as_quantity

__all__ = [
    "BurkertProfile",
    "DMProfile",
    "EinastoProfile",
    "IsothermalProfile",
    "MooreProfile",
    "NFWProfile",
    "ZhaoProfile",
]


class DMProfile(ModelBase):
    """Density that depends on the radius; subclasses write the shape."""

    #: density of dark matter at the Sun
    LOCAL_DENSITY: ClassVar[u.Quantity] = 0.3 * u.Unit("GeV cm-3")
    #: distance of the Sun from the Galactic centre
    DISTANCE_GC: ClassVar[u.Quantity] = 8.33 * u.kpc

    rho_s = Parameter("rho_s", "1 GeV cm-3")

    @abstractmethod
    def evaluate(self, radius: Any, *values: Any) -> Any:
        """Density for the values of the parameters, in their order."""

    def __call__(self, radius: Any) -> u.Quantity:
        """Density.

        Parameters
        ----------
        radius : `~astropy.units.Quantity` [...]
            Distance from the centre, positive.

        Returns
        -------
        `~astropy.units.Quantity` [...]
            In GeV cm-3.
        """
        radius = as_quantity(radius, "radius", u.kpc)
        if not np.all(radius > 0):
            raise ModelError(f"radius = {radius} must be positive: some densities have a cusp at 0")
        values = [p.quantity for p in self.own_parameters.values()]
        return self.evaluate(radius, *values).to("GeV cm-3")

    def scale_to_local_density(self) -> None:
        """Scale the density so that it has `LOCAL_DENSITY` at `DISTANCE_GC`."""
        scale = (self.LOCAL_DENSITY / self(self.DISTANCE_GC)).to_value(u.one)
        self.rho_s.value *= float(scale)


class ZhaoProfile(DMProfile):
    r"""Double power law (Zhao 1996, MNRAS 278, 488).

    .. math::
        \rho(r) = \rho_s \left(\frac{r_s}{r}\right)^\gamma
        \left(1 + \left(\frac{r}{r_s}\right)^{1/\alpha}\right)^{(\gamma - \beta) \alpha}
    """

    r_s = Parameter("r_s", "24.42 kpc")
    alpha = Parameter("alpha", 1.0)
    beta = Parameter("beta", 3.0)
    gamma = Parameter("gamma", 1.0)

    @staticmethod
    def evaluate(radius: Any, rho_s: Any, r_s: Any, alpha: Any, beta: Any, gamma: Any) -> Any:
        """Formula; see the class."""
        x = (radius / r_s).to_value(u.one)
        alpha, beta, gamma = (u.Quantity(v).to_value(u.one) for v in (alpha, beta, gamma))
        return rho_s * x ** (-gamma) * (1 + x ** (1 / alpha)) ** ((gamma - beta) * alpha)


class NFWProfile(DMProfile):
    r"""Cusp (Navarro, Frenk & White 1996, ApJ 462, 563).

    .. math:: \rho(r) = \rho_s \frac{r_s}{r} \left(1 + \frac{r}{r_s}\right)^{-2}
    """

    r_s = Parameter("r_s", "24.42 kpc")

    @staticmethod
    def evaluate(radius: Any, rho_s: Any, r_s: Any) -> Any:
        """Formula; see the class."""
        x = (radius / r_s).to_value(u.one)
        return rho_s / (x * (1 + x) ** 2)


class EinastoProfile(DMProfile):
    r"""Power law of rolling index (Einasto 1965).

    .. math::
        \rho(r) = \rho_s
        \exp\left(-\frac{2}{\alpha}\left[\left(\frac{r}{r_s}\right)^\alpha - 1\right]\right)
    """

    r_s = Parameter("r_s", "28.44 kpc")
    alpha = Parameter("alpha", 0.17)

    @staticmethod
    def evaluate(radius: Any, rho_s: Any, r_s: Any, alpha: Any) -> Any:
        """Formula; see the class."""
        x = (radius / r_s).to_value(u.one)
        alpha = u.Quantity(alpha).to_value(u.one)
        return rho_s * np.exp(-2 / alpha * (x**alpha - 1))


class IsothermalProfile(DMProfile):
    r"""Core of constant density (Begeman, Broeils & Sanders 1991, MNRAS 249, 523).

    .. math:: \rho(r) = \rho_s \left(1 + (r / r_s)^2\right)^{-1}
    """

    r_s = Parameter("r_s", "4.38 kpc")

    @staticmethod
    def evaluate(radius: Any, rho_s: Any, r_s: Any) -> Any:
        """Formula; see the class."""
        x = (radius / r_s).to_value(u.one)
        return rho_s / (1 + x**2)


class BurkertProfile(DMProfile):
    r"""Core that falls like a cusp (Burkert 1995, ApJ 447, L25).

    .. math:: \rho(r) = \rho_s \left((1 + r / r_s)(1 + (r / r_s)^2)\right)^{-1}
    """

    r_s = Parameter("r_s", "12.67 kpc")

    @staticmethod
    def evaluate(radius: Any, rho_s: Any, r_s: Any) -> Any:
        """Formula; see the class."""
        x = (radius / r_s).to_value(u.one)
        return rho_s / ((1 + x) * (1 + x**2))


class MooreProfile(DMProfile):
    r"""Steep cusp (Diemand, Moore & Stadel 2004, MNRAS 353, 624).

    .. math:: \rho(r) = \rho_s \left(\frac{r_s}{r}\right)^{1.16} \left(1 + r / r_s\right)^{-1.84}
    """

    r_s = Parameter("r_s", "30.28 kpc")

    @staticmethod
    def evaluate(radius: Any, rho_s: Any, r_s: Any) -> Any:
        """Formula; see the class."""
        x = (radius / r_s).to_value(u.one)
        return rho_s * x ** (-1.16) * (1 + x) ** (-1.84)
