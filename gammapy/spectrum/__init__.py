"""Counts spectra and flux points."""

from gammapy.spectrum.dataset import SpectrumDataset
from gammapy.spectrum.flux_points.dataset import FluxPointsDataset
from gammapy.spectrum.flux_points.points import FluxPoints
from gammapy.spectrum.on_off import SpectrumDatasetOnOff

__all__ = ["FluxPoints", "FluxPointsDataset", "SpectrumDataset", "SpectrumDatasetOnOff"]
