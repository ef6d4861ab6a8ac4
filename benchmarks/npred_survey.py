"""Cost of the predicted counts of the Galactic plane survey of CTA 1DC, by ``gammapy npred``.

Wall time and peak memory over numbers of sources and pixel sizes; see README.rst.
"""

from __future__ import annotations

import argparse
import itertools
import os
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np
from lxml import etree

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from benchmarks.model_files import FOLDER, SKY
from benchmarks.peer import CHECKOUT, THREADS
from benchmarks.report import Report

INDEX = "cta-1dc-index/gps/obs-index.fits.gz"
#: files of responses by the names that the index has; z40 and North are not in the data
RESPONSES = {
    "South_z20_50h": "cta-1dc/caldb/data/cta/1dc/bcf/South_z20_50h/irf_file.fits",
    "South_z40_50h": "cta-caldb/Prod5-South-20deg-AverageAz-14MSTs37SSTs.180000s-v0.1.fits.gz",
    "North_z20_50h": "cta-caldb/Prod5-North-20deg-AverageAz-4LSTs09MSTs.180000s-v0.1.fits.gz",
    "North_z40_50h": "cta-caldb/Prod5-North-20deg-AverageAz-4LSTs09MSTs.180000s-v0.1.fits.gz",
}
SOURCES, PIXELS = (10, 100, 1000, 1780), (0.1, 0.05, 0.02)
SEED = 20261124
#: of the whole plane, by the size of its pixels in deg: s, and bytes of all processes
BARS = {0.05: (90.0, 4e9), 0.02: (600.0, 4e9)}
#: s between two looks at the memory
PAUSE = 0.1


class Cost(NamedTuple):
    """What one run took.

    Attributes
    ----------
    seconds : float
        From start to end of the command.
    rss, pss : float
        Largest sum in bytes over the command and its children: pages that processes share counted
        in each, or shared out.
    size : int
        Bytes of the output.
    """

    seconds: float
    rss: float
    pss: float
    size: int


def all_sources(folder: Path) -> list[etree._Element]:
    """Elements of the sky, with file names that hold anywhere, in an order drawn once."""
    found = []
    for name in SKY:
        file = folder / name
        for source in etree.parse(str(file)).getroot().iter("source"):
            for element in source.iter():
                if "file" in element.attrib:
                    element.set("file", str(file.parent / element.get("file")))
            found.append(source)
    order = np.random.default_rng(SEED).permutation(len(found))
    return [found[i] for i in order]


def write_sources(sources: Sequence[etree._Element], file: Path) -> None:
    """XML file of some sources."""
    from copy import deepcopy

    library = etree.Element("source_library", title="part of the sky of CTA 1DC")
    library.extend(deepcopy(source) for source in sources)
    etree.ElementTree(library).write(str(file), xml_declaration=True, encoding="UTF-8")


def command(models: Path, pixel: float, output: Path, workers: int) -> list[str]:
    """``gammapy npred`` of the whole plane."""
    data = Path(os.environ["GAMMAPY_DATA"])
    return [
        sys.executable,
        "-c",
        "from gammapy.cli import main; main()",
        "npred",
        str(models),
        *("--index", str(data / INDEX)),
        *itertools.chain(*(("--irf", f"{n}={data / file}") for n, file in RESPONSES.items())),
        *("--width", "360,10", "--binsz", f"{pixel:g}", "--center", "0,0"),
        *("--frame", "galactic", "--proj", "CAR"),
        *("--energy", "0.1,100,15", "--energy-true", "0.05,160,24"),
        *("--workers", str(workers), "--memory", "4GB"),
        *("-o", str(output)),
    ]


def run(arguments: list[str], output: Path) -> Cost:
    """Run the command in a folder of its own, with an eye on the memory of its processes."""
    environment = {**os.environ, **dict.fromkeys(THREADS, "1"), "PYTHONPATH": str(CHECKOUT)}
    with tempfile.TemporaryFile("w+") as said:
        start = time.perf_counter()
        process = subprocess.Popen(
            arguments, env=environment, cwd=output.parent, stdout=said, stderr=subprocess.STDOUT
        )
        watch = _Watch(process.pid)
        watch.start()
        code = process.wait()
        seconds = time.perf_counter() - start
        watch.ended.set()
        watch.join()
        if code != 0:
            said.seek(0)
            raise RuntimeError(f"{' '.join(arguments)} ended with {code}\n{said.read()[-3000:]}")
    return Cost(seconds, watch.rss, watch.pss, output.stat().st_size)


class _Watch(threading.Thread):
    """Looks at the memory of a process and its descendants until it is told that it ended."""

    def __init__(self, pid: int) -> None:
        super().__init__(daemon=True)
        self.pid = pid
        self.ended = threading.Event()
        self.rss = self.pss = 0.0

    def run(self) -> None:
        while not self.ended.wait(PAUSE):
            parts = [_memory(pid) for pid in _descendants(self.pid)]
            self.rss = max(self.rss, sum(rss for rss, _ in parts))
            self.pss = max(self.pss, sum(pss for _, pss in parts))


def _descendants(pid: int) -> list[int]:
    """A process and all that it started, and those started."""
    found, waiting = [], [pid]
    while waiting:
        one = waiting.pop()
        found.append(one)
        for children in Path(f"/proc/{one}/task").glob("*/children"):
            try:
                waiting += [int(child) for child in children.read_text().split()]
            except OSError:  # it ended meanwhile
                continue
    return found


def _memory(pid: int) -> tuple[float, float]:
    """Resident bytes of a process: all of its pages, and its share of them."""
    try:
        lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
    except OSError:  # it ended meanwhile
        return 0.0, 0.0
    sizes = {line.partition(":")[0]: line.split()[1] for line in lines[1:]}
    return 1024.0 * float(sizes.get("Rss", 0)), 1024.0 * float(sizes.get("Pss", 0))


def exponents(costs: dict[tuple[int, float], Cost], report: Report) -> None:
    """Powers by which time and memory grow, over the whole table and at its expensive end.

    Fitted as log(cost) = a + p log(sources) + q log(pixels of a cube); "pixels" go as the inverse
    square of their size.
    """
    largest = sorted({number for number, _ in costs})[-2:]
    finest = sorted({pixel for _, pixel in costs})[:2]
    parts = {
        "all": list(costs),
        "the two largest numbers, the two finest": [
            key for key in costs if key[0] in largest and key[1] in finest
        ],
    }
    for name, keys in parts.items():
        design = np.array([[1.0, np.log(number), -2 * np.log(pixel)] for number, pixel in keys])
        if np.linalg.matrix_rank(design) < 3:
            continue
        words = []
        for what in ("seconds", "rss"):
            log = np.log([getattr(costs[key], what) for key in keys])
            fitted, *_ = np.linalg.lstsq(design, log, rcond=None)
            apart = np.exp(np.max(np.abs(design @ fitted - log))) - 1.0
            words.append(
                f"{what} ~ sources^{fitted[1]:.2f} pixels^{fitted[2]:.2f} (up to {apart:.0%} off)"
            )
        report.line(f"{name}: {'; '.join(words)}")


def check_bars(costs: dict[tuple[int, float], Cost], number: int, report: Report) -> bool:
    """The bars on time and memory for all sources."""
    good = True
    for pixel, (seconds, memory) in BARS.items():
        cost = costs.get((number, pixel))
        if cost is None:
            continue
        met = cost.seconds <= seconds and cost.rss <= memory
        good &= met
        report.line(
            f"{number} sources, {pixel:g} deg: {cost.seconds:.1f} s (bar {seconds:g}), "
            f"{cost.rss / 1e9:.2f} GB (bar {memory / 1e9:g}): {'met' if met else 'MISSED'}"
        )
    return good


def options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sources", type=int, nargs="+", default=SOURCES)
    parser.add_argument("--pixels", type=float, nargs="+", default=PIXELS)
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--save", action="store_true", help="keep a copy in results/")
    return parser.parse_args()


def main() -> int:
    chosen = options()
    report = Report("npred_survey", "Predicted counts of the CTA 1DC Galactic plane survey")
    report.line(
        f"360 x 10 deg, 15 bins 0.1 - 100 TeV, 24 true bins, 3270 pointings; {chosen.workers} "
        "workers, BLAS on one thread in each; memory is that of all processes, looked at every "
        f"{PAUSE:g} s"
    )
    sources = all_sources(Path(os.environ["GAMMAPY_DATA"], FOLDER))
    costs: dict[tuple[int, float], Cost] = {}
    rows = []
    for pixel, number in itertools.product(chosen.pixels, chosen.sources):
        with tempfile.TemporaryDirectory() as folder:
            models, output = Path(folder, "sky.xml"), Path(folder, "npred.fits.gz")
            write_sources(sources[:number], models)
            cost = run(command(models, pixel, output, chosen.workers), output)
        costs[number, pixel] = cost
        memory = (f"{cost.rss / 1e9:.2f}", f"{cost.pss / 1e9:.2f}", f"{cost.size / 1e6:.1f}")
        rows.append([f"{number}", f"{pixel:g}", f"{cost.seconds:.1f}", *memory])
        print("  ".join(rows[-1]), flush=True)
    report.table(["sources", "deg", "s", "GB resident", "GB shared out", "MB of output"], rows)
    exponents(costs, report)
    good = check_bars(costs, len(sources), report)
    if chosen.save:
        report.save()
    return int(not good)


if __name__ == "__main__":
    sys.exit(main())
