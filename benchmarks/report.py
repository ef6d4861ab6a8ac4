"""What a benchmark prints, and the copy of it in ``results/``."""

from __future__ import annotations

import datetime
import platform
from collections.abc import Sequence
from importlib import metadata
from pathlib import Path

RESULTS = Path(__file__).resolve().parent / "results"
PACKAGES = ("gammapy", "numpy", "scipy", "astropy", "iminuit", "emcee", "sherpa")


def versions() -> str:
    """Python and packages of this interpreter, in one line."""
    found = [f"Python {platform.python_version()}"]
    for package in PACKAGES:
        try:
            found.append(f"{package} {metadata.version(package)}")
        except metadata.PackageNotFoundError:
            continue
    if not any(text.startswith("gammapy") for text in found):
        found.append("gammapy of this checkout")
    return ", ".join(found)


def processor() -> str:
    """Model of the CPU and number of cores."""
    import os

    model = platform.processor() or platform.machine()
    info = Path("/proc/cpuinfo")
    if info.exists():
        named = [line for line in info.read_text().splitlines() if line.startswith("model name")]
        model = named[0].partition(":")[2].strip() if named else model
    return f"{model}, {os.cpu_count()} cores"


class Report:
    """Lines that are printed at once and kept.

    Parameters
    ----------
    name : str
        Of the file in ``results/``, without ``.txt``.
    title : str
    """

    def __init__(self, name: str, title: str) -> None:
        self.name = name
        self.lines: list[str] = []
        self.line(title)
        self.line("=" * len(title))
        self.line(f"{datetime.datetime.now(datetime.UTC):%Y-%m-%d %H:%M} UTC; {processor()}")
        self.line(versions())

    def line(self, text: str = "") -> None:
        """Print a line and keep it."""
        self.lines.append(text)
        print(text, flush=True)

    def table(self, header: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
        """Print aligned columns: the first to the left, the others to the right."""
        cells = [list(header), *(list(row) for row in rows)]
        widths = [max(len(row[i]) for row in cells) for i in range(len(header))]
        self.line()
        for number, row in enumerate(cells):
            first, *others = (
                cell.ljust(width) if i == 0 else cell.rjust(width)
                for i, (cell, width) in enumerate(zip(row, widths, strict=True))
            )
            self.line("  ".join([first, *others]).rstrip())
            if number == 0:
                self.line("  ".join("-" * width for width in widths))

    def save(self) -> None:
        """Write the lines to ``results/``."""
        RESULTS.mkdir(exist_ok=True)
        path = RESULTS / f"{self.name}.txt"
        path.write_text("\n".join(line.rstrip() for line in self.lines) + "\n")
        print(f"saved as {path.relative_to(RESULTS.parent)}")
