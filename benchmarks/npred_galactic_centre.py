"""Predicted counts of the Galactic centre of CTA 1DC beside Gammapy 2.1: ``--peer`` names it.

547 analytic sources on 1000 x 500 pixels in 15 energy bins. README.rst tells what is measured.
"""

from __future__ import annotations

import os
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from benchmarks.model_files import FOLDER, MORE, SKY, read
from benchmarks.peer import Worker, alternate
from benchmarks.report import Report
from benchmarks.sides import options, ratio, two_sides
from gammapy.modeling.models import (
    Models,
    PiecewiseNormSpectralModel,
    PowerLaw2SpectralModel,
    SkyModel,
    TemplateSpatialModel,
)

RESPONSE = "cta-1dc/caldb/data/cta/1dc/bcf/South_z20_50h/irf_file.fits"
#: half width and half height in deg
FIELD = (10.0, 5.0)
#: of the field: deg, s, TeV
SETTING = {
    "offset": 1.5,
    "livetime": 50 * 3600.0,
    "width": [2 * side for side in FIELD],
    "binsz": 0.02,
    "edges": np.geomspace(0.1, 100.0, 16).tolist(),
}
#: how much faster, and how near the sums of each energy bin
BAR, NEAR = 50.0, 0.01
NUMBER = 547


def inside(model: SkyModel) -> bool:
    """True for an analytic source in the field whose spectrum is a flux density."""
    if isinstance(model.spatial_model, TemplateSpatialModel):
        return False
    if isinstance(model.spectral_model, PowerLaw2SpectralModel):
        return False
    place = model.position.galactic
    lon, lat = place.l.wrap_at("180d").deg, place.b.deg
    return bool(abs(lon) < FIELD[0] and abs(lat) < FIELD[1])


def sky(folder: Path) -> Models:
    """The sources of all files but ``gamma-cat.xml``, plain: see README.rst."""
    models = read([*(folder / name for name in SKY), folder / MORE], suffix="-1")
    chosen = [model for model in models if inside(model)]
    for model in chosen:
        model.temporal_model = None
        spectrum = model.spectral_model
        if isinstance(getattr(spectrum, "model2", None), PiecewiseNormSpectralModel):
            model.spectral_model = spectrum.model1
    if len(chosen) != NUMBER:
        raise RuntimeError(f"{len(chosen)} sources were chosen, {NUMBER} are expected")
    return Models(chosen)


@contextmanager
def workers_of(peer: str, report: Report) -> Iterator[dict[str, Worker]]:
    """A worker of each side, with statements of its own."""
    ours, theirs = two_sides(peer)
    report.line("both sides: BLAS on one thread (OMP, OPENBLAS, MKL = 1); nothing else is set")
    with Worker(ours, "npred_ours.py") as one, Worker(theirs, "npred_theirs.py") as other:
        workers = {"ours": one, "theirs": other}
        for name, worker in workers.items():
            versions = worker("describe")
            report.line(f"{name}: " + ", ".join(f"{k} {v}" for k, v in versions.items()))
        yield workers


def reasons_against(known: dict[str, dict[str, Any]]) -> list[str]:
    """Why the sides would not do the same work; empty if they would."""
    ours, theirs = known["ours"], known["theirs"]
    reasons = [
        f"{name}: ours {ours[name]}, theirs {theirs[name]}"
        for name in ("models", "shape")
        if ours[name] != theirs[name]
    ]
    apart = np.max(np.abs(np.array(ours["exposure"]) / np.array(theirs["exposure"]) - 1.0))
    return reasons if apart < 1e-4 else [*reasons, f"exposures are {apart:.2g} apart"]


def print_sums(sums: dict[str, list[float]], report: Report) -> float:
    """Counts of both sides in each energy bin; the largest relative difference."""
    edges = SETTING["edges"]
    apart = [a / b - 1.0 for a, b in zip(sums["ours"], sums["theirs"], strict=True)]
    rows = [
        [f"{low:.3g} - {high:.3g}", f"{a:.6g}", f"{b:.6g}", f"{100 * d:+.3f}%"]
        for low, high, a, b, d in zip(
            edges[:-1], edges[1:], sums["ours"], sums["theirs"], apart, strict=True
        )
    ]
    report.table(["TeV", "ours", "theirs", "ours - theirs"], rows)
    return max(abs(d) for d in apart)


def pixels_apart(folder: Path, report: Report) -> None:
    """Where the counts of both sides go in the pixels, in words."""
    ours, theirs = (np.load(folder / f"{side}.npy") for side in ("ours", "theirs"))
    for number in (0, len(ours) // 2, len(ours) - 1):
        peak = np.argmax(theirs[number])
        moved = 0.5 * np.abs(ours[number] - theirs[number]).sum() / theirs[number].sum()
        report.line(
            f"bin {number}: brightest pixel ours {ours[number].flat[peak]:.4g}, theirs "
            f"{theirs[number].flat[peak]:.4g}; {moved:.2%} of the counts are in other pixels"
        )


def compare(workers: dict[str, Worker], rounds: int, folder: Path, report: Report) -> bool:
    """Rounds in turn; True if the bars are met by the same work."""
    seconds: dict[str, list[float]] = {name: [] for name in workers}
    given: dict[str, list[float]] = {name: [] for name in workers}
    sums: dict[str, list[float]] = {}
    for number in range(rounds):
        for name in alternate(number, list(workers)):
            answer = workers[name]("npred", keep=str(folder / f"{name}.npy"))
            seconds[name].append(answer["seconds"])
            given[name].append(answer["given"])
            sums[name] = answer["sums"]
            report.line(f"round {number + 1}, {name}: {answer['seconds']:.3f} s")
    apart = print_sums(sums, report)
    pixels_apart(folder, report)
    report.line(
        f"sums of an energy bin: at most {apart:.3%} apart, bar {NEAR:.0%}; not in the times: "
        f"giving the models to the dataset there, {np.median(given['theirs']):.2f} s"
    )
    if apart > NEAR:
        report.line("NO RATIO, the counts are not the same work")
        return False
    report.line(f"{ratio('npred', seconds['ours'], seconds['theirs'])}; bar {BAR:g}")
    return bool(np.median(seconds["theirs"]) >= BAR * np.median(seconds["ours"]))


def main() -> int:
    chosen = options(__doc__, rounds=3)
    report = Report("npred_galactic_centre", "Predicted counts of the CTA 1DC Galactic centre")
    data = Path(os.environ["GAMMAPY_DATA"])
    models = sky(data / FOLDER)
    good = False
    with (
        tempfile.TemporaryDirectory() as text,
        workers_of(chosen.peer, report) as workers,
    ):
        folder = Path(text)
        models.write(folder / "sky.yaml", write_covariance=False)
        known = {
            name: worker(
                "load",
                models=str(folder / "sky.yaml"),
                response=str(data / RESPONSE),
                **SETTING,
            )
            for name, worker in workers.items()
        }
        report.line(f"{known['ours']['models']} models on {known['ours']['shape']} bins")
        against = reasons_against(known)
        if against:
            report.line("NO RATIO, the sides do not have the same task: " + "; ".join(against))
        else:
            good = compare(workers, chosen.rounds, folder, report)
    if chosen.save:
        report.save()
    return int(not good)


if __name__ == "__main__":
    sys.exit(main())
