"""Geometry: what all geometries of maps have, the axes over their place on the sky."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping
from typing import Any, Self

from gammapy.maps.axes import MapAxes

__all__ = ["Geometry"]


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
