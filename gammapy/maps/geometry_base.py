"""Geometry: what all geometries of maps have, the axes over their place on the sky."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping
from typing import Any, Self

import numpy as np

from gammapy.errors import DataError
from gammapy.maps.axes import MapAxes
from gammapy.maps.axis_changes import pixel_index

__all__ = ["Geometry", "for_each_axis"]


class Geometry(ABC):
    """Geometry of a map: a place on the sky under axes."""

    axes: MapAxes

    @property
    @abstractmethod
    def data_shape(self) -> tuple[int, ...]:
        """Shape of the data: last axis first, latitude and longitude last."""

    @abstractmethod
    def with_axes(self, axes: Any) -> Self:
        """The same place under other axes."""

    @property
    def ndim(self) -> int:
        """Number of axes, longitude and latitude included."""
        return 2 + len(self.axes)

    @property
    def axes_names(self) -> list[str]:
        """Names of all axes, ``lon`` and ``lat`` first."""
        return ["lon", "lat", *self.axes.names]

    @property
    def has_energy_axis(self) -> bool:
        """True if there is an axis of energies, true or reconstructed."""
        return bool({"energy", "energy_true"} & set(self.axes.names))

    #: True for a region of the sky, one pixel
    is_region = False
    #: True for the pixels of HEALPix, which are not supported
    is_hpx = False

    @property
    def wraps(self) -> bool:
        """True if the picture goes once around the sky, so that its sides are neighbours."""
        return False

    @property
    def is_image(self) -> bool:
        """True if there are no axes but longitude and latitude."""
        return not len(self.axes)

    @property
    def data_shape_axes(self) -> tuple[int, ...]:
        """Shape of the data of the axes, with one pixel of the sky."""
        return (*(axis.nbin for axis in reversed(self.axes)), 1, 1)

    @property
    def data_shape_image(self) -> tuple[int, ...]:
        """Shape of the data of one plane, with axes of length 1."""
        return (*(1 for _ in self.axes), *self.data_shape[-2:])

    @property
    def as_energy_true(self) -> Self:
        """The same with the axis of energies as one of true energies."""
        return self.rename_axes("energy", "energy_true")

    # -- pixels ---------------------------------------------------------------------------

    def pix_to_idx(self, pix: Any, clip: bool = False) -> tuple[np.ndarray, ...]:
        """Indices of the pixels that hold pixel coordinates, -1 outside.

        Parameters
        ----------
        pix : tuple of array_like
            In the order of `axes_names`.
        clip : bool
            True for the nearest bins of the axes instead of -1; not so on the sky.

        Raises
        ------
        DataError
            If there is not one array for each axis.
        """
        sizes = self.data_shape[::-1]
        places = for_each_axis(pix, self, "pix")
        clips = [clip and i > 1 for i in range(self.ndim)]
        return tuple(map(pixel_index, places, sizes, clips))

    # -- other geometries from it ---------------------------------------------------------

    def to_image(self) -> Self:
        """The celestial axes alone."""
        return self.with_axes(())

    def to_cube(self, axes: Any) -> Self:
        """The same with further axes behind those that it has."""
        return self.with_axes([*self.axes, *axes])

    def replace_axis(self, axis: Any) -> Self:
        """With another axis in the place of that of its name."""
        return self.with_axes(self.axes.replace(axis))

    def resample_axis(self, axis: Any) -> Self:
        """With the bins of one axis taken together in those of another of its name."""
        return self.with_axes(self.axes.resample(axis))

    def squash(self, axis_name: str) -> Self:
        """One axis as a single bin."""
        return self.with_axes(self.axes.squash(axis_name))

    def drop(self, axis_name: str) -> Self:
        """The same without an axis."""
        return self.with_axes(self.axes.drop(axis_name))

    def rename_axes(self, names: Any, new_names: Any) -> Self:
        """The same with other names of axes: one, or as many as there are old ones."""
        return self.with_axes(self.axes.rename_axes(names, new_names))

    def slice_by_idx(self, slices: Mapping[str, Any]) -> Self:
        """Some bins of axes by name: a `slice` of them, or a number, which drops the axis."""
        return self.with_axes(self.axes.slice_by_idx(slices))


def for_each_axis(values: Any, geom: Geometry, name: str) -> tuple[Any, ...]:
    """The values as a tuple, if there is one for each axis of a geometry.

    Parameters
    ----------
    values : iterable
    geom : `Geometry`
    name : str
        For the message.

    Raises
    ------
    DataError
        If there are more or fewer.
    """
    values = tuple(values)
    if len(values) != geom.ndim:
        raise DataError(
            f"{name} has {len(values)} entries: one is needed for each of {geom.axes_names}"
        )
    return values
