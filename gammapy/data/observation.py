"""Observation: events, good times and response of one pointing, read when they are asked for."""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Self

import astropy.units as u
from astropy.coordinates import BaseCoordinateFrame, EarthLocation, SkyCoord
from astropy.time import Time

from gammapy.data.events import EventList
from gammapy.data.filters import ObservationFilter
from gammapy.data.gti import GTI
from gammapy.data.hdu_location import HDULocation
from gammapy.data.observation_meta import (
    ObservationMetaData,
    ObsInfoMetaData,
    TargetMetaData,
    TimeInfoMetaData,
)
from gammapy.data.pointing import FixedPointingInfo
from gammapy.dispatch import find
from gammapy.elsewhere import elsewhere
from gammapy.errors import DataError, OptionError
from gammapy.units import as_quantity

__all__ = ["RESPONSES", "Observation"]

#: parts of an observation that are responses
RESPONSES = ("aeff", "edisp", "psf", "bkg", "rad_max")


class _Response:
    """A response of an observation: read at the first access, then kept."""

    def __set_name__(self, owner: type, name: str) -> None:
        self.name = name
        self.__doc__ = f"The response ``{name}``, None if there is none."

    def __get__(self, instance: Any, owner: type | None = None) -> Any:
        if instance is None:
            return self
        value = instance._irfs[self.name]
        if isinstance(value, HDULocation):
            value = instance._irfs[self.name] = value.load()
        return value

    def __set__(self, instance: Any, value: Any) -> None:
        instance._irfs[self.name] = value


class Observation:
    """One pointing: events, good time intervals, response.

    Events and good times are read at each access (keep them in a variable), so that thousands of
    observations fit into memory; responses are kept.

    Parameters
    ----------
    obs_id : int or str, optional
    meta : `ObservationMetaData`, optional
        By default from the header of the events.
    gti : `GTI` or `HDULocation`, optional
    aeff, edisp, psf, bkg, rad_max : responses or `HDULocation`, optional
    events : `EventList` or `HDULocation`, optional
    obs_filter : `ObservationFilter`, optional
    pointing : `FixedPointingInfo` or `~astropy.coordinates.SkyCoord`, optional
        By default from the header of the events.
    location : `~astropy.coordinates.EarthLocation`, optional
        By default from the header of the events.
    """

    aeff = _Response()
    edisp = _Response()
    psf = _Response()
    bkg = _Response()
    rad_max = _Response()

    def __init__(
        self,
        obs_id: Any = None,
        meta: ObservationMetaData | None = None,
        gti: Any = None,
        aeff: Any = None,
        edisp: Any = None,
        psf: Any = None,
        bkg: Any = None,
        rad_max: Any = None,
        events: Any = None,
        obs_filter: ObservationFilter | None = None,
        pointing: Any = None,
        location: EarthLocation | None = None,
    ) -> None:
        self.obs_id = obs_id
        self._meta = meta
        self._gti = gti
        self._irfs = {"aeff": aeff, "edisp": edisp, "psf": psf, "bkg": bkg, "rad_max": rad_max}
        self._events = events
        self.obs_filter = ObservationFilter() if obs_filter is None else obs_filter
        if isinstance(pointing, SkyCoord | BaseCoordinateFrame):
            pointing = FixedPointingInfo(fixed_icrs=pointing)
        self._pointing = pointing
        self._location = location

    @classmethod
    def create(
        cls,
        pointing: Any,
        location: EarthLocation | None = None,
        obs_id: Any = 0,
        livetime: Any = None,
        tstart: Any = None,
        tstop: Any = None,
        irfs: Mapping[str, Any] | None = None,
        deadtime_fraction: float = 0.0,
        reference_time: Any = "2000-01-01",
    ) -> Self:
        """Observation without events, to simulate.

        Parameters
        ----------
        pointing : `FixedPointingInfo` or `~astropy.coordinates.SkyCoord`
        location : `~astropy.coordinates.EarthLocation`, optional
        obs_id : int or str
        livetime : quantity or str, optional
            Length of the good time interval (its live part is smaller by ``deadtime_fraction``);
            not needed with ``tstop``, which goes before.
        tstart, tstop : `~astropy.time.Time` or quantity, optional
            Quantities count from the reference time, which is the start by default.
        irfs : dict, optional
            Responses by their names: aeff, edisp, psf, bkg, rad_max.
        deadtime_fraction : float
            At least 0, below 1.
        reference_time : `~astropy.time.Time` or str

        Raises
        ------
        DataError
            If neither ``livetime`` nor ``tstop`` is given, or they make no interval.
        """
        reference = Time(reference_time)
        start = reference if tstart is None else _moment(tstart, reference, "tstart")
        if tstop is None and livetime is None:
            raise DataError("livetime = None and tstop = None: give the length of the observation")
        if tstop is None:
            stop = start + as_quantity(livetime, "livetime", u.s)
        else:
            stop = _moment(tstop, reference, "tstop")
        if not start < stop:
            raise DataError(f"tstart = {start.iso}, tstop = {stop.iso}: the end must be later")
        if not 0 <= deadtime_fraction < 1:
            raise DataError(f"deadtime_fraction = {deadtime_fraction!r}: from 0 to below 1")
        unknown = [name for name in irfs or {} if name not in RESPONSES]
        if unknown:
            raise OptionError(f"irfs has {unknown[0]!r}: the responses are {list(RESPONSES)}")
        meta = ObservationMetaData(
            obs_info=ObsInfoMetaData(obs_id),
            target=TargetMetaData(),
            location=location,
            deadtime_fraction=float(deadtime_fraction),
            time_info=TimeInfoMetaData(start, stop, reference),
        )
        gti = GTI.create(start, stop, reference)
        return cls(obs_id, meta, gti, pointing=pointing, location=location, **(irfs or {}))

    @classmethod
    def read(
        cls,
        event_file: str | os.PathLike[str],
        irf_file: str | os.PathLike[str] | None = None,
        checksum: bool = False,
    ) -> Self:
        """Read from the file of the events, and the responses from it or another one.

        Raises
        ------
        MissingFileError, FileFormatError
            If a file is absent or damaged, or has no events.
        """
        return cls(**find("Observation", "read", "gadf")(event_file, irf_file, checksum))

    def write(
        self,
        path: str | os.PathLike[str],
        overwrite: bool = False,
        format: str = "gadf",
        include_irfs: bool = True,
        checksum: bool = False,
    ) -> None:
        """Write events (those that the filter lets through), good times and responses.

        Raises
        ------
        OverwriteError
            If the file exists and ``overwrite`` is not set.
        """
        find("Observation", "write", format)(self, path, overwrite, include_irfs, checksum)

    # -- parts ----------------------------------------------------------------------------

    @property
    def events(self) -> EventList | None:
        """Events that the filter lets through; None if there are none, as in a simulation."""
        events = self._loaded_events()
        return None if events is None else self.obs_filter.filter_events(events)

    @events.setter
    def events(self, events: EventList | None) -> None:
        if not isinstance(events, EventList | None):
            raise DataError(f"events = {type(events).__name__}: an EventList is needed")
        self._events = events

    def _loaded_events(self) -> EventList | None:
        return self._events.load() if isinstance(self._events, HDULocation) else self._events

    @property
    def gti(self) -> GTI | None:
        """Good time intervals, as far as the filter lets them; None if there are none."""
        gti = self._gti.load() if isinstance(self._gti, HDULocation) else self._gti
        return None if gti is None else self.obs_filter.filter_gti(gti)

    @property
    def available_irfs(self) -> list[str]:
        """Names of the responses that there are."""
        return [name for name in RESPONSES if self._irfs[name] is not None]

    @property
    def available_hdus(self) -> list[str]:
        """Names of all parts that there are."""
        both = {"events": self._events, "gti": self._gti}
        return [name for name, part in both.items() if part is not None] + self.available_irfs

    @property
    def meta(self) -> ObservationMetaData:
        """What is known about the observation."""
        if self._meta is None:
            self._meta = ObservationMetaData.from_header(self._header())
        return self._meta

    def _header(self) -> Mapping[str, Any]:
        """Cards of the events, without reading them."""
        if isinstance(self._events, HDULocation):
            return dict(self._events.header())
        if self._events is None:
            raise DataError(
                f"{self!r} has neither events nor meta data: give meta=, pointing= or location= "
                "when it is made"
            )
        return self._events.table.meta

    @property
    def pointing(self) -> FixedPointingInfo:
        """Where the telescope pointed."""
        if self._pointing is None:
            self._pointing = FixedPointingInfo.from_fits_header(self._header())
        return self._pointing

    @property
    def observatory_earth_location(self) -> EarthLocation | None:
        """Where the telescope stands, None if it is not known."""
        return self.meta.location if self._location is None else self._location

    @property
    def target_radec(self) -> SkyCoord | None:
        """Direction of the target, None if it is not known."""
        return None if self.meta.target is None else self.meta.target.position

    def get_pointing_icrs(self, time: Time) -> SkyCoord:
        """Direction of the pointing at times."""
        return self.pointing.get_icrs(time, self.observatory_earth_location)

    def get_pointing_altaz(self, time: Time) -> SkyCoord:
        """Altitude and azimuth of the pointing at times."""
        return self.pointing.get_altaz(time, self.observatory_earth_location)

    # -- times ----------------------------------------------------------------------------

    def _times(self) -> GTI:
        gti = self.gti
        if gti is None or not len(gti):
            raise DataError(
                f"OBS_ID {self.obs_id} has no good time intervals: leave it out, or give gti="
            )
        return gti

    @property
    def tstart(self) -> Time:
        """Start of the first good time interval."""
        return self._times().time_start.min()

    @property
    def tstop(self) -> Time:
        """End of the last good time interval."""
        return self._times().time_stop.max()

    @property
    def tmid(self) -> Time:
        """Middle between start and end."""
        gti = self._times()
        start, stop = gti.time_start.min(), gti.time_stop.max()
        return start + 0.5 * (stop - start)

    @property
    def obs_time(self) -> Time:
        """Middle of the observation, see `tmid`."""
        return self.tmid

    @property
    def observation_time_duration(self) -> u.Quantity:
        """Sum of the good time in s."""
        gti = self.gti
        if gti is None:
            raise DataError(f"OBS_ID {self.obs_id} has no good time intervals: give gti=")
        return gti.time_sum

    @property
    def observation_dead_time_fraction(self) -> float:
        """Share of the time in which the instrument was dead."""
        fraction = self.meta.deadtime_fraction
        if fraction is None:
            raise DataError(
                f"the dead time of OBS_ID {self.obs_id} is not known: its header has neither DEADC "
                "nor LIVETIME and ONTIME"
            )
        return fraction

    @property
    def observation_live_time_duration(self) -> u.Quantity:
        """Live part of the good time in s; filters on phase count."""
        alive = (1.0 - self.observation_dead_time_fraction) * self.obs_filter.livetime_fraction
        return self.observation_time_duration * alive

    # -- others from it -------------------------------------------------------------------

    def copy(self, in_memory: bool = False, **kwargs: Any) -> Self:
        """Copy, with some of the arguments of the class changed.

        Parameters
        ----------
        in_memory : bool
            Read events, good times and responses now.
        """
        parts: dict[str, Any] = {
            "obs_id": self.obs_id,
            "meta": self._meta,
            "gti": self._gti,
            "events": self._events,
            "obs_filter": self.obs_filter.copy(),
            "pointing": self._pointing,
            "location": self._location,
            **self._irfs,
        }
        if in_memory:
            parts["gti"], parts["events"] = self.gti, self.events
            parts["obs_filter"] = ObservationFilter(event_filters=_phases(self.obs_filter))
            parts.update({name: getattr(self, name) for name in self.available_irfs})
        unknown = [name for name in kwargs if name not in parts]
        if unknown:
            raise OptionError(f"copy of an observation: {unknown[0]!r} is none of {list(parts)}")
        return type(self)(**{**parts, **kwargs})

    def select_time(self, time_interval: Any, inverted: bool = False) -> Self:
        """Observation of which only an interval of time counts (or the rest of the time).

        Parameters
        ----------
        time_interval : `~astropy.time.Time` [2]
        inverted : bool
        """
        new = self
        if self.obs_filter.time_filter is not None:  # one filter holds one interval
            new = self.copy(
                gti=self.gti,
                events=self.events,
                obs_filter=ObservationFilter(event_filters=_phases(self.obs_filter)),
            )
        obs_filter = ObservationFilter(time_interval, new.obs_filter.event_filters, inverted)
        return new.copy(obs_filter=obs_filter)

    def check(self, checks: Any = "all") -> list[dict[str, Any]]:
        """What is wrong with the observation; empty if nothing is.

        Parameters
        ----------
        checks : "all" or list of {"events", "gti", "aeff", "edisp", "psf", "bkg", "rad_max"}

        Returns
        -------
        records : list of dict
            With ``level`` ("error" or "warning"), ``obs_id``, ``hdu_type``, ``msg``.
        """
        return find("Observation", "check", "parts")(self, checks)

    # -- printing -------------------------------------------------------------------------

    def __repr__(self) -> str:
        return f"Observation(obs_id={self.obs_id!r}, {', '.join(self.available_hdus) or 'empty'})"

    def __str__(self) -> str:
        gti = self.gti
        lines = ["Observation", "", f"\tobs id            : {self.obs_id}"]
        if gti is not None and len(gti):
            lines += [f"\ttstart            : {self.tstart.mjd:.2f}"]
            lines += [f"\ttstop             : {self.tstop.mjd:.2f}"]
            lines += [f"\tduration          : {gti.time_sum:.2f}"]
        if self._pointing is not None or self._events is not None:
            pointing = self.pointing
            tracking = pointing.fixed_icrs is not None
            direction: Any = pointing.fixed_icrs if tracking else pointing.fixed_altaz
            spherical = direction.spherical
            where = f"{spherical.lon.deg:.1f} deg, {spherical.lat.deg:.1f} deg"
            lines += [f"\t{'pointing (icrs)' if tracking else 'pointing (altaz)':17s} : {where}"]
        if self.meta.deadtime_fraction is not None:
            lines += ["", f"\tdeadtime fraction : {self.observation_dead_time_fraction:.1%}"]
        return "\n".join([*lines, ""])

    if not TYPE_CHECKING:
        __getattr__ = elsewhere(
            get_fov_frame="use observation.get_pointing_icrs(time).skyoffset_frame()",
            peek="plot the parts: observation.aeff.peek(), observation.psf.peek()...",
        )


def _moment(value: Any, reference: Time, name: str) -> Time:
    return value if isinstance(value, Time) else reference + as_quantity(value, name, u.s)


def _phases(obs_filter: ObservationFilter) -> list[dict[str, Any]]:
    """Filters that must stay, although the events have passed them: they shorten the live time."""
    filters = obs_filter.event_filters
    return [one for one in filters if one.get("opts", {}).get("parameter") == "PHASE"]
