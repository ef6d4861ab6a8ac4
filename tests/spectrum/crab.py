"""The joint Crab data as datasets, and the models that the reference fits start from.

The files are read by the twin, so that these tests do not lean on our OGIP reader.
"""

import os
from pathlib import Path
from typing import Any

import astropy.units as u
import numpy as np
import pytest

from gammapy.datasets import Datasets
from gammapy.irf import EDispKernel
from gammapy.maps import MapAxis, RegionGeom, RegionNDMap
from gammapy.modeling.models import Models
from gammapy.spectrum import SpectrumDatasetOnOff
from tests.reference import reference
from tests.twins.response import read_ogip

WORKLOADS = ("crab-joint-lp", "crab-hess-ecpl")


def workload(name: str) -> dict[str, Any]:
    """A fit of the reference, with its data and results."""
    content = reference("fits.json")
    if content is None:
        pytest.skip("GAMMAPY_REFERENCE is not set: it names the folder this test reads")
    return next(w for w in content["workloads"] if w["id"] == name)


def spectra(work: dict[str, Any]) -> dict[str, dict[str, Any]]:
    """Name of each dataset of a fit, and its plain arrays."""
    folder = os.environ.get("GAMMAPY_DATA")
    if not folder:
        pytest.skip("GAMMAPY_DATA is not set: it names the folder this test reads")
    return {d["name"]: read_ogip(Path(folder) / d["file"]) for d in work["data"]}


def dataset(name: str, arrays: dict[str, Any]) -> SpectrumDatasetOnOff:
    """Dataset of plain arrays as the twin reads them."""
    energy = MapAxis.from_energy_edges(arrays["energy"] * u.TeV)
    true = MapAxis.from_energy_edges(arrays["energy_true"] * u.TeV, name="energy_true")
    geom, geom_true = RegionGeom([energy]), RegionGeom([true])
    return SpectrumDatasetOnOff(
        counts=RegionNDMap(geom, arrays["counts_on"]),
        counts_off=RegionNDMap(geom, arrays["counts_off"]),
        acceptance=RegionNDMap(geom, np.broadcast_to(arrays["alpha"], energy.nbin)),
        acceptance_off=1.0,
        exposure=RegionNDMap(geom_true, arrays["area"] * arrays["livetime"], unit="cm2 s"),
        edisp=EDispKernel([true, energy], arrays["matrix"]),
        mask_safe=RegionNDMap(geom, arrays["mask"]),
        name=name,
    )


def datasets(work: dict[str, Any]) -> Datasets:
    """All datasets of a fit, with the models that it starts from."""
    joint = Datasets([dataset(name, arrays) for name, arrays in spectra(work).items()])
    joint.models = start_models(work)
    return joint


def start_models(work: dict[str, Any]) -> Models:
    """The models that a fit starts from."""
    return Models.from_yaml(work["models_yaml_start"])
