"""What all tables of an instrument response have in common: axes, meta data, files.

A response is a table (GADF: one row of a FITS table) of one quantity, or of a few that belong
together, on axes of energy, offset from the pointing and others. For users it speaks in
quantities; the engine calls methods that take and give floats in internal units.
"""

from __future__ import annotations

import os
from abc import ABC, abstractmethod
from collections.abc import Mapping
from enum import StrEnum
from typing import Any, ClassVar, Self

import astropy.units as u
import numpy as np
from astropy.io import fits
from astropy.table import Table

from gammapy.errors import DataError, OptionError
from gammapy.maps.axis import MapAxes, MapAxis
from gammapy.units import strip

__all__ = ["IRF", "FoVAlignment"]

#: a unit that has the dimension of each axis
_AXIS_UNITS = {
    "energy": u.TeV,
    "energy_true": u.TeV,
    "offset": u.deg,
    "rad": u.deg,
    "fov_lon": u.deg,
    "fov_lat": u.deg,
    "migra": u.dimensionless_unscaled,
}


class FoVAlignment(StrEnum):
    """Which direction on the sky the second axis of the field of view points to."""

    RADEC = "RADEC"
    ALTAZ = "ALTAZ"
    REVERSE_LON_RADEC = "REVERSE_LON_RADEC"


class IRF(ABC):
    """Table of an instrument response.

    Parameters
    ----------
    axes : list of `~gammapy.maps.MapAxis`
        Named and ordered as `required_axes` says.
    is_pointlike : bool
        True if a cut in the distance to the source was applied.
    fov_alignment : `FoVAlignment` or str
    meta : dict, optional
        Cards of the header.
    """

    #: short name of the kind, that of GADF in lower case
    tag: ClassVar[str]
    required_axes: ClassVar[tuple[str, ...]]
    _data: np.ndarray

    def __init__(
        self,
        axes: Any,
        is_pointlike: bool = False,
        fov_alignment: FoVAlignment | str = FoVAlignment.RADEC,
        meta: Mapping[str, Any] | None = None,
    ) -> None:
        self._axes = _checked_axes(type(self).__name__, axes, self.required_axes)
        self._is_pointlike = bool(is_pointlike)
        self._fov_alignment = _alignment(fov_alignment)
        self.meta = dict(meta or {})

    @property
    def axes(self) -> MapAxes:
        """Axes, in the order of the dimensions of the data."""
        return self._axes

    @property
    def is_pointlike(self) -> bool:
        """True if a cut in the distance to the source was applied."""
        return self._is_pointlike

    @property
    def fov_alignment(self) -> FoVAlignment:
        """Alignment of the axes of the field of view."""
        return self._fov_alignment

    @property
    def has_offset_axis(self) -> bool:
        """True if the response depends on the offset alone, and not on the direction of it."""
        return "offset" in self.required_axes

    def __setstate__(self, state: dict[str, Any]) -> None:
        self.__dict__.update(state)
        self._data.flags.writeable = False  # a copied array would be writeable

    # -- files ----------------------------------------------------------------------------

    @property
    @abstractmethod
    def columns(self) -> dict[str, u.Quantity]:
        """Values [...] on the axes, by the name that they have in a file."""

    @classmethod
    @abstractmethod
    def from_columns(cls, axes: Any, columns: Mapping[str, u.Quantity], **about: Any) -> Self:
        """Response of axes and values; the inverse of `columns`."""

    @classmethod
    def read(
        cls,
        filename: str | os.PathLike[str],
        hdu: str | int | None = None,
        format: str = "gadf-dl3",
    ) -> Self:
        """Read from a FITS file.

        Parameters
        ----------
        filename : path
        hdu : str or int, optional
            By default the first table that holds this kind of response.
        format : {"gadf-dl3"}

        Raises
        ------
        MissingFileError, FileFormatError
            If the file is absent or damaged, or holds no response of this kind.
        """
        from gammapy.irf.table_file import read_irf

        _check_format(format)
        return read_irf(cls, filename, hdu)

    @classmethod
    def from_hdulist(
        cls, hdulist: fits.HDUList, hdu: str | int | None = None, format: str = "gadf-dl3"
    ) -> Self:
        """From the parts of a FITS file; see `read`."""
        from gammapy.irf.table_file import irf_from_hdulist

        _check_format(format)
        return irf_from_hdulist(cls, hdulist, hdu, "HDUList")

    @classmethod
    def from_table(cls, table: Table, format: str = "gadf-dl3") -> Self:
        """From a table of one row, in the layout of GADF."""
        from gammapy.irf.table_file import irf_from_hdu

        _check_format(format)
        return irf_from_hdu(cls, fits.table_to_hdu(table), "table")

    def to_table(self, format: str = "gadf-dl3") -> Table:
        """Table of one row, in the layout of GADF."""
        return Table.read(self.to_table_hdu(format))

    def to_table_hdu(self, format: str = "gadf-dl3") -> fits.BinTableHDU:
        """Part of a FITS file, in the layout of GADF."""
        from gammapy.irf.table_file import irf_to_hdu

        _check_format(format)
        return irf_to_hdu(self)

    def to_hdulist(self, format: str = "gadf-dl3") -> fits.HDUList:
        """FITS file, in the layout of GADF."""
        return fits.HDUList([fits.PrimaryHDU(), self.to_table_hdu(format)])

    def write(
        self,
        filename: str | os.PathLike[str],
        overwrite: bool = False,
        format: str = "gadf-dl3",
    ) -> None:
        """Write a FITS file, completely or not at all.

        Raises
        ------
        OverwriteError
            If the file exists and ``overwrite`` is not set.
        """
        from gammapy.atomic import expand
        from gammapy.fits_file import write_hdus

        write_hdus({expand(filename): self.to_hdulist(format)}, overwrite)

    # -- all kinds ------------------------------------------------------------------------

    def is_allclose(
        self, other: Any, rtol_axes: float = 1e-3, atol_axes: float = 1e-6, **kwargs: Any
    ) -> bool:
        """True if another response of the same kind has nearly the same axes and values.

        Parameters
        ----------
        other : `IRF`
        rtol_axes, atol_axes : float
            Tolerances of the edges of axes, the second in the unit of the axis.
        **kwargs
            ``rtol``, ``atol`` (the latter in the unit of the values) for `numpy.allclose`.
        """
        if type(other) is not type(self):
            raise DataError(
                f"is_allclose of {type(self).__name__} with {type(other).__name__}: compare two "
                "responses of one kind"
            )
        for ours, theirs in zip(self.axes, other.axes, strict=True):
            if ours.nbin != theirs.nbin or not np.allclose(
                ours.edges.value, theirs.edges.to_value(ours.unit), rtol=rtol_axes, atol=atol_axes
            ):
                return False
        theirs_by_name = other.columns
        return all(
            theirs_by_name[name].unit.is_equivalent(values.unit)
            and np.allclose(values.value, theirs_by_name[name].to_value(values.unit), **kwargs)
            for name, values in self.columns.items()
        )

    def __repr__(self) -> str:
        name = type(self).__name__
        lines = [name, "-" * len(name), ""]
        lines += [f"  {axis!r}" for axis in self.axes]
        lines += [
            f"  {column}: {np.min(q.value):.4g} to {np.max(q.value):.4g} {q.unit}".rstrip()
            for column, q in self.columns.items()
        ]
        return "\n".join([*lines, ""])

    # -- for the kinds --------------------------------------------------------------------

    def _about(self) -> dict[str, Any]:
        """Arguments that a response made from this one shares with it."""
        return {
            "is_pointlike": self.is_pointlike,
            "fov_alignment": self.fov_alignment,
            "meta": self.meta,
        }

    def _coordinates(self, names: tuple[str, ...], given: Mapping[str, Any]) -> list[np.ndarray]:
        """Floats in internal units, of each name exactly one."""
        missing = [name for name in names if name not in given]
        surplus = [name for name in given if name not in names]
        if missing or surplus:
            raise OptionError(
                f"{type(self).__name__}: coordinates {sorted(given)} given, exactly "
                f"{list(names)} are needed"
            )
        return [strip(given[name], name, _AXIS_UNITS[name]) for name in names]


def _checked_axes(owner: str, axes: Any, names: tuple[str, ...]) -> MapAxes:
    checked = MapAxes(list(axes))
    if tuple(checked.names) != names:
        raise DataError(f"{owner}: axes {checked.names} given, {list(names)} are needed")
    for axis in checked:
        if not isinstance(axis, MapAxis) or not axis.unit.is_equivalent(_AXIS_UNITS[axis.name]):
            raise DataError(
                f"{owner}: axis {axis.name!r} is in {str(axis.unit)!r}, a unit like "
                f"{str(_AXIS_UNITS[axis.name])!r} is needed"
            )
    return checked


def _alignment(value: Any) -> FoVAlignment:
    try:
        return FoVAlignment(value)
    except ValueError:
        raise DataError(
            f"fov_alignment = {value!r} is not one of {[str(a) for a in FoVAlignment]}"
        ) from None


def _check_format(format: str) -> None:
    if format != "gadf-dl3":
        raise OptionError(f"format = {format!r}: responses are read and written as 'gadf-dl3'")
