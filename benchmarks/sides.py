"""What comparisons with Gammapy 2.1 share: the command line, and a worker of each side."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from statistics import median

from benchmarks.peer import Side, Worker
from benchmarks.report import Report

__all__ = ["options", "ratio", "two_sides", "two_workers"]


def options(what: str | None, rounds: int) -> argparse.Namespace:
    """Command line of a comparison: ``peer``, ``rounds`` and ``save``."""
    parser = argparse.ArgumentParser(description=what)
    parser.add_argument("--peer", required=True, help="interpreter that has Gammapy 2.1")
    parser.add_argument("--rounds", type=int, default=rounds)
    parser.add_argument("--save", action="store_true", help="keep a copy in results/")
    return parser.parse_args()


def two_sides(peer: str) -> tuple[Side, Side]:
    """Ours, which is this interpreter on this checkout, and theirs."""
    return Side("ours", sys.executable, checkout=True), Side("theirs", peer, checkout=False)


@contextmanager
def two_workers(sides: tuple[Side, Side], file: str, report: Report) -> Iterator[dict[str, Worker]]:
    """A worker of each side by its name, for one file of ``workers/``; their versions are told."""
    report.line("both sides: BLAS on one thread (OMP, OPENBLAS, MKL = 1); nothing else is set")
    with Worker(sides[0], file) as ours, Worker(sides[1], file) as theirs:
        workers = {worker.side.name: worker for worker in (ours, theirs)}
        for name, worker in workers.items():
            versions = worker("describe")
            report.line(f"{name}: " + ", ".join(f"{k} {v}" for k, v in versions.items()))
        yield workers


def ratio(what: str, ours: Sequence[float], theirs: Sequence[float]) -> str:
    """Medians of seconds, their ratio, and the least and largest ratio of a round, in words."""
    each = [t / o for o, t in zip(ours, theirs, strict=True)]
    return (
        f"{what}: median ours {1e3 * median(ours):.4g} ms, theirs {1e3 * median(theirs):.4g} ms, "
        f"ratio {median(theirs) / median(ours):.3g} (rounds {min(each):.3g} to {max(each):.3g})"
    )
