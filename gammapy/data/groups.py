"""Groups of pointings that share direction and response, and so one computation.

A survey points at a few places many times: the 3,270 pointings of the survey of the Galactic
plane in the first CTA data challenge are 244 pairs of direction and response.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import astropy.units as u
import numpy as np
from astropy.time import Time

from gammapy.data.gti import GTI
from gammapy.data.time_reference import EPOCH_MJD, column_zero, epoch_shift
from gammapy.errors import DataError

__all__ = ["PointingGroup", "group_pointings"]

#: deg; directions that differ by less are the same
_SAME = 1e-6


@dataclass(frozen=True, eq=False)
class PointingGroup:
    """Pointings with one direction and one response.

    Parameters
    ----------
    lon, lat : float
        Direction in deg, ICRS.
    response : str
        Name of the response, e.g. "South_z20_50h"; empty if the table names none.
    livetime : float
        Sum over the pointings in s.
    obs_id : tuple of int [n]
    start, stop : `~numpy.ndarray` [n]
        Of the pointings, elapsed seconds from MJD 51544 (TT), in the order of ``obs_id``. Means
        over time go by these.
    ontime : float, optional
        Time of observation in s, dead time included, by which background counts: sum over the
        pointings of the column ONTIME where the index has it, else, and by default, of the good
        time intervals from start to stop. An index may round these: in that of the first CTA
        data challenge they are 0.44 % too short.
    """

    lon: float
    lat: float
    response: str
    livetime: float
    obs_id: tuple[int, ...]
    start: np.ndarray
    stop: np.ndarray
    ontime: float | None = None

    def __post_init__(self) -> None:
        if self.ontime is None:
            object.__setattr__(self, "ontime", float(np.sum(self.stop - self.start)))

    def __repr__(self) -> str:
        return (
            f"PointingGroup({len(self.obs_id)} pointings at {self.lon:.4f}, {self.lat:.4f} deg, "
            f"{self.response!r}, {self.livetime:g} s)"
        )

    @property
    def gti(self) -> GTI:
        """The times as good time intervals."""
        epoch = Time(EPOCH_MJD, format="mjd", scale="tt")
        return GTI.create(self.start * u.s, self.stop * u.s, epoch)


def group_pointings(obs_table: Any, by: Sequence[str] = ("IRF",)) -> list[PointingGroup]:
    """Group the pointings of an observation index.

    Directions that differ by less than 1e-6 deg in right ascension and in declination are the
    same. The time that a pointing counts with is its column LIVETIME, or, in a table without it,
    ONTIME times DEADC (the fraction of the time in which the instrument was alive). The time of
    observation is ONTIME, or, in a table without it, that from TSTART to TSTOP.

    Parameters
    ----------
    obs_table : `~astropy.table.Table`
        Observation index: columns OBS_ID, RA_PNT, DEC_PNT, TSTART, TSTOP and LIVETIME (or ONTIME
        and DEADC), and ONTIME if there is one; in ``meta`` the reference time MJDREFI, MJDREFF,
        TIMESYS.
    by : sequence of str
        Columns whose texts name the response; of several they are joined by "/". Empty for a table
        that names none.

    Returns
    -------
    groups : list of `PointingGroup`
        In the order in which they first appear in the table.

    Raises
    ------
    DataError
        If a column is missing, a direction or time is not finite, a live time or time of
        observation negative, a stop before its start, an OBS_ID there twice, or a response has no
        name.
    FileFormatError
        If the reference time is not stated.
    """
    columns = [by] if isinstance(by, str) else list(by)
    obs_id = _identifiers(obs_table)
    lon = _numbers(obs_table, "RA_PNT", u.deg, obs_id) % 360
    lat = _numbers(obs_table, "DEC_PNT", u.deg, obs_id)
    _check(np.abs(lat) <= 90, lat, "DEC_PNT", obs_id, "it must be from -90 to 90 deg")
    livetime = _livetimes(obs_table, obs_id)
    start, stop = _times(obs_table, obs_id)
    ontime = _ontimes(obs_table, obs_id) if "ONTIME" in obs_table.colnames else stop - start
    responses = _responses(obs_table, columns, obs_id)
    _, response_label = np.unique(responses, return_inverse=True)
    labels = np.stack([_clusters(lon, period=360.0), _clusters(lat), response_label], axis=1)
    members = _members(labels)
    return [
        PointingGroup(
            lon=float(lon[rows[0]]),
            lat=float(lat[rows[0]]),
            response=str(responses[rows[0]]),
            livetime=float(np.sum(livetime[rows])),
            obs_id=tuple(obs_id[rows].tolist()),
            start=_frozen(start[rows]),
            stop=_frozen(stop[rows]),
            ontime=float(np.sum(ontime[rows])),
        )
        for rows in members
    ]


def _clusters(values: np.ndarray, period: float | None = None) -> np.ndarray:
    """Labels [n] of values that are the same; rounding would part some that straddle a step."""
    order = np.argsort(values, kind="stable")
    steps = np.diff(values[order], prepend=values[order[:1]]) > _SAME
    labels = np.empty(len(values), dtype=int)
    labels[order] = np.cumsum(steps)
    if period is not None and len(values):
        first, last = values[order[0]], values[order[-1]]
        if first + period - last <= _SAME:
            labels[labels == labels[order[-1]]] = labels[order[0]]
    return labels


def _members(labels: np.ndarray) -> list[np.ndarray]:
    """Rows of each group, in the order of their first row."""
    if not len(labels):
        return []
    _, inverse, counts = np.unique(labels, axis=0, return_inverse=True, return_counts=True)
    order = np.argsort(inverse.ravel(), kind="stable")
    rows = np.split(order, np.cumsum(counts)[:-1])
    return sorted(rows, key=lambda group: int(group[0]))


# -- columns -------------------------------------------------------------------------------


def _column(table: Any, name: str, way_out: str = "") -> Any:
    if name not in table.colnames:
        raise DataError(f"the observation table has no column {name}{way_out}: {table.colnames}")
    return table[name]


def _identifiers(table: Any) -> np.ndarray:
    values = np.asarray(_column(table, "OBS_ID"))
    unique, counts = np.unique(values, return_counts=True)
    if len(unique) < len(values):
        twice = unique[counts > 1]
        raise DataError(
            f"OBS_ID {twice[0]} is in the observation table {counts[counts > 1][0]} times "
            f"({len(twice)} such): each pointing counts once, remove the others"
        )
    return values


def _numbers(table: Any, name: str, unit: u.UnitBase, obs_id: np.ndarray) -> np.ndarray:
    """Finite column in a unit; without a unit of its own it is in this one."""
    column = _column(table, name)
    # masked is what astropy makes of nan in a file
    plain = getattr(column, "value", column)
    values: np.ndarray = np.ma.filled(np.ma.asarray(plain, dtype=float), np.nan)
    own = getattr(column, "unit", None)
    if own:
        try:
            values = values * own.to(unit)
        except (ValueError, TypeError):
            raise DataError(
                f"column {name} of the observation table is in {str(own)!r}: {str(unit)!r} or what "
                "converts to it is needed"
            ) from None
    _check(np.isfinite(values), values, name, obs_id, "it must be finite: leave this pointing out")
    return values


def _livetimes(table: Any, obs_id: np.ndarray) -> np.ndarray:
    if "LIVETIME" in table.colnames:
        livetime, name = _numbers(table, "LIVETIME", u.s, obs_id), "LIVETIME"
    else:
        for needed in ("ONTIME", "DEADC"):
            _column(table, needed, " (needed, as there is no LIVETIME)")
        alive = _numbers(table, "DEADC", u.dimensionless_unscaled, obs_id)
        livetime, name = _ontimes(table, obs_id) * alive, "ONTIME * DEADC"
    _check(livetime >= 0, livetime, name, obs_id, "a live time is not negative")
    return livetime


def _ontimes(table: Any, obs_id: np.ndarray) -> np.ndarray:
    ontime = _numbers(table, "ONTIME", u.s, obs_id)
    _check(ontime >= 0, ontime, "ONTIME", obs_id, "a time of observation is not negative")
    return ontime


def _times(table: Any, obs_id: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Starts and stops in s from the epoch."""
    start, stop = (_numbers(table, name, u.s, obs_id) for name in ("TSTART", "TSTOP"))
    _check(start <= stop, stop - start, "TSTOP - TSTART", obs_id, "a pointing ends after its start")
    shift = epoch_shift(column_zero(table.meta, "the observation table"))
    return start + shift, stop + shift


def _responses(table: Any, columns: list[str], obs_id: np.ndarray) -> np.ndarray:
    """Names [n] of the responses."""
    if not columns:
        return np.full(len(obs_id), "")
    way_out = " that names the response (another may be given by=, or by=() for none)"
    texts = []
    for name in columns:
        column = np.ma.asarray(_column(table, name, way_out)).filled("")
        text = np.char.strip(np.asarray(column).astype(str))
        _check(text != "", text, name, obs_id, "a response needs a name")
        texts.append(text)
    return np.array(["/".join(row) for row in zip(*texts, strict=True)], dtype=str)


def _check(good: np.ndarray, values: np.ndarray, name: str, obs_id: np.ndarray, rule: str) -> None:
    bad = np.flatnonzero(~good)
    if len(bad):
        value = values[bad[0]]
        shown = repr(str(value)) if values.dtype.kind == "U" else f"{value:g}"
        raise DataError(f"OBS_ID {obs_id[bad[0]]} has {name} = {shown}: {rule}")


def _frozen(values: np.ndarray) -> np.ndarray:
    values.flags.writeable = False
    return values
