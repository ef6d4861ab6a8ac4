"""Counts spectra."""

from gammapy.spectrum.dataset import SpectrumDataset
from gammapy.spectrum.on_off import SpectrumDatasetOnOff

__all__ = ["SpectrumDataset", "SpectrumDatasetOnOff"]
