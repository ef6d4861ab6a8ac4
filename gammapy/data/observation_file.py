"""Observations in files of their own: which parts they have, reading and writing."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

from astropy.io import fits

from gammapy.atomic import expand
from gammapy.data.event_table import events_to_hdu
from gammapy.data.events import EventList
from gammapy.data.gti_table import gti_to_hdu
from gammapy.data.hdu_location import HDULocation
from gammapy.data.observatory import location_to_header
from gammapy.data.pointing import FixedPointingInfo
from gammapy.data.time_reference import time_reference
from gammapy.errors import DataError, FileFormatError
from gammapy.fits_file import open_hdus, write_hdus

__all__ = ["locate_parts", "read_observation", "write_observation"]


def locate_parts(hdus: fits.HDUList, path: Path, obs_id: Any) -> dict[str, HDULocation]:
    """Where events, good times and responses are in a file, by their kind.

    Of several of one kind the first is taken.
    """
    from gammapy.irf.kinds import KINDS, kind_of

    found: dict[str, HDULocation] = {}
    for hdu in hdus:
        kind = kind_of(hdu)
        if kind is not None:
            part, layout = KINDS[kind][0], kind.tag  # type: ignore[attr-defined]
        else:
            part = layout = _plain_kind(hdu)
        if part and part not in found:
            folder, file = str(path.parent), path.name
            found[part] = HDULocation(obs_id, part, layout, "", folder, file, hdu.name)
    return found


def _plain_kind(hdu: Any) -> str:
    """Events, good times or nothing, by the class that the header states or by the name."""
    if not isinstance(hdu, fits.BinTableHDU):
        return ""
    said = {str(hdu.header.get("HDUCLAS1", "")).strip().upper(), hdu.name.upper()}
    return next((kind.lower() for kind in ("EVENTS", "GTI") if kind in said), "")


def read_observation(
    event_file: str | os.PathLike[str],
    irf_file: str | os.PathLike[str] | None = None,
    checksum: bool = False,
) -> dict[str, Any]:
    """Arguments of an `Observation`; see `Observation.read`."""
    path = expand(event_file)
    hdus = open_hdus(path)
    found = locate_parts(hdus, path, "")
    if "events" not in found:
        raise FileFormatError(f"{path} has no table of events: it has {[h.name for h in hdus]}")
    obs_id = hdus[found["events"].hdu_name].header.get("OBS_ID", "")
    parts: dict[str, Any] = dict(locate_parts(hdus, path, obs_id))
    if irf_file is not None:
        irf_path = expand(irf_file)
        responses = locate_parts(open_hdus(irf_path), irf_path, obs_id)
        parts |= {name: part for name, part in responses.items() if name not in ("events", "gti")}
    if checksum:
        parts["events"] = EventList.read(path, parts["events"].hdu_name, checksum=True)
    return {"obs_id": obs_id, **parts}


def write_observation(
    observation: Any,
    path: str | os.PathLike[str],
    overwrite: bool = False,
    include_irfs: bool = True,
    checksum: bool = False,
) -> None:
    """Write all parts of an observation into one file; see `Observation.write`."""
    events, gti = observation.events, observation.gti
    if events is None or gti is None:
        raise DataError(
            f"{observation!r}: a file has events and good times, set observation.events first"
        )
    table = _events_hdu(observation, events, gti)
    hdus: list[Any] = [fits.PrimaryHDU(), table, gti_to_hdu(gti)]
    if include_irfs:
        hdus += [getattr(observation, name).to_table_hdu() for name in observation.available_irfs]
    if checksum:
        for hdu in hdus:
            hdu.add_checksum()
    write_hdus({expand(path): hdus}, overwrite)


def _events_hdu(observation: Any, events: EventList, gti: Any) -> fits.BinTableHDU:
    """Table of the events with the cards that make an observation of it."""
    table = events_to_hdu(events)
    header = table.header
    pointing: FixedPointingInfo = observation.pointing
    header.update(pointing.to_fits_header())
    if observation.observatory_earth_location is not None:
        header.update(location_to_header(observation.observatory_earth_location))
    header["OBS_ID"] = observation.obs_id
    live = observation.observation_live_time_duration
    ontime = observation.observation_time_duration
    # filters on phase count as dead time, there is no other card for them
    alive = 1.0 - observation.observation_dead_time_fraction
    header["DEADC"] = alive * observation.obs_filter.livetime_fraction
    header["ONTIME"], header["LIVETIME"] = (float(t.to_value("s")) for t in (ontime, live))
    if len(gti):
        reference = time_reference(header, "the header of the events")
        header["TIMEUNIT"] = "s"
        for key, time in (("TSTART", observation.tstart), ("TSTOP", observation.tstop)):
            header[key] = float((time.tt - reference.tt).to_value("s"))
    return table
