"""When spectra were taken, and into which interval of a light curve each falls."""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from typing import Any, NamedTuple, Self

import astropy.units as u
import numpy as np
from astropy.time import Time

from gammapy.data.gti import GTI
from gammapy.errors import DataError, GammapyWarning
from gammapy.maps.time_axis import TimeMapAxis
from gammapy.spectrum.base import CountsSpectrum

__all__ = ["RunTimes"]


class RunTimes(NamedTuple):
    """Good time intervals of some spectra, in s from one reference time.

    Attributes
    ----------
    names : list of str [n]
    starts, stops : list of ndarray
        Of each spectrum.
    reference : `~astropy.time.Time`
    """

    names: list[str]
    starts: list[np.ndarray]
    stops: list[np.ndarray]
    reference: Time

    @classmethod
    def of(cls, spectra: Sequence[CountsSpectrum]) -> Self:
        """Times of spectra that all know theirs.

        Raises
        ------
        DataError
            If one does not.
        """
        gtis = [_known_gti(spectrum) for spectrum in spectra]
        reference = gtis[0].time_ref
        shifts: dict[tuple[float, float], float] = {}
        starts, stops = [], []
        for gti in gtis:
            own = gti.time_ref
            key = (own.jd1, own.jd2)  # differences of times are slow, and runs share references
            if key not in shifts:
                shifts[key] = float((own - reference).to_value("s"))
            starts.append(gti.met_start.value + shifts[key])
            stops.append(gti.met_stop.value + shifts[key])
        return cls([spectrum.name for spectrum in spectra], starts, stops, reference)

    @property
    def spans(self) -> np.ndarray:
        """First start and last stop [n, 2] of each spectrum."""
        pairs = zip(self.starts, self.stops, strict=True)
        return np.array([[start.min(), stop.max()] for start, stop in pairs])

    def gti(self) -> GTI:
        """All intervals, merged."""
        start, stop = (np.concatenate(column) * u.s for column in (self.starts, self.stops))
        return GTI.create(start, stop, self.reference).union()

    def axis(self, time_intervals: Any, atol: float) -> TimeMapAxis:
        """Axis of the intervals that were asked for; by default one for each spectrum.

        Parameters
        ----------
        time_intervals : sequence of pairs of `~astropy.time.Time`, or None
        atol : float
            In s: spectra whose spans agree within it share an interval.

        Raises
        ------
        DataError
            If intervals overlap.
        """
        edges = self.spans if time_intervals is None else _seconds(time_intervals, self.reference)
        edges = edges[np.lexsort((edges[:, 1], edges[:, 0]))]
        if time_intervals is None:
            new = np.any(np.abs(np.diff(edges, axis=0)) > atol, axis=1)
            edges = edges[np.concatenate([[True], new])]
        overlap = np.flatnonzero(edges[1:, 0] < edges[:-1, 1] - atol)
        if len(overlap):
            whose = "the times of the spectra" if time_intervals is None else "time_intervals"
            raise DataError(
                f"{whose}: interval {overlap[0] + 1} starts before the end of the one before it; "
                "pass time_intervals that do not overlap"
            )
        return TimeMapAxis(edges[:, 0] * u.s, edges[:, 1] * u.s, self.reference)

    def intervals(self, axis: TimeMapAxis, atol: float) -> np.ndarray:
        """Interval [n] that each spectrum lies wholly in; -1, with a warning, for none."""
        low, high = axis.edges_min.to_value("s"), axis.edges_max.to_value("s")
        first, last = self.spans.T
        place = np.searchsorted(low, first + atol, side="right") - 1
        inside = (place >= 0) & (last <= high[place] + atol)
        outside = np.flatnonzero(~inside)
        if len(outside):
            warnings.warn(
                f"{len(outside)} of {len(self.names)} spectra, the first "
                f"{self.names[outside[0]]!r}, lie in no time interval as a whole and are left out",
                GammapyWarning,
                stacklevel=3,
            )
        return np.where(inside, place, -1)


def _known_gti(spectrum: CountsSpectrum) -> GTI:
    if spectrum.gti is None or not len(spectrum.gti):
        raise DataError(
            f"{spectrum.name}: no good time intervals, which a light curve needs: set "
            "dataset.gti = GTI.create(start, stop, reference_time)"
        )
    return spectrum.gti


def _seconds(time_intervals: Any, reference: Time) -> np.ndarray:
    """Starts and stops [n, 2] in s from a reference time."""
    try:
        pairs = [tuple(pair) for pair in time_intervals]
    except TypeError:
        pairs = [()]
    if not pairs or not all(
        len(pair) == 2 and all(isinstance(time, Time) for time in pair) for pair in pairs
    ):
        raise DataError(
            f"time_intervals = {time_intervals!r} must be pairs of start and stop, each an "
            "astropy.time.Time"
        )
    starts, stops = (Time(list(times)).tt - reference for times in zip(*pairs, strict=True))
    edges = np.stack([starts.to_value("s"), stops.to_value("s")], axis=1)
    empty = np.flatnonzero(~(edges[:, 0] < edges[:, 1]))
    if len(empty):
        start, stop = pairs[empty[0]]
        raise DataError(
            f"time_intervals[{empty[0]}] from {start.iso} to {stop.iso} must end after its start"
        )
    return edges
