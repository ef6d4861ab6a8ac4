"""Flux points of the H.E.S.S. Crab beside Gammapy 2.1: ``--peer`` names its interpreter.

Four spectra, one log-parabola that stands still, twelve points with errors, limits and profiles.
README.rst tells what is measured.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from benchmarks.crab import LOG_PARABOLA, spectrum_files
from benchmarks.peer import alternate
from benchmarks.report import Report
from benchmarks.sides import options, ratio, two_sides, two_workers

EDGES = np.geomspace(0.7, 30, 13).tolist()
MODEL = {"amplitude": 4.5e-11, "alpha": 2.35, "beta": 0.19}
SEED = 20261124
#: how much faster; how near norms (in errors, or of themselves) and all others (of themselves)
BAR, NEAR = 50.0, 0.02
SIZES = ("norm_errn", "norm_errp", "norm_ul", "stat_scan")


def apart(ours: dict[str, Any], theirs: dict[str, Any]) -> dict[str, np.ndarray]:
    """Differences of each point, relative to what they are allowed to be relative to.

    An error by the curvature is compared where we give one: a point whose statistic has an edge at
    the best norm has none.
    """
    mine, other = (
        {k: np.array(v) for k, v in side.items() if isinstance(v, list)} for side in (ours, theirs)
    )
    size = np.fmax(np.abs(mine["norm"]), np.nan_to_num(mine["norm_err"]))
    size = np.where(np.isfinite(mine["norm_err"]), size, mine["norm_errp"])
    found = {"norm": np.abs(mine["norm"] - other["norm"]) / size}
    for name in SIZES:
        found[name] = np.abs(mine[name] - other[name]) / np.abs(mine[name])
    known = np.isfinite(mine["norm_err"])
    found["norm_err"] = np.where(known, np.abs(other["norm_err"] / mine["norm_err"] - 1.0), 0.0)
    found["ts"] = np.abs(mine["ts"] - other["ts"]) / np.fmax(mine["ts"], 1.0)
    return found


def reasons_against(ours: dict[str, Any], theirs: dict[str, Any]) -> list[str]:
    """Why two sets of points are not the same work; empty if they are."""
    if len(ours["norm"]) != len(theirs["norm"]) or ours["n_scan"] != theirs["n_scan"]:
        return [f"ours has {len(ours['norm'])} points, theirs {len(theirs['norm'])}"]
    reasons = []
    for name, differences in apart(ours, theirs).items():
        bad = np.flatnonzero(~(differences <= NEAR))
        if len(bad):
            i = bad[0]
            reasons.append(
                f"{name} of {len(bad)} points, the first is {i}: ours {ours[name][i]:.6g}, theirs "
                f"{theirs[name][i]:.6g}, allowed {NEAR:.0%}"
            )
    return reasons


def starts(rounds: int) -> list[dict[str, float]]:
    """Models of the rounds, within a tenth of `MODEL`, so that no round repeats another."""
    rng = np.random.default_rng(SEED)
    return [{k: v * rng.uniform(0.9, 1.1) for k, v in MODEL.items()} for _ in range(rounds)]


def compare(
    workers: dict[str, Any], task: str, rounds: int, arguments: dict[str, Any], report: Report
) -> bool:
    """Rounds in turn, a table of them and the ratio; False if there is none."""
    rows, against, seconds = [], [], {name: [] for name in workers}
    answers: dict[str, Any] = {}
    for number, values in enumerate(starts(rounds)):
        for name in alternate(number, list(workers)):
            answers[name] = workers[name](task, values=values, **arguments)
            seconds[name].append(answers[name]["seconds"])
        ours, theirs = answers["ours"], answers["theirs"]
        reasons = reasons_against(ours, theirs)
        against += [f"round {number + 1}: {reason}" for reason in reasons]
        worst = {k: float(v.max()) for k, v in apart(ours, theirs).items()}
        times = [f"{1e3 * side['seconds']:.4g}" for side in (ours, theirs)]
        faster = "-" if reasons else f"{theirs['seconds'] / ours['seconds']:.0f}"
        cells = [f"{worst[name]:.3%}" for name in ("norm", "norm_err", *SIZES)]
        work = [text for side in (ours, theirs) for text in _work(side)]
        rows.append([str(number + 1), *times, *work, *cells, faster])
    header = ["round", "ours ms", "theirs ms", *2 * ["stat", "free", "nfev"]]
    report.table([*header, "norm", "err", "errn", "errp", "ul", "scan", "ratio"], rows)
    report.line(
        "(stat: sum over the points; free: norms; nfev: evaluations, ours of all points at once; "
        "then the largest differences: of norms in errors or of themselves, others of themselves)"
    )
    unknown = int(np.isnan(answers["ours"]["norm_err"]).sum())
    report.line(
        f"points whose error by curvature does not exist, as the best norm is at an edge of the "
        f"statistic (ours is nan, theirs a number): {unknown} of {len(answers['ours']['norm'])}"
    )
    if against:
        report.line("NO RATIO, the points are not the same work: " + "; ".join(against))
        return False
    report.line(f"{ratio(task, seconds['ours'], seconds['theirs'])}; bar {BAR:g}")
    return True


def _work(answer: dict[str, Any]) -> list[str]:
    """Statistic of all points at their best norms, free parameters, evaluations."""
    stat = np.array(answer["stat"])
    return [f"{np.nansum(stat):.4f}", str(int(np.isfinite(stat).sum())), str(answer["nfev"])]


def print_points(answers: dict[str, Any], report: Report, number: int = 12) -> None:
    """Norms and limits of both sides, of the first points."""
    names = ("norm", "norm_err", "norm_errn", "norm_errp", "norm_ul", "ts")
    rows = [
        [str(i), *(f"{answers[side][name][i]:.5g}" for name in names for side in answers)]
        for i in range(min(number, len(answers["ours"]["norm"])))
    ]
    report.table(["point", *(f"{name}" for name in names for _ in answers)], rows)
    report.line("(of each quantity ours, then theirs)")


def main() -> int:
    chosen = options(__doc__, rounds=5)
    report = Report("flux_points_crab", "Flux points of the H.E.S.S. Crab beside Gammapy 2.1")
    files = [str(path) for path in spectrum_files("hess")]
    with two_workers(two_sides(chosen.peer), "flux_points.py", report) as workers:
        first = {}
        for name, worker in workers.items():
            worker("load", files=files, models=str(LOG_PARABOLA))
            # the first run of a process pays for imports: not timed
            first[name] = worker("flux_points", values=MODEL, edges=EDGES)
        print_points(first, report)
        good = compare(workers, "flux_points", chosen.rounds, {"edges": EDGES}, report)
    if chosen.save:
        report.save()
    return int(not good)


if __name__ == "__main__":
    sys.exit(main())
