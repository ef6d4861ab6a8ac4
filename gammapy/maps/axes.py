"""MapAxes: the axes of a map besides those on the sky, found by position or name."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

import numpy as np

from gammapy.errors import DataError, UnknownNameError

__all__ = ["MapAxes", "checked_index"]


class MapAxes(Sequence[Any]):
    """Axes of a map (`MapAxis`, `TimeMapAxis`), found by position or name."""

    def __init__(self, axes: Sequence[Any]) -> None:
        self._axes = tuple(axes)

    @property
    def names(self) -> list[str]:
        """Names of the axes."""
        return [axis.name for axis in self]

    @property
    def shape(self) -> tuple[int, ...]:
        """Numbers of bins, in the order of the axes."""
        return tuple(axis.nbin for axis in self)

    def squash(self, axis_name: str) -> MapAxes:
        """One axis as a single bin."""
        return self._changed(axis_name, lambda axis: axis.squash())

    def drop(self, axis_name: str) -> MapAxes:
        """Without one axis."""
        self[axis_name]  # refuses an unknown name
        return MapAxes([axis for axis in self if axis.name != axis_name])

    def rename_axes(self, names: Any, new_names: Any) -> MapAxes:
        """Axes of other names: of one, or of as many as there are old ones."""
        old, new = ([x] if isinstance(x, str) else list(x) for x in (names, new_names))
        if len(old) != len(new):
            raise DataError(f"names = {old} and new_names = {new} must be as many")
        changes = dict(zip(old, new, strict=True))
        for name in old:
            self[name]  # refuses an unknown name
        return MapAxes([axis.copy(name=changes.get(axis.name, axis.name)) for axis in self])

    def slice_by_idx(self, slices: Mapping[str, Any]) -> MapAxes:
        """Some bins of axes by name: a `slice` of them, or a number, which drops the axis."""
        axes = self
        for name, wanted in slices.items():
            if isinstance(wanted, slice):
                axes = axes._changed(name, _slicing(wanted))
            else:
                checked_index(wanted, axes[name])
                axes = axes.drop(name)
        return axes

    def downsample(self, factor: int, axis_name: str) -> MapAxes:
        """Each ``factor`` bins of one axis as one."""
        return self._changed(axis_name, lambda axis: axis.downsample(factor))

    def upsample(self, factor: int, axis_name: str) -> MapAxes:
        """Each bin of one axis cut into ``factor``."""
        return self._changed(axis_name, lambda axis: axis.upsample(factor))

    def pad(self, axis_name: str, pad_width: Any) -> MapAxes:
        """One axis with further bins at both ends."""
        return self._changed(axis_name, lambda axis: axis.pad(pad_width))

    def replace(self, axis: Any) -> MapAxes:
        """With another axis in the place of that of its name."""
        return self._changed(axis.name, lambda _: axis)

    def resample(self, axis: Any) -> MapAxes:
        """With the bins of one axis taken together in those of another of its name."""
        return self._changed(axis.name, lambda own: own.grouped(axis)[0])

    def index(self, axis_name: Any, *limits: int) -> int:
        """Position of an axis by its name."""
        if not isinstance(axis_name, str):
            return super().index(axis_name, *limits)
        self[axis_name]  # refuses an unknown name
        return self.names.index(axis_name)

    def index_data(self, axis_name: str) -> int:
        """Dimension of the data of a map that belongs to an axis."""
        return len(self) - 1 - self.index(axis_name)

    def is_allclose(self, other: Any, rtol: float = 1e-6) -> bool:
        """True if the others are the same axes within ``rtol``, in the same order."""
        pairs = zip(self, other, strict=False)
        return len(self) == len(other) and all(a.is_allclose(b, rtol=rtol) for a, b in pairs)

    def _changed(self, axis_name: str, change: Callable[[Any], Any]) -> MapAxes:
        self[axis_name]  # refuses an unknown name
        return MapAxes([change(axis) if axis.name == axis_name else axis for axis in self])

    def __len__(self) -> int:
        return len(self._axes)

    def __iter__(self) -> Iterator[Any]:
        return iter(self._axes)

    def __getitem__(self, key: Any) -> Any:
        if not isinstance(key, str):
            return self._axes[key]
        if key not in self.names:
            raise UnknownNameError(f"no axis {key!r}: known are {self.names}")
        return self._axes[self.names.index(key)]

    def __repr__(self) -> str:
        return f"MapAxes({', '.join(map(repr, self))})"


def _slicing(part: slice) -> Callable[[Any], Any]:
    return lambda axis: axis.slice(part)


def checked_index(index: Any, axis: Any) -> int:
    """Index from 0 of a bin of an axis; negative ones count from the end.

    Raises
    ------
    DataError
        If there is no such bin.
    """
    if not isinstance(index, (int, np.integer)) or not -axis.nbin <= index < axis.nbin:
        raise DataError(
            f"axis {axis.name!r}: index {index!r} must be a whole number below {axis.nbin}"
        )
    return int(index) % axis.nbin
