"""The four H.E.S.S. spectra of the Crab, under a model that stands still."""

import os
from pathlib import Path

import pytest

from gammapy.datasets import Datasets
from gammapy.modeling.models import LogParabolaSpectralModel, SkyModel
from gammapy.spectrum import SpectrumDatasetOnOff

AMPLITUDE, ALPHA, BETA = 4.5e-11, 2.35, 0.19


def files() -> list[Path]:
    folder = os.environ.get("GAMMAPY_DATA")
    if not folder:
        pytest.skip("GAMMAPY_DATA is not set: it names the folder this test reads")
    return sorted((Path(folder) / "joint-crab" / "spectra" / "hess").glob("pha_*.fits"))


def crab() -> SkyModel:
    spectrum = LogParabolaSpectralModel(
        amplitude=f"{AMPLITUDE} cm-2 s-1 TeV-1", alpha=ALPHA, beta=BETA, reference="1 TeV"
    )
    return SkyModel(spectrum, name="crab")


def spectra() -> Datasets:
    datasets = Datasets([SpectrumDatasetOnOff.read(file, name=file.stem) for file in files()])
    datasets.models = crab()
    return datasets
