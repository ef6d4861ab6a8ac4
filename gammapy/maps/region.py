"""Maps of a single region of the sky: what a counts spectrum is."""

from __future__ import annotations

from typing import Any, Self

import astropy.units as u
import numpy as np

from gammapy.errors import DataError
from gammapy.maps.arithmetic import MapArithmetic
from gammapy.maps.axis import MapAxes, MapAxis
from gammapy.maps.time_axis import TimeMapAxis
from gammapy.units import as_quantity, parse_unit

__all__ = ["RegionGeom", "RegionNDMap"]


class RegionGeom:
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


class RegionNDMap(MapArithmetic):
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

    _sealed = False

    def __init__(self, geom: RegionGeom, data: Any = None, unit: Any = "") -> None:
        self.geom = geom
        self.unit = parse_unit(unit)
        self.data = np.zeros(geom.data_shape) if data is None else data

    @classmethod
    def create(
        cls, region: Any = None, axes: Any = (), unit: Any = "", data: Any = None
    ) -> RegionNDMap:
        """Map on a region and axes; of zeros, unless there are data."""
        return cls(RegionGeom(axes, region), data, unit)

    @classmethod
    def from_geom(cls, geom: RegionGeom, data: Any = None, unit: Any = "") -> RegionNDMap:
        """Map on a geometry."""
        return cls(geom, data, unit)

    @property
    def data(self) -> np.ndarray:
        """Array of ``geom.data_shape``."""
        return self._data

    @data.setter
    def data(self, data: Any) -> None:
        array = np.asarray(data)
        shape = self.geom.data_shape
        if array.size != np.prod(shape) and array.ndim:
            raise DataError(
                f"data of shape {array.shape} do not fit {self.geom!r}: {shape} is needed"
            )
        self._data = array.reshape(shape) if array.ndim else np.full(shape, array)

    @property
    def quantity(self) -> u.Quantity:
        """Data with unit."""
        return u.Quantity(self.data, self.unit, copy=False)

    @quantity.setter
    def quantity(self, quantity: u.Quantity) -> None:
        quantity = u.Quantity(quantity)
        self.data = quantity.value
        self.unit = quantity.unit

    @property
    def values(self) -> np.ndarray:
        """Data without the two axes of the single pixel."""
        return self.data[..., 0, 0]

    # -- arithmetic -----------------------------------------------------------------------

    def with_data(self, data: np.ndarray, unit: Any) -> Self:
        """Map of the same geometry."""
        return type(self)(self.geom, data, unit)

    def is_like(self, other: Any) -> bool:
        """True if the other is a map on the same axes."""
        return isinstance(other, RegionNDMap) and list(self.geom.axes) == list(other.geom.axes)

    # -- copies ---------------------------------------------------------------------------

    def copy(self) -> Self:
        """Copy that can be changed."""
        return type(self)(self.geom, np.array(self.data), self.unit)

    def read_only(self) -> Self:
        """The map with its own data; nothing of it can be changed, in place or by assignment."""
        new = type(self)(self.geom, np.array(self.data), self.unit)
        new._seal()
        return new

    def _seal(self) -> None:
        self._data.flags.writeable = False
        self._sealed = True

    def __setattr__(self, name: str, value: Any) -> None:
        if self._sealed:
            raise DataError(
                f"{name} of this map cannot be changed, because a dataset relies on it: assign a "
                "new map to the dataset"
            )
        super().__setattr__(name, value)

    def __setstate__(self, state: dict[str, Any]) -> None:
        self.__dict__.update(state)
        if self._sealed:
            self._data.flags.writeable = False  # a copied array forgets it

    def __repr__(self) -> str:
        return f"RegionNDMap({self.geom!r}, unit={str(self.unit)!r}, dtype={self.data.dtype})"
