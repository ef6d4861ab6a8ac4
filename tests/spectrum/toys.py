"""Small spectra that are made, not measured."""

from typing import Any

import astropy.units as u
import numpy as np

from gammapy.irf import EDispKernel
from gammapy.maps import MapAxis, RegionGeom, RegionNDMap
from gammapy.modeling.models import PowerLawSpectralModel, SkyModel
from gammapy.spectrum import SpectrumDataset, SpectrumDatasetOnOff


def power_law(name: str = "crab", index: float = 2.3, amplitude: float = 3e-11) -> SkyModel:
    spectrum = PowerLawSpectralModel(
        index=index, amplitude=f"{amplitude} cm-2 s-1 TeV-1", reference="1 TeV"
    )
    return SkyModel(spectrum, name=name)


def axes(n_energy: int = 8, n_true: int = 12) -> tuple[MapAxis, MapAxis]:
    """Reconstructed and true energies, 0.5 to 50 TeV and 0.2 to 100 TeV."""
    energy = MapAxis.from_energy_bounds("0.5 TeV", "50 TeV", n_energy)
    true = MapAxis.from_energy_bounds("0.2 TeV", "100 TeV", n_true, name="energy_true")
    return energy, true


def response(n_energy: int = 8, n_true: int = 12, exposure: float = 3e13) -> dict[str, Any]:
    """Exposure and energy dispersion as arguments of a dataset."""
    energy, true = axes(n_energy, n_true)
    values = exposure * np.sqrt(true.center.to_value(u.TeV))
    return {
        "exposure": RegionNDMap(RegionGeom([true]), values, unit="cm2 s"),
        "edisp": EDispKernel.from_gauss(true, energy, sigma=0.2),
    }


def cash(name: str = "cash", models: Any = None, seed: int = 3, **sizes: Any) -> SpectrumDataset:
    """Poisson counts over a known background, drawn from a power law and the background."""
    parts = response(**sizes)
    energy = parts["edisp"].axes["energy"]
    geom = RegionGeom([energy])
    background = RegionNDMap(geom, 20.0 * energy.center.to_value(u.TeV) ** -1.5)
    dataset = SpectrumDataset(models=power_law(), background=background, name=name, **parts)
    dataset.fake(seed)
    dataset.models = models
    return dataset


def on_off(
    name: str = "on-off", models: Any = None, seed: int = 4, **sizes: Any
) -> SpectrumDatasetOnOff:
    """Counts of an on and an off region, drawn from a power law and a background."""
    parts = response(**sizes)
    energy = parts["edisp"].axes["energy"]
    geom = RegionGeom([energy])
    zeros = RegionNDMap(geom)
    dataset = SpectrumDatasetOnOff(
        models=power_law(),
        counts=zeros,
        counts_off=zeros,
        acceptance=1.0,
        acceptance_off=5.0,
        name=name,
        **parts,
    )
    dataset.fake(RegionNDMap(geom, 8.0 * energy.center.to_value(u.TeV) ** -1.5), seed)
    dataset.models = models
    return dataset
