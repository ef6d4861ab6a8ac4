"""ParametricPSF: a formula whose parameters are tables of true energy and offset."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Mapping
from typing import Any, ClassVar, Self

import astropy.units as u
import numpy as np

from gammapy.errors import DataError, UnitMismatchError
from gammapy.irf.interpolation import NodeTable
from gammapy.irf.psf import PSF
from gammapy.irf.psf_shape import PsfShape
from gammapy.irf.table import FoVAlignment
from gammapy.units import as_quantity, internal_factor, parse_unit, strip

__all__ = ["ParametricPSF"]

#: share of a bin with a point spread function, below which there is none: rounding
_HARDLY = 1e-9


class ParametricPSF(PSF):
    """Point spread function whose parameters are interpolated in true energy and offset.

    Parameters
    ----------
    axes : list of `~gammapy.maps.MapAxis`
        ``energy_true`` and ``offset``.
    data : structured array [n_energy, n_offset]
        A field for each of `required_parameters`; not negative.
    unit : mapping from parameter to unit, optional
    is_pointlike, fov_alignment, meta
        As for `IRF`.

    Notes
    -----
    Parameters are linear in the logarithm of the energy and in the offset; beyond the axes their
    end pieces go on, not below zero. Files fill bins without a point spread function with zeros,
    and widths of absent terms too: such a number means nothing, and the nearest one that does (in
    offset, else in energy) takes its place before anything is interpolated. So next to such a bin
    the widths are held, up to the bin itself, where the response ends to be `usable`.
    """

    required_axes: ClassVar[tuple[str, ...]] = ("energy_true", "offset")
    #: units of the parameters
    parameter_units: ClassVar[dict[str, u.UnitBase]]

    def __init__(
        self,
        axes: Any,
        data: Any,
        unit: Mapping[str, Any] | None = None,
        is_pointlike: bool = False,
        fov_alignment: FoVAlignment | str = FoVAlignment.RADEC,
        meta: Mapping[str, Any] | None = None,
    ) -> None:
        super().__init__(axes, is_pointlike, fov_alignment, meta)
        self._unit = _checked_units(type(self).__name__, unit or {}, self.parameter_units)
        self.data = data

    @classmethod
    @abstractmethod
    def formula(cls, parameters: Mapping[str, np.ndarray], usable: np.ndarray) -> PsfShape:
        """Profiles [...] of parameters [...] (floats, deg), where those are usable."""

    @classmethod
    @abstractmethod
    def meaningful(cls, data: np.ndarray) -> dict[str, np.ndarray]:
        """Where [...] a bin has a point spread function (``""``), and each parameter a meaning."""

    @property
    def required_parameters(self) -> list[str]:
        """Names of the parameters."""
        return list(self.parameter_units)

    @property
    def data(self) -> np.ndarray:
        """Parameters at the bin centres; assign a structured array to change them."""
        return self._data

    @data.setter
    def data(self, value: Any) -> None:
        values = np.asarray(value)
        if values.dtype.names is None or set(values.dtype.names) != set(self.parameter_units):
            raise DataError(
                f"{type(self).__name__}: data have the fields {values.dtype.names}, "
                f"{self.required_parameters} are needed"
            )
        if values.shape != self.axes.shape:
            raise DataError(
                f"{type(self).__name__}: parameters of shape {values.shape} do not fit the axes "
                f"{self.axes.names} of {self.axes.shape} bins"
            )
        checked = np.empty(values.shape, dtype=[(name, float) for name in self.parameter_units])
        for name in self.parameter_units:
            checked[name] = values[name]
            if not np.all(np.isfinite(checked[name])) or np.any(checked[name] < 0):
                raise DataError(
                    f"{type(self).__name__}: parameter {name!r} has values that are negative or "
                    "not finite: mend them before the response is used"
                )
        checked.flags.writeable = False
        self._data = checked
        self._interpolate()

    def _interpolate(self) -> None:
        good = self.meaningful(self._data)
        axes = list(self.axes)
        self._usable = NodeTable(axes, good[""], outside="extrapolate")
        self._tables = {
            name: NodeTable(
                axes,
                _filled(self._data[name], good[name]) * internal_factor(unit),
                outside="extrapolate",
            )
            for name, unit in self._unit.items()
        }

    @property
    def unit(self) -> dict[str, u.UnitBase]:
        """Units of the parameters."""
        return dict(self._unit)

    @property
    def quantity(self) -> dict[str, u.Quantity]:
        """Parameters at the bin centres, with their units."""
        return {name: u.Quantity(self.data[name], unit) for name, unit in self._unit.items()}

    @property
    def columns(self) -> dict[str, u.Quantity]:
        """Values [...] on the axes, by the name that they have in a file."""
        return {name.upper(): values for name, values in self.quantity.items()}

    @classmethod
    def from_columns(cls, axes: Any, columns: Mapping[str, u.Quantity], **about: Any) -> Self:
        """Response of axes and values; the inverse of `columns`."""
        shape = next(iter(columns.values())).shape
        data = np.empty(shape, dtype=[(name, float) for name in cls.parameter_units])
        for name in cls.parameter_units:
            data[name] = columns[name.upper()].value
        units = {name: columns[name.upper()].unit for name in cls.parameter_units}
        return cls(axes, data=data, unit=units, **about)

    def at(self, energy: Any, offset: Any) -> PsfShape:
        """Profiles [...] at true energies (TeV) and offsets (deg), which broadcast."""
        parameters = {name: table(energy, offset) for name, table in self._tables.items()}
        return self.formula(parameters, self._usable(energy, offset) > _HARDLY)

    def evaluate_parameters(self, energy_true: Any, offset: Any) -> dict[str, u.Quantity]:
        """Parameters [...] between the bin centres."""
        energy, place = self._floats(energy_true=energy_true, offset=offset)
        return {
            name: u.Quantity(
                table(energy, place) / internal_factor(self._unit[name]), self._unit[name]
            )
            for name, table in self._tables.items()
        }

    def evaluate(self, rad: Any, energy_true: Any, offset: Any) -> u.Quantity:
        """Density [...] at a distance, in deg-2; zero where the response is not usable.

        Parameters
        ----------
        rad, energy_true, offset : `~astropy.units.Quantity` or str [...]
            Broadcast against each other.
        """
        r, e, o = self._floats(rad=rad, energy_true=energy_true, offset=offset)
        return u.Quantity(self.at(e, o).density(r), "deg-2")

    def to_psf3d(self, rad: Any = None) -> Any:
        """Table of the same point spread function, a `PSF3D`.

        Parameters
        ----------
        rad : `~astropy.units.Quantity` [n + 1], optional
            Edges of the distances; by default 66 bins up to 0.66 deg.
        """
        from gammapy.irf.psf_table import PSF3D
        from gammapy.maps.axis import MapAxis

        if rad is None:
            rad = np.linspace(0.0, 0.66, 67) * u.deg
        rad_axis = MapAxis(as_quantity(rad, "rad", u.deg), name="rad")
        energy, offset = (strip(axis.center, axis.name, axis.unit) for axis in self.axes)
        values = self.profile(energy, offset, rad_axis.center.to_value("deg"))
        return PSF3D([*self.axes, rad_axis], data=values, unit="sr-1", **self._about())


def _checked_units(
    owner: str, given: Mapping[str, Any], wanted: Mapping[str, u.UnitBase]
) -> dict[str, u.UnitBase]:
    units = {name: parse_unit(given.get(name, like)) for name, like in wanted.items()}
    for name, like in wanted.items():
        if name != "scale" and not units[name].is_equivalent(like):  # a scale is never used
            raise UnitMismatchError(
                f"{owner}: parameter {name!r} is in {str(units[name])!r}, a unit like "
                f"{str(like) or '1'!r} is needed"
            )
    return units


def _filled(values: np.ndarray, good: np.ndarray) -> np.ndarray:
    """Values [e, o] where good; else those of the nearest good bin, first along the offset."""
    if np.all(good) or not np.any(good):
        return values
    rows = np.any(good, axis=1)
    index = np.arange(values.shape[1])
    distance = np.abs(index[:, None] - index)  # from a bin [o] to others [o]
    nearest = np.argmin(np.where(good[:, None, :], distance, len(index)), axis=-1)
    filled = np.take_along_axis(values, nearest, axis=1)
    there = np.flatnonzero(rows)
    row = there[np.argmin(np.abs(np.arange(len(rows))[:, None] - there), axis=1)]
    return filled[row]
