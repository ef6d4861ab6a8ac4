"""Datasets, and the joint likelihood of several.

The kinds live in `gammapy.spectrum` and above; their classes are handed on here.
"""

from typing import Any

from gammapy.datasets.base import Dataset
from gammapy.datasets.flux_cube import dnde_cube, flux_cube, sources_outside
from gammapy.datasets.joint import Datasets
from gammapy.datasets.plan import Plan, Term
from gammapy.dispatch import find, names

__all__ = [
    "Dataset",
    "Datasets",
    "FluxPointsDataset",
    "Plan",
    "SpectrumDataset",
    "SpectrumDatasetOnOff",
    "Term",
    "dnde_cube",
    "flux_cube",
    "sources_outside",
]


def __getattr__(name: str) -> Any:
    if name in names("Dataset", "kind"):
        return find("Dataset", "kind", name)
    raise AttributeError(f"module 'gammapy.datasets' has no attribute {name!r}")
