"""ObservationFilter: which time and which events of an observation count."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from copy import deepcopy
from typing import Any, Self

from astropy.time import Time

from gammapy.data.events import EventList
from gammapy.data.gti import GTI
from gammapy.errors import DataError, OptionError

__all__ = ["ObservationFilter"]

_SELECTIONS: dict[str, Callable[..., EventList]] = {
    "sky_region": EventList.select_region,
    "custom": EventList.select_parameter,
    "energy": EventList.select_energy,
    "offset": EventList.select_offset,
}


class ObservationFilter:
    """Cuts that are applied to events and good time intervals when they are asked for.

    Parameters
    ----------
    time_filter : `~astropy.time.Time` [2], optional
        Interval of time that counts.
    event_filters : list of dict, optional
        Each with ``type`` and ``opts``: "sky_region" with the arguments of
        `EventList.select_region`, "custom" with those of `EventList.select_parameter`, "energy"
        and "offset" with those of the selections of these names. All must hold.
    inverted_time : bool
        The time outside of the interval counts instead.

    Raises
    ------
    OptionError
        If a type is not known.
    """

    #: method of `EventList` by the type of a filter
    EVENT_FILTER_TYPES = {name: method.__name__ for name, method in _SELECTIONS.items()}

    def __init__(
        self,
        time_filter: Time | Sequence[Time] | None = None,
        event_filters: Sequence[dict[str, Any]] | None = None,
        inverted_time: bool = False,
    ) -> None:
        self.time_filter = time_filter
        self.event_filters = list(event_filters or [])
        self.inverted_time = inverted_time
        for one in self.event_filters:
            if one.get("type") not in _SELECTIONS:
                raise OptionError(
                    f"event filter {one!r} has no known type: choose one of {list(_SELECTIONS)}"
                )

    @property
    def livetime_fraction(self) -> float:
        """Share of the time that the filters on PHASE leave; the others do not change it.

        Raises
        ------
        DataError
            If a range of phases does not lie in 0 to 1.
        """
        fraction = 1.0
        for one in self.event_filters:
            opts = one.get("opts", {})
            if one["type"] == "custom" and opts.get("parameter") == "PHASE":
                low, high = (float(end) for end in opts["values"])
                if not 0 <= low < high <= 1:
                    raise DataError(f"PHASE from {low:g} to {high:g}: phases are from 0 to 1")
                fraction *= high - low
        return fraction

    def filter_events(self, events: EventList) -> EventList:
        """The events that pass all filters."""
        if self.time_filter is not None:
            events = events.select_time(self.time_filter, self.inverted_time)
        for one in self.event_filters:
            events = _SELECTIONS[one["type"]](events, **one.get("opts", {}))
        return events

    def filter_gti(self, gti: GTI) -> GTI:
        """The good time that passes the filter on time."""
        if self.time_filter is None:
            return gti.copy()
        return gti.select_time(list(self.time_filter), self.inverted_time)

    def copy(self) -> Self:
        """Independent copy."""
        return deepcopy(self)

    def __repr__(self) -> str:
        kinds = [one["type"] for one in self.event_filters]
        window = None
        if self.time_filter is not None:
            window = " to ".join(str(t.isot) for t in self.time_filter)
            window = f"outside {window}" if self.inverted_time else window
        return f"ObservationFilter(time={window}, events={kinds})"
