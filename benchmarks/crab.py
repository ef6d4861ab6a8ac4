"""Data and models of the Crab benchmarks."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parent
LOG_PARABOLA = HERE / "crab_logparabola.yaml"
CUTOFF = HERE / "crab_cutoff.yaml"


def spectrum_files(instrument: str = "*") -> list[Path]:
    """PHA files of one instrument, or of all five (ten files), under ``$GAMMAPY_DATA``."""
    if "GAMMAPY_DATA" not in os.environ:
        raise SystemExit("GAMMAPY_DATA is not set: let it name the folder that has joint-crab/")
    folder = Path(os.environ["GAMMAPY_DATA"]) / "joint-crab" / "spectra"
    files = sorted(folder.glob(f"{instrument}/pha_*.fits"))
    if not files:
        raise SystemExit(f"{folder}: no {instrument}/pha_*.fits there; set GAMMAPY_DATA")
    return files


def crab_datasets(models: Path, instrument: str = "*") -> Any:
    """Spectra of one instrument or all, with the models of a file."""
    from gammapy.datasets import Datasets, SpectrumDatasetOnOff
    from gammapy.modeling.models import Models

    spectra = [
        SpectrumDatasetOnOff.read(path, name=f"{path.parent.name}-{path.stem}")
        for path in spectrum_files(instrument)
    ]
    datasets = Datasets(spectra)
    datasets.models = Models.read(models)
    return datasets
