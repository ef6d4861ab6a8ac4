"""Which optimisers come back from a far start? The joint Crab fit from 30 + 30 points."""

from __future__ import annotations

import argparse
import sys
import time
from collections import Counter
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from benchmarks.crab import LOG_PARABOLA, crab_datasets
from benchmarks.report import Report
from gammapy.errors import GammapyError
from gammapy.modeling import Fit

SEED = 20261124
NUMBER = 30
CLOSE = 0.01
#: backend, and the options that choose its method; the first is the default of `Fit`
METHODS: list[tuple[str, dict[str, Any]]] = [
    ("minuit", {"strategy": 0}),
    ("minuit", {"strategy": 1}),
    ("scipy", {"method": "trf"}),
    ("scipy", {"method": "dogbox"}),
    ("scipy", {"method": "L-BFGS-B"}),
    ("scipy", {"method": "TNC"}),
    ("scipy", {"method": "SLSQP"}),
    ("scipy", {"method": "trust-constr"}),
    ("scipy", {"method": "Nelder-Mead"}),
    ("scipy", {"method": "Powell"}),
    ("scipy", {"method": "COBYLA"}),
    ("scipy", {"method": "COBYQA"}),
    ("sherpa", {"method": "levmar"}),
    ("sherpa", {"method": "neldermead"}),
    ("sherpa", {"method": "moncar"}),
]


class Tally(NamedTuple):
    """What became of the starts.

    Attributes
    ----------
    stats : ndarray [n]
        Statistic at the end; nan where the fit raised.
    nfev : ndarray [n]
    ends : list of str [n]
        Status of each fit, or the name of the error.
    success : ndarray of bool [n]
    """

    stats: np.ndarray
    nfev: np.ndarray
    ends: list[str]
    success: np.ndarray


def start_points(datasets: Any) -> dict[str, np.ndarray]:
    """Starts [n, n_free] around the best fit, at which the datasets stand, inside the bounds."""
    free = datasets.models.parameters.free_parameters
    best, error = np.array([[p.value, p.error] for p in free]).T
    low, high = np.array([[p.min, p.max] for p in free]).T
    rng = np.random.default_rng(SEED)
    near = best + error * rng.uniform(-10, 10, (NUMBER, len(best)))
    far = best * 10 ** rng.uniform(-1, 1, (NUMBER, len(best)))
    # fmin and fmax pass over a bound that is nan: there is none
    return {
        name: np.fmin(np.fmax(drawn, low), high)
        for name, drawn in (("10 sigma", near), ("factor 10", far))
    }


def from_starts(datasets: Any, fit: Fit, starts: np.ndarray) -> Tally:
    """Fit from each start; an error of a fit is one of the ends."""
    free = datasets.models.parameters.free_parameters
    stats, nfev = np.full(len(starts), np.nan), np.full(len(starts), np.nan)
    ends, success = [], np.zeros(len(starts), dtype=bool)
    for i, start in enumerate(starts):
        for parameter, value in zip(free, start, strict=True):
            parameter.value = value
        try:
            result = fit.run(datasets)
        except GammapyError as error:
            ends.append(f"{type(error).__name__}: {error}")
            continue
        stats[i], nfev[i] = result.total_stat, result.nfev
        ends.append(result.status.name)
        success[i] = result.success
    return Tally(stats, nfev, ends, success)


def came_back(tally: Tally, minimum: float) -> np.ndarray:
    """Fits that ended within `CLOSE` of the minimum."""
    return np.abs(tally.stats - minimum) <= CLOSE


def table(
    found: dict[tuple[str, str], tuple[Tally, float]], minimum: float, report: Report
) -> None:
    """One row for each method and mode."""
    rows = []
    for (method, mode), (tally, seconds) in found.items():
        back = came_back(tally, minimum)
        ends = Counter(e.partition(":")[0] for e, b in zip(tally.ends, back, strict=True) if not b)
        rows.append(
            [
                method,
                mode,
                f"{back.sum()}/{len(back)}",
                f"{np.nanmedian(tally.nfev):.0f}",
                f"{np.nanmax(tally.nfev):.0f}",
                str(int((back & ~tally.success).sum())),
                str(int((~back & tally.success).sum())),
                f"{seconds:.1f}",
                ", ".join(f"{count} {end}" for end, count in ends.items()) or "-",
            ]
        )
    header = [
        "method",
        "starts",
        "back",
        "median nfev",
        "max",
        "unsure",
        "wrong",
        "s",
        "the others",
    ]
    report.table(header, rows)
    report.line("(unsure: back, but the status is no success; wrong: a success elsewhere)")


def _named(option: str, value: Any) -> str:
    return str(value) if option == "method" else f"{option} {value}"


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--only", help="only methods whose name contains this text")
    parser.add_argument("--save", action="store_true", help="keep a copy in results/")
    options = parser.parse_args()
    report = Report("far_starts", "The joint Crab fit from far starts")
    datasets = crab_datasets(LOG_PARABOLA)
    minimum = Fit().run(datasets).total_stat
    starts = start_points(datasets)
    report.line(
        f"{NUMBER} starts each, seed {SEED}: uniform in +-10 errors; log-uniform up or down to a "
        f"factor of 10; clipped into the bounds. Back: within {CLOSE} of {minimum:.5f}"
    )
    found: dict[tuple[str, str], tuple[Tally, float]] = {}
    for backend, chosen in METHODS:
        name = " ".join([backend, *(_named(*option) for option in chosen.items())])
        if options.only and options.only not in name:
            continue
        for mode, points in starts.items():
            begin = time.perf_counter()
            tally = from_starts(datasets, Fit(backend, optimize_opts=chosen), points)
            found[name, mode] = tally, time.perf_counter() - begin
            print(f"{name}, {mode}: {found[name, mode][1]:.1f} s", file=sys.stderr, flush=True)
    table(found, minimum, report)
    lowest = min(np.nanmin(tally.stats) for tally, _ in found.values())
    report.line(f"lowest statistic that any method found: {lowest:.5f}")
    for (name, mode), (tally, _) in found.items():
        for end in sorted({end for end in tally.ends if ":" in end}):
            report.line(f"{name}, {mode}: {end}")
    if options.save:
        report.save()
    return int(lowest < minimum - CLOSE)


if __name__ == "__main__":
    sys.exit(main())
