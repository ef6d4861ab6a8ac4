r"""The same brightness everywhere on the sky.

.. math:: I(\mathbf{x}) = \mathrm{value}, \quad \int I \, \mathrm{d}\Omega = 4 \pi \, \mathrm{value}

The model of a constant flux has the value 1 sr-1.
"""

from __future__ import annotations

from typing import Any

from gammapy.engine.namespace import array_namespace
from gammapy.modeling.models.spatial.base import SpatialModel
from gammapy.modeling.models.spatial.outline import sky_region
from gammapy.modeling.parameter import Parameter

__all__ = ["ConstantFluxSpatialModel", "ConstantSpatialModel"]


class ConstantSpatialModel(SpatialModel):
    """Brightness ``value``: the spectrum is the flux of 1 / ``value``, e.g. of 1 sr."""

    tag = ["ConstantSpatialModel", "const"]
    value = Parameter("value", "1 sr-1", frozen=True)

    @staticmethod
    def evaluate(lon: Any, lat: Any, value: Any) -> Any:
        """Formula."""
        return value * _ones(lon, lat)

    @staticmethod
    def partials(lon: Any, lat: Any, value: Any) -> tuple[Any]:
        """Derivative by value."""
        return (_ones(lon, lat) + 0.0 * value,)

    def to_region(self, **kwargs: Any) -> Any:
        """The whole sky, as a rectangle."""
        return sky_region(self, **kwargs)


class ConstantFluxSpatialModel(SpatialModel):
    """Brightness 1 sr-1, without parameters: the spectrum is the flux per sr."""

    tag = ["ConstantFluxSpatialModel", "const-flux"]

    @staticmethod
    def evaluate(lon: Any, lat: Any) -> Any:
        """Formula."""
        return _ones(lon, lat)

    @staticmethod
    def partials(lon: Any, lat: Any) -> tuple[()]:
        """There are no parameters."""
        return ()

    def to_region(self, **kwargs: Any) -> Any:
        """The whole sky, as a rectangle."""
        return sky_region(self, **kwargs)


def _ones(lon: Any, lat: Any) -> Any:
    xp = array_namespace(lon, lat)
    return xp.ones_like(xp.asarray(lon) + xp.asarray(lat), dtype=xp.float64)
