"""A small simulated Crab, in memory: two on/off spectra of one instrument."""

import astropy.units as u
import numpy as np

from gammapy.datasets import Datasets
from gammapy.irf import EDispKernel
from gammapy.maps import MapAxis, RegionGeom, RegionNDMap
from gammapy.modeling.models import LogParabolaSpectralModel, Models, SkyModel
from gammapy.spectrum import SpectrumDatasetOnOff


def crab_models():
    """Log parabola with bounds, at the truth of the simulation."""
    spectrum = LogParabolaSpectralModel(
        amplitude="3.85e-11 cm-2 s-1 TeV-1", reference="1 TeV", alpha=2.51, beta=0.105
    )
    spectrum.amplitude.min, spectrum.amplitude.max = 1e-14, 1e-9
    spectrum.alpha.min, spectrum.alpha.max = 1, 5
    spectrum.beta.min, spectrum.beta.max = -1, 2
    return Models([SkyModel(spectrum, name="crab")])


def on_off(name, livetime=3600.0, seed=0, nbin=12, background=3.0, alpha=0.1, low=0.5):
    """On/off spectrum with Poisson counts of `crab_models`."""
    energy = MapAxis.from_energy_bounds(low * u.TeV, 50 * u.TeV, nbin)
    true = MapAxis.from_energy_bounds(0.3 * u.TeV, 100 * u.TeV, 30, name="energy_true")
    geom = RegionGeom([energy])
    exposure = np.full(30, 1e9 * livetime)
    dataset = SpectrumDatasetOnOff(
        models=crab_models(),
        acceptance=RegionNDMap(geom, alpha),
        acceptance_off=1.0,
        exposure=RegionNDMap(RegionGeom([true]), exposure, unit="cm2 s"),
        edisp=EDispKernel.from_gauss(true, energy, sigma=0.15),
        name=name,
    )
    dataset.fake(RegionNDMap(geom, background), random_state=seed)
    return dataset


def crab():
    """Two spectra with common models."""
    datasets = Datasets([on_off("first", seed=1), on_off("second", livetime=1800.0, seed=2)])
    datasets.models = crab_models()
    return datasets
