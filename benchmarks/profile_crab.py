"""Where the time of our joint Crab fit goes: a table of stages, and cProfile."""

from __future__ import annotations

import argparse
import cProfile
import io
import pstats
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from statistics import median
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from benchmarks.crab import LOG_PARABOLA, crab_datasets
from benchmarks.report import Report
from gammapy.datasets import Datasets
from gammapy.modeling import Fit
from gammapy.modeling.fit import fitter
from gammapy.modeling.models import Models

#: stage -> object and attribute of the function that it is
STAGES = {
    "compile": (Datasets, "fit_problem"),
    "start": (fitter, "checked_start"),
    "minimise": (fitter, "_minimise"),
    "covariance": (fitter, "analyse_minimum"),
    "write back": (fitter, "_write_back"),
    "copy of the models": (Models, "copy"),
}


@contextmanager
def stopwatches(seconds: dict[str, float]) -> Iterator[None]:
    """Add up the time in each stage while the block runs."""
    originals = {stage: getattr(*place) for stage, place in STAGES.items()}
    for stage, (owner, attribute) in STAGES.items():
        seconds[stage] = 0.0
        setattr(owner, attribute, _timed(originals[stage], stage, seconds))
    try:
        yield
    finally:
        for stage, (owner, attribute) in STAGES.items():
            setattr(owner, attribute, originals[stage])


def _timed(function: Callable[..., Any], stage: str, seconds: dict[str, float]) -> Any:
    def run(*args: Any, **kwargs: Any) -> Any:
        begin = time.perf_counter()
        try:
            return function(*args, **kwargs)
        finally:
            seconds[stage] += time.perf_counter() - begin

    return run


def fresh(template: Any) -> Any:
    """Datasets and models that nothing was compiled from."""
    datasets = template.copy()
    datasets.models = Models.read(LOG_PARABOLA)
    return datasets


def stage_table(template: Any, number: int, report: Report) -> None:
    """Medians of the time in each stage."""
    runs: list[dict[str, float]] = []
    for _ in range(number):
        datasets, seconds = fresh(template), {}
        with stopwatches(seconds):
            begin = time.perf_counter()
            Fit().run(datasets)
            seconds["total"] = time.perf_counter() - begin
        seconds["rest"] = seconds["total"] - sum(seconds[stage] for stage in STAGES)
        runs.append(seconds)
    total = median(run["total"] for run in runs)
    rows = []
    for stage in (*STAGES, "rest", "total"):
        middle = median(run[stage] for run in runs)
        least = min(run[stage] for run in runs)
        rows.append([stage, f"{1e3 * middle:.3f}", f"{1e3 * least:.3f}", f"{middle / total:.1%}"])
    report.table(["stage", "median ms", "least ms", "share"], rows)


def profile(template: Any, number: int, report: Report) -> None:
    """The functions with the most own time."""
    waiting = [fresh(template) for _ in range(number)]
    profiler = cProfile.Profile()
    profiler.enable()
    for datasets in waiting:
        Fit().run(datasets)
    profiler.disable()
    rows = []
    stats = pstats.Stats(profiler, stream=io.StringIO()).stats  # type: ignore[attr-defined]
    for (file, _, function), (_, calls, own, cumulative, _) in sorted(
        stats.items(), key=lambda item: -item[1][2]
    )[:20]:
        place = f"{Path(file).parent.name}/{Path(file).name}:" if file != "~" else ""
        rows.append(
            [
                f"{place}{function}"[:64],
                f"{calls / number:.0f}",
                f"{1e3 * own / number:.3f}",
                f"{1e3 * cumulative / number:.3f}",
            ]
        )
    report.table(["function", "calls per fit", "own ms", "with callees ms"], rows)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--fits", type=int, default=40)
    parser.add_argument("--save", action="store_true", help="keep a copy in results/")
    options = parser.parse_args()
    report = Report("profile_crab", "Profile of our joint Crab fit")
    template = crab_datasets(LOG_PARABOLA)
    result = Fit().run(fresh(template))
    report.line(
        f"{result.status.name}, statistic {result.total_stat:.5f}, {result.nfev} evaluations, "
        f"{result.ngrad} with gradient; {options.fits} fits of fresh datasets"
    )
    stage_table(template, options.fits, report)
    profile(template, options.fits, report)
    report.line("(under cProfile, which slows small functions down)")
    if options.save:
        report.save()
    return 0


if __name__ == "__main__":
    sys.exit(main())
