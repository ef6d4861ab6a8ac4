"""Maps of a single region of the sky: what a counts spectrum is."""

from __future__ import annotations

from typing import Any

import astropy.units as u
import numpy as np

from gammapy.errors import DataError
from gammapy.maps.axis import MapAxes, MapAxis
from gammapy.maps.geometry_base import Geometry
from gammapy.maps.map import Map
from gammapy.maps.time_axis import TimeMapAxis
from gammapy.units import as_quantity

__all__ = ["RegionGeom", "RegionNDMap"]


class RegionGeom(Geometry):
    """Geometry of a region map: the axes over one pixel of the sky.

    Parameters
    ----------
    axes : list of `MapAxis` and `TimeMapAxis`
    region : object, optional
        The region on the sky, if it is known.
    """

    def __init__(self, axes: Any, region: Any = None) -> None:
        self.axes = MapAxes([axes] if isinstance(axes, MapAxis | TimeMapAxis) else axes)
        self.region = region

    @classmethod
    def create(cls, region: Any = None, axes: Any = ()) -> RegionGeom:
        """Geometry from a region and axes."""
        return cls(axes, region)

    @property
    def data_shape(self) -> tuple[int, ...]:
        """Shape of the data: last axis first, then one by one pixel."""
        return (*(axis.nbin for axis in reversed(self.axes)), 1, 1)

    def with_axes(self, axes: Any) -> RegionGeom:
        """The same region under other axes."""
        return RegionGeom(axes, self.region)

    def is_allclose(self, other: Any, rtol_axes: float = 1e-6) -> bool:
        """True if the other has the same axes; regions are not compared."""
        if not isinstance(other, RegionGeom) or self.data_shape != other.data_shape:
            return False
        pairs = zip(self.axes, other.axes, strict=True)
        return all(a.is_allclose(b, rtol=rtol_axes) for a, b in pairs)

    def energy_mask(self, energy_min: Any = None, energy_max: Any = None) -> RegionNDMap:
        """True in the energy bins that lie wholly inside a range.

        Parameters
        ----------
        energy_min, energy_max : `~astropy.units.Quantity`, optional
            Open if not given. Rounding of the edges by 1e-6 is forgiven.
        """
        axis = self.axes["energy"]
        inside = np.ones(axis.nbin, dtype=bool)
        if energy_min is not None:
            low = as_quantity(energy_min, "energy_min", u.TeV)
            inside &= axis.edges_min >= low * (1 - 1e-6)
        if energy_max is not None:
            high = as_quantity(energy_max, "energy_max", u.TeV)
            inside &= axis.edges_max <= high * (1 + 1e-6)
        return RegionNDMap(self, inside)

    def __repr__(self) -> str:
        return f"RegionGeom({self.axes!r})"


class RegionNDMap(Map, kind="region", geometry=RegionGeom):
    """Numbers in the bins of a `RegionGeom`.

    Parameters
    ----------
    geom : `RegionGeom`
    data : array_like, optional
        Of ``geom.data_shape``, or one that can be reshaped to it; zeros by default.
    unit : str or `~astropy.units.Unit`

    Raises
    ------
    DataError
        If the data do not fit the geometry.
    """

    def __init__(self, geom: RegionGeom, data: Any = None, unit: Any = "") -> None:
        self._set_up(geom, data, "float64", None, unit)

    @classmethod
    def create(  # type: ignore[override]
        cls, region: Any = None, axes: Any = (), unit: Any = "", data: Any = None
    ) -> RegionNDMap:
        """Map on a region and axes; of zeros, unless there are data."""
        return cls(RegionGeom(axes, region), data, unit)

    @classmethod
    def from_geom(  # type: ignore[override]
        cls, geom: RegionGeom, data: Any = None, unit: Any = ""
    ) -> RegionNDMap:
        """Map on a geometry."""
        return cls(geom, data, unit)

    def _fitted(self, array: np.ndarray) -> np.ndarray:
        shape = self.geom.data_shape
        if array.size != np.prod(shape) and array.ndim:
            raise DataError(
                f"data of shape {array.shape} do not fit {self.geom!r}: {shape} is needed"
            )
        return array.reshape(shape) if array.ndim else np.full(shape, array)

    @property
    def values(self) -> np.ndarray:
        """Data without the two axes of the single pixel."""
        return self.data[..., 0, 0]

    def is_like(self, other: Any) -> bool:
        """True if the other is a map on the same axes."""
        return isinstance(other, RegionNDMap) and list(self.geom.axes) == list(other.geom.axes)
