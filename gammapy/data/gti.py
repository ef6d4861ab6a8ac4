"""GTI: good time intervals, in which data were taken.

Times come in any scale (UTC, TT...) and are seconds of TT inside, from a reference time that is
kept. Differences are elapsed time: a leap second counts.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

import astropy.units as u
import numpy as np
from astropy.time import Time

from gammapy.dispatch import find
from gammapy.errors import DataError
from gammapy.units import as_quantity

if TYPE_CHECKING:
    from astropy.table import Table

__all__ = ["GTI"]

#: MJD (TT) that seconds count from, unless said otherwise: 2000-01-01
_EPOCH = 51544.0
#: times that differ by less are the same: what seconds since 1970 resolve in double precision
_ROUNDING = 1e-6


class GTI:
    """Good time intervals.

    Parameters
    ----------
    table : `~astropy.table.Table`
        Columns START and STOP, of times or of quantities relative to the reference time.
    reference_time : `~astropy.time.Time` or str, optional
        By default MJD 51544 (TT), 2000-01-01.

    Raises
    ------
    DataError
        If a column is missing, an interval ends before it starts, or is not finite.
    """

    def __init__(self, table: Table, reference_time: Any = None) -> None:
        missing = [name for name in ("START", "STOP") if name not in table.colnames]
        if missing:
            raise DataError(f"a table of good time intervals needs {missing[0]}: {table.colnames}")
        self._time_ref = _reference(reference_time)
        columns = (_elapsed(table[name], self._time_ref, name) for name in ("START", "STOP"))
        self._start, self._stop = _checked(*columns)

    @classmethod
    def create(cls, start: Any, stop: Any, reference_time: Any = None) -> Self:
        """Intervals from starts and ends.

        Parameters
        ----------
        start, stop : `~astropy.time.Time` or `~astropy.units.Quantity`, one or [n]
            A quantity is relative to the reference time.
        reference_time : `~astropy.time.Time` or str, optional
            By default MJD 51544 (TT), 2000-01-01.
        """
        reference = _reference(reference_time)
        return cls._of(
            _elapsed(start, reference, "START"), _elapsed(stop, reference, "STOP"), reference
        )

    @classmethod
    def from_time_intervals(
        cls, time_intervals: Iterable[Sequence[Time]], reference_time: Any = None
    ) -> Self:
        """Intervals from pairs of start and end."""
        pairs = [tuple(pair) for pair in time_intervals]
        if not pairs or any(len(pair) != 2 for pair in pairs):
            raise DataError(f"time_intervals = {pairs!r}: pairs of start and end are needed")
        start, stop = (Time(list(times)) for times in zip(*pairs, strict=True))
        return cls.create(start, stop, reference_time)

    @classmethod
    def from_stack(cls, gtis: Iterable[GTI]) -> Self:
        """All intervals of some, one after the other, relative to the first's reference time."""
        gtis = list(gtis)
        if not gtis:
            raise DataError("there are no good time intervals to stack: give at least one GTI")
        stacked = cls._of(gtis[0]._start, gtis[0]._stop, gtis[0]._time_ref)
        for gti in gtis[1:]:
            stacked.stack(gti)
        return stacked

    @classmethod
    def _of(cls, start: np.ndarray, stop: np.ndarray, reference: Time) -> Self:
        new = cls.__new__(cls)
        new._time_ref = reference
        new._start, new._stop = _checked(start, stop)
        return new

    # -- what they are --------------------------------------------------------------------

    @property
    def time_ref(self) -> Time:
        """Reference time (TT)."""
        return self._time_ref.copy()

    @property
    def met_start(self) -> u.Quantity:
        """Starts [n] in s from the reference time."""
        return u.Quantity(self._start, "s")

    @property
    def met_stop(self) -> u.Quantity:
        """Ends [n] in s from the reference time."""
        return u.Quantity(self._stop, "s")

    @property
    def time_start(self) -> Time:
        """Starts [n] (TT)."""
        return self._time_ref + self.met_start

    @property
    def time_stop(self) -> Time:
        """Ends [n] (TT)."""
        return self._time_ref + self.met_stop

    @property
    def time_delta(self) -> u.Quantity:
        """Lengths [n] in s."""
        return self.met_stop - self.met_start

    @property
    def time_sum(self) -> u.Quantity:
        """Sum of the lengths in s; what overlaps counts as often (see `union`)."""
        return self.time_delta.sum()

    @property
    def time_intervals(self) -> list[tuple[Time, Time]]:
        """Start and end of each interval."""
        return list(zip(self.time_start, self.time_stop, strict=True))

    @property
    def table(self) -> Table:
        """Table of the times, with columns START and STOP."""
        from astropy.table import Table

        return Table({"START": self.time_start, "STOP": self.time_stop})

    # -- operations -----------------------------------------------------------------------

    def copy(self) -> Self:
        """Independent copy."""
        return self._of(self._start, self._stop, self._time_ref)

    def stack(self, other: GTI) -> None:
        """Append the intervals of another, in place; see `union` to merge them."""
        start, stop = self._relative(other)
        self._start, self._stop = _checked(
            np.append(self._start, start), np.append(self._stop, stop)
        )

    def union(self, overlap_ok: bool = True, merge_equal: bool = True) -> Self:
        """Sorted intervals without overlaps.

        Parameters
        ----------
        overlap_ok : bool
            If not, intervals that overlap are an error.
        merge_equal : bool
            Merge intervals that only touch (within a microsecond).

        Raises
        ------
        DataError
            If intervals overlap and ``overlap_ok`` is not set.
        """
        merged: list[list[float]] = []
        for start, stop in self._sorted():
            gap = start - merged[-1][1] if merged else np.inf
            if gap < -_ROUNDING and not overlap_ok:
                raise DataError(
                    f"the interval from {self._iso(start)} starts before the end of another at "
                    f"{self._iso(merged[-1][1])}: pass overlap_ok=True to merge them"
                )
            if gap < -_ROUNDING or (merge_equal and gap <= _ROUNDING):
                merged[-1][1] = max(merged[-1][1], stop)
            else:
                merged.append([start, stop])
        columns = np.array(merged).reshape(-1, 2)
        return self._of(columns[:, 0], columns[:, 1], self._time_ref)

    def intersection(self, other: GTI) -> Self:
        """Time that is in both, as sorted intervals without overlaps."""
        start, stop = self._relative(other.union())
        own = self.union()
        low = np.maximum(own._start[:, None], start).ravel()
        high = np.minimum(own._stop[:, None], stop).ravel()
        keep = low < high
        return self._of(low[keep], high[keep], self._time_ref)

    def select_time(self, time_interval: Sequence[Time], inverted: bool = False) -> Self:
        """Time inside an interval (or outside), cut where one crosses its ends.

        Parameters
        ----------
        time_interval : `~astropy.time.Time` [2]
            Start and end.
        inverted : bool
            Keep the time outside instead.
        """
        low, high = self._interval(time_interval)
        if not inverted:
            parts = [(np.maximum(self._start, low), np.minimum(self._stop, high))]
        else:
            parts = [
                (self._start, np.minimum(self._stop, low)),
                (np.maximum(self._start, high), self._stop),
            ]
        start, stop = (np.concatenate(column) for column in zip(*parts, strict=True))
        keep = start < stop
        order = np.argsort(start[keep], kind="stable")
        return self._of(start[keep][order], stop[keep][order], self._time_ref)

    def delete_interval(self, time_interval: Sequence[Time]) -> Self:
        """Time outside an interval."""
        return self.select_time(time_interval, inverted=True)

    def _interval(self, time_interval: Sequence[Time]) -> tuple[float, float]:
        ends = [_elapsed(time, self._time_ref, "time_interval") for time in time_interval]
        if len(ends) != 2 or not ends[0] < ends[1]:
            raise DataError(
                f"time_interval = {time_interval!r}: a start and a later end are needed"
            )
        return float(ends[0].item()), float(ends[1].item())

    def _relative(self, other: GTI) -> tuple[np.ndarray, np.ndarray]:
        """Starts and ends of another in s from the own reference time."""
        shift = (other._time_ref - self._time_ref).to_value("s")
        return other._start + shift, other._stop + shift

    def _sorted(self) -> Iterator[tuple[float, float]]:
        order = np.lexsort((self._stop, self._start))
        return zip(self._start[order].tolist(), self._stop[order].tolist(), strict=True)

    def _iso(self, seconds: float) -> str:
        return str((self._time_ref + seconds * u.s).iso)

    def __eq__(self, other: object) -> bool:
        """True if all intervals agree within a microsecond, whatever the reference times."""
        if not isinstance(other, GTI) or len(self) != len(other):
            return False
        pairs = zip((self._start, self._stop), self._relative(other), strict=True)
        return all(bool(np.all(np.abs(one - two) <= _ROUNDING)) for one, two in pairs)

    __hash__ = None  # type: ignore[assignment]

    def __len__(self) -> int:
        return len(self._start)

    # -- files, printing ------------------------------------------------------------------

    @classmethod
    def read(cls, filename: str | Path, hdu: str = "GTI", format: str = "gadf") -> GTI:
        """Read from a table of a FITS file.

        Parameters
        ----------
        filename : str or path
        hdu : str
            Name of the table.
        format : {"gadf"}
        """
        return find("GTI", "read", format)(filename, hdu)

    def write(self, filename: str | Path, overwrite: bool = False, format: str = "gadf") -> None:
        """Write into a FITS file of its own, with the table GTI."""
        find("GTI", "write", format)(self, filename, overwrite=overwrite)

    def _repr_html_(self) -> str:
        return find("GTI", "html", "table")(self)

    def __repr__(self) -> str:
        if not len(self):
            return "GTI(0 intervals)"
        first, last = self._iso(self._start.min()), self._iso(self._stop.max())
        return f"GTI({len(self)} intervals, {self.time_sum:g}, {first} to {last} tt)"


def _reference(value: Any) -> Time:
    if value is None:
        return Time(_EPOCH, format="mjd", scale="tt")
    try:
        time = Time(value).tt
    except (ValueError, TypeError) as error:
        raise DataError(
            f"reference_time = {value!r} is no time: use astropy.time.Time ({error})"
        ) from None
    if not time.isscalar or np.any(time.mask):
        raise DataError(f"reference_time = {value!r} must be one time, not masked")
    return time


def _elapsed(value: Any, reference: Time, name: str) -> np.ndarray:
    """Seconds [n] from the reference time to times, or of a quantity."""
    if isinstance(value, Time):
        if np.any(value.mask):
            raise DataError(f"{name} has masked times: leave these intervals out")
        value = (value.tt - reference).to(u.s)
    return np.atleast_1d(as_quantity(value, name, u.s).to_value(u.s))


def _checked(start: np.ndarray, stop: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Own read-only copies of columns that make intervals."""
    start, stop = np.array(start, dtype=float), np.array(stop, dtype=float)
    if start.ndim != 1 or start.shape != stop.shape:
        raise DataError(
            f"starts of shape {start.shape} and stops of shape {stop.shape}: good time intervals "
            "need one number of each"
        )
    bad = np.flatnonzero(~(np.isfinite(start) & np.isfinite(stop) & (start <= stop)))
    if len(bad):
        i = bad[0]
        raise DataError(
            f"good time interval {i} runs from {start[i]:g} s to {stop[i]:g} s: it must be finite "
            "and not end before its start"
        )
    for column in (start, stop):
        column.flags.writeable = False
    return start, stop
