"""The norm of one source in many segments of counts data, all segments at once.

A segment is what belongs to one flux point: bins of energy, perhaps of one stretch of time. In it
the prediction is ``norm * signal + other``, and the statistic of counts is convex in such a
prediction, so one number per segment is sought where a rising function crosses zero: the
derivative for the best norm, the rise of the statistic for a limit. Brackets grow until they hold
the root and are closed by Newton steps, or by halving where those leave the bracket, for all
segments in step. Where the statistic has no smooth minimum, or a limit does not exist, an
`Outcome` says why.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import IntEnum
from functools import cached_property
from typing import NamedTuple

import numpy as np

from gammapy.engine.statistic import BinStatistic

__all__ = ["BestNorm", "NormProblem", "NormRows", "Outcome", "best_norm", "norm_limit"]

#: precision of a norm, in units of its expected error
PRECISION = 1e-11
#: gain (in -2 ln L) that a Newton step from a smooth minimum may still promise
STATIONARY = 1e-6
MAX_DOUBLINGS = 200
MAX_STEPS = 300


class Outcome(IntEnum):
    """What became of a search in a segment; the sentence says why there is no number."""

    FOUND = 0
    NO_DATA = 1
    NO_SIGNAL = 2
    IMPOSSIBLE = 3
    AT_EDGE = 4
    AT_BOUND = 5
    NO_LIMIT = 6
    NOT_CONVERGED = 7

    @property
    def sentence(self) -> str:
        """What happened, in words."""
        return _SENTENCES[self]


_SENTENCES = {
    Outcome.FOUND: "found",
    Outcome.NO_DATA: "no unmasked bin of the data lies in this range",
    Outcome.NO_SIGNAL: "no counts of the source are predicted in this range",
    Outcome.IMPOSSIBLE: "counts were seen where no norm makes the prediction positive",
    Outcome.AT_EDGE: "the best norm lies where the statistic has an edge, so it has no error there",
    Outcome.AT_BOUND: "the best norm lies at its bound, so it has no error there",
    Outcome.NO_LIMIT: "the statistic does not rise that far before the norm meets its end",
    Outcome.NOT_CONVERGED: "the search did not converge",
}


class NormRows(NamedTuple):
    """Bins of data with one kind of statistic.

    Attributes
    ----------
    signal, other : ndarray [n_rows]
        Predicted counts of the source at norm 1, and of other sources.
    counts, excess : ndarray [n_rows]
        Observed counts, and what of them is above background and other sources.
    constant : ndarray [n_rows]
        Terms of the statistic that no prediction changes.
    segment : ndarray of int [n_rows]
        Segment of each bin.
    statistic : callable
        `BinStatistic` of the rows for predicted counts [n_rows] of all sources.
    """

    signal: np.ndarray
    other: np.ndarray
    counts: np.ndarray
    excess: np.ndarray
    constant: np.ndarray
    segment: np.ndarray
    statistic: Callable[[np.ndarray], BinStatistic]


@dataclass(frozen=True)
class NormProblem:
    """Statistic of each segment as a function of its norm.

    Attributes
    ----------
    n_segments : int
    rows : sequence of `NormRows`
        One for each kind of statistic.
    lower, upper : float
        Bounds of all norms.
    """

    n_segments: int
    rows: Sequence[NormRows]
    lower: float = -np.inf
    upper: float = np.inf

    def total(self, column: str | None = None, absolute: bool = False) -> np.ndarray:
        """Sums [n_segments] of a column of the rows; without one, the numbers of rows."""
        sums = np.zeros(self.n_segments)
        for rows in self.rows:
            weights = None if column is None else getattr(rows, column)
            if absolute and weights is not None:
                weights = np.abs(weights)
            sums += np.bincount(rows.segment, weights, self.n_segments)
        return sums

    @cached_property
    def constant(self) -> np.ndarray:
        """Constant terms [n_segments] of the statistic."""
        return self.total("constant")

    @cached_property
    def unit(self) -> np.ndarray:
        """Size [n_segments] that the error of a norm is expected to have; 1 without signal."""
        signal = self.total("signal", absolute=True)
        return np.where(signal > 0, np.sqrt(self.total("counts")) + 1.0, 1.0) / np.where(
            signal > 0, signal, 1.0
        )

    def __call__(self, norm: np.ndarray) -> BinStatistic:
        """Statistic [n_segments] and its derivatives by the norm [n_segments].

        Infinite, with derivatives that are nan, where the likelihood is zero.
        """
        value, first, second = np.zeros((3, self.n_segments))
        for rows in self.rows:
            stat = rows.statistic(rows.signal * norm[rows.segment] + rows.other)
            by_norm = stat.first * rows.signal
            twice = stat.second * rows.signal * rows.signal
            value += np.bincount(rows.segment, stat.value, self.n_segments)
            first += np.bincount(rows.segment, by_norm, self.n_segments)
            second += np.bincount(rows.segment, twice, self.n_segments)
        return BinStatistic(value + self.constant, first, second)

    def scan(self, norms: np.ndarray) -> np.ndarray:
        """Statistic [n_segments, n_norms] at norms [n_norms] that are common to all segments."""
        ones = np.ones(self.n_segments)
        return np.stack([self(norm * ones).value for norm in norms], axis=1)


class BestNorm(NamedTuple):
    """Norms that fit best; arrays [n_segments].

    Attributes
    ----------
    norm : ndarray
        nan if there is none.
    err : ndarray
        By the curvature; nan unless the minimum is smooth.
    stat : ndarray
        Statistic there.
    outcome : ndarray of int
        `Outcome` of each.
    """

    norm: np.ndarray
    err: np.ndarray
    stat: np.ndarray
    outcome: np.ndarray


def best_norm(problem: NormProblem) -> BestNorm:
    """Norm with the least statistic in each segment."""
    with np.errstate(invalid="ignore", divide="ignore", over="ignore"):
        start, outcome = _start(problem)
        slope = problem(start).first
        side = np.where(slope > 0, -1.0, 1.0)
        room = np.where(side > 0, problem.upper - start, start - problem.lower)

        def steepness(distance: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
            stat = problem(start + side * distance)
            return np.where(np.isinf(stat.value), np.inf, side * stat.first), stat.second

        distance, converged = _crossing(steepness, problem.unit, room, PRECISION * problem.unit)
        norm = start + side * distance
        # an edge of the statistic at zero (no counts, no background) is met exactly
        norm = np.where(np.abs(norm) <= 4.0 * PRECISION * problem.unit, 0.0, norm)
        stat = problem(norm)
        gain = np.where(stat.first == 0, 0.0, stat.first**2 / np.maximum(stat.second, 0.0))
        at_bound = distance >= room
        outcome = np.where((outcome == Outcome.FOUND) & ~converged, Outcome.NOT_CONVERGED, outcome)
        rough = (outcome == Outcome.FOUND) & ~((gain <= STATIONARY) & (stat.second > 0))
        outcome = np.where(rough, np.where(at_bound, Outcome.AT_BOUND, Outcome.AT_EDGE), outcome)
        error = np.where(outcome == Outcome.FOUND, np.sqrt(2.0 / stat.second), np.nan)
    known = np.isin(outcome, (Outcome.FOUND, Outcome.AT_EDGE, Outcome.AT_BOUND))
    return BestNorm(
        np.where(known, norm, np.nan), error, np.where(known, stat.value, np.nan), outcome
    )


def norm_limit(
    problem: NormProblem, best: BestNorm, n_sigma: float, side: int
) -> tuple[np.ndarray, np.ndarray]:
    """Norm at which the statistic has risen by ``n_sigma ** 2``, and the `Outcome`.

    Parameters
    ----------
    best : `BestNorm`
    n_sigma : float
    side : {1, -1}
        Above or below the best norm.

    Returns
    -------
    ndarray, ndarray of int
        Limits [n_segments], nan where the outcome is not `Outcome.FOUND`.
    """
    level = n_sigma**2
    known = np.isfinite(best.norm)
    norm = np.where(known, best.norm, 0.0)  # a nan would reach the rows of other segments
    room = np.where(known, problem.upper - norm if side > 0 else norm - problem.lower, 0.0)
    reach = np.where(np.isfinite(best.err), best.err, problem.unit) * n_sigma

    def excess(distance: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        stat = problem(norm + side * distance)
        return stat.value - best.stat - level, side * stat.first

    with np.errstate(invalid="ignore", divide="ignore", over="ignore"):
        distance, converged = _crossing(excess, reach, room, PRECISION * problem.unit)
        short = ~(np.abs(excess(distance)[0]) <= 1e-4 * level)
    outcome = np.where(short, Outcome.NO_LIMIT, Outcome.FOUND)
    outcome = np.where(converged, outcome, Outcome.NOT_CONVERGED)
    outcome = np.where(known, outcome, best.outcome)
    found = outcome == Outcome.FOUND
    return np.where(found, norm + side * distance, np.nan), outcome


def _start(problem: NormProblem) -> tuple[np.ndarray, np.ndarray]:
    """A norm [n_segments] with a finite statistic, and the outcome if there is none."""
    signal, size = problem.total("signal"), problem.total("signal", absolute=True)
    sign = np.sign(signal)
    # where all signals have one sign, norms of that sign make all predictions positive
    guess = sign * np.maximum(problem.total("excess") / np.abs(signal), problem.unit)
    guess = np.where(np.abs(signal) == size, guess, 0.0)
    start = np.full(problem.n_segments, np.nan)
    for candidate in (0.0, 1.0, np.where(size > 0, guess, 0.0)):
        inside = np.clip(candidate * np.ones(len(start)), problem.lower, problem.upper)
        start = np.where(np.isfinite(problem(inside).value), inside, start)
    outcome = np.where(np.isfinite(start), Outcome.FOUND, Outcome.IMPOSSIBLE)
    outcome = np.where(size > 0, outcome, Outcome.NO_SIGNAL)
    outcome = np.where(problem.total() > 0, outcome, Outcome.NO_DATA)
    return np.where(outcome == Outcome.FOUND, start, 0.0), outcome


def _crossing(
    function: Callable[[np.ndarray], tuple[np.ndarray, np.ndarray]],
    step: np.ndarray,
    room: np.ndarray,
    width: np.ndarray,
) -> tuple[np.ndarray, np.ndarray]:
    """Distances [n] at which rising functions cross zero, and whether they were found.

    Parameters
    ----------
    function : callable
        Values [n], not positive at zero and perhaps infinite far out, and slopes [n].
    step : ndarray [n]
        Distance at which a crossing is expected.
    room : ndarray [n]
        Distance of the bound, which is the answer where there is no crossing before it.
    width : ndarray [n]
        Precision of the answer.
    """
    low, high = np.zeros(len(step)), np.minimum(step, room)
    for _ in range(MAX_DOUBLINGS):
        below = (function(high)[0] < 0) & (high < room)
        if not below.any():
            break
        low = np.where(below, high, low)
        high = np.where(below, np.minimum(2.0 * high, room), high)
    bounded = (high >= room) & ~(function(high)[0] >= 0)
    root, closed = _close(function, low, high, width)
    return np.where(bounded, room, root), (closed | bounded) & ~below


def _close(
    function: Callable[[np.ndarray], tuple[np.ndarray, np.ndarray]],
    low: np.ndarray,
    high: np.ndarray,
    width: np.ndarray,
) -> tuple[np.ndarray, np.ndarray]:
    """Roots [n] between ``low`` and ``high``, and whether they are as precise as ``width``.

    Where a function jumps over zero it is the last point before the jump.
    """
    x = 0.5 * (low + high)
    last = high - low
    root, done = x, np.zeros(len(x), dtype=bool)
    for _ in range(MAX_STEPS):
        value, slope = function(x)
        low, high = np.where(value < 0, x, low), np.where(value < 0, high, x)
        newton = -value / slope
        safe = (low < x + newton) & (x + newton < high) & (np.abs(newton) < 0.5 * last)
        close = width + 4.0 * np.finfo(float).eps * np.abs(x)
        met = (value == 0) | (np.isfinite(value) & (np.abs(newton) <= close))
        narrow = high - low <= close
        root = np.where(done, root, np.where(met, x, low))
        done |= met | narrow
        if done.all():
            break
        last = np.where(safe, np.abs(newton), 0.5 * (high - low))
        x = np.where(safe, x + newton, 0.5 * (low + high))
    return root, done
