"""EventList: the events of one or more observations, as a table with the header that goes along.

Selections are half open: what lies on the upper end of a range belongs to the next one.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping, Sequence
from copy import deepcopy
from typing import TYPE_CHECKING, Any, Self

import astropy.units as u
import numpy as np
from astropy.coordinates import AltAz, Angle, EarthLocation, SkyCoord
from astropy.table import Table, vstack
from astropy.time import Time

from gammapy.data.fits_table import number
from gammapy.data.observatory import earth_location
from gammapy.data.time_reference import column_zero, time_reference
from gammapy.dispatch import find
from gammapy.elsewhere import elsewhere
from gammapy.errors import DataError, OptionError
from gammapy.maps import Map, MapCoord, RegionGeom
from gammapy.units import as_quantity

__all__ = ["EventList"]

_PLACE = "the header of the events"
#: columns of GADF by the name that an axis has
_COLUMNS = {"energy": "ENERGY", "energy_true": "MC_ENERGY", "time": "TIME", "phase": "PHASE"}


class EventList:
    """Events: time, direction, energy and whatever else the table says of each.

    Parameters
    ----------
    table : `~astropy.table.Table`
        Columns of GADF: TIME, RA, DEC, ENERGY (with units), in ``meta`` the cards of the header.
        A column TIME of numbers is taken to count from the reference time of the header.
    meta : object, optional
        About the events; by default the ``meta`` of the table.

    Raises
    ------
    DataError
        If it is no table.
    FileFormatError
        If TIME are numbers and the header has no reference time.
    """

    def __init__(self, table: Table, meta: Any = None) -> None:
        if not isinstance(table, Table):
            raise DataError(
                f"EventList of {type(table).__name__}: an astropy Table is needed, files are read "
                "by EventList.read"
            )
        if "TIME" in table.colnames and not isinstance(table["TIME"], Time):
            table = table.copy(copy_data=False)
            unit = table["TIME"].unit or table.meta.get("TIMEUNIT", "s")
            seconds = u.Quantity(np.asarray(table["TIME"], dtype=float), unit).to("s")
            table["TIME"] = column_zero(table.meta, _PLACE) + seconds
        self.table = table
        self.meta = table.meta if meta is None else meta

    @classmethod
    def read(
        cls,
        filename: str | os.PathLike[str],
        hdu: str = "EVENTS",
        checksum: bool = False,
        format: str = "gadf",
    ) -> Self:
        """Read from a table of a FITS file.

        Parameters
        ----------
        filename : path
        hdu : str
            Name of the table.
        checksum : bool
            Check the sums that the header states.
        format : {"gadf"}
        """
        return cls(find("EventList", "read", format)(filename, hdu, checksum))

    def to_table_hdu(self, format: str = "gadf") -> Any:
        """Table of a FITS file."""
        return find("EventList", "to", format)(self)

    def copy(self) -> Self:
        """Independent copy."""
        return type(self)(self.table.copy(), deepcopy(self.meta))

    def __len__(self) -> int:
        return len(self.table)

    # -- columns --------------------------------------------------------------------------

    def _column(self, name: str) -> Any:
        if name not in self.table.colnames:
            raise DataError(
                f"the events have no column {name}, which is needed: {self.table.colnames}"
            )
        return self.table[name]

    def _quantity(self, name: str, unit: u.UnitBase) -> u.Quantity:
        column = self._column(name)
        return u.Quantity(np.ma.getdata(column), column.unit or unit, copy=False)

    @property
    def time(self) -> Time:
        """Times [n]."""
        return self._column("TIME")

    @property
    def time_ref(self) -> Time:
        """Reference time of the header."""
        return time_reference(self.table.meta, _PLACE)

    @property
    def radec(self) -> SkyCoord:
        """Directions [n] in ICRS."""
        return SkyCoord(self._quantity("RA", u.deg), self._quantity("DEC", u.deg), frame="icrs")

    @property
    def galactic(self) -> SkyCoord:
        """Directions [n] in galactic coordinates."""
        return self.radec.galactic

    @property
    def energy(self) -> u.Quantity:
        """Energies [n], in the unit of the table."""
        return self._quantity("ENERGY", u.TeV)

    @property
    def galactic_median(self) -> SkyCoord:
        """Median of longitudes (about their mean direction, so that the seam at 0 does no harm)
        and of latitudes.
        """
        galactic = self.galactic
        if not len(galactic):
            raise DataError("there are no events: they have no median direction")
        middle = np.angle(np.mean(np.exp(1j * galactic.l.rad))) * u.rad
        lon = np.median((galactic.l - middle).wrap_at("180d")) + middle
        return SkyCoord(lon, np.median(galactic.b), frame="galactic")

    @property
    def offset(self) -> Angle:
        """Distances [n] from the pointing."""
        return self.radec.separation(self.pointing_radec)

    @property
    def offset_from_median(self) -> Angle:
        """Distances [n] from the median direction."""
        return self.radec.separation(self.galactic_median)

    @property
    def altaz_frame(self) -> AltAz:
        """Frame of altitude and azimuth at the times of the events."""
        return AltAz(obstime=self.time, location=self.observatory_earth_location)

    @property
    def altaz(self) -> SkyCoord:
        """Altitudes and azimuths [n], computed."""
        return self.radec.transform_to(self.altaz_frame)

    @property
    def altaz_from_table(self) -> SkyCoord:
        """Altitudes and azimuths [n] of the columns ALT and AZ."""
        az, alt = self._quantity("AZ", u.deg), self._quantity("ALT", u.deg)
        return SkyCoord(az, alt, frame=self.altaz_frame)

    # -- the observation ------------------------------------------------------------------

    def _card(self, key: str, rule: str) -> float:
        return number(self.table.meta, key, _PLACE, rule)

    @property
    def is_pointed_observation(self) -> bool:
        """True if the header states a direction to which the instrument pointed."""
        return "RA_PNT" in self.table.meta and "DEC_PNT" in self.table.meta

    @property
    def pointing_radec(self) -> SkyCoord:
        """Direction to which the instrument pointed."""
        rule = "offsets and pointing need the direction RA_PNT, DEC_PNT in deg"
        return SkyCoord(self._card("RA_PNT", rule), self._card("DEC_PNT", rule), unit="deg")

    @property
    def observatory_earth_location(self) -> EarthLocation:
        """Where the telescope stands."""
        return earth_location(self.table.meta, _PLACE)

    @property
    def observation_time_start(self) -> Time:
        """Start of the observation."""
        return column_zero(self.table.meta, _PLACE) + self._seconds("TSTART")

    @property
    def observation_time_stop(self) -> Time:
        """End of the observation."""
        return column_zero(self.table.meta, _PLACE) + self._seconds("TSTOP")

    def _seconds(self, key: str) -> u.Quantity:
        value = self._card(key, "an observation has numbers of seconds for TSTART and TSTOP")
        return u.Quantity(value, str(self.table.meta.get("TIMEUNIT", "s"))).to("s")

    @property
    def observation_time_duration(self) -> u.Quantity:
        """Time from start to end in s."""
        return self._seconds("TSTOP") - self._seconds("TSTART")

    @property
    def observation_live_time_duration(self) -> u.Quantity:
        """Live time in s, card LIVETIME."""
        return u.Quantity(self._card("LIVETIME", "a live time in s is needed"), "s")

    @property
    def observation_dead_time_fraction(self) -> float:
        """Share of the time in which the instrument was dead, 1 - DEADC."""
        return 1.0 - self._card("DEADC", "the share of time in which it was alive is needed")

    # -- selections -----------------------------------------------------------------------

    def select_row_subset(self, row_specifier: Any) -> Self:
        """Events of some rows.

        Parameters
        ----------
        row_specifier : slice, int, array of int or of bool
        """
        rows = slice(row_specifier, row_specifier + 1) if _is_int(row_specifier) else row_specifier
        return type(self)(self.table[rows], self.meta if self.meta is not self.table.meta else None)

    def select_energy(self, energy_range: Any) -> Self:
        """Events with energies in a range.

        Parameters
        ----------
        energy_range : `~astropy.units.Quantity` [2]
        """
        low, high = _ends(energy_range, "energy_range", u.TeV)
        energy = self.energy
        return self.select_row_subset((energy >= low) & (energy < high))

    def select_time(self, time_interval: Any, inverted: bool = False) -> Self:
        """Events in an interval of time (or outside).

        Parameters
        ----------
        time_interval : `~astropy.time.Time` [2]
        inverted : bool
            Keep the events outside instead.
        """
        ends = list(time_interval)
        if len(ends) != 2 or not all(isinstance(t, Time) for t in ends) or not ends[0] < ends[1]:
            raise DataError(
                f"time_interval = {time_interval!r}: a start and a later end are needed, as Time"
            )
        inside = (self.time >= ends[0]) & (self.time < ends[1])
        return self.select_row_subset(~inside if inverted else inside)

    def select_offset(self, offset_band: Any) -> Self:
        """Events with distances from the pointing in a range.

        Parameters
        ----------
        offset_band : `~astropy.units.Quantity` [2]
        """
        low, high = _ends(offset_band, "offset_band", u.deg)
        offset = self.offset
        return self.select_row_subset((offset >= low) & (offset < high))

    def select_parameter(self, parameter: str, values: Any, is_range: bool = True) -> Self:
        """Events by a column.

        Parameters
        ----------
        parameter : str
            Name of the column.
        values : array_like or `~astropy.units.Quantity`
            Two ends of a range, or the values that are wanted; plain numbers are in the unit of
            the column.
        is_range : bool
        """
        column = self._column(parameter)
        if isinstance(column, Time):
            if not is_range:
                raise OptionError("is_range = False for TIME: give the ends of an interval")
            return self.select_time(values)
        data = np.ma.getdata(column)
        if isinstance(values, u.Quantity):
            values = values.to_value(column.unit or u.dimensionless_unscaled)
        wanted = np.asarray(values)
        if not is_range:
            return self.select_row_subset(np.isin(data, wanted))
        if wanted.shape != (2,) or not wanted[0] < wanted[1]:
            raise DataError(
                f"{parameter}: values = {values!r}: a start and a larger end are needed"
            )
        return self.select_row_subset((data >= wanted[0]) & (data < wanted[1]))

    def select_region(self, regions: Any, wcs: Any = None) -> Self:
        """Events in regions of the sky.

        Parameters
        ----------
        regions : `~regions.SkyRegion`, str (in the language of DS9) or list of them
            Several are taken together.
        wcs : `~astropy.wcs.WCS`, optional
            Needed for regions in pixels.
        """
        regions = regions if isinstance(regions, list | tuple) else [regions]
        geom = RegionGeom.from_regions(list(regions), wcs=wcs)
        if geom.is_all_point_sky_regions:
            raise DataError(f"regions = {regions!r}: a point holds no events, give a region")
        return self.select_row_subset(geom.contains(self.radec))

    def select_mask(self, mask: Any) -> Self:
        """Events where a mask is true; those outside of it are left out.

        Parameters
        ----------
        mask : `~gammapy.maps.Map` of bool
        """
        is_mask = isinstance(mask, Map) and mask.is_mask
        if not is_mask:
            raise DataError(
                f"mask = {type(mask).__name__} is no map of bool: for rows use select_row_subset"
            )
        return self.select_row_subset(mask.get_by_coord(self.map_coord(mask.geom)))

    # -- together -------------------------------------------------------------------------

    def stack(self, other: EventList) -> None:
        """Append the events of another, in place; cards that differ are left out."""
        follows = self.meta is self.table.meta
        self.table = _stacked([self.table, other.table])
        self.meta = self.table.meta if follows else self.meta

    @classmethod
    def from_stack(cls, event_lists: Iterable[EventList], **kwargs: Any) -> Self:
        """Events of several lists, one after the other; cards that differ are left out.

        Parameters
        ----------
        event_lists : list of `EventList`
        **kwargs
            For `~astropy.table.vstack`.
        """
        tables = [events.table for events in event_lists]
        if not tables:
            raise DataError("there are no events to stack: give at least one EventList")
        return cls(_stacked(tables, **kwargs))

    def map_coord(self, geom: Any) -> MapCoord:
        """Coordinates of the events on the axes of a geometry, to fill a map or to ask it.

        Parameters
        ----------
        geom : geometry
            Axes besides energy, time and phase take the column of their name.
        """
        coords: dict[str, Any] = {"skycoord": self.radec}
        for axis in geom.axes:
            coords[axis.name] = self._along(axis.name)
        return MapCoord.create(coords, frame=geom.frame)

    def _along(self, name: str) -> Any:
        if name == "energy":
            return self.energy
        wanted = _COLUMNS.get(name, name).upper()
        found = next((own for own in self.table.colnames if own.upper() == wanted), wanted)
        column = self._column(found)
        return (
            column if isinstance(column, Time) else u.Quantity(np.ma.getdata(column), column.unit)
        )

    # -- printing -------------------------------------------------------------------------

    def __repr__(self) -> str:
        about = " ".join(str(self.table.meta[k]) for k in ("TELESCOP", "OBS_ID") if self._has(k))
        return f"EventList({len(self)} events{', ' + about if about else ''})"

    def _has(self, key: str) -> bool:
        return bool(str(self.table.meta.get(key, "")).strip())

    def __str__(self) -> str:
        meta = self.table.meta
        lines = ["EventList", "---------", ""]
        for label, key in (
            ("Instrument", "INSTRUME"),
            ("Telescope", "TELESCOP"),
            ("Obs. ID", "OBS_ID"),
        ):
            lines.append(f"  {label:16s} : {meta.get(key, '')}")
        lines += ["", f"  Number of events : {len(self)}"]
        if "TSTART" in meta and "TSTOP" in meta:
            rate = len(self) / self.observation_time_duration
            start, stop = self.observation_time_start, self.observation_time_stop
            lines += [f"  Event rate       : {rate:.4g}", ""]
            lines += [f"  Time start       : {start.iso} {start.scale}"]
            lines += [f"  Time stop        : {stop.iso} {stop.scale}"]
        if len(self) and "ENERGY" in self.table.colnames:
            energy = self.energy
            lines += ["", f"  Min. energy      : {np.min(energy):.3g}"]
            lines += [f"  Max. energy      : {np.max(energy):.3g}"]
            lines += [f"  Median energy    : {np.median(energy):.3g}"]
        if len(self) and self.is_pointed_observation:
            lines += ["", f"  Max. offset      : {np.max(self.offset).to('deg'):.3g}"]
        return "\n".join([*lines, ""])

    if not TYPE_CHECKING:
        __getattr__ = elsewhere(
            select_rad_max="cut by energy and offset: events.select_energy(...).select_offset(...)",
            plot_image="fill a map: map.fill_by_coord(events.map_coord(map.geom)), then map.plot()",
        )


def _is_int(value: Any) -> bool:
    return isinstance(value, int | np.integer) and not isinstance(value, bool | np.bool_)


def _ends(values: Any, name: str, unit: u.UnitBase) -> tuple[u.Quantity, u.Quantity]:
    """Both ends of a range."""
    if not isinstance(values, u.Quantity):
        values = [as_quantity(value, name, unit) for value in values]
    ends = as_quantity(u.Quantity(values), name, unit)
    if ends.shape != (2,) or not ends[0] < ends[1]:
        raise DataError(f"{name} = {values!r}: a start and a larger end are needed")
    return ends[0], ends[1]


def _stacked(tables: Sequence[Table], **kwargs: Any) -> Table:
    """One table; only the cards that are the same in all of them hold for it."""
    stacked = vstack(list(tables), **{"metadata_conflicts": "silent", **kwargs})
    stacked.meta = _shared([table.meta for table in tables])
    return stacked


def _shared(metas: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    first = metas[0]
    return {
        key: value
        for key, value in first.items()
        if all(key in meta and meta[key] == value for meta in metas[1:])
    }
