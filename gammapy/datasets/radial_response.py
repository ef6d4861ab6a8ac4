r"""The way of a round source: profiles by Hankel transforms.

The transform of the source times that of the point spread function is the transform of the profile
that is seen. Spectrum and energy dispersion are folded first, so there is one profile per
reconstructed energy, and it is put on pixels once, wherever between them the source lies. An
exposure that varies across the source, to second order, makes profiles of angular order 1 and 2.
"""

from __future__ import annotations

from functools import cached_property
from typing import Any

import numpy as np

from gammapy.datasets.instrument import Instrument
from gammapy.datasets.local_exposure import LocalExposure, local_exposure
from gammapy.datasets.sky_pixels import SkyPixels, angles, direction_of, rotated_vectors
from gammapy.datasets.source_response import SourceResponse
from gammapy.engine.hankel import FourierBessel, fourier_bessel, largest_frequency
from gammapy.engine.multipoles import Multipoles
from gammapy.engine.pixel_nodes import tangent_axes
from gammapy.engine.placing import Placing, Window
from gammapy.engine.radial import RadialMasses, radial_masses
from gammapy.engine.sphere import RAD

__all__ = ["RadialResponse"]

#: frequencies in rad per deg at which transforms are probed, up to a width of 0.001 deg
PROBES = np.geomspace(1.0, 5000.0, 120)
#: step of differences by sizes, relative
STEP = 1e-4
#: below this share of the exposure, its variation across a source is left out
SMALL = 2e-5


class RadialResponse(SourceResponse):
    """Response of a point or a round shape.

    Parameters
    ----------
    model : `~gammapy.modeling.models.SpatialModel`
        With a position; a point, or a shape that ``is_round``.
    instrument : `Instrument`
        With a point spread function.
    pixels : `SkyPixels`
    """

    def __init__(self, model: Any, instrument: Instrument, pixels: SkyPixels) -> None:
        self._model = model
        self._pixels = pixels
        out = direction_of(model, pixels.frame)
        self._axes = tangent_axes(*angles(out))
        there = angles(rotated_vectors(out, pixels.frame, instrument.frame))
        self._is_point = not model.is_round
        probed = instrument.psf(*there, PROBES)
        self._frequency = largest_frequency(PROBES, probed)
        self._shape = None if self._is_point else self._shape_of(model)
        self._series = self._series_for(probed, instrument.reach)
        self._psf = instrument.psf(*there, self._series.frequencies)
        self._edisp = instrument.edisp(*there)
        self._moments = self._moments_of(self._shape)
        self._exposure = self._local_exposure(instrument)
        self.pixels = pixels.nodes.near(self._axes[2], self._series.radius)

    def _shape_of(self, model: Any) -> RadialMasses:
        return radial_masses(model.profile, model.reach, model.profile_edges, self._frequency)

    def _series_for(self, probed: np.ndarray, reach: float) -> FourierBessel:
        """Series that holds what is seen, up to the frequency at which that is nil."""
        if self._shape is None:
            return fourier_bessel(reach, self._frequency)
        low = PROBES[PROBES <= self._frequency]
        (source,) = self._shape.moments(low, 1)
        frequency = largest_frequency(low, source * probed[:, : len(low)])
        return fourier_bessel(self._model.reach + reach, frequency)

    def _moments_of(self, shape: RadialMasses | None) -> np.ndarray:
        q = self._series.frequencies
        return np.ones((1, len(q))) if shape is None else shape.moments(q)

    def _local_exposure(self, instrument: Instrument) -> LocalExposure:
        def exposure(vectors: np.ndarray) -> np.ndarray:
            return instrument.exposure(
                *angles(rotated_vectors(vectors, self._pixels.frame, instrument.frame))
            )

        if self._is_point:  # its size is what the derivatives by position need
            return local_exposure(exposure, self._axes, 0.02)
        return local_exposure(exposure, self._axes, max(0.02, 1.2 * self._rms))

    @property
    def _rms(self) -> float:
        return 0.0 if self._shape is None else self._shape.rms

    @cached_property
    def _placing(self) -> Placing:
        grid = self._pixels.nodes
        window = Window.of(grid.edges(self.pixels, self._axes), self._series.frequencies[-1])
        return Placing(self._series, grid.nodes(self.pixels, self._axes, window.n), window)

    def _field(
        self, flux: np.ndarray, exposure: LocalExposure, moments: np.ndarray
    ) -> Multipoles:
        """Transforms [n, r] of the counts per deg2."""
        psf = self._psf.T

        def folded(coefficient: np.ndarray, moment: np.ndarray) -> np.ndarray:
            return moment[:, None] * (psf @ ((flux * coefficient)[:, None] * self._edisp))

        cosine = {0: folded(exposure.value, moments[0])}
        sine: dict[int, np.ndarray] = {}
        if len(moments) == 1:
            return Multipoles(cosine, sine)
        scale = np.max(np.abs(exposure.value), initial=0.0) * SMALL
        if self._rms * max(np.max(np.abs(g)) for g in (exposure.by_x, exposure.by_y)) > scale:
            cosine[1] = folded(exposure.by_x, moments[1])
            sine[1] = folded(exposure.by_y, moments[1])
        seconds = (exposure.by_xx, exposure.by_xy, exposure.by_yy)
        if self._rms**2 * max(np.max(np.abs(b)) for b in seconds) > scale:
            xx, xy, yy = (0.25 * b for b in seconds)
            cosine[0] = cosine[0] + folded(xx + yy, moments[2])
            cosine[2] = folded(xx - yy, moments[3])
            sine[2] = folded(2.0 * xy, moments[3])
        return Multipoles(cosine, sine)

    def counts(self, flux: np.ndarray) -> np.ndarray:
        """Predicted counts [n, r]; see `SourceResponse`."""
        return self._placing.counts(self._field(flux, self._exposure, self._moments))

    def slopes(self, flux: np.ndarray) -> dict[str, np.ndarray]:
        """Derivatives [n, r] by position and sizes; see `SourceResponse`."""
        by_x, by_y = (self._placing.counts(field) for field in self._moved(flux))
        found = {}
        for name in self._model.own_parameters:
            if name in ("lon_0", "lat_0"):
                x, y = self._step(name)
                found[name] = x * by_x + y * by_y
            elif name in ("e", "phi"):  # a round shape does not change with these
                found[name] = np.zeros_like(by_x)
            else:
                field = self._field(flux, self._exposure, self._moments_by(name))
                found[name] = self._placing.counts(field)
        return found

    def _moved(self, flux: np.ndarray) -> tuple[Multipoles, Multipoles]:
        """Derivatives of the field when the source moves to the east, and to the north."""
        field = self._field(flux, self._exposure, self._moments)
        q = self._series.frequencies
        stays = field.along_x(q), field.along_y(q)
        return tuple(  # type: ignore[return-value]
            self._field(flux, self._exposure.moved(i), self._moments).plus(-stays[i])
            for i in (0, 1)
        )

    def _step(self, name: str) -> tuple[float, float]:
        """Way to the east and north, in deg, per deg of a coordinate of the model's frame."""
        out = rotated_vectors(self._axes[2], self._pixels.frame, self._model.frame)
        lon, lat = angles(out)
        axes = tangent_axes(lon, lat)
        step = np.cos(RAD * lat) * axes[0] if name == "lon_0" else axes[1]
        x, y, _ = self._axes @ rotated_vectors(step, self._model.frame, self._pixels.frame)
        return float(x), float(y)

    def _moments_by(self, name: str) -> np.ndarray:
        """Derivative of the moments by a size, by differences of the transform."""
        parameter = self._model.own_parameters[name]
        value = parameter.value
        step = STEP * abs(value) if value else STEP
        sides = []
        for sign in (1.0, -1.0):
            model = self._model.copy()
            changed = model.own_parameters[name]
            changed.min = changed.max = np.nan  # a step may lead beyond a bound
            changed.value = value + sign * step
            sides.append(self._moments_of(self._shape_of(model)))
        return (sides[0] - sides[1]) / (2.0 * step * parameter.internal_factor)
