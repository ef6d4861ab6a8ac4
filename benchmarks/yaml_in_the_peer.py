"""Every YAML file that we write, read by Gammapy 2.1: ``--peer`` names its interpreter.

All files of models under ``$GAMMAPY_DATA`` are read here and written as YAML. Both sides read
those, and must agree in every parameter and in the values of every part.
"""

from __future__ import annotations

import argparse
import gzip
import math
import os
import sys
import tempfile
import warnings
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from fnmatch import fnmatch
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from benchmarks.peer import Worker
from benchmarks.report import Report
from benchmarks.sides import two_sides
from gammapy.errors import GammapyError
from gammapy.modeling.models import Models

#: relative differences that are rounding: of parameters, and of the values of parts (Gammapy 2.1
#: loses digits at small angles, by 1 - cos)
ROUNDING = 1e-12
VALUES = {"spectral": 1e-9, "spatial": 1e-6, "temporal": 1e-9}
#: what is known of differences, by a part of the line: see the page on model files
KNOWN = {
    "No object found with tag": "a class that Gammapy 2.1 has not",
    "TemplatePhaseCurve": "phase curve: 2.1 does not close it at phase 0 (ours is periodic)",
    "TemplateSpatialModel": "map: 2.1 reads over interp_kwargs, and normalises by the single pixel",
    "InconsistentAxisTypes": "a header of a map (DEC---ARC) that 2.1 does not read",
    "No such file": "a template that is not in the data: 2.1 stops at once",
}


def written(target: Path, skip: str | None) -> Iterator[tuple[str, Path]]:
    """Files under the data folder that are models, as YAML in another folder."""
    root = Path(os.environ["GAMMAPY_DATA"])
    for source in sorted([*root.rglob("*.xml"), *root.rglob("*.yaml")]):
        name = str(source.relative_to(root))
        if name.startswith("gamma-cat/") or (skip and fnmatch(name, skip)):
            continue
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                models = Models.read(source)
                file = target / (name.replace("/", "__") + ".yaml")
                models.write(file)
        except GammapyError:
            continue
        if len(models):
            yield name, file


def differences(ours: dict[str, Any], theirs: dict[str, Any]) -> list[str]:
    """Where two sides differ, in words."""
    if "refused" in theirs:
        return [f"refused there: {theirs['refused']}"]
    if list(ours["models"]) != list(theirs["models"]):
        return [f"names: {list(ours['models'])} there {list(theirs['models'])}"]
    found = []
    for name, one in ours["models"].items():
        other = theirs["models"][name]
        for path in sorted(one["parameters"].keys() | other["parameters"].keys()):
            pair = one["parameters"].get(path), other["parameters"].get(path)
            if None in pair or not _same(*pair, ROUNDING):
                found.append(f"{name}.{path}: {pair[0]} there {pair[1]}")
        for kind in one["values"]:
            pair = one["values"][kind], other["values"].get(kind, [])
            if not _same(*pair, VALUES[kind]):
                cls = one["classes"][kind]
                found.append(f"{name} {kind} values of {cls}: {pair[0]} there {pair[1]}")
    return found


def _same(one: list[Any], other: list[Any], rtol: float) -> bool:
    return len(one) == len(other) and all(
        a == b
        or (a != a and b != b)
        or (not isinstance(a, str) and not isinstance(b, str) and math.isclose(a, b, rel_tol=rtol))
        for a, b in zip(one, other, strict=True)
    )


@contextmanager
def unpacked(archive: Path) -> Iterator[None]:
    """Have the templates of the Fermi archive under the names by which its XML files know them."""
    with tempfile.TemporaryDirectory() as folder:
        target = Path(folder, "Templates")
        target.mkdir()
        for packed in archive.glob("Templates/*.gz"):
            (target / packed.stem).write_bytes(gzip.decompress(packed.read_bytes()))
        os.environ["LATEXTDIR"] = folder
        yield


@contextmanager
def two(peer: str) -> Iterator[tuple[Worker, Worker]]:
    """Workers of both sides, with the environment as it is now."""
    sides = two_sides(peer)
    with Worker(sides[0], "yaml_files.py") as ours, Worker(sides[1], "yaml_files.py") as theirs:
        yield ours, theirs


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--peer", required=True, help="interpreter that has Gammapy 2.1")
    parser.add_argument("--skip", help="pattern of files to leave out, e.g. '*snr_*': minutes each")
    parser.add_argument("--save", action="store_true", help="keep a copy in results/")
    arguments = parser.parse_args()
    report = Report("yaml_in_the_peer", "YAML files of ours, read by Gammapy 2.1")
    if arguments.skip:
        report.line(f"left out: {arguments.skip}")
    data = os.environ["GAMMAPY_DATA"]
    total, models, counts = 0, 0, Counter[str]()
    with (
        tempfile.TemporaryDirectory() as folder,
        unpacked(Path(data, "fermi-xml", "Extended_archive_v18")),
        two(arguments.peer) as (ours, theirs),
    ):
        for name, file in written(Path(folder), arguments.skip):
            one = ours("said", file=str(file))
            found = differences(one, theirs("said", file=str(file)))
            total, models = total + 1, models + len(one["models"])
            if found:
                report.line(f"{name}: {len(found)} differences in {len(one['models'])} models")
            for number, line in enumerate(found):
                why = next((text for part, text in KNOWN.items() if part in line), "not explained")
                counts[why] += 1
                if number < 3:
                    report.line(f"    {line.replace(data, '$GAMMAPY_DATA')}")
    report.line(f"{total} files, {models} models; differences:")
    for why, number in counts.items():
        report.line(f"    {number:4d} {why}")
    if arguments.save:
        report.save()


if __name__ == "__main__":
    main()
