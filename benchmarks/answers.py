"""The same statements in Gammapy 2.1 and here, side by side: ``--peer`` names its interpreter.

README.rst tells what is asked; the page for people who come from Gammapy reads what is saved.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from benchmarks.peer import CHECKOUT, Side, Worker
from benchmarks.report import RESULTS, Report

DATA = CHECKOUT / "examples" / "data"
THEIRS, OURS = "Gammapy 2.1: ", "here:        "


def saved() -> dict[str, str]:
    """The answers of Gammapy 2.1 that ``--save`` has kept, by the name of the statement."""
    blocks = (RESULTS / "answers.txt").read_text().strip().split("\n\n")[1:]
    lines = [block.split("\n") for block in blocks]
    return {name: theirs.strip().removeprefix(THEIRS) for name, _, theirs, _ in lines}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--peer", required=True, help="interpreter that has Gammapy 2.1")
    parser.add_argument("--save", action="store_true", help="keep a copy in results/")
    arguments = parser.parse_args()
    answers = []
    for side in (
        Side("Gammapy 2.1", arguments.peer, checkout=False),
        Side("here", sys.executable, checkout=True),
    ):
        with Worker(side, "answers.py") as worker:
            answers.append(worker("answers", folder=str(DATA)))
    report = Report("answers", "The same statements in Gammapy 2.1 and here")
    for name, (statement, theirs) in answers[0].items():
        report.line()
        report.line(name)
        report.line(f"    {statement}")
        report.line(f"    {THEIRS}{theirs}")
        report.line(f"    {OURS}{answers[1][name][1]}")
    if arguments.save:
        report.save()


if __name__ == "__main__":
    main()
