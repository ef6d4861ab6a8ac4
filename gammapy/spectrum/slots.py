"""The door for the maps of a spectrum dataset: checked once, then frozen.

A `MapSlot` is an attribute that holds a `RegionNDMap`. What is assigned is checked and
kept as a read-only copy, so a compiled likelihood can rely on it; to change data, assign a new map.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from gammapy.errors import DataError
from gammapy.irf.edisp import EDispKernel
from gammapy.maps.axis import MapAxis
from gammapy.maps.region import RegionGeom, RegionNDMap
from gammapy.units import parse_unit, strip

__all__ = ["EDispSlot", "MapSlot"]


class _Slot:
    """Attribute whose value is checked on the way in; a change raises the dataset's revision."""

    def __set_name__(self, owner: type, name: str) -> None:
        self.name = name

    def __get__(self, dataset: Any, owner: type | None = None) -> Any:
        return self if dataset is None else dataset.slots.get(self.name)

    def __set__(self, dataset: Any, value: Any) -> None:
        checked = None if value is None else self.checked(dataset, value)
        dataset.slots[self.name] = checked
        dataset.revision += 1

    def checked(self, dataset: Any, value: Any) -> Any:
        raise NotImplementedError

    def same_axis(self, dataset: Any, axis: MapAxis) -> None:
        """Refuse an axis that differs from the one of the same name that is there already."""
        known = dataset.axes_without(self.name).get(axis.name)
        if known is not None and not known.is_allclose(axis, rtol=1e-5):
            raise DataError(
                f"{dataset.name}: {self.name} has the axis {axis!r}, but the other data have "
                f"{known!r}: rebin one of them"
            )


class MapSlot(_Slot):
    """Map over one energy axis.

    Parameters
    ----------
    axis : {"energy", "energy_true"}
    unit : str
        The data must convert to it.
    boolean : bool
        True for masks.
    scalar : bool
        True if a plain number may be given for all bins.
    """

    def __init__(
        self, axis: str = "energy", unit: str = "", boolean: bool = False, scalar: bool = False
    ) -> None:
        self.axis = axis
        self.unit = parse_unit(unit)
        self.boolean = boolean
        self.scalar = scalar

    def checked(self, dataset: Any, value: Any) -> RegionNDMap:
        """Read-only copy of a map that is fit for the dataset."""
        if self.scalar and not isinstance(value, RegionNDMap):
            value = self._filled(dataset, value)
        if not isinstance(value, RegionNDMap):
            raise DataError(
                f"{dataset.name}: {self.name} = {type(value).__name__} is not a RegionNDMap: wrap "
                f"an array as RegionNDMap(RegionGeom([axis]), data)"
            )
        if value.geom.axes.names != [self.axis]:
            raise DataError(
                f"{dataset.name}: {self.name} has axes {value.geom.axes.names}, [{self.axis!r}] "
                "is needed"
            )
        self.same_axis(dataset, value.geom.axes[0])
        if self.boolean:
            return self._mask(dataset, value)
        if not value.unit.is_equivalent(self.unit):
            raise DataError(
                f"{dataset.name}: {self.name} in {str(value.unit)!r} does not convert to "
                f"{str(self.unit)!r}"
            )
        self._check_numbers(dataset, value)
        return value.read_only()

    def _filled(self, dataset: Any, value: Any) -> RegionNDMap:
        axis = dataset.axes.get(self.axis)
        if axis is None:
            raise DataError(
                f"{dataset.name}: set counts before {self.name} = {value!r}, so that the energy "
                "axis is known"
            )
        number = strip(value, f"{dataset.name}: {self.name}", self.unit)
        return RegionNDMap(RegionGeom([axis]), number)

    def _mask(self, dataset: Any, value: RegionNDMap) -> RegionNDMap:
        if value.data.dtype != bool:
            raise DataError(f"{dataset.name}: {self.name} holds {value.data.dtype}, not booleans")
        return value.read_only()

    def _check_numbers(self, dataset: Any, value: RegionNDMap) -> None:
        bad = ~np.isfinite(value.data) | (value.data < 0)
        if bad.any():
            where = np.flatnonzero(bad.ravel())
            raise DataError(
                f"{dataset.name}: {self.name} is {value.data.ravel()[where[0]]} in bin {where[0]} "
                f"({len(where)} bad bins): numbers must be finite and not negative; replace them "
                "by 0 and mask these bins"
            )


class EDispSlot(_Slot):
    """Energy dispersion between the axes of the dataset."""

    def checked(self, dataset: Any, value: Any) -> EDispKernel:
        """The kernel, if it is one and fits."""
        if not isinstance(value, EDispKernel):
            raise DataError(
                f"{dataset.name}: {self.name} = {type(value).__name__} is not an EDispKernel"
            )
        for axis in value.axes:
            self.same_axis(dataset, axis)
        return value
