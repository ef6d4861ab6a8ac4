"""Files of the CTA 1DC sky: XML beside lxml, YAML beside libyaml, and Gammapy 2.1.

``--peer`` names an interpreter that has Gammapy 2.1. README.rst tells what is measured.
"""

from __future__ import annotations

import os
import sys
import tempfile
import time
import warnings
from collections.abc import Callable
from pathlib import Path
from statistics import median
from typing import Any

import yaml
from lxml import etree

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from benchmarks.peer import alternate
from benchmarks.report import Report
from benchmarks.sides import options, ratio, two_sides, two_workers
from gammapy.modeling.models import Models, PiecewiseNormSpectralModel
from gammapy.modeling.serialize.tree import LAYOUT

FOLDER = "cta-1dc-skymodel"
#: the sky of 1DC: 1,780 sources
SKY = (
    "gamma-cat/ctadc_skymodel_gps_sources_gamma-cat2.xml",
    "image_sources/ctadc_skymodel_gps_sources_images.xml",
    "binaries/ctadc_skymodel_gps_sources_binaries.xml",
    "pulsars/ctadc_skymodel_gps_sources_pulsars.xml",
    "pwn/ctadc_skymodel_gps_sources_pwn.xml",
    "pwn/ctadc_skymodel_gps_sources_composite.xml",
    "snrs/ctadc_skymodel_gps_sources_snr_2.xml",
)
#: the 2,641 sources of the issue: with the other table of remnants, which has most names again
MORE = "snrs/ctadc_skymodel_gps_sources_snr_1.xml"


def seconds(action: Callable[[], Any]) -> float:
    """Time that an action takes."""
    start = time.perf_counter()
    action()
    return time.perf_counter() - start


def read(files: list[Path], suffix: str | None = None) -> Models:
    """Models of the files; what they warn of is told elsewhere."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return Models.read(files, suffix=suffix)


def beside_the_parsers(files: list[Path], rounds: int, report: Report) -> None:
    """Ours beside the bare parsers, in turn."""
    models = read(files)
    free = len(models.parameters.free_parameters)
    number = len(models.parameters)
    report.line(f"{len(files)} files: {len(models)} models, {number} parameters, {free} free")
    text = models.to_yaml()
    tree = models.to_dict()
    pairs: dict[str, tuple[Callable[[], Any], Callable[[], Any]]] = {
        "XML, read into Models | lxml, parse": (
            lambda: read(files),
            lambda: [etree.parse(str(file)) for file in files],
        ),
        "YAML, read | libyaml, load": (
            lambda: Models.from_yaml(text),
            lambda: yaml.load(text, Loader=yaml.CSafeLoader),
        ),
        "YAML, write | libyaml, dump": (
            models.to_yaml,
            lambda: yaml.dump(tree, Dumper=yaml.CSafeDumper, **LAYOUT),
        ),
    }
    bars = {"XML": 10.0, "YAML, read": 2.0, "YAML, write": 1.5}
    for name, both in pairs.items():
        times: tuple[list[float], list[float]] = ([], [])
        for number in range(rounds):
            for side in alternate(number, (0, 1)):
                times[side].append(seconds(both[side]))
        each = [a / b for a, b in zip(*times, strict=True)]
        bar = next(value for key, value in bars.items() if name.startswith(key))
        report.line(
            f"{name}: median {median(times[0]):.3f} s | {median(times[1]):.3f} s, ratio "
            f"{median(times[0]) / median(times[1]):.2f} "
            f"(rounds {min(each):.2f} to {max(each):.2f}); bar {bar:g}"
        )


def beside_the_peer(files: list[Path], rounds: int, peer: str, report: Report) -> None:
    """One YAML file of plain models, read and collected on both sides.

    Spectra of nodes are their tables here, without norms: Gammapy 2.1 keeps a dense covariance of
    all parameters, and with the 55,000 of the nodes it does not fit into 24 GiB.
    """
    models = read(files, suffix="-1")
    for model in models:
        spectrum = model.spectral_model
        if isinstance(getattr(spectrum, "model2", None), PiecewiseNormSpectralModel):
            model.spectral_model = spectrum.model1
    with tempfile.TemporaryDirectory() as folder:
        file = str(Path(folder, "sky.yaml"))
        models.write(file, write_covariance=False)
        with two_workers(two_sides(peer), "model_files.py", report) as workers:
            known = {name: worker("load", file=file) for name, worker in workers.items()}
            report.line(f"ours: {known['ours']}; theirs: {known['theirs']}")
            for task, arguments in (("read", {"file": file}), ("collect", {})):
                times: dict[str, list[float]] = {"ours": [], "theirs": []}
                for number in range(rounds):
                    for name in alternate(number, list(workers)):
                        answer = workers[name](task, **arguments)
                        times[name].append(answer.pop("seconds"))
                        if answer != known[name]:
                            raise RuntimeError(f"{name}: {task} gave {answer}, not {known[name]}")
                same = all(
                    known["ours"][key] == known["theirs"][key] for key in ("models", "parameters")
                )
                report.line(
                    ratio(f"{task} {len(models)} models", times["ours"], times["theirs"])
                    if same
                    else f"{task}: no ratio, the sides did not do the same work"
                )


def main() -> None:
    arguments = options(__doc__, rounds=5)
    report = Report("model_files", "Files of the CTA 1DC sky, beside the parsers and Gammapy 2.1")
    folder = Path(os.environ["GAMMAPY_DATA"], FOLDER)
    files = [folder / name for name in SKY]
    beside_the_parsers(files, arguments.rounds, report)
    beside_the_peer([*files, folder / MORE], 1, arguments.peer, report)
    if arguments.save:
        report.save()


if __name__ == "__main__":
    main()
