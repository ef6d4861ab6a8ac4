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
from gammapy.datasets.sky_pixels import SkyPixels, angles, rotated_vectors
from gammapy.datasets.source_response import SourceResponse
from gammapy.engine.hankel import FourierBessel, fourier_bessel, largest_frequency
from gammapy.engine.multipoles import Multipoles
from gammapy.engine.pixel_nodes import tangent_axes, unit_vectors
from gammapy.engine.placing import Placing, nodes_per_pixel
from gammapy.engine.radial import radial_moments, radial_rule
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
        parameters = model.own_parameters
        place = [parameters[n].value * parameters[n].internal_factor for n in ("lon_0", "lat_0")]
        out = rotated_vectors(unit_vectors(*place), model.frame, pixels.frame)
        self._axes = tangent_axes(*angles(out))
        there = angles(rotated_vectors(out, pixels.frame, instrument.frame))
        self._is_point = not model.is_round
        self._extent = 0.0 if self._is_point else model.reach
        self._series, self._psf = self._transforms(instrument, there)
        self._edisp = instrument.edisp(*there)
        self._moments = self._moments_of(model)
        self._exposure = self._local_exposure(instrument)
        self.pixels = pixels.nodes.near(self._axes[2], self._series.radius)

    def _transforms(
        self, instrument: Instrument, there: tuple[Any, Any]
    ) -> tuple[FourierBessel, np.ndarray]:
        """Series that holds what is seen, and the transform [k, n] of the PSF on it."""
        probed = instrument.psf(*there, PROBES)
        frequency = largest_frequency(PROBES, probed)
        if not self._is_point:
            low = PROBES[PROBES <= frequency]
            rule = radial_rule(self._extent, self._model.profile_edges, frequency)
            (source,) = radial_moments(self._model.profile, rule, low, 1)
            frequency = largest_frequency(low, source * probed[:, : len(low)])
        series = fourier_bessel(self._extent + instrument.reach, frequency)
        return series, instrument.psf(*there, series.frequencies)

    def _moments_of(self, model: Any) -> np.ndarray:
        q = self._series.frequencies
        if self._is_point:
            return np.ones((1, len(q)))
        rule = radial_rule(model.reach, model.profile_edges, q[-1])
        return radial_moments(model.profile, rule, q)

    def _local_exposure(self, instrument: Instrument) -> LocalExposure:
        def exposure(vectors: np.ndarray) -> np.ndarray:
            return instrument.exposure(
                *angles(rotated_vectors(vectors, self._pixels.frame, instrument.frame))
            )

        if self._is_point:  # its size is what the derivatives by position need
            return local_exposure(exposure, self._axes, 0.02)
        return local_exposure(exposure, self._axes, max(0.02, 1.2 * self._rms))

    @cached_property
    def _rms(self) -> float:
        """Root of the mean square radius of the shape, in deg."""
        model = self._model
        radii, weights = radial_rule(model.reach, model.profile_edges, 0.0)
        mass = weights * model.profile(radii)
        return float(np.sqrt(np.sum(mass * radii**2) / np.sum(mass)))

    @cached_property
    def _placing(self) -> Placing:
        grid = self._pixels.nodes
        n = nodes_per_pixel(grid.size, self._series.frequencies[-1])
        return Placing(self._series, grid.nodes(self.pixels, self._axes, n))

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
            sides.append(self._moments_of(model))
        return (sides[0] - sides[1]) / (2.0 * step * parameter.internal_factor)
