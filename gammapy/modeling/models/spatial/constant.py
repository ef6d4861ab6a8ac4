r"""The same brightness everywhere on the sky.

.. math:: I(\mathbf{x}) = \mathrm{value}, \quad \int I \, \mathrm{d}\Omega = 4 \pi \, \mathrm{value}

The model of a constant flux has the value 1 sr-1.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from gammapy.engine.namespace import array_namespace
from gammapy.modeling.models.spatial.base import SpatialModel
from gammapy.modeling.models.spatial.integration import Energies, Patch
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
    """Brightness 1 sr-1, without parameters: the spectrum is the flux per sr.

    Integrated over the pixels of a map it is 1 in each of them, as in Gammapy 2.1: there, the
    spectrum is the flux of a pixel or region, whatever its size.
    """

    tag = ["ConstantFluxSpatialModel", "const-flux"]

    @staticmethod
    def evaluate(lon: Any, lat: Any) -> Any:
        """Formula."""
        return _ones(lon, lat)

    @staticmethod
    def partials(lon: Any, lat: Any) -> tuple[()]:
        """There are no parameters."""
        return ()

    def patches(
        self,
        geom: Any,
        energies: Energies | None = None,
        oversampling_factor: int | None = None,
    ) -> Iterator[Patch]:
        """One for each pixel: the spectrum is the flux there, whatever its size."""
        shape = geom.data_shape[-2:]
        yield Patch(slice(0, shape[1]), slice(0, shape[0]), np.ones((1, *shape)))

    def region_integrals(self, geom: Any, energies: Energies | None = None) -> np.ndarray:
        """One."""
        return np.ones(1)

    def to_region(self, **kwargs: Any) -> Any:
        """The whole sky, as a rectangle."""
        return sky_region(self, **kwargs)


def _ones(lon: Any, lat: Any) -> Any:
    xp = array_namespace(lon, lat)
    return xp.ones_like(xp.asarray(lon) + xp.asarray(lat), dtype=xp.float64)
