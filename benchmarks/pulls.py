"""Are the errors of a fit right? Pulls of thousands of simulated spectra.

The counts are drawn by the slow twins in ``tests/twins``, which share no code with the fit: their
own reader of the response, their own integrals, their own folding. The fit starts from one point.

Choices, made beforehand:

* Response, exposure ratio (1/12) and good bins are those of the HESS run 23523. Its livetime is
  scaled so that `ON_COUNTS` are expected in the good bins: 1,000 are 12 standard deviations below,
  so no spectrum is rejected for having fewer.
* The W statistic profiles one background out of each bin. A profile likelihood is only
  asymptotically unbiased, and with few off counts in a bin it is biased, whatever the number of
  bins (Neyman and Scott 1948). So `OFF_COUNTS` are expected in each bin, whereas the run has 92 in
  41 bins. ``--sparse`` shows what the run's own density does.
* ``cash`` knows the background: the same expectation in the on region.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

import astropy.units as u
import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from benchmarks.crab import spectrum_files
from benchmarks.report import Report
from gammapy.datasets import SpectrumDataset, SpectrumDatasetOnOff
from gammapy.maps import RegionGeom, RegionNDMap
from gammapy.modeling import Fit
from gammapy.modeling.models import LogParabolaSpectralModel, Models, SkyModel
from tests.twins import integrate, response, simulate, spectra

SEED = 20261124
TRUTH = {"amplitude": 3.85e-11, "alpha": 2.5, "beta": 0.1}
START = {"amplitude": 3.0e-11, "alpha": 2.2, "beta": 0.2}
BOUNDS = {"amplitude": (1e-13, 1e-9), "alpha": (1.0, 4.0), "beta": (-1.0, 2.0)}
ON_COUNTS = 1500.0
OFF_COUNTS = 40.0
BAR = 0.05


class Setup(NamedTuple):
    """What is simulated: arrays of the twin's reader, and expectations.

    Attributes
    ----------
    twin : dict
        As `response.read_ogip` returns it, with the scaled livetime.
    scale : float
        Livetime over that of the run.
    flux : ndarray [n_true]
        Flux integrals of the truth.
    off : ndarray [n_reco]
        Expected off counts.
    """

    twin: dict[str, Any]
    scale: float
    flux: np.ndarray
    off: np.ndarray


class Sample(NamedTuple):
    """Fits of many simulated spectra; a fit without an error has nan in its row.

    Attributes
    ----------
    pulls : ndarray [n, 3]
        (fitted - true) / error.
    log_pulls : ndarray [n]
        The same for the logarithm of the amplitude.
    statuses : Counter
        How the fits ended.
    failed : ndarray of bool [n]
    n_on : ndarray [n]
        On counts in the good bins.
    """

    pulls: np.ndarray
    log_pulls: np.ndarray
    statuses: Counter[str]
    failed: np.ndarray
    n_on: np.ndarray


def crab_run() -> Path:
    """The run whose response is used."""
    return next(path for path in spectrum_files("hess") if path.stem == "pha_obs23523")


def setup(path: Path, sparse: bool = False) -> Setup:
    """Expectations for one run.

    Parameters
    ----------
    path : path
        PHA file.
    sparse : bool
        Off counts fall with energy as those of the run: a power law of index 2.7 with the run's
        sum, scaled like the livetime.
    """
    twin = response.read_ogip(path)
    good = twin["mask"]
    flux = integrate.bin_integrals(
        lambda e: float(
            spectra.log_parabola(e, TRUTH["amplitude"], 1.0, TRUTH["alpha"], TRUTH["beta"])
        ),
        twin["energy_true"],
    )
    signal = response.fold(flux, twin["area"], twin["livetime"], twin["matrix"])[good].sum()
    if sparse:
        edges = twin["energy"]
        shape = np.where(good, edges[:-1] ** -1.7 - edges[1:] ** -1.7, 0.0)
        per_livetime = shape / shape.sum() * twin["counts_off"][good].sum()
        scale = ON_COUNTS / (signal + (twin["alpha"] * per_livetime)[good].sum())
        off = per_livetime * scale
    else:
        off = np.where(good, OFF_COUNTS, 0.0)
        scale = (ON_COUNTS - (twin["alpha"] * off)[good].sum()) / signal
    return Setup(twin | {"livetime": twin["livetime"] * scale}, scale, flux, off)


def draw(made: Setup, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    """On and off counts of one spectrum."""
    twin = made.twin
    arguments = (made.flux, twin["area"], twin["livetime"], twin["matrix"], made.off, twin["alpha"])
    return simulate.simulate_on_off(rng, *arguments)


def models_at_start() -> Models:
    """A log-parabola at the fixed start."""
    spectrum = LogParabolaSpectralModel(
        amplitude=START["amplitude"] * u.Unit("cm-2 s-1 TeV-1"),
        reference="1 TeV",
        alpha=START["alpha"],
        beta=START["beta"],
    )
    for name, (low, high) in BOUNDS.items():
        spectrum.parameters[name].min, spectrum.parameters[name].max = low, high
    return Models([SkyModel(spectrum, name="crab")])


def wstat_dataset(path: Path, made: Setup) -> SpectrumDatasetOnOff:
    """The run as our reader reads it, with the scaled exposure."""
    dataset = SpectrumDatasetOnOff.read(path, name="simulated")
    exposure = dataset.exposure
    dataset.exposure = RegionNDMap(exposure.geom, exposure.data * made.scale, unit=exposure.unit)
    return dataset


def cash_dataset(path: Path, made: Setup) -> SpectrumDataset:
    """The same with the background known."""
    run = wstat_dataset(path, made)
    geom = RegionGeom([run.energy_axis])
    return SpectrumDataset(
        counts=RegionNDMap(geom),
        background=RegionNDMap(geom, made.twin["alpha"] * made.off),
        exposure=run.exposure,
        edisp=run.edisp,
        mask_safe=run.mask_safe,
        name="simulated",
    )


def fits(
    dataset: Any, made: Setup, number: int, sequence: np.random.SeedSequence, fit: Fit | None = None
) -> Sample:
    """Simulate and fit: one child of the sequence for each spectrum; all are kept."""
    fit = fit or Fit()
    names, truth = list(TRUTH), np.array(list(TRUTH.values()))
    good, geom = made.twin["mask"], RegionGeom([dataset.energy_axis])
    values, errors = np.empty((number, 3)), np.empty((number, 3))
    statuses: Counter[str] = Counter()
    failed, n_on = np.zeros(number, dtype=bool), np.empty(number)
    dataset.models = models_at_start()
    parameters = [dataset.models.parameters[name] for name in names]
    for i, child in enumerate(sequence.spawn(number)):
        on, off = draw(made, np.random.default_rng(child))
        n_on[i] = on[good].sum()
        dataset.counts = RegionNDMap(geom, on.astype(float))
        if isinstance(dataset, SpectrumDatasetOnOff):
            dataset.counts_off = RegionNDMap(geom, off.astype(float))
        for parameter in parameters:
            parameter.value = START[parameter.name]
        result = fit.run(dataset)
        statuses[result.status.name] += 1
        failed[i] = not result.success
        values[i] = [parameter.value for parameter in parameters]
        errors[i] = [parameter.error for parameter in parameters]
    relative = errors[:, 0] / values[:, 0]
    log_pulls = np.log(values[:, 0] / truth[0]) / relative
    return Sample((values - truth) / errors, log_pulls, statuses, failed, n_on)


class Moments(NamedTuple):
    """Mean and width of pulls, each with its standard error."""

    mean: float
    mean_error: float
    width: float
    width_error: float
    missing: int


def moments(pulls: np.ndarray) -> Moments:
    """Mean and width of those pulls that are known; how many are not is told beside.

    The error of the width follows from the fourth moment, so it holds for any shape.
    """
    known = pulls[np.isfinite(pulls)]
    n, width = len(known), float(known.std(ddof=1))
    fourth = float(np.mean((known - known.mean()) ** 4))
    width_error = np.sqrt(max(fourth - width**4, 0.0) / n) / (2 * width)
    return Moments(
        float(known.mean()), width / np.sqrt(n), width, float(width_error), len(pulls) - n
    )


def show(what: str, sample: Sample, seconds: float, report: Report) -> bool:
    """Print one table; true if all pulls are inside the bars and no fit failed."""
    report.line()
    ends = ", ".join(f"{count} {name}" for name, count in sample.statuses.items())
    report.line(f"{what}: {len(sample.pulls)} spectra in {seconds:.0f} s; fits: {ends}")
    report.line(
        f"on counts in the good bins: {sample.n_on.min():.0f} to {sample.n_on.max():.0f}, "
        f"mean {sample.n_on.mean():.1f}; not converged: {int(sample.failed.sum())}"
    )
    rows, inside = [], not sample.failed.any() and sample.n_on.min() >= 1000
    columns = {name: sample.pulls[:, i] for i, name in enumerate(TRUTH)}
    for name, pulls in (columns | {"(ln amplitude)": sample.log_pulls}).items():
        m = moments(pulls)
        good = abs(m.mean) <= BAR and abs(m.width - 1) <= BAR and not m.missing
        known = pulls[np.isfinite(pulls)]
        skew = float(np.mean((known - m.mean) ** 3)) / m.width**3
        rows.append(
            [
                name,
                f"{m.mean:+.4f} +- {m.mean_error:.4f}",
                f"{m.width:.4f} +- {m.width_error:.4f}",
                f"{skew:+.3f}",
                str(m.missing),
                "inside" if good else "OUTSIDE",
            ]
        )
        inside &= good or name not in TRUTH
    report.table(["pull of", "mean", "width", "skewness", "no error", f"0, 1 +- {BAR}"], rows)
    return inside


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--spectra", type=int, default=4000, help="of each kind")
    parser.add_argument("--sparse", action="store_true", help="also with few off counts, unbarred")
    parser.add_argument("--save", action="store_true", help="keep a copy in results/")
    options = parser.parse_args()
    report = Report("pulls", "Pulls of simulated log-parabola spectra")
    path = crab_run()
    made, thin = setup(path), setup(path, sparse=True)
    children = np.random.SeedSequence(SEED).spawn(3)
    report.line(f"truth {TRUTH}, start {START}, alpha 1/{1 / made.twin['alpha'][0]:.0f}")
    report.line(
        f"SeedSequence({SEED}): its children 0, 1, 2 for wstat, cash, sparse wstat; a child's "
        "i-th child for the i-th spectrum"
    )
    report.line(
        f"response of HESS run 23523, livetime times {made.scale:.2f}: {ON_COUNTS:.0f} on counts "
        f"expected; off counts per bin {OFF_COUNTS:.0f} "
        f"(sparse: {thin.off[thin.off > 0].max():.0f} to {thin.off[thin.off > 0].min():.2g})"
    )
    kinds: list[tuple[str, Callable[..., Any], Setup, bool]] = [
        ("wstat", wstat_dataset, made, True),
        ("cash, background known", cash_dataset, made, True),
    ]
    if options.sparse:
        kinds.append(("wstat, sparse off counts (no bar)", wstat_dataset, thin, False))
    inside = True
    for (what, build, expected, barred), child in zip(kinds, children, strict=False):
        begin = time.perf_counter()
        sample = fits(build(path, expected), expected, options.spectra, child)
        found = show(what, sample, time.perf_counter() - begin, report)
        inside &= found or not barred
    if options.save:
        report.save()
    return int(not inside)


if __name__ == "__main__":
    sys.exit(main())
