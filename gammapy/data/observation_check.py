"""What can be wrong with the parts of an observation."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Any

import astropy.units as u
import numpy as np

from gammapy.data.observation import RESPONSES
from gammapy.errors import GammapyError, OptionError

__all__ = ["check_observation"]

#: s; times that differ by less are the same
_ROUNDING = 1e-3


def check_observation(observation: Any, checks: Any = "all") -> list[dict[str, Any]]:
    """Records of what is wrong; see `Observation.check`."""
    known = ["events", "gti", *RESPONSES]
    wanted = known if isinstance(checks, str) and checks == "all" else list(checks)
    unknown = [name for name in wanted if name not in known]
    if unknown:
        raise OptionError(f"checks = {checks!r}: {unknown[0]!r} is none of {known}")
    records = []
    for name in wanted:
        if name in RESPONSES and name not in observation.available_irfs:
            continue
        for level, message in _messages(observation, name):
            records.append(
                {
                    "level": level,
                    "obs_id": observation.obs_id,
                    "hdu_type": name,
                    "msg": message,
                }
            )
    return records


def _messages(observation: Any, name: str) -> Iterator[tuple[str, str]]:
    checks: dict[str, Callable[[Any], Iterable[tuple[str, str]]]] = {
        "events": _events,
        "gti": _gti,
    }
    try:
        yield from checks.get(name, lambda one: _response(one, name))(observation)
    except GammapyError as error:  # what cannot be read at all
        yield "error", str(error)


def _events(observation: Any) -> Iterator[tuple[str, str]]:
    events = observation.events
    if events is None:
        yield "warning", "there are no events"
        return
    needed = ("TIME", "RA", "DEC", "ENERGY")
    missing = [name for name in needed if name not in events.table.colnames]
    if missing:
        yield "error", f"column {missing[0]} is missing"
        return
    if not len(events):
        yield "warning", "there are no events"
        return
    energy = events.energy.value
    bad = int(np.sum(~(np.isfinite(energy) & (energy > 0))))
    if bad:
        yield "error", f"{bad} energies are not finite or not above 0"
    directions = np.stack([events.radec.ra.deg, events.radec.dec.deg])
    bad = int(np.sum(~np.all(np.isfinite(directions), axis=0)))
    if bad:
        yield "error", f"{bad} directions are not finite"
    if np.any(np.diff((events.time - events.time[0]).to_value("s")) < -_ROUNDING):
        yield "warning", "events are not sorted by time"
    gti = observation.gti
    if gti is not None and len(gti):
        seconds = (events.time.tt - gti.time_ref).to_value("s")[:, np.newaxis]
        start, stop = gti.met_start.value - _ROUNDING, gti.met_stop.value + _ROUNDING
        outside = int(np.sum(~np.any((seconds >= start) & (seconds <= stop), axis=1)))
        if outside:
            yield "warning", f"{outside} events are outside of the good time"


def _gti(observation: Any) -> Iterator[tuple[str, str]]:
    gti = observation.gti
    if gti is None or not len(gti):
        yield "error", "there are no good time intervals"
        return
    if gti.time_sum - gti.union().time_sum > _ROUNDING * u.s:
        yield "error", "good time intervals overlap: their time counts twice"
    elif np.any(np.diff(gti.met_start.value) < 0):
        yield "warning", "good time intervals are not sorted"
    if observation.meta.deadtime_fraction is None:
        yield "error", "the dead time is not known"
    cards = observation.meta.optional
    if "ONTIME" in cards and observation.obs_filter.time_filter is None:
        ontime, good = float(cards["ONTIME"]), float(gti.time_sum.to_value("s"))
        if abs(ontime - good) > 1e-3 * good:
            yield "warning", f"ONTIME = {ontime:g} s, but the good time is {good:g} s"


def _response(observation: Any, name: str) -> Iterator[tuple[str, str]]:
    getattr(observation, name)  # reading checks it
    return iter(())
