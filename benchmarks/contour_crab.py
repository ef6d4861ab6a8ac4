"""Contours of the joint Crab fit beside Gammapy 2.1: ``--peer`` names its interpreter.

Both sides fit, and then draw the contours of alpha and beta at 1, 2 and 3 sigma with 60 points.
README.rst tells what is measured.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from benchmarks.crab import LOG_PARABOLA, spectrum_files
from benchmarks.curves import distance
from benchmarks.joint_crab import reasons_against, start_points
from benchmarks.peer import alternate
from benchmarks.report import Report
from benchmarks.sides import options, ratio, two_sides, two_workers

PAIR = ("alpha", "beta")
LEVELS = (1, 2, 3)
NUMPOINTS = 60
#: how much faster, and how near, in radii
BAR, NEAR = 50.0, 0.02


def reasons(ours: dict[str, Any], theirs: dict[str, Any]) -> list[str]:
    """Why two answers are not the same work; empty if they are."""
    found = reasons_against(ours, theirs, dict.fromkeys(ours["values"], np.nan))
    for mine, other in zip(ours["contours"], theirs["contours"], strict=True):
        for name, contour in (("ours", mine), ("theirs", other)):
            points = np.array([contour["x"], contour["y"]])
            whole = points.shape == (2, NUMPOINTS + 1) and bool(np.all(np.isfinite(points)))
            if not (contour["success"] and whole):
                found.append(f"{name}: no whole contour at {contour['sigma']} sigma")
                break
        else:
            apart = _apart(mine, other)
            if not apart < NEAR:
                found.append(
                    f"the curves at {mine['sigma']} sigma are {apart:.2%} of a radius apart, "
                    f"allowed {NEAR:.0%}"
                )
    return found


def _apart(mine: dict[str, Any], other: dict[str, Any]) -> float:
    one, two = ((np.array(c["x"]), np.array(c["y"])) for c in (mine, other))
    return distance(one, two)


def rows_of(number: int, ours: dict[str, Any], theirs: dict[str, Any], refused: bool) -> list[Any]:
    """Table rows of a round, one for each level."""
    rows = []
    for mine, other in zip(ours["contours"], theirs["contours"], strict=True):
        row = [str(number), str(mine["sigma"])]
        for answer, contour in ((ours, mine), (theirs, other)):
            row += [
                f"{1e3 * contour['seconds']:.1f}",
                f"{answer['total_stat']:.5f}",
                str(len(answer["values"])),
                str(contour["nfev"]),
            ]
        faster = "-" if refused else f"{other['seconds'] / mine['seconds']:.0f}"
        rows.append([*row, f"{_apart(mine, other):.3%}", faster])
    return rows


def compare(workers: dict[str, Any], starts: list[dict[str, float]], report: Report) -> bool:
    """Rounds, each after a fit from another start, table and ratio; False if there is none."""
    arguments = {"x": PAIR[0], "y": PAIR[1], "levels": LEVELS, "numpoints": NUMPOINTS}
    rows, against, ours, theirs = [], [], [], []
    for number, start in enumerate(starts):
        answer = {
            name: workers[name]("contours", start=start, **arguments)
            for name in alternate(number, list(workers))
        }
        why = reasons(answer["ours"], answer["theirs"])
        rows += rows_of(number + 1, answer["ours"], answer["theirs"], bool(why))
        against += [f"round {number + 1}: {reason}" for reason in why]
        ours.append(sum(c["seconds"] for c in answer["ours"]["contours"]))
        theirs.append(sum(c["seconds"] for c in answer["theirs"]["contours"]))
    report.table(
        ["round", "sigma", *2 * ["ms", "stat", "free", "nfev"], "apart", "ratio"],
        rows,
    )
    report.line(
        "(ours, then theirs; apart: largest distance between the curves, in radii of the whitened "
        "plane; nfev: evaluations of the contour; ours are with gradient and curvature)"
    )
    if against:
        report.line("NO RATIO, the contours are not the same work: " + "; ".join(against))
        return False
    report.line(f"{ratio('three contours', ours, theirs)}; bar {BAR:g}")
    return True


def main() -> int:
    chosen = options(__doc__, rounds=3)
    report = Report("contour_crab", "Contours of the joint Crab fit beside Gammapy 2.1")
    with two_workers(two_sides(chosen.peer), "crab.py", report) as workers:
        for worker in workers.values():
            worker("load", files=[str(path) for path in spectrum_files()], models=str(LOG_PARABOLA))
        # the first fit of a process pays for imports: not timed
        best = {name: worker("fit", start={}) for name, worker in workers.items()}
        done = compare(workers, start_points(best["theirs"], chosen.rounds), report)
    if chosen.save:
        report.save()
    return int(not done)


if __name__ == "__main__":
    sys.exit(main())
