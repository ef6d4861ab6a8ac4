"""The joint fit of ten Crab spectra beside Gammapy 2.1: ``--peer`` names its interpreter.

Two long-lived workers, one per interpreter, run the same file in turn (``peer.py``). README.rst
tells what is measured.
"""

from __future__ import annotations

import math
import sys
from pathlib import Path
from statistics import median
from typing import Any

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from benchmarks.crab import LOG_PARABOLA, spectrum_files
from benchmarks.peer import HERE, Side, Worker, alternate
from benchmarks.report import Report
from benchmarks.sides import options, ratio, two_sides, two_workers

SEED = 20261124
#: the two sides integrate over energy in their own way: this much may their statistics differ...
STAT_TOLERANCE = 0.1
#: ... and this much their best values, in standard errors
VALUE_TOLERANCE = 0.1
IMPORTS = (
    "from gammapy.modeling.models import SkyModel; from gammapy.modeling import Fit; "
    "from gammapy.datasets import Datasets"
)
FLOOR = "import astropy.units, astropy.coordinates"
BARS = {"fit": 100.0, "shape": 50.0, "import": 2.5}


def start_points(fit: dict[str, Any], number: int) -> list[dict[str, float]]:
    """Points drawn uniformly within 3 standard errors of a fit, inside its bounds."""
    rng = np.random.default_rng(SEED)
    points = []
    for _ in range(number):
        point = {}
        for name, value in fit["values"].items():
            drawn = value + 3 * fit["errors"][name] * rng.uniform(-1, 1)
            # fmin and fmax pass over a bound that is nan: there is none
            inside = np.fmin(np.fmax(drawn, fit["lower"][name]), fit["upper"][name])
            point[name] = float(inside)
        points.append(point)
    return points


def reasons_against(
    ours: dict[str, Any], theirs: dict[str, Any], start: dict[str, float]
) -> list[str]:
    """Why two fits from one start are not the same work; empty if they are."""
    reasons = []
    for name, fit in (("ours", ours), ("theirs", theirs)):
        if not fit["success"]:
            reasons.append(f"{name} did not converge")
        for parameter, value in fit["values"].items():
            if value == start.get(parameter):
                reasons.append(f"{name}: {parameter} did not move from {value:g}")
            if not (math.isfinite(fit["errors"][parameter]) and fit["errors"][parameter] > 0):
                reasons.append(f"{name}: error of {parameter} = {fit['errors'][parameter]}")
    if set(ours["values"]) != set(theirs["values"]) or set(ours["values"]) != set(start):
        reasons.append(f"free: ours {sorted(ours['values'])}, theirs {sorted(theirs['values'])}")
        return reasons
    difference = ours["total_stat"] - theirs["total_stat"]
    if not abs(difference) < STAT_TOLERANCE:
        reasons.append(f"statistics differ by {difference:.3g}, allowed {STAT_TOLERANCE}")
    apart = distance(ours, theirs)
    if not apart < VALUE_TOLERANCE:
        reasons.append(f"values differ by {apart:.3g} errors, allowed {VALUE_TOLERANCE}")
    return reasons


def distance(ours: dict[str, Any], theirs: dict[str, Any]) -> float:
    """Largest difference of a value, in standard errors."""
    return max(
        abs(value - theirs["values"][name]) / (theirs["errors"][name] or math.nan)
        for name, value in ours["values"].items()
    )


class Comparison:
    """Runs the four measurements.

    Parameters
    ----------
    sides : tuple of `Side`
        Ours, theirs.
    rounds : int
        Fits of each side.
    report : `Report`
    """

    def __init__(self, sides: tuple[Side, Side], rounds: int, report: Report) -> None:
        self.sides = sides
        self.rounds = rounds
        self.report = report
        self.files = [str(path) for path in spectrum_files()]
        self.failed = False

    def ratio(self, what: str, ours: list[float], theirs: list[float], bar: float | None) -> None:
        """Medians and their ratio."""
        self.report.line(ratio(what, ours, theirs) + (f"; bar {bar:g}" if bar else ""))

    # -- with workers ---------------------------------------------------------------------

    def with_workers(self) -> None:
        """Fit and single statistic, in two processes that live on."""
        with two_workers(self.sides, "crab.py", self.report) as workers:
            for worker in workers.values():
                worker("load", files=self.files, models=str(LOG_PARABOLA))
            best = workers["theirs"]("fit", start={})
            # the first fit of a process pays for imports: not timed
            workers["ours"]("fit", start={})
            starts = start_points(best, self.rounds)
            self.fits(workers, starts)
            self.statistics(workers, best)

    def fits(self, workers: dict[str, Worker], starts: list[dict[str, float]]) -> None:
        """(a) The joint fit."""
        self.report.line()
        self.report.line("(a) Fit().run(datasets), defaults of each side, another start each round")
        done, rows, against = [], [], []
        for number, start in enumerate(starts):
            fit = {k: workers[k]("fit", start=start) for k in alternate(number, list(workers))}
            done.append(fit)
            reasons = reasons_against(fit["ours"], fit["theirs"], start)
            against += [f"round {number + 1}: {reason}" for reason in reasons]
            rows.append([str(number + 1), *_fit_cells(fit, refused=bool(reasons))])
        self.report.table(
            ["round", "ms", "stat", "free", "nfev", "ms", "stat", "free", "nfev", "apart", "ratio"],
            rows,
        )
        self.report.line(
            "(ours, then theirs; apart: largest difference of a value in standard errors; nfev: "
            "evaluations of the minimiser, without those for the covariance)"
        )
        if against:
            self.failed = True
            self.report.line("NO RATIO, the fits are not the same work: " + "; ".join(against))
            return
        seconds = {k: [fit[k]["seconds"] for fit in done] for k in workers}
        self.ratio("(a) fit", seconds["ours"], seconds["theirs"], BARS["fit"])

    def statistics(self, workers: dict[str, Worker], best: dict[str, Any]) -> None:
        """(b) One statistic after one parameter has changed."""
        self.report.line()
        for what, name, bar in (
            ("a shape parameter, alpha,", "alpha", BARS["shape"]),
            ("the amplitude", "amplitude", None),
        ):
            seconds: dict[str, list[float]] = {k: [] for k in workers}
            worst = 0.0
            for number in range(self.rounds):
                steps = np.linspace(-1, 1, 5) + 0.01 * number
                values = (best["values"][name] + best["errors"][name] * steps).tolist()
                stats = {}
                for k in alternate(number, list(workers)):
                    answer = workers[k]("statistic", start=best["values"], name=name, values=values)
                    seconds[k].append(median(answer["seconds"]))
                    stats[k] = np.array(answer["stats"])
                worst = max(worst, float(np.abs(stats["ours"] - stats["theirs"]).max()))
            text = f"(b) stat_sum() after {what} was changed"
            if worst < STAT_TOLERANCE:
                self.ratio(text, seconds["ours"], seconds["theirs"], bar)
            else:
                self.failed = True
                self.report.line(f"{text}: NO RATIO, the statistics differ by {worst:.3g}")

    # -- new processes --------------------------------------------------------------------

    def scripts(self, rounds: int = 3) -> None:
        """(c) The whole script, from start to printed result."""
        script = str(HERE / "workers" / "crab.py")
        seconds = self._processes(rounds, [script, str(LOG_PARABOLA), *self.files])[0]
        self.report.line()
        self.ratio("(c) whole script", seconds["ours"], seconds["theirs"], None)

    def imports(self, rounds: int = 7) -> None:
        """(d) The three imports that every script has, and what astropy takes of them."""
        seconds, floor, empty = self._processes(
            rounds, ["-c", IMPORTS], ["-c", FLOOR], ["-c", "pass"]
        )
        self.report.line()
        self.ratio("(d) imports", seconds["ours"], seconds["theirs"], BARS["import"])
        for what, found in ((FLOOR, floor), ("an empty script", empty)):
            self.report.line(
                f"    beside, {what}: median ours {1e3 * median(found['ours']):.4g} ms, "
                f"theirs {1e3 * median(found['theirs']):.4g} ms"
            )

    def _processes(self, rounds: int, *commands: list[str]) -> list[dict[str, list[float]]]:
        """Wall times of commands: all of them in each round, the sides in turn."""
        names = dict(zip(("ours", "theirs"), self.sides, strict=True))
        seconds: list[dict[str, list[float]]] = [{name: [] for name in names} for _ in commands]
        for name in names:  # warms the disk cache, and compiles our modules
            names[name].wall_time("-c", IMPORTS)
        for number in range(rounds):
            for command, found in zip(commands, seconds, strict=True):
                for name in alternate(number, list(names)):
                    found[name].append(names[name].wall_time(*command)[0])
        return seconds


def _fit_cells(fit: dict[str, dict[str, Any]], refused: bool) -> list[str]:
    cells = []
    for name in ("ours", "theirs"):
        one = fit[name]
        cells += [
            f"{1e3 * one['seconds']:.2f}",
            f"{one['total_stat']:.5f}",
            str(len(one["values"])),
            str(one["nfev"]),
        ]
    faster = fit["theirs"]["seconds"] / fit["ours"]["seconds"]
    return [
        *cells,
        f"{distance(fit['ours'], fit['theirs']):.4f}",
        "-" if refused else f"{faster:.1f}",
    ]


def main() -> int:
    chosen = options(__doc__, rounds=15)
    report = Report("joint_crab", "Joint Crab fit beside Gammapy 2.1")
    comparison = Comparison(two_sides(chosen.peer), chosen.rounds, report)
    comparison.with_workers()
    comparison.scripts()
    comparison.imports()
    if chosen.save:
        report.save()
    return int(comparison.failed)


if __name__ == "__main__":
    sys.exit(main())
