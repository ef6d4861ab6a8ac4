"""An instrument of which a source sees only some parts."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from gammapy.datasets.instrument import Instrument
from gammapy.irf.edisp import EDispKernel
from gammapy.maps.axis import MapAxis

__all__ = ["PartialInstrument"]


class PartialInstrument(Instrument):
    """Instrument with parts switched off, as a source's ``apply_irf`` says.

    Parameters
    ----------
    instrument : `Instrument`
    apply_irf : dict
        For "exposure", "psf" and "edisp", whether it is applied. Without exposure it is 1 cm2 s,
        without psf directions are exact, without edisp energies are.
    """

    def __init__(self, instrument: Instrument, apply_irf: Mapping[str, bool]) -> None:
        self._whole = instrument
        self._apply = dict(apply_irf)
        self.frame = instrument.frame
        self.is_uniform = instrument.is_uniform
        self.energy_edges_true = instrument.energy_edges_true
        self.energy_edges = instrument.energy_edges
        self.reach = instrument.reach if apply_irf["psf"] else 0.0

    def exposure(self, lon: np.ndarray, lat: np.ndarray) -> np.ndarray:
        """Exposure [k, ...]; 1 where it is not applied."""
        if self._apply["exposure"]:
            return self._whole.exposure(lon, lat)
        return np.ones((len(self.energy_edges_true) - 1, *np.broadcast(lon, lat).shape))

    def psf(self, lon: float, lat: float, frequency: np.ndarray) -> np.ndarray:
        """Transform [k, m]; 1 where it is not applied."""
        if self._apply["psf"]:
            return self._whole.psf(lon, lat, frequency)
        return np.ones((len(self.energy_edges_true) - 1, len(frequency)))

    def edisp(self, lon: float, lat: float) -> np.ndarray:
        """Probabilities [k, r]; perfect energies where it is not applied."""
        if self._apply["edisp"]:
            return self._whole.edisp(lon, lat)
        axes = [
            MapAxis.from_energy_edges(edges, unit="TeV", name=name)
            for edges, name in (
                (self.energy_edges_true, "energy_true"),
                (self.energy_edges, "energy"),
            )
        ]
        return EDispKernel.from_diagonal_response(*axes).data

    def seen(self, temporal_model: Any) -> Instrument:
        """The same parts of what is seen of a course in time."""
        whole = self._whole.seen(temporal_model)
        return self if whole is self._whole else PartialInstrument(whole, self._apply)
