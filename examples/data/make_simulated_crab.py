"""Simulate the Crab nebula as two small telescopes see it, and write the spectra.

    python make_simulated_crab.py [FOLDER]

writes ``datasets.yaml``, the OGIP files that it lists, and ``models.yaml``, a model to start a fit
from, into a folder (``simulated-crab`` beside this script by default). The truth is the log
parabola of `TRUTH`; the responses are invented, but of the size and shape that such instruments
have. The seed is fixed: the same files come out every time.
"""

import sys
from pathlib import Path

import astropy.units as u

from gammapy.datasets import Datasets
from gammapy.irf import EDispKernel
from gammapy.maps import MapAxis, RegionGeom, RegionNDMap
from gammapy.modeling.models import LogParabolaSpectralModel, Models, SkyModel
from gammapy.spectrum import SpectrumDatasetOnOff

#: spectrum of the Crab nebula, about that of the joint fit of Nigro et al. (2019, A&A 625, A10)
TRUTH = {"amplitude": "3.85e-11 cm-2 s-1 TeV-1", "reference": "1 TeV", "alpha": 2.51, "beta": 0.105}

#: telescope -> threshold, largest effective area, energy resolution, time, background rate, seed
TELESCOPES = {
    "north": (0.2 * u.TeV, 1e9 * u.cm**2, 0.18, 2400 * u.s, 0.015 / u.s, 1054),
    "south": (0.5 * u.TeV, 2.5e9 * u.cm**2, 0.12, 1500 * u.s, 0.020 / u.s, 1731),
}


def effective_area(energy, threshold, largest):
    """Rises steeply above the threshold and levels off."""
    return largest / (1 + (energy / (2 * threshold)) ** -3)


def observe(name, threshold, largest, resolution, time, rate, seed):
    """One pointing with as much time on the source as on each of twelve off regions."""
    energy = MapAxis.from_energy_bounds(threshold, 50 * u.TeV, nbin=10, per_decade=True)
    true = MapAxis.from_energy_bounds(
        threshold / 2, 100 * u.TeV, nbin=15, per_decade=True, name="energy_true"
    )
    geom = RegionGeom([energy])
    exposure = effective_area(true.center, threshold, largest) * time
    dataset = SpectrumDatasetOnOff(
        models=Models([SkyModel(LogParabolaSpectralModel(**TRUTH), name="crab")]),
        acceptance=RegionNDMap(geom, 1.0),
        acceptance_off=RegionNDMap(geom, 12.0),
        exposure=RegionNDMap(RegionGeom([true]), exposure.to_value("cm2 s"), unit="cm2 s"),
        edisp=EDispKernel.from_gauss(true, energy, sigma=resolution),
        mask_safe=geom.energy_mask(energy_min=1.5 * threshold),
        name=name,
        meta={"telescop": name, "object": "Simulated Crab", "livetime": time.to_value("s")},
    )
    spectrum = energy.edges_min.to_value("TeV") ** -1.7 - energy.edges_max.to_value("TeV") ** -1.7
    background = (rate * time).to_value("") * spectrum / spectrum.sum()
    dataset.fake(RegionNDMap(geom, background), random_state=seed)
    return dataset


def start_models():
    """Model to start from; not far from the truth, not near it."""
    spectrum = LogParabolaSpectralModel(
        amplitude="1e-11 cm-2 s-1 TeV-1", reference="1 TeV", alpha=2.0, beta=0.0
    )
    spectrum.amplitude.min, spectrum.amplitude.max = 1e-14, 1e-9
    spectrum.alpha.min, spectrum.alpha.max = 0, 5
    spectrum.beta.min, spectrum.beta.max = -1, 2
    return Models([SkyModel(spectrum, name="crab")])


def main(folder):
    """Write all files into a folder, over those that are there."""
    folder.mkdir(exist_ok=True)
    datasets = Datasets([observe(name, *row) for name, row in TELESCOPES.items()])
    datasets.write(folder / "datasets.yaml", overwrite=True)
    start_models().write(folder / "models.yaml", overwrite=True)


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).with_name("simulated-crab"))
