"""Values of a map at places, between them, and changes of them."""

from __future__ import annotations

from typing import Any, Self

import astropy.units as u
import numpy as np

from gammapy.engine.multilinear import SCALES, inside, multilinear, nearest
from gammapy.errors import DataError, OptionError
from gammapy.maps.geometry_base import for_each_axis
from gammapy.maps.map import Map
from gammapy.units import as_quantity

__all__ = ["Places"]

_METHODS = {"linear": "linear", 1: "linear", "nearest": "nearest", 0: "nearest"}


class Places(Map):
    """Values at places, of a map of which the geometry tells the pixels of places."""

    # -- planes by coordinates ------------------------------------------------------------

    def get_image_by_coord(self, coords: Any) -> Self:
        """The plane that holds coordinates: a mapping by name, or a tuple in the order of axes.

        Raises
        ------
        DataError
            If they are not on the axes.
        """
        names = self.geom.axes.names
        given = dict(coords) if hasattr(coords, "keys") else dict(zip(names, coords, strict=True))
        idx = {name: int(self.geom.axes[name].coord_to_idx(c)) for name, c in given.items()}
        outside = [name for name, i in idx.items() if i < 0]
        if outside:
            axis = self.geom.axes[outside[0]]
            raise DataError(f"{axis.name} = {given[axis.name]} is not on {axis!r}")
        return self.get_image_by_idx(idx)

    def get_image_by_pix(self, pix: Any) -> Self:
        """The plane nearest to pixel coordinates along the axes."""
        return self.get_image_by_idx(tuple(int(np.floor(p + 0.5)) for p in pix))

    # -- values at places -----------------------------------------------------------------

    def get_by_idx(self, idx: Any) -> np.ndarray:
        """Values [...] of pixels by index, longitude first.

        Raises
        ------
        DataError
            If one is not on the map.
        """
        return self.data[self._where(idx)]

    def get_by_pix(self, pix: Any, fill_value: float = np.nan) -> np.ndarray:
        """Values [...] of the pixels that hold pixel coordinates; as `get_by_coord`."""
        return self._found(self.geom.pix_to_idx(pix), fill_value)

    def get_by_coord(self, coords: Any, fill_value: float = np.nan) -> np.ndarray:
        """Values [...] of the pixels that hold places, in the unit of the map.

        Parameters
        ----------
        coords : `MapCoord`, mapping, tuple or `~astropy.coordinates.SkyCoord`
            See `MapCoord.create`; plain numbers are in deg and in the units of the axes.
        fill_value : float
            Outside of the map; a mask is False there.
        """
        return self._found(self.geom.coord_to_idx(coords), fill_value)

    def _found(self, idx: Any, fill_value: float) -> np.ndarray:
        idx = np.broadcast_arrays(*idx)
        outside = np.any(np.stack(idx) < 0, axis=0)
        found = self.data[tuple(np.where(outside, 0, i) for i in reversed(idx))]
        if self.is_mask:
            return found & ~outside
        return np.where(outside, fill_value, found) if outside.any() else found

    def interp_by_coord(
        self,
        coords: Any,
        method: Any = "linear",
        fill_value: float | None = None,
        values_scale: str = "lin",
        interp: Any = None,
    ) -> np.ndarray:
        """Values [...] between the pixels, in the unit of the map.

        They are linear between the centres of pixels and bins, and constant in the outer half of
        those at the edge. Outside of the map nothing is invented (a linear continuation, as
        elsewhere, easily leaves the range of the data by orders of magnitude): `fill_value` stands
        there, nan by default. Around the whole sky the last column is beside the first.

        Parameters
        ----------
        coords : `MapCoord`, mapping, tuple or `~astropy.coordinates.SkyCoord`
            See `MapCoord.create`; plain numbers are in deg and in the units of the axes.
        method : {"linear", "nearest", 1, 0}
        fill_value : float, optional
            Outside of the map; None is nan.
        values_scale : {"lin", "log", "sqrt"}
            Scale on which values are linear.
        interp : optional
            Older name of ``method``.

        Raises
        ------
        OptionError
            If the method or scale is not known.
        DataError
            If values are negative on a scale that cannot have them.
        """
        method = method if interp is None else interp
        pix = self.geom.coord_to_pix(coords)
        return self.interp_by_pix(pix, method, fill_value, values_scale)

    def interp_by_pix(
        self,
        pix: Any,
        method: Any = "linear",
        fill_value: float | None = None,
        values_scale: str = "lin",
    ) -> np.ndarray:
        """Values [...] at pixel coordinates, longitude first; as `interp_by_coord`."""
        linear = _method(method) == "linear"
        self._check_scale(values_scale)
        place = np.broadcast_arrays(*(np.asarray(p, dtype=float) for p in reversed(tuple(pix))))
        table = self.data
        good = inside(table.shape, place)
        spots = [np.where(good, p, 0.0) for p in place]
        if linear and self.geom.wraps:
            table = np.concatenate([table[..., -1:], table, table[..., :1]], axis=-1)
            spots[-1] = spots[-1] + 1.0
        found = multilinear(table, spots, values_scale) if linear else nearest(table, spots)
        return np.where(good, found, np.nan if fill_value is None else fill_value)

    def _check_scale(self, scale: str) -> None:
        if scale not in SCALES:
            raise OptionError(f"values_scale = {scale!r} is not known: choose one of {SCALES}")
        if scale != "lin" and np.any(self.data < 0):
            raise DataError(
                f"values_scale = {scale!r} cannot have negative values, and the map has "
                f"{np.sum(self.data < 0)}: use values_scale='lin'"
            )

    # -- changes in place -----------------------------------------------------------------

    def set_by_idx(self, idx: Any, vals: Any) -> None:
        """Give pixels values; raises as `get_by_idx`."""
        self.data[self._where(idx)] = self._plain(vals)

    def set_by_pix(self, pix: Any, vals: Any) -> None:
        """Give the pixels that hold pixel coordinates values; raises as `get_by_idx`."""
        self.set_by_idx(self.geom.pix_to_idx(pix), vals)

    def set_by_coord(self, coords: Any, vals: Any) -> None:
        """Give the pixels that hold places values; raises as `get_by_idx`."""
        self.set_by_idx(self.geom.coord_to_idx(coords), vals)

    def fill_by_idx(self, idx: Any, weights: Any = None) -> None:
        """Add one, or weights, to pixels; as often as they come. Index -1 counts nowhere."""
        idx = np.broadcast_arrays(*(np.atleast_1d(i) for i in for_each_axis(idx, self.geom, "idx")))
        there = np.all(np.stack(idx) >= 0, axis=0)
        add = np.ones(there.shape) if weights is None else self._plain(weights)
        add = np.broadcast_to(add, there.shape)[there]
        self.data[...] += self._histogram([i[there] for i in idx], add)

    def fill_by_pix(self, pix: Any, weights: Any = None) -> None:
        """Add to the pixels that hold pixel coordinates; those outside count nowhere."""
        self.fill_by_idx(self.geom.pix_to_idx(pix), weights)

    def fill_by_coord(self, coords: Any, weights: Any = None) -> None:
        """Add to the pixels that hold places; those outside of the map count nowhere.

        Parameters
        ----------
        coords : `MapCoord`, mapping, tuple or `~astropy.coordinates.SkyCoord`
        weights : array_like or `~astropy.units.Quantity` [...], optional
            By default 1; a quantity is converted to the unit of the map.
        """
        self.fill_by_idx(self.geom.coord_to_idx(coords), weights)

    def fill_events(self, events: Any, weights: Any = None) -> None:
        """Add to the pixels that hold events; those outside of the map count nowhere.

        Parameters
        ----------
        events : `~gammapy.data.EventList`
            Or what else has a method ``map_coord(geom)``.
        weights : array_like or `~astropy.units.Quantity` [n], optional
            By default 1.
        """
        self.fill_by_coord(events.map_coord(self.geom), weights)

    def _histogram(self, idx: list[np.ndarray], weights: np.ndarray) -> np.ndarray:
        shape = self.data.shape
        where = self._where(idx)
        flat = np.ravel_multi_index(where, shape)
        counts = np.bincount(flat, weights, minlength=self.data.size).reshape(shape)
        if self.data.dtype.kind == "f":
            return counts
        if np.any(weights != np.round(weights)):
            raise DataError(
                f"weights are not whole, as the data of type {self.data.dtype} must be: make the "
                "map with dtype=float"
            )
        return counts.astype(self.data.dtype)

    def _where(self, idx: Any) -> tuple[np.ndarray, ...]:
        """Index of the data, with the last axis first."""
        arrays = [np.asarray(i) for i in for_each_axis(idx, self.geom, "idx")]
        for name, index, size in zip(
            self.geom.axes_names, arrays, self.data.shape[::-1], strict=True
        ):
            if index.dtype.kind not in "iu" or np.any((index < 0) | (index >= size)):
                raise DataError(
                    f"index along {name!r}: whole numbers from 0 to {size - 1} are needed, got "
                    f"{np.array2string(index, threshold=6)}; -1 means outside of the map"
                )
        return tuple(reversed(np.broadcast_arrays(*arrays)))

    def _plain(self, values: Any) -> np.ndarray:
        """Numbers in the unit of the map; plain ones are taken to be."""
        if isinstance(values, u.Quantity):
            return as_quantity(values, "values", self.unit).to_value(self.unit)
        return np.asarray(values)


def _method(method: Any) -> str:
    if isinstance(method, bool) or method not in _METHODS:
        raise OptionError(
            f"method = {method!r} is not known: choose 'linear' or 'nearest' (1 or 0)"
        )
    return _METHODS[method]
