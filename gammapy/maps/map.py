"""Map: numbers with a unit in the pixels of a geometry, whatever its kind."""

from __future__ import annotations

import os
from abc import abstractmethod
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, ClassVar, Self

import astropy.units as u
import numpy as np

from gammapy.dispatch import find
from gammapy.errors import DataError, OptionError, UnitMismatchError
from gammapy.maps.along_axes import AlongAxes
from gammapy.maps.geometry_base import Geometry
from gammapy.units import parse_unit

__all__ = ["Map"]


class Map(AlongAxes):
    """Base of all maps, and the door to them: `create`, `from_geom` and `read` find the kind."""

    _kinds: ClassVar[dict[str, type[Map]]] = {}
    #: class of the geometries of a kind of maps
    _geometry: ClassVar[type[Geometry]]
    _sealed = False

    geom: Any
    meta: dict[str, Any]

    def __init_subclass__(
        cls, kind: str = "", geometry: type[Geometry] = Geometry, **kwargs: Any
    ) -> None:
        super().__init_subclass__(**kwargs)
        if kind:
            cls._kinds[kind] = cls
            cls._geometry = geometry

    def _set_up(self, geom: Any, data: Any, dtype: Any, meta: Any, unit: Any) -> None:
        if not isinstance(geom, self._geometry):
            raise DataError(
                f"geom = {geom!r} is not a {self._geometry.__name__}, which a "
                f"{type(self).__name__} needs: use Map.from_geom for any geometry"
            )
        self.geom = geom
        self.meta = dict(meta or {})
        self.unit = parse_unit(unit)
        if isinstance(data, u.Quantity):
            if unit is None or str(unit) == "":
                self.unit = data.unit
            data = _converted(data, self.unit).value
        self.data = np.zeros(geom.data_shape, dtype) if data is None else data

    # -- the kinds ------------------------------------------------------------------------

    @staticmethod
    def create(map_type: str = "wcs", **kwargs: Any) -> Any:
        """Map of zeros on a new geometry.

        Parameters
        ----------
        map_type : {"wcs", "region"}
            A ``region`` among the arguments means the latter.
        **kwargs
            Those of `WcsGeom.create` (``binsz`` is 0.1 deg by default) or `RegionGeom.create`, and
            ``dtype``, ``meta``, ``unit`` of the map.
        """
        kind = "region" if "region" in kwargs else map_type
        return _kind(kind, "map_type", kwargs).create(**kwargs)

    @staticmethod
    def from_geom(
        geom: Any, meta: Any = None, data: Any = None, unit: Any = "", dtype: Any = "float64"
    ) -> Any:
        """Map on a geometry; of zeros, unless there are data.

        Parameters
        ----------
        geom : `WcsGeom` or `RegionGeom`
        meta : dict, optional
        data : array_like or `~astropy.units.Quantity`, optional
            One that broadcasts to ``geom.data_shape``.
        unit : str or `~astropy.units.Unit`
            By default that of the data.
        dtype : str or `numpy.dtype`
            Of the zeros.
        """
        for kind in Map._kinds.values():
            if isinstance(geom, kind._geometry):
                new = kind.__new__(kind)
                new._set_up(geom, data, dtype, meta, unit)
                return new
        raise DataError(f"geom = {geom!r} is no geometry of a map: use WcsGeom or RegionGeom")

    @staticmethod
    def read(
        filename: str | os.PathLike[str],
        hdu: str | int | None = None,
        hdu_bands: str | None = None,
        map_type: str = "auto",
        format: str | None = None,
    ) -> Any:
        """Map of a FITS file.

        Parameters
        ----------
        filename : str or path
            With ``$VARIABLES`` replaced; ``map.fits[EXTNAME]`` names an extension, as ``hdu`` does.
        hdu : str or int, optional
            Extension with the image, by default the first that is one.
        hdu_bands : str, optional
            Extension with the axes, by default as the header of the image says, else one that is
            called ``<hdu>_BANDS``, ``EBOUNDS`` or ``ENERGIES``.
        map_type : {"auto", "wcs", "region"}
            By default an image, or where there is none, or ``hdu`` names one, a table on a region.
        format : {"gadf", "fgst-ccube", "fgst-template"}, optional
            By default found from the file.

        Raises
        ------
        MissingFileError
            If there is no such file.
        FileFormatError
            If it is damaged, or has no image of the sky.
        """
        return find("Map", "read", "fits")(filename, hdu, hdu_bands, map_type, format)

    @staticmethod
    def from_hdulist(
        hdulist: Any,
        hdu: str | int | None = None,
        hdu_bands: str | None = None,
        map_type: str = "auto",
        format: str | None = None,
    ) -> Any:
        """Map of an open FITS file; as `read`."""
        return find("Map", "from", "hdulist")(hdulist, hdu, hdu_bands, map_type, format)

    def write(
        self, filename: str | os.PathLike[str], overwrite: bool = False, **kwargs: Any
    ) -> None:
        """Write a FITS file, whole or not at all; ``.gz`` compresses it.

        Parameters
        ----------
        filename : str or path
        overwrite : bool
        **kwargs
            Those of ``to_hdulist``.

        Raises
        ------
        OverwriteError
            If the file exists and ``overwrite`` is not set.
        """
        find("Map", "write", "fits")(self, filename, overwrite, **kwargs)

    # -- the numbers ----------------------------------------------------------------------

    @property
    def data(self) -> np.ndarray:
        """Array of ``geom.data_shape``."""
        return self._data

    @data.setter
    def data(self, data: Any) -> None:
        self._data = self._fitted(np.asarray(data))

    @abstractmethod
    def _fitted(self, array: np.ndarray) -> np.ndarray:
        """An array in the shape of the data, or an error."""

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
    def is_mask(self) -> bool:
        """True if the data are True and False."""
        return self.data.dtype == bool

    def to_unit(self, unit: Any) -> Self:
        """The same in another unit.

        Raises
        ------
        UnitMismatchError
            If the unit does not convert.
        """
        quantity = _converted(self.quantity, parse_unit(unit))
        return self.with_data(quantity.value, quantity.unit)

    # -- planes ---------------------------------------------------------------------------

    def sum_over_axes(
        self, axes_names: Iterable[str] | None = None, keepdims: bool = True, weights: Any = None
    ) -> Self:
        """Sum over axes, by default over all but those on the sky.

        Parameters
        ----------
        axes_names : list of str, optional
        keepdims : bool
            True to keep each axis as a single bin.
        weights : `Map`, optional
            On the data.
        """
        return self.reduce_over_axes(np.add, keepdims, axes_names, weights)

    def reduce_over_axes(
        self,
        func: np.ufunc = np.add,
        keepdims: bool = False,
        axes_names: Iterable[str] | None = None,
        weights: Any = None,
    ) -> Self:
        """Combine the bins of axes by a function of NumPy, like ``numpy.add`` or ``logical_or``."""
        weighted = self if weights is None else self * weights
        names = self.geom.axes.names if axes_names is None else list(axes_names)
        geom = self.geom
        for name in names:
            geom = geom.squash(name) if keepdims else geom.drop(name)
        where = tuple(self._dimension(name) for name in names)
        data = func.reduce(weighted.data, axis=where, keepdims=keepdims) if names else self.data
        return self._on(geom, np.array(data), weighted.unit)

    def slice_by_idx(self, slices: Mapping[str, Any]) -> Self:
        """Some bins of axes by name: a `slice` of them, or a number, which drops the axis.

        The data are a view.
        """
        geom = self.geom.slice_by_idx(slices)
        where: list[Any] = [slice(None)] * self.data.ndim
        for name, wanted in slices.items():
            where[self._dimension(name)] = wanted
        return self._on(geom, self.data[tuple(where)], self.unit)

    def get_image_by_idx(self, idx: Any) -> Self:
        """One plane, by its index on each axis: a tuple in their order, or a mapping."""
        names = self.geom.axes.names
        wanted = dict(idx) if isinstance(idx, Mapping) else dict(zip(names, idx, strict=False))
        n_given = len(wanted) if isinstance(idx, Mapping) else len(idx)
        if n_given != len(names) or set(wanted) != set(names):
            raise DataError(f"idx = {idx!r}: one index is needed for each of the axes {names}")
        return self.slice_by_idx(wanted)

    def iter_by_image(self, keepdims: bool = False) -> Iterator[Self]:
        """One plane after the other; with ``keepdims`` each as a map with axes of one bin."""
        for idx in np.ndindex(*(axis.nbin for axis in reversed(self.geom.axes))):
            of_axes = dict(zip(self.geom.axes.names, map(int, reversed(idx)), strict=True))
            if keepdims:
                of_axes = {name: slice(i, i + 1) for name, i in of_axes.items()}
            yield self.slice_by_idx(of_axes)

    def rename_axes(self, names: Any, new_names: Any) -> Self:
        """The same data under other names of axes."""
        return self._on(self.geom.rename_axes(names, new_names), self.data, self.unit)

    def _dimension(self, axis_name: str) -> int:
        """Dimension of the data that belongs to an axis."""
        axes = self.geom.axes
        axes[axis_name]  # refuses an unknown name
        return len(axes) - 1 - axes.names.index(axis_name)

    def _on(self, geom: Any, data: np.ndarray, unit: Any) -> Self:
        new = type(self).__new__(type(self))
        new._set_up(geom, data, None, self.meta, unit)
        return new

    # -- arithmetic and comparison --------------------------------------------------------

    def with_data(self, data: np.ndarray, unit: Any) -> Self:
        """Map of the same geometry."""
        return self._on(self.geom, data, unit)

    def is_allclose(
        self, other: Any, rtol_axes: float = 1e-3, atol_axes: float = 1e-6, **kwargs: Any
    ) -> bool:
        """True if the other has the same geometry, and the same data within tolerances.

        Parameters
        ----------
        other : `Map`
        rtol_axes : float
            For the edges of the axes.
        atol_axes : float
            Not used; edges are compared relatively.
        **kwargs
            For `numpy.allclose`.
        """
        if not isinstance(other, type(self)) or self.data.shape != other.data.shape:
            return False
        if not self.geom.is_allclose(other.geom, rtol_axes=rtol_axes):
            return False
        if not self.unit.is_equivalent(other.unit):
            return False
        return bool(np.allclose(self.data, other.quantity.to_value(self.unit), **kwargs))

    # -- copies ---------------------------------------------------------------------------

    def copy(self, **changes: Any) -> Self:
        """Copy that can be changed, with ``geom``, ``data``, ``unit`` or ``meta`` replaced."""
        unknown = set(changes) - {"geom", "data", "unit", "meta"}
        if unknown:
            raise OptionError(
                f"copy of a map: {sorted(unknown)} cannot be replaced, only geom, data, unit, meta"
            )
        data = changes.get("data", self.data)
        unit = changes.get("unit", data.unit if isinstance(data, u.Quantity) else self.unit)
        new = type(self).__new__(type(self))
        meta = changes.get("meta", self.meta)
        new._set_up(changes.get("geom", self.geom), _copied(data), None, meta, unit)
        return new

    def read_only(self) -> Self:
        """The map with its own data; nothing of it can be changed, in place or by assignment."""
        new = self.copy()
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
        unit = str(self.unit)
        return f"{type(self).__name__}({self.geom!r}, unit={unit!r}, dtype={self.data.dtype})"


def _kind(name: str, argument: str, kwargs: Any) -> Any:
    if name not in Map._kinds:
        known = ", ".join(repr(kind) for kind in Map._kinds)
        raise OptionError(f"{argument} = {name!r} is not known: choose one of {known}")
    return Map._kinds[name]


def _copied(data: Any) -> Any:
    return u.Quantity(data, copy=True) if isinstance(data, u.Quantity) else np.array(data)


def _converted(quantity: u.Quantity, unit: u.UnitBase) -> u.Quantity:
    try:
        return quantity.to(unit)
    except u.UnitConversionError:
        raise UnitMismatchError(
            f"data of a map in {str(quantity.unit)!r} do not convert to unit = {str(unit)!r}: "
            "leave the unit out to keep that of the data"
        ) from None
