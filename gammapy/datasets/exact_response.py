"""The way of a source where directions are exact: integrals over pixels, times exposure."""

from __future__ import annotations

from typing import Any

import numpy as np

from gammapy.datasets.instrument import Instrument
from gammapy.datasets.sky_pixels import SkyPixels, angles, rotated_vectors
from gammapy.datasets.source_response import SourceResponse
from gammapy.engine.sphere import RAD

__all__ = ["ExactResponse"]

#: step of differences: of positions and sizes as a share of a pixel, of others of the value
ANGLE_STEP, STEP = 0.025, 1e-3


class ExactResponse(SourceResponse):
    """Response without a point spread function.

    The exposure is that of the centre of a pixel. A point goes to the four pixels around it.

    Parameters
    ----------
    model : `~gammapy.modeling.models.SpatialModel`
    instrument : `Instrument`
        Its point spread function is passed over.
    pixels : `SkyPixels`
    energies : `~gammapy.modeling.models.spatial.integration.Energies`, optional
        For a shape that depends on energy.
    """

    def __init__(
        self, model: Any, instrument: Instrument, pixels: SkyPixels, energies: Any = None
    ) -> None:
        self._model = model
        self._sky = pixels
        self._energies = energies
        share = self._share(model)
        self.pixels = np.flatnonzero(np.any(share != 0, axis=0))
        self._masses = share[:, self.pixels]
        centers = pixels.nodes.centers[self.pixels]
        place = angles(rotated_vectors(centers, pixels.frame, instrument.frame))
        self._exposure = instrument.exposure(*place)
        self._edisp = self._dispersion(instrument, place)

    def _dispersion(self, instrument: Instrument, place: Any) -> np.ndarray:
        """Energy dispersion [k, r] in the middle of the source's pixels."""
        if not len(self.pixels):
            return np.zeros(
                (len(instrument.energy_edges_true) - 1, len(instrument.energy_edges) - 1)
            )
        brightest = int(np.argmax(self._masses.sum(axis=0)))
        return instrument.edisp(float(place[0][brightest]), float(place[1][brightest]))

    def _share(self, model: Any) -> np.ndarray:
        """Integrals [1 or k, n_all] over the pixels."""
        n_planes = 1 if self._energies is None else len(self._energies.weights)
        planes = np.zeros((n_planes, *self._sky.nodes.shape))
        for patch in model.patches(self._sky.geom, self._energies):
            patch.add_to(planes)
        return np.where(self._sky.nodes.solid_angle > 0, planes.reshape(n_planes, -1), 0.0)

    def _folded(self, masses: np.ndarray, flux: np.ndarray) -> np.ndarray:
        return (masses * self._exposure * flux[:, None]).T @ self._edisp

    def _step(self, parameter: Any) -> float:
        """In the unit of the parameter."""
        if parameter.unit.is_equivalent("deg") and parameter.name != "phi":
            pixel = np.sqrt(np.median(self._sky.nodes.solid_angle[self.pixels])) / RAD
            return float(ANGLE_STEP * pixel / parameter.internal_factor)
        return STEP * max(abs(parameter.value), 1.0)

    def counts(self, flux: np.ndarray) -> np.ndarray:
        """Predicted counts [n, r]; see `SourceResponse`."""
        return self._folded(self._masses, flux)

    def slopes(self, flux: np.ndarray) -> dict[str, np.ndarray]:
        """Derivatives [n, r], by differences of the integrals; see `SourceResponse`."""
        if not len(self.pixels):
            return dict.fromkeys(self._model.own_parameters, self.counts(flux))
        found = {}
        for name, parameter in self._model.own_parameters.items():
            step = self._step(parameter)
            sides = []
            for sign in (1.0, -1.0):
                changed = self._model.copy()
                own = changed.own_parameters[name]
                own.min = own.max = np.nan
                own.value = parameter.value + sign * step
                sides.append(self._share(changed)[:, self.pixels])
            slope = (sides[0] - sides[1]) / (2.0 * step * parameter.internal_factor)
            found[name] = self._folded(slope, flux)
        return found
