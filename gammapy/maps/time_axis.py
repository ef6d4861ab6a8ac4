"""TimeMapAxis: an axis of a map, of intervals of time that may have gaps between them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, Self

import astropy.units as u
import numpy as np
from astropy.time import Time

from gammapy.errors import DataError
from gammapy.units import as_quantity, parse_unit

if TYPE_CHECKING:
    from astropy.table import Table
    from astropy.time import TimeDelta

__all__ = ["TimeMapAxis"]

#: times closer than this are the same: what a float of seconds since 1970 still resolves
_ROUNDING = 1e-6 * u.s


class TimeMapAxis:
    """Intervals of time in ascending order; it does not change once made.

    Parameters
    ----------
    edges_min, edges_max : `~astropy.units.Quantity` [n]
        Start and end of each interval, relative to the reference time. There may be gaps, but no
        overlaps.
    reference_time : `~astropy.time.Time` or str
        Its scale (TT, UTC...) is that of all times of the axis.
    name : str
    interp : {"lin"}
        Times have no other scale.

    Raises
    ------
    DataError
        If an interval is empty or not finite, two overlap, or they are not in order.
    """

    def __init__(
        self,
        edges_min: Any,
        edges_max: Any,
        reference_time: Any,
        name: str = "time",
        interp: str = "lin",
    ) -> None:
        if interp != "lin":
            raise DataError(f"axis {name!r}: interp = {interp!r}, but time has only 'lin'")
        self.name = name
        self.interp = interp
        self._reference_time = _reference(reference_time, name)
        low = as_quantity(edges_min, f"axis {name!r}: edges_min", u.s)
        high = as_quantity(edges_max, f"axis {name!r}: edges_max", u.s).to(low.unit)
        low, high = (edges.reshape(1) if edges.isscalar else edges for edges in (low, high))
        _check(low, high, name)
        self._edges_min, self._edges_max = (_frozen(edges) for edges in (low, high))

    @classmethod
    def from_time_edges(
        cls,
        time_min: Time,
        time_max: Time,
        unit: Any = "d",
        interp: str = "lin",
        name: str = "time",
    ) -> Self:
        """Axis from the start and end of its intervals.

        Parameters
        ----------
        time_min, time_max : `~astropy.time.Time` [n]
            The first start becomes the reference time.
        unit : str
            Of the edges.
        interp, name : str
        """
        for argument, value in {"time_min": time_min, "time_max": time_max}.items():
            if not isinstance(value, Time):
                raise DataError(
                    f"axis {name!r}: {argument} = {value!r} is no time: use astropy.time.Time"
                )
        low, high = time_min.reshape(-1), time_max.reshape(-1)
        if not len(low):
            raise DataError(f"axis {name!r}: there are no intervals; at least one is needed")
        start, to = low[0], parse_unit(unit)
        return cls((low - start).to(to), (high - start).to(to), start, name=name, interp=interp)

    @classmethod
    def from_time_bounds(
        cls, time_min: Time, time_max: Time, nbin: int, unit: Any = "d", name: str = "time"
    ) -> Self:
        """Axis of ``nbin`` intervals of the same length without gaps."""
        if not isinstance(nbin, (int, np.integer)) or nbin < 1:
            raise DataError(f"axis {name!r}: nbin = {nbin!r} must be a positive whole number")
        edges = np.linspace(0.0, 1.0, nbin + 1) * (time_max - time_min).to(parse_unit(unit))
        return cls(edges[:-1], edges[1:], time_min, name=name)

    @classmethod
    def from_gti(cls, gti: Any, name: str = "time") -> Self:
        """Axis whose bins are good time intervals (see `gammapy.data.GTI`)."""
        start, stop, reference = gti.time_start, gti.time_stop, gti.time_ref
        return cls((start - reference).to("s"), (stop - reference).to("s"), reference, name=name)

    # -- edges ----------------------------------------------------------------------------

    @property
    def reference_time(self) -> Time:
        """What the edges are relative to."""
        return self._reference_time.copy()

    @property
    def edges_min(self) -> u.Quantity:
        """Starts [n], relative to the reference time."""
        return self._edges_min

    @property
    def edges_max(self) -> u.Quantity:
        """Ends [n], relative to the reference time."""
        return self._edges_max

    @property
    def is_contiguous(self) -> bool:
        """True if there are no gaps (longer than a microsecond)."""
        return bool(np.all(self.edges_min[1:] - self.edges_max[:-1] <= _ROUNDING))

    @property
    def edges(self) -> u.Quantity:
        """Edges [n + 1] of intervals without gaps, relative to the reference time.

        Raises
        ------
        DataError
            If there are gaps.
        """
        if not self.is_contiguous:
            raise DataError(
                f"axis {self.name!r} has gaps, so its intervals share no edges: use edges_min and "
                "edges_max (or time_min and time_max)"
            )
        return np.append(self.edges_min, self.edges_max[-1:])

    @property
    def bounds(self) -> tuple[u.Quantity, u.Quantity]:
        """First start and last end, relative to the reference time."""
        return self.edges_min[0], self.edges_max[-1]

    @property
    def center(self) -> u.Quantity:
        """Middles [n], relative to the reference time."""
        return 0.5 * (self.edges_min + self.edges_max)

    @property
    def bin_width(self) -> u.Quantity:
        """Lengths [n]."""
        return self.edges_max - self.edges_min

    @property
    def nbin(self) -> int:
        """Number of intervals."""
        return len(self._edges_min)

    @property
    def unit(self) -> u.UnitBase:
        """Unit of the edges."""
        return self._edges_min.unit

    # -- times ----------------------------------------------------------------------------

    @property
    def time_min(self) -> Time:
        """Starts [n]."""
        return self._reference_time + self.edges_min

    @property
    def time_max(self) -> Time:
        """Ends [n]."""
        return self._reference_time + self.edges_max

    @property
    def time_mid(self) -> Time:
        """Middles [n]."""
        return self._reference_time + self.center

    @property
    def time_delta(self) -> TimeDelta:
        """Lengths [n]."""
        return self.time_max - self.time_min

    @property
    def time_edges(self) -> Time:
        """Edges [n + 1] of intervals without gaps; raises as `edges`."""
        return self._reference_time + self.edges

    @property
    def time_bounds(self) -> tuple[Time, Time]:
        """First start and last end."""
        return self.time_min[0], self.time_max[-1]

    @property
    def iter_by_edges(self) -> Iterator[tuple[u.Quantity, u.Quantity]]:
        """Start and end of one interval after the other, relative to the reference time."""
        return zip(self.edges_min, self.edges_max, strict=True)

    @property
    def iter_by_time_edges(self) -> Iterator[tuple[Time, Time]]:
        """Start and end of one interval after the other."""
        return zip(self.time_min, self.time_max, strict=True)

    def coord_to_idx(self, coord: Any) -> np.ndarray:
        """Interval that holds a time, or -1 where none does; an interval holds its start.

        Parameters
        ----------
        coord : `~astropy.time.Time` or `~astropy.units.Quantity`
            A quantity is relative to the reference time.
        """
        if isinstance(coord, Time):
            coord = (coord - self._reference_time).to(u.s)
        values = as_quantity(coord, f"axis {self.name!r}: coord", u.s).to_value(self.unit)
        index = np.searchsorted(self.edges_min.value, values, side="right") - 1
        inside = (index >= 0) & (values < self.edges_max.value[index])
        return np.where(inside, index, -1)

    def coord_to_pix(self, coord: Any) -> np.ndarray:
        """Interval that holds a time, as `coord_to_idx`, but nan where none does."""
        index = self.coord_to_idx(coord)
        return np.where(index < 0, np.nan, index)

    def pix_to_coord(self, pix: Any) -> Time:
        """Times [...] at places on the axis, counted from 0 at the middle of the first interval."""
        place = np.asarray(pix, dtype=float)
        index = np.clip(np.floor(place + 0.5), 0, self.nbin - 1).astype(int)
        within = (place + 0.5 - index) * self.bin_width[index]
        return self._reference_time + self.edges_min[index] + within

    # -- other axes -----------------------------------------------------------------------

    def slice(self, idx: slice) -> Self:
        """Axis of some of the intervals, those of a slice."""
        kept = np.arange(self.nbin)[idx]
        return type(self)(
            self.edges_min[kept], self.edges_max[kept], self._reference_time, name=self.name
        )

    def squash(self) -> Self:
        """Axis of one interval, from the first start to the last end."""
        return type(self)(*self.bounds, self._reference_time, name=self.name)

    def copy(self, **changes: Any) -> Self:
        """Axis with some of the arguments changed."""
        arguments: dict[str, Any] = {
            "edges_min": self.edges_min,
            "edges_max": self.edges_max,
            "reference_time": self._reference_time,
            "name": self.name,
            "interp": self.interp,
        }
        return type(self)(**{**arguments, **changes})

    def to_table(self) -> Table:
        """Table with the columns START and STOP."""
        from astropy.table import Table

        return Table({"START": self.time_min, "STOP": self.time_max})

    def is_allclose(self, other: Any, rtol: float = 1e-6) -> bool:
        """True if the name and all times agree, within ``rtol`` of a length or a microsecond."""
        if not isinstance(other, TimeMapAxis):
            return False
        if self.name != other.name or self.nbin != other.nbin:
            return False
        allowed = np.maximum(rtol * self.bin_width, _ROUNDING)
        off = (self.time_min - other.time_min, self.time_max - other.time_max)
        return all(bool(np.all(np.abs(delta.to("s")) <= allowed)) for delta in off)

    def __eq__(self, other: object) -> bool:
        return self.is_allclose(other)

    __hash__ = None  # type: ignore[assignment]

    def __len__(self) -> int:
        return self.nbin

    def __reduce__(self) -> tuple[Any, ...]:
        arguments = (self.edges_min, self.edges_max, self._reference_time, self.name)
        return type(self), arguments  # a copied array is writeable

    def __repr__(self) -> str:
        low, high = (time.iso for time in self.time_bounds)
        scale = self._reference_time.scale
        return f"TimeMapAxis({self.name!r}, {self.nbin} bins, {low} to {high}, {scale})"


def _reference(value: Any, name: str) -> Time:
    """One time, of which no later change of the caller's object shows."""
    try:
        time = Time(value, copy=True)
    except (ValueError, TypeError) as error:
        raise DataError(
            f"axis {name!r}: reference_time = {value!r} is no time, use astropy.time.Time ({error})"
        ) from None
    if not time.isscalar or np.any(time.mask):
        raise DataError(f"axis {name!r}: reference_time = {value!r} must be one time, not masked")
    return time


def _frozen(edges: u.Quantity) -> u.Quantity:
    values = np.array(edges.value)
    values.flags.writeable = False
    return u.Quantity(values, edges.unit, copy=False)


def _check(low: u.Quantity, high: u.Quantity, name: str) -> None:
    if low.ndim != 1 or low.shape != high.shape or not len(low):
        raise DataError(
            f"axis {name!r}: edges_min of shape {low.shape} and edges_max of shape {high.shape}: "
            "both need one number for each interval, and at least one"
        )
    empty = np.flatnonzero(~(np.isfinite(low) & np.isfinite(high) & (low < high)))
    if len(empty):
        i = empty[0]
        raise DataError(
            f"axis {name!r}: interval {i} runs from {low[i]:g} to {high[i]:g}: it must be finite "
            "and end after its start"
        )
    overlap = np.flatnonzero(low[1:] < high[:-1] - _ROUNDING)
    if len(overlap):
        i = overlap[0]
        raise DataError(
            f"axis {name!r}: interval {i + 1} starts at {low[i + 1]:g}, before the end of interval "
            f"{i} at {high[i]:g}: sort the intervals, and merge those that overlap"
        )
