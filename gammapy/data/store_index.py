"""Indices of observations that are known by the files of their events alone."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from astropy.coordinates import SkyCoord

from gammapy.atomic import expand
from gammapy.data.hdu_index_table import HDUIndexTable
from gammapy.data.hdu_location import HDULocation
from gammapy.data.obs_table import ObservationTable
from gammapy.data.observation_file import locate_parts
from gammapy.errors import DataError, FileFormatError, MissingFileError
from gammapy.fits_file import open_hdus

__all__ = ["index_events_files"]

#: cards that become columns, with the unit and what stands where a card is missing
_CARDS: dict[str, tuple[str, Any]] = {
    "TSTART": ("s", np.nan),
    "TSTOP": ("s", np.nan),
    "ONTIME": ("s", np.nan),
    "LIVETIME": ("s", np.nan),
    "DEADC": ("", np.nan),
    "TELESCOP": ("", ""),
    "RA_PNT": ("deg", np.nan),
    "DEC_PNT": ("deg", np.nan),
    "OBJECT": ("", ""),
    "CALDB": ("", ""),
    "IRF": ("", ""),
}
_TIMES = ("MJDREFI", "MJDREFF", "TIMESYS", "TIMEUNIT", "TIMEREF")
_COLUMNS = ("HDU_TYPE", "HDU_CLASS", "HDU_NAME", "OBS_ID", "FILE_DIR", "FILE_NAME")


def index_events_files(
    events_paths: Iterable[Any], irfs_paths: Any = None
) -> tuple[HDUIndexTable, ObservationTable]:
    """Both indices; see `DataStore.from_events_files`."""
    events = [expand(path) for path in events_paths]
    if not events:
        raise DataError("events_paths is empty: give the files of at least one observation")
    parts, headers = [], []
    for path, irf_path in zip(events, _irf_paths(irfs_paths, len(events)), strict=True):
        found, header = _observation_parts(path, irf_path)
        parts += list(found.values())
        headers.append(header)
    ids = [header["OBS_ID"] for header in headers]
    twice = [one for one in ids if ids.count(one) > 1]
    if twice:
        raise DataError(f"OBS_ID {twice[0]} is in {ids.count(twice[0])} of the files: each once")
    return _hdu_table(parts), _obs_table(headers, events)


def _irf_paths(paths: Any, n: int) -> Sequence[Path | None]:
    if paths is None:
        return [None] * n
    single = isinstance(paths, str | os.PathLike)
    several = [expand(paths)] * n if single else [expand(path) for path in paths]
    if len(several) == 1:
        several = several * n
    if len(several) != n:
        raise DataError(f"irfs_paths has {len(several)} files for {n} observations: one, or {n}")
    return several


def _observation_parts(
    path: Path, irf_path: Path | None
) -> tuple[dict[str, HDULocation], Mapping[str, Any]]:
    """Parts of an observation, and the header of its events."""
    hdus = open_hdus(path)
    found = locate_parts(hdus, path, "")
    if "events" not in found:
        raise FileFormatError(f"{path} has no table of events: it has {[h.name for h in hdus]}")
    header = hdus[found["events"].hdu_name].header
    if "OBS_ID" not in header:
        raise FileFormatError(f"{path}: the events have no OBS_ID, by which they would be found")
    obs_id = header["OBS_ID"]
    found = locate_parts(hdus, path, obs_id)
    if irf_path is None and not set(found) - {"events", "gti"}:
        irf_path = _calibration_file(header, path)
    if irf_path is not None:
        found = {name: part for name, part in found.items() if name in ("events", "gti")}
        responses = locate_parts(open_hdus(irf_path), irf_path, obs_id)
        found |= {name: part for name, part in responses.items() if name not in found}
    return found, header


def _calibration_file(header: Mapping[str, Any], path: Path) -> Path:
    """File of the responses in the folder $CALDB that the cards of the events name."""
    caldb, irf = (str(header.get(key, "")).strip() for key in ("CALDB", "IRF"))
    file = expand(
        f"$CALDB/data/{header.get('TELESCOP', 'cta').lower()}/{caldb}/bcf/{irf}/irf_file.fits"
    )
    if not caldb or not irf or not file.is_file():
        raise MissingFileError(
            f"{path} has no responses, and its cards CALDB = {caldb!r}, IRF = {irf!r} lead to no "
            f"file {file}: set the variable CALDB, or give irfs_paths="
        )
    return file


def _hdu_table(parts: Sequence[HDULocation]) -> HDUIndexTable:
    rows = [
        (
            p.hdu_type,
            p.hdu_class,
            p.hdu_name,
            p.obs_id,
            str(Path(p.file_dir).absolute()),
            p.file_name,
        )
        for p in parts
    ]
    return HDUIndexTable(
        {name: list(column) for name, column in zip(_COLUMNS, zip(*rows, strict=True), strict=True)}
    )


def _obs_table(headers: Sequence[Mapping[str, Any]], paths: Sequence[Path]) -> ObservationTable:
    table = ObservationTable({"OBS_ID": [header["OBS_ID"] for header in headers]})
    for name, (unit, absent) in _CARDS.items():
        table[name] = [header.get(name, absent) for header in headers]
        if unit:
            table[name].unit = unit
    if np.all(np.isfinite(table["RA_PNT"]) & np.isfinite(table["DEC_PNT"])):
        galactic = SkyCoord(table["RA_PNT"], table["DEC_PNT"], unit="deg").galactic
        table["GLON_PNT"], table["GLAT_PNT"] = galactic.l.to("deg"), galactic.b.to("deg")
    table["EVENTS_FILENAME"] = [str(path) for path in paths]
    table["EVENT_COUNT"] = [header["NAXIS2"] for header in headers]
    references = {tuple(header.get(key) for key in _TIMES[:3]) for header in headers}
    if len(references) > 1:
        raise DataError(
            f"the files count time from {len(references)} references {sorted(map(str, references))}"
            ": an index has one, make one for each"
        )
    first = headers[0]
    table.meta.update({key: first[key] for key in _TIMES if key in first})
    table.meta.update({"HDUCLASS": "GADF", "HDUCLAS1": "INDEX", "HDUCLAS2": "OBS"})
    return table
