"""ObservationTable: an index of observations, and selections of it."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from typing import Any, Self

import astropy.units as u
import numpy as np
from astropy.coordinates import Angle, SkyCoord
from astropy.table import Table
from astropy.time import Time

from gammapy.data.fits_table import read_table
from gammapy.data.time_reference import column_zero, time_reference
from gammapy.errors import DataError, OptionError, UnknownNameError
from gammapy.units import as_quantity

__all__ = ["ObservationTable"]

_PLACE = "the observation table"


class ObservationTable(Table):
    """Index of observations, in the layout of GADF: one row each."""

    @classmethod
    def read(cls, filename: str | os.PathLike[str], hdu: str | int | None = None) -> Self:
        """Read from a FITS file, by default its first table.

        Raises
        ------
        MissingFileError
            If there is no such file.
        FileFormatError
            If it is damaged, or has no column OBS_ID.
        """
        return cls(read_table(filename, hdu, "observations", ["OBS_ID"]), copy=False)

    def _quantity(self, name: str, unit: Any) -> u.Quantity:
        if name not in self.colnames:
            raise DataError(f"{_PLACE} has no column {name}: {self.colnames}")
        column = self[name]
        return u.Quantity(np.ma.getdata(column), column.unit or unit, dtype=float)

    @property
    def pointing_radec(self) -> SkyCoord:
        """Directions [n] of the pointings in ICRS: columns RA_PNT, DEC_PNT."""
        return SkyCoord(self._quantity("RA_PNT", "deg"), self._quantity("DEC_PNT", "deg"))

    @property
    def pointing_galactic(self) -> SkyCoord:
        """Directions [n] of the pointings in galactic coordinates: columns GLON_PNT, GLAT_PNT."""
        lon, lat = self._quantity("GLON_PNT", "deg"), self._quantity("GLAT_PNT", "deg")
        return SkyCoord(lon, lat, frame="galactic")

    @property
    def time_ref(self) -> Time:
        """Reference time of the header."""
        return time_reference(self.meta, _PLACE)

    @property
    def time_start(self) -> Time:
        """Starts [n] of the observations."""
        return column_zero(self.meta, _PLACE) + self._quantity("TSTART", "s").to("s")

    @property
    def time_stop(self) -> Time:
        """Ends [n] of the observations."""
        return column_zero(self.meta, _PLACE) + self._quantity("TSTOP", "s").to("s")

    # -- selections -----------------------------------------------------------------------

    def select_obs_id(self, obs_id: Any) -> Self:
        """Rows of one observation or several, in the order in which they are asked for.

        Raises
        ------
        UnknownNameError
            If one is not in the table.
        """
        rows = {value: i for i, value in enumerate(np.asarray(self["OBS_ID"]).tolist())}
        wanted = np.atleast_1d(obs_id).tolist()
        missing = [one for one in wanted if one not in rows]
        if missing:
            raise UnknownNameError(
                f"OBS_ID {missing[0]} is not in {_PLACE} ({len(missing)} of {len(wanted)} are not)"
            )
        return self[[rows[one] for one in wanted]]

    def select_range(
        self, selection_variable: str, value_range: Any, inverted: bool = False
    ) -> Self:
        """Rows with a column in a range, of which the upper end is not part.

        Parameters
        ----------
        selection_variable : str
            Name of the column.
        value_range : array_like or `~astropy.units.Quantity` [2]
            Plain numbers are in the unit of the column.
        inverted : bool
            The rows outside instead.
        """
        if selection_variable not in self.colnames:
            raise UnknownNameError(
                f"{_PLACE} has no column {selection_variable!r}: choose one of {self.colnames}"
            )
        column = self[selection_variable]
        if isinstance(value_range, u.Quantity) or _has_units(value_range):
            like = u.Unit(column.unit or "")
            ends = [as_quantity(value, selection_variable, like) for value in value_range]
            value_range = u.Quantity(ends).to_value(like)
        low, high = _ends(np.asarray(value_range), "value_range")
        values = np.ma.getdata(column)
        return self[((values >= low) & (values < high)) != inverted]

    def select_time_range(
        self, time_range: Any, partial_overlap: bool = False, inverted: bool = False
    ) -> Self:
        """Rows of observations that lie in an interval of time, ends included.

        Parameters
        ----------
        time_range : `~astropy.time.Time` [2]
        partial_overlap : bool
            A part in the interval is enough.
        inverted : bool
            The other rows instead.
        """
        ends = list(time_range)
        if len(ends) != 2 or not all(isinstance(t, Time) for t in ends) or not ends[0] < ends[1]:
            raise DataError(
                f"time_range = {time_range!r}: a start and a later end are needed, as Time"
            )
        low, high = ends
        start, stop = self.time_start, self.time_stop
        if partial_overlap:
            chosen = (start <= high) & (stop >= low)
        else:
            chosen = (start >= low) & (stop <= high)
        return self[chosen != inverted]

    def select_sky_circle(self, center: SkyCoord, radius: Any, inverted: bool = False) -> Self:
        """Rows of pointings in a circle on the sky, its rim not included.

        Parameters
        ----------
        center : `~astropy.coordinates.SkyCoord`
        radius : `~astropy.coordinates.Angle`, quantity or str
        inverted : bool
            The pointings outside instead.
        """
        size = Angle(radius)
        if not size.isscalar or not size > 0:
            raise DataError(f"radius = {radius!r}: one angle above 0 is needed")
        return self[(self.pointing_radec.separation(center) < size) != inverted]

    def select_observations(self, selections: Any = None) -> Self:
        """Rows that pass one selection or all of several.

        Parameters
        ----------
        selections : dict or list of dict, optional
            Each has a ``type``, and may have ``inverted``:

            - "sky_circle": ``frame``, ``lon``, ``lat``, ``radius``, and ``border`` to be added to
              the radius;
            - "time_box": ``time_range``, ``partial_overlap``;
            - "par_box": ``variable``, ``value_range``.

        Raises
        ------
        OptionError
            If the type or an option is not known, or one is missing.
        """
        selections = [selections] if isinstance(selections, Mapping) else list(selections or [])
        table = self
        for selection in selections:
            table = table._selected(dict(selection))
        return table

    def _selected(self, options: dict[str, Any]) -> Self:
        whole = dict(options)
        kind, inverted = options.pop("type", None), options.pop("inverted", False)
        needed, optional = _OPTIONS.get(kind, ((), ()))
        if kind not in _OPTIONS:
            raise OptionError(f"selection {whole!r}: type must be one of {list(_OPTIONS)}")
        missing = [name for name in needed if name not in options]
        surplus = [name for name in options if name not in (*needed, *optional)]
        if missing or surplus:
            raise OptionError(
                f"selection {whole!r}: {kind} needs {list(needed)} and may have "
                f"{[*optional, 'inverted']}"
            )
        if kind == "sky_circle":
            lon, lat = Angle(options["lon"]), Angle(options["lat"])
            radius = Angle(options["radius"]) + Angle(options.get("border", "0 deg"))
            center = SkyCoord(lon, lat, frame=options["frame"])
            return self.select_sky_circle(center, radius, inverted)
        if kind == "time_box":
            return self.select_time_range(**options, inverted=inverted)
        return self.select_range(options["variable"], options["value_range"], inverted)

    def summary(self) -> str:
        """What the table holds, as a text."""
        name = self.meta.get("OBSERVER", self.meta.get("OBSERVATORY_NAME", "N/A"))
        return (
            f"Observation table:\nObservatory name: {name!r}\nNumber of observations: {len(self)}\n"
        )


_OPTIONS = {
    "sky_circle": (("frame", "lon", "lat", "radius"), ("border",)),
    "time_box": (("time_range",), ("partial_overlap",)),
    "par_box": (("variable", "value_range"), ()),
}


def _has_units(values: Sequence[Any]) -> bool:
    return any(isinstance(value, u.Quantity | str) for value in values)


def _ends(values: np.ndarray, name: str) -> tuple[Any, Any]:
    if values.shape != (2,) or not values[0] < values[1]:
        raise DataError(f"{name} = {values.tolist()}: a start and a larger end are needed")
    return values[0], values[1]
