"""Maps along their axes: sums, integrals, groups and pieces of bins."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Iterator, Sequence
from typing import Any, Self

import astropy.units as u
import numpy as np

from gammapy.errors import DataError
from gammapy.maps.arithmetic import MapArithmetic
from gammapy.maps.axis import MapAxis

__all__ = ["AlongAxes"]


class AlongAxes(MapArithmetic):
    """What is done along the axes of a map, whatever there is on the sky."""

    geom: Any
    unit: Any
    meta: dict[str, Any]

    @property
    @abstractmethod
    def is_mask(self) -> bool:
        """True if the data are True and False."""

    @abstractmethod
    def _on(self, geom: Any, data: np.ndarray, unit: Any) -> Self:
        """Map of another geometry."""

    @abstractmethod
    def reduce_over_axes(
        self,
        func: np.ufunc = np.add,
        keepdims: bool = False,
        axes_names: Any = None,
        weights: Any = None,
    ) -> Self:
        """Combine the bins of axes by a function of NumPy."""

    @abstractmethod
    def slice_by_idx(self, slices: Any) -> Self:
        """Some bins of axes by name."""

    def reduce(
        self,
        axis_name: str,
        func: np.ufunc = np.add,
        keepdims: bool = False,
        weights: Any = None,
    ) -> Self:
        """Combine the bins of one axis; see `reduce_over_axes`."""
        return self.reduce_over_axes(func, keepdims, [axis_name], weights)

    # -- integrals ------------------------------------------------------------------------

    def cumsum(self, axis_name: str) -> Self:
        """Integral from the start of an axis to each of its edges.

        Returns
        -------
        cumsum : `Map`
            On the edges as nodes of the axis, one more than there are bins, in the unit of the map
            times that of the axis. The first is 0.
        """
        axis = self.geom.axes[axis_name]
        at = self.geom.axes.index_data(axis_name)
        widths = axis.bin_width.value.reshape([-1 if k == at else 1 for k in range(self.data.ndim)])
        sums = np.cumsum(self.data * widths, axis=at)
        data = np.concatenate([np.zeros_like(sums.take([0], axis=at)), sums], axis=at)
        nodes = MapAxis.from_nodes(axis.edges, interp=axis.interp, name=axis.name)
        return self._on(self.geom.replace_axis(nodes), data, self.unit * axis.unit)

    def integral(self, axis_name: str, coords: Any, **kwargs: Any) -> u.Quantity:
        """Integral [...] from the start of an axis to coordinates.

        Parameters
        ----------
        axis_name : str
        coords : `MapCoord`, mapping, tuple
            See `MapCoord.create`; between the edges the integral is linear on the scale of the
            axis.
        **kwargs
            Those of ``interp_by_coord``.
        """
        total: Any = self.cumsum(axis_name)
        return u.Quantity(total.interp_by_coord(coords, **kwargs), total.unit)

    def normalize(self, axis_name: str) -> None:
        """Divide the map, in place, by its integral along an axis; where that is 0 it stays 0."""
        at = self.geom.axes.index_data(axis_name)
        total = self.cumsum(axis_name)
        whole = total.data.take([-1], axis=at)
        unit = self.unit / total.unit
        self.data = self.data / np.where(whole == 0, 1.0, whole)
        self.unit = unit

    # -- groups ---------------------------------------------------------------------------

    def resample_axis(self, axis: Any, weights: Any = None, ufunc: np.ufunc = np.add) -> Self:
        """Bins of an axis taken together in those of another one of its name.

        Parameters
        ----------
        axis : `MapAxis`
            Its edges are moved to the nearest ones of the map; the result has those.
        weights : `Map`, optional
            On the data before.
        ufunc : `numpy.ufunc`
            ``numpy.add``, ``logical_or``, ...

        Raises
        ------
        DataError
            If a new bin holds none of the old ones.
        """
        weighted = self if weights is None else self._weighted(weights)
        grouped, starts = self.geom.axes[axis.name].grouped(axis)
        at = self.geom.axes.index_data(axis.name)
        held = weighted.data.take(np.arange(starts[0], starts[-1]), axis=at)
        data = ufunc.reduceat(held, starts[:-1] - starts[0], axis=at)
        return self._on(self.geom.replace_axis(grouped), data, self.unit)

    def _weighted(self, weights: Any) -> Self:
        data = getattr(weights, "data", weights)
        return self._on(self.geom, self.data * np.asarray(data), self.unit)

    def _coarser_axis(self, factor: int, axis_name: str, mean: bool) -> Self:
        """Each ``factor`` bins of an axis as one: their sum or mean; all of them, of a mask."""
        geom = self.geom.downsample(factor, axis_name=axis_name)
        at = self.geom.axes.index_data(axis_name)
        shape = list(self.data.shape)
        shape[at : at + 1] = [shape[at] // factor, factor]
        parts = self.data.reshape(shape)
        combine = np.all if self.is_mask else (np.nanmean if mean else np.nansum)
        return self._on(geom, combine(parts, axis=at + 1), self.unit)

    def _finer_axis(self, factor: int, axis_name: str, order: int, share: bool) -> Self:
        """Each bin of an axis cut into ``factor``, with the same value or its share."""
        geom = self.geom.upsample(factor, axis_name=axis_name)
        at = self.geom.axes.index_data(axis_name)
        check_order(order)
        share = share and not self.is_mask
        shape = [-1 if k == at else 1 for k in range(self.data.ndim)]
        data = self.data
        if share:
            data = data / self.geom.axes[axis_name].bin_width.value.reshape(shape)
        if order == 0 or self.is_mask:
            data = np.repeat(data, factor, axis=at)
        else:
            data = linear_parts(data, factor, at)
        if share:
            data = data * geom.axes[axis_name].bin_width.value.reshape(shape)
        return self._on(geom, data, self.unit)

    # -- pieces ---------------------------------------------------------------------------

    def iter_by_axis(self, axis_name: str, keepdims: bool = False) -> Iterator[Self]:
        """The map of one bin of an axis after the other; with ``keepdims`` it keeps the axis."""
        for i in range(self.geom.axes[axis_name].nbin):
            yield self.slice_by_idx({axis_name: slice(i, i + 1) if keepdims else i})

    def split_by_axis(self, axis_name: str) -> list[Self]:
        """The maps of all bins of an axis, without it."""
        return list(self.iter_by_axis(axis_name))

    def iter_by_image_data(self) -> Iterator[tuple[np.ndarray, tuple[int, ...]]]:
        """The data of one plane after the other, and its index in the data."""
        for idx in np.ndindex(self.data.shape[:-2]):
            yield self.data[idx], idx

    def iter_by_image_index(self) -> Iterator[tuple[int, ...]]:
        """The index in the data of one plane after the other."""
        yield from np.ndindex(self.data.shape[:-2])

    def reorder_axes(self, axes_names: Sequence[str]) -> Self:
        """The same with the axes in another order.

        Raises
        ------
        DataError
            If the names are not those of all axes.
        """
        axes = self.geom.axes
        if sorted(axes_names) != sorted(axes.names):
            raise DataError(f"axes_names = {list(axes_names)} must be {axes.names} in some order")
        order = [axes.index_data(name) for name in reversed(list(axes_names))]
        data = self.data.transpose([*order, self.data.ndim - 2, self.data.ndim - 1])
        return self._on(self.geom.with_axes([axes[n] for n in axes_names]), data, self.unit)

    def to_cube(self, axes: Any) -> Self:
        """The same under further axes, each of a single bin."""
        geom = self.geom.to_cube(axes)
        if any(axis.nbin != 1 for axis in axes):
            raise DataError(f"axes = {list(axes)!r} must have a single bin each: see from_stack")
        return self._on(geom, self.data.reshape(geom.data_shape), self.unit)

    @staticmethod
    def from_stack(maps: Sequence[Any], axis: Any = None, axis_name: str | None = None) -> Any:
        """Maps as the planes of one.

        Parameters
        ----------
        maps : list of `Map`
            Of one geometry, besides the axis.
        axis : `MapAxis`, optional
            A new axis, with as many bins as there are maps.
        axis_name : str, optional
            An axis that the maps have and that goes on from one to the next, in place of ``axis``.

        Raises
        ------
        DataError
            If the maps do not fit to each other or to the axis.
        """
        if not len(maps) or (axis is None) == (axis_name is None):
            raise DataError("from_stack: at least one map, and either axis or axis_name are needed")
        first = maps[0]
        if axis is not None:
            if axis.nbin != len(maps) or not all(first.is_like(m) for m in maps):
                raise DataError(
                    f"from_stack: {len(maps)} maps of one geometry are needed for {axis!r}"
                )
            data = np.stack([m.quantity.to_value(first.unit) for m in maps])
            return first._on(first.geom.to_cube([axis]), data, first.unit)
        joined = MapAxis.from_stack([m.geom.axes[axis_name] for m in maps])
        geom = first.geom.replace_axis(joined)
        others = [m.geom.drop(axis_name) for m in maps]
        if not all(others[0].is_allclose(other) for other in others):
            raise DataError(f"from_stack: the maps must differ in the axis {axis_name!r} only")
        at = first.geom.axes.index_data(axis_name)
        data = np.concatenate([m.quantity.to_value(first.unit) for m in maps], axis=at)
        return first._on(geom, data, first.unit)


def check_order(order: int) -> None:
    """Refuse an order of interpolation that is not known."""
    if order not in (0, 1) or isinstance(order, bool):
        raise DataError(f"order = {order!r} must be 0, for steps, or 1, for straight lines")


def linear_parts(data: np.ndarray, factor: int, at: int) -> np.ndarray:
    """Values at the middles of ``factor`` parts of the cells along a dimension.

    They are linear between the middles of the cells and constant beyond those at the ends.
    """
    n = data.shape[at]
    place = np.clip((np.arange(n * factor) + 0.5) / factor - 0.5, 0, n - 1)
    low = np.minimum(place.astype(int), max(n - 2, 0))
    high = np.minimum(low + 1, n - 1)
    share = (place - low).reshape([-1 if k == at else 1 for k in range(data.ndim)])
    return data.take(low, axis=at) * (1 - share) + data.take(high, axis=at) * share
