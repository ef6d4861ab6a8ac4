"""QuantityTable: a response of one quantity on its axes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar, Self

import astropy.units as u
import numpy as np

from gammapy.errors import DataError, OptionError, UnitMismatchError
from gammapy.irf.interpolation import NodeTable
from gammapy.irf.table import IRF, FoVAlignment
from gammapy.units import internal_factor, internal_unit, parse_unit

__all__ = ["QuantityTable"]

_KNOWN_OPTIONS = {"bounds_error": (False,), "fill_value": (0.0, None), "values_scale": None}


class QuantityTable(IRF):
    """Response of one quantity on its axes.

    Parameters
    ----------
    axes : list of `~gammapy.maps.MapAxis`
        Named and ordered as `required_axes` says.
    data : array_like or `~astropy.units.Quantity` [...]
        Values at the bin centres; not negative. A number stands for all of them.
    unit : str or `~astropy.units.Unit`
        Unit of ``data``, if those are plain numbers; by default that of GADF.
    is_pointlike, fov_alignment, meta
        As for `IRF`.
    interp_kwargs : dict, optional
        ``values_scale`` ("lin", "log", "sqrt") and ``fill_value`` (0: zero outside of the edges;
        None: the end pieces go on).

    Raises
    ------
    DataError
        If the data do not fit the axes, are negative or not finite.
    UnitMismatchError
        If the unit has another dimension.
    """

    default_unit: ClassVar[u.UnitBase]
    default_interp_kwargs: ClassVar[dict[str, Any]] = {"bounds_error": False, "fill_value": 0.0}
    #: axes beyond whose edges the end pieces go on
    open_axes: ClassVar[tuple[str, ...]] = ()
    #: name of the values in a file
    column: ClassVar[str]

    def __init__(
        self,
        axes: Any,
        data: Any = 0,
        unit: Any = "",
        is_pointlike: bool = False,
        fov_alignment: FoVAlignment | str = FoVAlignment.RADEC,
        meta: Mapping[str, Any] | None = None,
        interp_kwargs: Mapping[str, Any] | None = None,
    ) -> None:
        super().__init__(axes, is_pointlike, fov_alignment, meta)
        unit = data.unit if isinstance(data, u.Quantity) else parse_unit(unit or self.default_unit)
        if not unit.is_equivalent(self.default_unit):
            raise UnitMismatchError(
                f"{type(self).__name__}: unit = {str(unit)!r} must be convertible to "
                f"{str(self.default_unit)!r}"
            )
        self._unit = unit
        self.interp_kwargs = _checked_options(
            {**self.default_interp_kwargs, **(interp_kwargs or {})}
        )
        self.data = data.value if isinstance(data, u.Quantity) else data

    @property
    def data(self) -> np.ndarray:
        """Values [...] at the bin centres, in the `unit`; assign an array to change them."""
        return self._data

    @data.setter
    def data(self, value: Any) -> None:
        values = np.array(value, dtype=float)
        if values.ndim == 0:
            values = np.full(self.axes.shape, float(values))
        if values.shape != self.axes.shape:
            raise DataError(
                f"{type(self).__name__}: data of shape {values.shape} do not fit the axes "
                f"{self.axes.names} of {self.axes.shape} bins"
            )
        bad = ~np.isfinite(values) | (values < 0)
        if np.any(bad):
            where = np.unravel_index(int(np.argmax(bad)), values.shape)
            raise DataError(
                f"{type(self).__name__}: {int(bad.sum())} of {bad.size} values are negative or not "
                f"finite, the first is {values[where]} at bin {tuple(map(int, where))} of "
                f"{self.axes.names}: mend them before the response is used"
            )
        values.flags.writeable = False
        self._data = values
        self._nodes: NodeTable | None = None

    @property
    def unit(self) -> u.UnitBase:
        """Unit of the values."""
        return self._unit

    @property
    def quantity(self) -> u.Quantity:
        """Values [...] at the bin centres, with their unit."""
        return u.Quantity(self.data, self.unit, copy=False)

    @quantity.setter
    def quantity(self, value: Any) -> None:
        self.data = u.Quantity(value).to_value(self.unit)

    @property
    def columns(self) -> dict[str, u.Quantity]:
        """Values [...] on the axes, by the name that they have in a file."""
        return {self.column: self.quantity}

    @classmethod
    def from_columns(cls, axes: Any, columns: Mapping[str, u.Quantity], **about: Any) -> Self:
        """Response of axes and values; the inverse of `columns`."""
        return cls(axes, data=columns[cls.column], **about)

    def to_unit(self, unit: Any) -> Self:
        """The same in another unit."""
        return self._again(self.axes, self.quantity.to(parse_unit(unit)))

    def slice_by_idx(self, slices: Mapping[str, Any]) -> Self:
        """Part of the bins, by a `slice` of each axis; a response keeps all its axes."""
        for name, part in slices.items():
            if not isinstance(part, slice):
                raise DataError(
                    f"slice_by_idx: {name} = {part!r} must be a slice, e.g. slice(2, 3): a "
                    "response keeps all its axes"
                )
        axes = self.axes.slice_by_idx(slices)
        index = tuple(slices.get(name, slice(None)) for name in self.axes.names)
        return self._again(axes, self.quantity[index])

    def evaluate(self, method: str | None = None, **kwargs: Any) -> u.Quantity:
        """Value between the bin centres.

        Linear along the axes (in the logarithm of energies), from the first to the last edge, and
        zero beyond them.

        Parameters
        ----------
        method : {None, "linear", "nearest"}
        **kwargs : `~astropy.units.Quantity` or str [...]
            One for each axis, which broadcast against each other; an axis that is left out is
            taken at its bin centres.

        Returns
        -------
        `~astropy.units.Quantity` [...]
        """
        for k, axis in enumerate(self.axes):
            shape = [1] * len(self.axes)
            shape[k] = -1
            kwargs.setdefault(axis.name, axis.center.reshape(shape))
        points = self._coordinates(self.required_axes, kwargs)
        if method not in (None, "linear", "nearest"):
            raise OptionError(f"method = {method!r} must be 'linear' or 'nearest'")
        nodes = self._table
        values = nodes.nearest(*points) if method == "nearest" else nodes(*points)
        return u.Quantity(values, self.unit, copy=False)

    # -- for the kinds --------------------------------------------------------------------

    @property
    def _table(self) -> NodeTable:
        """Interpolation of the values, in the unit that they have."""
        if self._nodes is None:
            self._nodes = NodeTable(
                list(self.axes),
                self.data,
                values_scale=self.interp_kwargs["values_scale"],
                outside="extrapolate" if self.interp_kwargs["fill_value"] is None else "zero",
                open_axes=self.open_axes,
            )
        return self._nodes

    @property
    def _factor(self) -> float:
        """Number that turns the values into those in the internal unit of the kind."""
        if internal_unit(self.unit) == internal_unit(self.default_unit):
            return internal_factor(self.unit)
        return float(self.unit.to(internal_unit(self.default_unit)))

    def _again(self, axes: Any, data: u.Quantity) -> Self:
        return type(self)(axes, data=data, interp_kwargs=self.interp_kwargs, **self._about())


def _checked_options(options: dict[str, Any]) -> dict[str, Any]:
    options.setdefault("values_scale", "lin")
    for name, value in options.items():
        if name not in _KNOWN_OPTIONS:
            raise OptionError(f"interp_kwargs: {name!r} is not one of {list(_KNOWN_OPTIONS)}")
        allowed = _KNOWN_OPTIONS[name] or ("lin", "log", "sqrt")
        if value not in allowed:
            raise OptionError(f"interp_kwargs: {name} = {value!r} is not one of {allowed}")
    return options
