"""Posterior samples of two Crab fits, beside best fits and beside the exact posterior.

The best fits are those of the reference (``$GAMMAPY_REFERENCE``). The mean of a skewed posterior is
not its mode, however well it is sampled; so mean and width are also integrated on a grid, without
a sampler, for the same flat priors between the same bounds.
"""

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
from gammapy.modeling import Fit, FitProblem

SEED = 20261124
WALKERS = 32
#: fit of the reference -> models file, instrument
CASES = {"crab-joint-lp": (LOG_PARABOLA, "*"), "crab-hess-ecpl": (CUTOFF, "hess")}
#: allowed shift of the mean in errors, and of the width
SHIFT, WIDTH = 0.2, 0.1
#: the same beside the exact posterior: four errors of 1,280 independent samples
EXACT_SHIFT, EXACT_WIDTH = 0.112, 0.079
#: points of the grid on each axis, and its reach in widths of the posterior
POINTS, REACH = 36, 5.0


class Posterior(NamedTuple):
    """One parameter: posterior and reference.

    Attributes
    ----------
    name : str
    mean, width, skewness : float
        Of the samples.
    exact_mean, exact_width : float
        Of the posterior, by integration on a grid.
    best, error : float
        Of the reference (HESSE).
    """

    name: str
    mean: float
    width: float
    skewness: float
    exact_mean: float
    exact_width: float
    best: float
    error: float

    @property
    def shift(self) -> float:
        """Mean minus reference, in errors."""
        return (self.mean - self.best) / self.error

    @property
    def inside(self) -> bool:
        """True if mean and width are within the bars of the reference's."""
        return abs(self.shift) <= SHIFT and abs(self.width / self.error - 1) <= WIDTH

    @property
    def exact_inside(self) -> bool:
        """True if the exact posterior is within the bars: then a good sampler must be."""
        shift, width = (self.exact_mean - self.best) / self.error, self.exact_width / self.error
        return abs(shift) <= SHIFT and abs(width - 1) <= WIDTH

    @property
    def exact_shift(self) -> float:
        """Mean minus exact mean, in widths."""
        return (self.mean - self.exact_mean) / self.exact_width

    @property
    def is_sampled(self) -> bool:
        """True if mean and width are those of the exact posterior."""
        width = self.width / self.exact_width
        return abs(self.exact_shift) <= EXACT_SHIFT and abs(width - 1) <= EXACT_WIDTH


def reference_fit(workload: str) -> dict[str, tuple[float, float]]:
    """Best value and error of each free parameter."""
    if "GAMMAPY_REFERENCE" not in os.environ:
        raise SystemExit("GAMMAPY_REFERENCE is not set: let it name the folder of fits.json")
    content = json.loads((Path(os.environ["GAMMAPY_REFERENCE"]) / "fits.json").read_text())
    fit = next(w["fit"] for w in content["workloads"] if w["id"] == workload)
    return {p["name"]: (p["value"], p["error"]) for p in fit["parameters"] if not p["frozen"]}


def by_grid(
    problem: FitProblem, center: np.ndarray, width: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Mean and width [n] of the posterior, by the midpoint rule on a grid around a point."""
    low = np.maximum(center - REACH * width, problem.lower)
    high = np.minimum(center + REACH * width, problem.upper)
    steps = (np.arange(POINTS) + 0.5) / POINTS
    axes = [a + (b - a) * steps for a, b in zip(low, high, strict=True)]
    grid = np.stack([axis.ravel() for axis in np.meshgrid(*axes, indexing="ij")], axis=1)
    stats = np.array([problem.value(point) for point in grid])
    weights = np.exp(-0.5 * (stats - stats.min()))
    mean = weights @ grid / weights.sum()
    variance = weights @ (grid - mean) ** 2 / weights.sum()
    return mean, np.sqrt(variance)


def sample(workload: str, nsteps: int = 2000) -> tuple[list[Posterior], Any]:
    """Sample a posterior; also gives the result of the fitter."""
    models, instrument = CASES[workload]
    datasets = crab_datasets(models, instrument)
    options = {"nwalkers": WALKERS, "nsteps": nsteps, "seed": SEED, "progress": False}
    result = Fit("emcee", optimize_opts=options).run(datasets)
    mean, width = result.samples.mean(axis=0), result.samples.std(axis=0, ddof=1)
    skewness = np.mean((result.samples - mean) ** 3, axis=0) / width**3
    exact = by_grid(datasets.fit_problem(), mean, width)
    expected = reference_fit(workload)
    free = datasets.models.parameters.free_parameters
    rows = [
        Posterior(parameter.name, *map(float, numbers), *expected[parameter.name])
        for parameter, *numbers in zip(free, mean, width, skewness, *exact, strict=True)
    ]
    return rows, result


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--steps", type=int, default=2000, help="that each walker keeps")
    parser.add_argument("--save", action="store_true", help="keep a copy in results/")
    options = parser.parse_args()
    report = Report("emcee_crab", "Posterior samples of two Crab fits")
    report.line(f"{WALKERS} walkers, seed {SEED}, {options.steps} steps kept after 500")
    good = True
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
            [
                *("parameter", "best fit", "error", "mean", "shift", "width", "skew", "bars"),
                *("exact mean", "its bars", "shift", "width"),
            ],
            [
                [
                    row.name,
                    f"{row.best:.5g}",
                    f"{row.error:.4g}",
                    f"{row.mean:.5g}",
                    f"{row.shift:+.3f}",
                    f"{row.width / row.error:.3f}",
                    f"{row.skewness:+.2f}",
                    "inside" if row.inside else "OUTSIDE",
                    f"{row.exact_mean:.5g}",
                    "inside" if row.exact_inside else "OUTSIDE",
                    f"{row.exact_shift:+.3f}",
                    f"{row.width / row.exact_width:.3f}",
                ]
                for row in rows
            ],
        )
        good &= all(row.is_sampled and row.inside >= row.exact_inside for row in rows)
    report.line(
        f"(first shift: (mean - best fit) / error of the reference, bar {SHIFT}; width over that "
        f"error, bar 1 +- {WIDTH}; then the exact posterior, on a grid, with the same bars; shift "
        f"and width of the samples beside it, bars {EXACT_SHIFT}, 1 +- {EXACT_WIDTH})"
    )
    if options.save:
        report.save()
    return int(not good)


if __name__ == "__main__":
    sys.exit(main())
