"""Posterior samples of two Crab fits beside the best fits of the reference (``$GAMMAPY_REFERENCE``)."""

from __future__ import annotations

import argparse
import json
import os
import sys
import time
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from benchmarks.crab import CUTOFF, LOG_PARABOLA, crab_datasets
from benchmarks.report import Report
from gammapy.modeling import Fit

SEED = 20261124
WALKERS = 32
#: fit of the reference -> models file, instrument
CASES = {"crab-joint-lp": (LOG_PARABOLA, "*"), "crab-hess-ecpl": (CUTOFF, "hess")}
#: allowed shift of the mean in errors, and of the width
SHIFT, WIDTH = 0.2, 0.1


class Posterior(NamedTuple):
    """One parameter: posterior and reference.

    Attributes
    ----------
    name : str
    mean, width, skewness : float
        Of the samples.
    mode : float
        Our own best fit.
    best, error : float
        Of the reference (HESSE).
    """

    name: str
    mean: float
    width: float
    skewness: float
    mode: float
    best: float
    error: float

    @property
    def shift(self) -> float:
        """Mean minus reference, in errors."""
        return (self.mean - self.best) / self.error

    @property
    def inside(self) -> bool:
        """True if mean and width are within the bars."""
        return abs(self.shift) <= SHIFT and abs(self.width / self.error - 1) <= WIDTH


def reference_fit(workload: str) -> dict[str, tuple[float, float]]:
    """Best value and error of each free parameter."""
    if "GAMMAPY_REFERENCE" not in os.environ:
        raise SystemExit("GAMMAPY_REFERENCE is not set: let it name the folder of fits.json")
    content = json.loads((Path(os.environ["GAMMAPY_REFERENCE"]) / "fits.json").read_text())
    fit = next(w["fit"] for w in content["workloads"] if w["id"] == workload)
    return {p["name"]: (p["value"], p["error"]) for p in fit["parameters"] if not p["frozen"]}


def sample(workload: str, nsteps: int = 2000) -> tuple[list[Posterior], Any]:
    """Sample a posterior; also gives the result of the fitter."""
    models, instrument = CASES[workload]
    datasets = crab_datasets(models, instrument)
    modes = Fit().run(datasets).values
    options = {"nwalkers": WALKERS, "nsteps": nsteps, "seed": SEED, "progress": False}
    result = Fit("emcee", optimize_opts=options).run(datasets)
    expected = reference_fit(workload)
    rows = []
    free = datasets.models.parameters.free_parameters
    for parameter, mode, draws in zip(free, modes, result.samples.T, strict=True):
        mean, width = float(draws.mean()), float(draws.std(ddof=1))
        skewness = float(np.mean((draws - mean) ** 3)) / width**3
        found = (mean, width, skewness, float(mode))
        rows.append(Posterior(parameter.name, *found, *expected[parameter.name]))
    return rows, result


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--steps", type=int, default=2000, help="that each walker keeps")
    parser.add_argument("--save", action="store_true", help="keep a copy in results/")
    options = parser.parse_args()
    report = Report("emcee_crab", "Posterior samples of two Crab fits")
    report.line(f"{WALKERS} walkers, seed {SEED}, {options.steps} steps kept after 500")
    inside = True
    for workload in CASES:
        begin = time.perf_counter()
        rows, result = sample(workload, options.steps)
        seconds = time.perf_counter() - begin
        report.line()
        report.line(
            f"{workload}: {result.status.name}, {len(result.samples)} samples, {result.nfev} "
            f"evaluations in {seconds:.0f} s. {result.message}"
        )
        report.table(
            ["parameter", "reference", "error", "mode", "mean", "shift", "width", "skew", "bars"],
            [
                [
                    row.name,
                    f"{row.best:.5g}",
                    f"{row.error:.4g}",
                    f"{row.mode:.5g}",
                    f"{row.mean:.5g}",
                    f"{row.shift:+.3f}",
                    f"{row.width / row.error:.3f}",
                    f"{row.skewness:+.2f}",
                    "inside" if row.inside else "OUTSIDE",
                ]
                for row in rows
            ],
        )
        inside &= all(row.inside for row in rows)
    report.line(
        f"(shift: (mean - reference) / error, bar {SHIFT}; width: over the error, 1 +- {WIDTH})"
    )
    if options.save:
        report.save()
    return int(not inside)


if __name__ == "__main__":
    sys.exit(main())
