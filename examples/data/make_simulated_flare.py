"""Simulate runs on a source that flares, and write the spectra with their good time intervals.

    python make_simulated_flare.py [FOLDER]

writes ``datasets.yaml`` and the files that it lists, one a run, into a folder (``simulated-flare``
beside this script by default). The truth is a power law whose amplitude rises and falls again in
one night (`flux`); the telescope is an invention. The seeds are fixed: the same files come out
every time.
"""

import sys
from pathlib import Path

import astropy.units as u
import numpy as np
import yaml
from astropy.time import Time

from gammapy.data import GTI
from gammapy.datasets import SpectrumDatasetOnOff
from gammapy.irf import EDispKernel
from gammapy.maps import MapAxis, RegionGeom, RegionNDMap
from gammapy.modeling.models import Models, PowerLawSpectralModel, SkyModel

#: the spectrum at rest
QUIET = {"index": 2.6, "amplitude": "4e-11 cm-2 s-1 TeV-1", "reference": "1 TeV"}
#: how many times brighter the source is at the peak of the flare, when that is, and the minutes in
#: which it rises and falls by a factor e
PEAK, PEAK_TIME, RISE, DECAY = 4.0, Time("2006-07-29 00:50", scale="utc"), 20, 60
#: the first run of each night starts then; runs of 28 minutes follow each other every half hour
NIGHTS = {"2006-07-27 22:30": 4, "2006-07-28 22:30": 10, "2006-07-29 22:30": 4}
LENGTH, SPACING = 28 * u.min, 30 * u.min
#: telescope: threshold, largest effective area, energy resolution, rate of the background
THRESHOLD, AREA, RESOLUTION, RATE = 0.3 * u.TeV, 1.5e9 * u.cm**2, 0.15, 0.02 / u.s
SEED = 20060729


def flux(time):
    """How many times brighter than at rest: up exponentially before the peak, down after it."""
    minutes = (time - PEAK_TIME).to_value("min")
    return 1 + (PEAK - 1) * np.exp(-np.abs(minutes) / np.where(minutes < 0, RISE, DECAY))


def starts():
    """Begin of each run."""
    return [Time(night, scale="utc") + i * SPACING for night, n in NIGHTS.items() for i in range(n)]


def observe(name, start, seed):
    """One run, with as much time on the source as on each of seven off regions."""
    energy = MapAxis.from_energy_bounds(THRESHOLD, 30 * u.TeV, nbin=6, per_decade=True)
    true = MapAxis.from_energy_bounds(
        THRESHOLD / 2, 60 * u.TeV, nbin=10, per_decade=True, name="energy_true"
    )
    spectrum = PowerLawSpectralModel(**QUIET)
    times = start + np.linspace(0, 1, 57) * LENGTH
    spectrum.amplitude.value *= np.mean(flux(times))
    geom = RegionGeom([energy])
    area = AREA / (1 + (true.center / (2 * THRESHOLD)) ** -3)
    exposure = (area * LENGTH).to("cm2 s")
    dataset = SpectrumDatasetOnOff(
        models=Models([SkyModel(spectrum, name="blazar")]),
        acceptance=RegionNDMap(geom, 1.0),
        acceptance_off=RegionNDMap(geom, 7.0),
        exposure=RegionNDMap(RegionGeom([true]), exposure.value, unit="cm2 s"),
        edisp=EDispKernel.from_gauss(true, energy, sigma=RESOLUTION),
        mask_safe=geom.energy_mask(energy_min=1.4 * THRESHOLD),
        gti=GTI.create(start, start + LENGTH),
        name=name,
        meta={"object": "Simulated blazar", "livetime": LENGTH.to_value("s")},
    )
    falling = energy.edges_min.to_value("TeV") ** -1.7 - energy.edges_max.to_value("TeV") ** -1.7
    background = (RATE * LENGTH).to_value("") * falling / falling.sum()
    dataset.fake(RegionNDMap(geom, background), random_state=seed)
    dataset.models = None
    return dataset


def main(folder):
    """Write all files into a folder, over those that are there."""
    folder.mkdir(exist_ok=True)
    entries = []
    for number, start in enumerate(starts(), start=1):
        run = observe(f"run-{number:02d}", start, [SEED, number])
        filename = f"{run.name}.fits.gz"
        run.write(folder / filename, format="gadf", overwrite=True)
        entries.append({"name": run.name, "type": run.tag, "filename": filename})
    text = yaml.safe_dump({"datasets": entries}, sort_keys=False)
    (folder / "datasets.yaml").write_text(text)


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).with_name("simulated-flare"))
