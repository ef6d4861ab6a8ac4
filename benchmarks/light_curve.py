"""A light curve of 200 runs beside Gammapy 2.1: ``--peer`` names its interpreter.

The runs are simulated once, by plain draws, from a source whose flux varies; both sides get the
same counts. README.rst tells what is measured.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from benchmarks.crab import LOG_PARABOLA, spectrum_files
from benchmarks.flux_points_crab import MODEL, compare, print_points
from benchmarks.report import Report
from benchmarks.sides import options, two_sides, two_workers
from tests.twins.likelihood import predicted_counts
from tests.twins.response import read_ogip

N_RUNS = 200
SEED = 20261125
#: TeV; one point for each run
EDGES = [0.7, 30.0]
#: s
LENGTH, PERIOD = 1700.0, 86400.0
#: the flux, in that of the model, follows a log-normal distribution of this width
SPREAD = 0.5


def simulated(file: Path, number: int) -> dict[str, Any]:
    """On and off counts [number, n_bins] and starts of runs with the response of a file."""
    data = read_ogip(file)
    rng = np.random.default_rng(SEED)

    def flux(energy: Any) -> Any:
        index = -MODEL["alpha"] - MODEL["beta"] * np.log(energy)
        return MODEL["amplitude"] * energy**index

    signal = predicted_counts([], flux, data)
    off = np.maximum(np.asarray(data["counts_off"], dtype=float), 0.0)
    alpha = np.broadcast_to(data["alpha"], len(off))
    level = np.exp(SPREAD * rng.standard_normal(number))
    on = rng.poisson(level[:, None] * signal + alpha * off)
    return {
        "counts": on.tolist(),
        "counts_off": rng.poisson(off, size=on.shape).tolist(),
        "starts": (PERIOD * np.arange(number)).tolist(),
        "length": LENGTH,
    }


def main() -> int:
    chosen = options(__doc__, rounds=2)
    report = Report("light_curve", f"Light curve of {N_RUNS} runs beside Gammapy 2.1")
    file = spectrum_files("hess")[0]
    runs = simulated(file, N_RUNS)
    with two_workers(two_sides(chosen.peer), "flux_points.py", report) as workers:
        first = {}
        for name, worker in workers.items():
            worker("load", files=[str(file)], models=str(LOG_PARABOLA))
            # the first run of a process pays for imports: a small one, not timed
            few = {key: value[:4] for key, value in runs.items() if key != "length"}
            worker("make_runs", files=[str(file)], length=LENGTH, **few)
            first[name] = worker("light_curve", values=MODEL, edges=EDGES)
            worker("make_runs", files=[str(file)], **runs)
        print_points(first, report)
        good = compare(workers, "light_curve", chosen.rounds, {"edges": EDGES}, report)
    if chosen.save:
        report.save()
    return int(not good)


if __name__ == "__main__":
    sys.exit(main())
