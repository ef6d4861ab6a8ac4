"""Parts of a map of the sky, and maps put together from them."""

from __future__ import annotations

from typing import Any, Self

import numpy as np

from gammapy.errors import DataError, OptionError
from gammapy.maps.addition import add_in_place, addend
from gammapy.maps.map import Map

__all__ = ["Stacking"]

_MODES = ("constant", "edge")


class Stacking(Map):
    """Cutting and adding of maps that share their pixels; no place on the sky is computed for it.

    Around the whole sky a part may lie over the edge of the picture: it is taken from, and added
    to both ends.
    """

    def cutout(
        self,
        position: Any,
        width: Any,
        mode: str = "trim",
        odd_npix: bool = False,
        min_npix: int = 1,
    ) -> Self:
        """Part of the map about a position, with its own data.

        Parameters
        ----------
        position : `~astropy.coordinates.SkyCoord` or tuple of float
            Plain numbers are longitude and latitude in deg in the frame of the map.
        width : float, str, `~astropy.units.Quantity` or tuple of them
            Size, rounded to whole pixels; plain numbers are in deg.
        mode : {"trim", "partial", "strict"}
            Where the part goes over the edge: cut it off there, fill it with zeros, or raise an
            error.
        odd_npix : bool
            True for an odd number of pixels.
        min_npix : int
            At least so many.

        Raises
        ------
        DataError
            If the part is not on the map, or with "strict" not wholly.
        """
        return self.part(self.geom.cutout(position, width, mode, odd_npix, min_npix))

    def part(self, geom: Any) -> Self:
        """What the map has on pixels that are its own; zero where it has none.

        Parameters
        ----------
        geom : `WcsGeom`
            One that is aligned, like a cutout; its axes do not count.
        """
        data = np.zeros((*self.data.shape[:-2], *geom.data_shape[-2:]), dtype=self.data.dtype)
        for ours, theirs in self.geom.overlaps(geom):
            data[(..., *theirs)] = self.data[(..., *ours)]
        same = geom.axes is self.geom.axes
        return self._on(geom if same else geom.with_axes(self.geom.axes), data, self.unit)

    def stack(self, other: Any, weights: Any = None, nan_to_num: bool = True) -> None:
        """Add another map in place, on the pixels that both have; of masks any of both.

        Parameters
        ----------
        other : `WcsNDMap`
            With the same pixels where both have some, like a cutout, and the same axes.
        weights : `WcsNDMap` or array, optional
            On the data of the other, of its shape; a mask or numbers.
        nan_to_num : bool
            True to take nan of the other as 0.

        Raises
        ------
        DataError
            If pixels or axes are not the same.
        UnitMismatchError
            If the unit of the other does not convert.
        """
        geom = self.geom
        if not isinstance(other, type(self)) or not geom.axes.is_allclose(other.geom.axes):
            raise DataError(f"{other!r} cannot be stacked on {self!r}: the axes must be the same")
        add = None
        for ours, theirs in geom.overlaps(other.geom):
            if add is None:
                add = addend(self, other, weights, nan_to_num)
            add_in_place(self.data[(..., *ours)], add[(..., *theirs)])

    def coadd(self, map_in: Any, weights: Any = None) -> None:
        """Add another map in place; pixel by pixel if both share them, else by their centres.

        Parameters
        ----------
        map_in : `WcsNDMap`
        weights : `WcsNDMap`, optional
            On the data of the other.
        """
        if self.geom.is_aligned(map_in.geom) and self.geom.axes.is_allclose(map_in.geom.axes):
            self.stack(map_in, weights, nan_to_num=False)
            return
        weighted = map_in if weights is None else map_in._weighted(weights)
        values = addend(self, weighted, None, False)
        coords = map_in.geom.get_coord()
        there = np.isfinite(coords.lon.value)
        self.fill_by_coord(coords.apply_mask(there), values[there])  # type: ignore[attr-defined]

    # -- rims -----------------------------------------------------------------------------

    def crop(self, crop_width: Any) -> Self:
        """The map without a rim, of so many pixels along longitude and latitude."""
        return self.part(self.geom.crop(crop_width))

    def pad(
        self,
        pad_width: Any,
        axis_name: str | None = None,
        mode: str = "constant",
        cval: float = 0.0,
    ) -> Self:
        """The map with a rim of so many pixels, or bins at both ends of an axis.

        Parameters
        ----------
        pad_width : int or tuple of int
            Along longitude and latitude, or below and above on the axis.
        axis_name : str, optional
        mode : {"constant", "edge"}
            Fill with ``cval``, or the value of the nearest pixel.
        cval : float
        """
        if mode not in _MODES:
            raise OptionError(f"mode = {mode!r} is not known: choose one of {_MODES}")
        geom = self.geom.pad(pad_width, axis_name=axis_name)
        pair = (pad_width, pad_width) if np.ndim(pad_width) == 0 else tuple(pad_width)
        widths: list[tuple[Any, Any]] = [(0, 0)] * self.data.ndim
        if axis_name is not None:
            widths[self.geom.axes.index_data(axis_name)] = (pair[0], pair[1])
        else:
            widths[-2:] = [(pair[1], pair[1]), (pair[0], pair[0])]
        if mode == "constant":
            data = np.pad(self.data, widths, constant_values=cval)
        else:
            data = np.pad(self.data, widths, mode="edge")
        return self._on(geom, data, self.unit)
