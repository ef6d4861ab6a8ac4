r"""The way of a round source: profiles by Hankel transforms.

The transform of the source times that of the point spread function is the transform of the profile
that is seen. Spectrum and energy dispersion are folded first, so there is one profile per
reconstructed energy, and it is put on pixels once, wherever between them the source lies. An
exposure that varies across the source makes profiles of angular orders 1 and 2 beside it.
"""

from __future__ import annotations

from functools import cached_property
from typing import Any

import numpy as np

from gammapy.datasets.centre_kernels import (
    CentreKernels,
    KernelOfTerms,
    KernelsAround,
    OneKernel,
)
from gammapy.datasets.exposure_terms import AboutCentre, AboutPixels, ExposureTerms, Term
from gammapy.datasets.field_response import field_response
from gammapy.datasets.instrument import Instrument
from gammapy.datasets.local_exposure import (
    STEPS,
    LocalExposure,
    circle,
    is_quadratic,
    local_exposure,
    places_around,
)
from gammapy.datasets.psf_transform import FREQUENCIES, PsfTransform
from gammapy.datasets.shape_slopes import size_slope, step_of
from gammapy.datasets.sky_pixels import SkyPixels, angles, direction_of, rotated_vectors
from gammapy.datasets.source_response import SourceResponse
from gammapy.engine.hankel import FourierBessel, fourier_bessel
from gammapy.engine.pixel_nodes import tangent_axes
from gammapy.engine.placing import ROUGHLY, Placing, Window
from gammapy.engine.plane import to_plane
from gammapy.engine.radial import RadialMasses, radial_masses

__all__ = ["RadialResponse"]

#: a source within this radius, in deg, sees the exposure of a polynomial
NEAR = 0.02
#: and a larger one if the polynomial holds to this share of the exposure
QUADRATIC = 2e-3
#: a source within this radius, in deg, sees the point spread function of its centre...
SMALL = 0.3
#: ... and a larger one if the peak of what is seen changes by less than this share
STEADY = 5e-3
#: share of the exposure above which a step in it, where a field of view ends, is not to be smoothed
STEP = 0.2
#: places at which steps are looked for
N_PLACES = 100
#: times the largest frequency: a series has some that are higher, as its length is rounded up
BEYOND = 1.25
#: times the distance that is seen: what is farther is left out, and fades out before
FADED = 1.25
#: shares of the reach of a shape at which it is looked for where its centre is not seen
RINGS = (0.2, 0.5, 0.8, 1.0)


class RadialResponse(SourceResponse):
    """Response of a point or a round shape.

    Parameters
    ----------
    model : `~gammapy.modeling.models.SpatialModel`
        With a position; a point, or a shape that ``is_round``.
    instrument : `Instrument`
        With a point spread function.
    pixels : `SkyPixels`

    Attributes
    ----------
    has_steps : bool
        True if the exposure has steps in the source, so that this way is not the right one.
    """

    has_steps = False

    def __init__(self, model: Any, instrument: Instrument, pixels: SkyPixels) -> None:
        self._model = model
        self._pixels = pixels
        out: Any = direction_of(model, pixels.frame)
        self._axes = tangent_axes(*angles(out))
        self._is_point = not model.is_round
        self._farthest = _farthest(self._axes[2], pixels) + instrument.reach
        self._reach = 0.0 if self._is_point else self._reach_of(model)
        self._n_reco = len(instrument.energy_edges) - 1
        self.pixels = np.empty(0, dtype=int)
        there = self._where_seen(instrument)
        if there is None:
            return
        psf = PsfTransform(instrument, *there)
        self._frequency = psf.largest_frequency()
        self._shape = None if self._is_point else self._shape_of(model)
        self._series = self._series_for(psf, instrument.reach)
        self._psf = psf.at(self._series.frequencies)
        self._edisp = instrument.edisp(*there)
        self._n_moments = 1
        self._moments = self._moments_of(self._shape)
        self.pixels = pixels.nodes.near(self._axes[2], self._reach + instrument.reach)
        if len(self.pixels):
            self._exposure = self._exposure_terms(instrument)
            self._n_moments = self._exposure.n_moments
            if self._n_moments > 1:
                self._moments = self._moments_of(self._shape)

    def _where_seen(self, instrument: Instrument) -> tuple[float, float] | None:
        """Position of the source, or where else the instrument sees it best; None if it does not.

        In the frame of the instrument.
        """
        turn = np.linspace(0.0, 2.0 * np.pi, 12, endpoint=False)
        ring = self._reach * np.stack([np.cos(turn), np.sin(turn)], axis=1)
        for steps in (np.zeros((1, 2)), *(share * ring for share in RINGS)):
            vectors = circle(self._axes, steps)
            lon, lat = angles(rotated_vectors(vectors, self._pixels.frame, instrument.frame))
            exposure = instrument.exposure(lon, lat).sum(axis=0)
            best = int(np.argmax(exposure))
            if exposure[best] > 0:
                return float(lon[best]), float(lat[best])
            if self._is_point:
                break
        return None

    def _reach_of(self, model: Any) -> float:
        """Radius within which a shape is looked at: what is farther from its centre is not seen."""
        return float(min(model.reach, FADED * self._farthest))

    def _shape_of(self, model: Any) -> RadialMasses:
        reach = self._reach if model is self._model else self._reach_of(model)
        profile = model.profile
        if model.reach > reach:  # without an edge, that would be sharp

            def profile(radius: np.ndarray) -> np.ndarray:
                return np.asarray(model.profile(radius) * self._fading(radius))

        frequency = BEYOND * self._frequency
        return radial_masses(profile, reach, model.profile_edges, frequency)

    def _fading(self, radius: np.ndarray) -> np.ndarray:
        """From 1 where the farthest pixels see, to 0 where it is not looked."""
        t = np.clip((radius / self._farthest - 1.0) / (FADED - 1.0), 0.0, 1.0)
        return 1.0 - t**3 * (10.0 - 15.0 * t + 6.0 * t**2)

    def _series_for(self, psf: PsfTransform, reach: float) -> FourierBessel:
        """Series that holds what is seen, up to the frequency at which that is nil."""
        if self._shape is None:
            return fourier_bessel(reach, self._frequency)
        source = np.zeros_like(FREQUENCIES)  # nothing is seen of it beyond
        low = np.flatnonzero(self._frequency >= FREQUENCIES)
        source[low] = np.repeat(self._shape.moments(FREQUENCIES[low[::4]], 1)[0], 4)[: len(low)]
        frequency = psf.largest_frequency(source, self._shape.rms)
        return fourier_bessel(self._reach + reach, min(frequency, self._frequency))

    def _moments_of(self, shape: RadialMasses | None) -> np.ndarray:
        q = self._series.frequencies
        return np.ones((1, len(q))) if shape is None else shape.moments(q, self._n_moments)

    def _exposure_terms(self, instrument: Instrument) -> ExposureTerms:
        def exposure(vectors: np.ndarray) -> np.ndarray:
            return instrument.exposure(
                *angles(rotated_vectors(vectors, self._pixels.frame, instrument.frame))
            )

        rms = 0.0 if self._shape is None else self._shape.rms
        if instrument.is_uniform:
            local = local_exposure(exposure, self._axes, 0.0)
            return AboutCentre(local, OneKernel(self._psf, self._edisp), 0.0)
        # a point too has a size: its derivatives by position see how the exposure varies
        radius = max(NEAR, 1.2 * rms)
        local = local_exposure(exposure, self._axes, radius)
        steady = rms < SMALL or self._sees_steady_psf(instrument, rms)
        simple = rms < NEAR or (
            np.any(local.value > 0)
            and is_quadratic(exposure, local, self._axes, 1.5 * rms, QUADRATIC)
        )
        if steady and simple:
            around = min(self._reach, 3.0 * rms)
            if rms > 0:
                self.has_steps = not is_quadratic(exposure, local, self._axes, around, STEP)
            return self._about_centre(instrument, local, radius)
        half = 1.02 * (self._series.radius + self._pixels.nodes.half_diagonal)
        frequencies = self._series.frequencies
        varying = field_response(
            instrument, self._axes, self._pixels.frame, half, frequencies[-1], steady
        )
        place = to_plane(self._pixels.nodes.centers[self.pixels], self._axes)
        self.has_steps = varying.largest_step(*self._places(rms)) > STEP
        return AboutPixels(varying, *place, frequencies, self._window(ROUGHLY))

    def _about_centre(
        self, instrument: Instrument, local: LocalExposure, radius: float
    ) -> AboutCentre:
        """Polynomial of the exposure, or of the terms of the instrument if they are known."""
        rms, terms = 0.0 if self._shape is None else self._shape.rms, instrument.terms()
        if terms is None and rms < NEAR:
            return AboutCentre(local, OneKernel(self._psf, self._edisp), rms)
        if terms is None:
            kernels: CentreKernels = self._kernels_around(instrument, radius)
            return AboutCentre(local_exposure(places_around, self._axes, radius), kernels, rms)

        def maps(vectors: np.ndarray) -> np.ndarray:
            return terms.maps(rotated_vectors(vectors, self._pixels.frame, terms.frame))

        kernels = KernelOfTerms(terms, self._series.frequencies)
        return AboutCentre(local_exposure(maps, self._axes, radius), kernels, rms)

    def _kernels_around(self, instrument: Instrument, radius: float) -> KernelsAround:
        """Exposure at all places around, point spread function and dispersion at four of them.

        Those between are as much off that of the centre as their neighbours together.
        """
        vectors = circle(self._axes, radius * STEPS)
        lon, lat = angles(rotated_vectors(vectors, self._pixels.frame, instrument.frame))
        exposure = instrument.exposure(lon, lat).T
        psf, edisp = [self._psf], [self._edisp]
        for i in range(1, 5):
            is_seen = np.any(exposure[i] > 0)
            at = float(lon[i]), float(lat[i])
            psf.append(self._psf_at(instrument, at) if is_seen else self._psf)
            edisp.append(instrument.edisp(*at) if is_seen else self._edisp)
        return KernelsAround(exposure, *(_with_those_between(np.array(a)) for a in (psf, edisp)))

    def _psf_at(self, instrument: Instrument, at: tuple[float, float]) -> np.ndarray:
        return PsfTransform(instrument, *at).at(self._series.frequencies)

    def _places(self, rms: float) -> np.ndarray:
        """Places x and y [2, n] in deg, spread evenly over the shape and what is next to it."""
        radius = min(self._reach, 3.0 * rms) + 10.0 / self._frequency
        turn = 2.399963 * np.arange(N_PLACES)  # the golden angle
        share = np.sqrt((np.arange(N_PLACES) + 0.5) / N_PLACES)
        return radius * share * np.array([np.cos(turn), np.sin(turn)])

    def _sees_steady_psf(self, instrument: Instrument, rms: float) -> bool:
        """True if what is seen hardly changes with the point spread function across the source."""
        vectors = circle(self._axes, 1.2 * rms * np.array([[1, 0], [0, 1], [-1, 0], [0, -1]]))
        places = angles(rotated_vectors(vectors, self._pixels.frame, instrument.frame))
        if not np.any(instrument.exposure(*places) > 0, axis=0).all():
            return False
        q = self._series.frequencies
        source = np.abs(self._moments[0]) * q  # what a frequency gives to the peak, at most
        seen = np.abs(self._psf) @ source
        changes = [
            np.abs(self._psf_at(instrument, at) - self._psf) @ source
            for at in zip(*places, strict=True)
        ]
        return bool(np.all(np.max(changes, axis=0) < STEADY * seen))

    def _window(self, larger: float = 1.0) -> Window:
        edges = self._pixels.nodes.edges(self.pixels, self._axes)
        return Window.of(edges, self._series.frequencies[-1], larger)

    @cached_property
    def _placing(self) -> Placing:
        return self._placing_by(self._window())

    @cached_property
    def _rough_placing(self) -> Placing:
        """For tilts and corrections."""
        window = self._window(ROUGHLY)
        return self._placing if window == self._window() else self._placing_by(window)

    def _placing_by(self, window: Window) -> Placing:
        nodes = self._pixels.nodes.nodes(self.pixels, self._axes, window.n)
        return Placing(self._series, nodes, window)

    def _sum(self, terms: list[Term]) -> np.ndarray:
        fields = [term.field for term in terms if term.weight is None]
        if len(fields) == len(terms) == 1:
            return self._placing.counts(fields[0])
        total = np.zeros((len(self.pixels), self._n_reco))
        for field in fields:
            total += self._placing.counts(field)
        varying = [term for term in terms if term.weight is not None]
        main = [(term.field, term.weight) for term in varying if not term.is_correction]
        corrections = [(term.field, term.weight) for term in varying if term.is_correction]
        tilted = [(term.field, term.tilt) for term in varying if term.tilt is not None]
        if main:
            total += self._placing.weighted(main)
        if corrections:
            total += self._rough_placing.weighted(corrections)
        for axis in (0, 1) if tilted else ():
            along = [(field, tilt[axis]) for field, tilt in tilted]
            total += self._rough_placing.weighted(along, axis)
        return total

    def counts(self, flux: np.ndarray) -> np.ndarray:
        """Predicted counts [n, r]; see `SourceResponse`."""
        if not len(self.pixels):
            return np.zeros((0, self._n_reco))
        return self._sum(self._exposure.terms(flux, self._moments))

    def slopes(self, flux: np.ndarray) -> dict[str, np.ndarray]:
        """Derivatives [n, r] by position and sizes; see `SourceResponse`."""
        if not len(self.pixels):
            return dict.fromkeys(self._model.own_parameters, self.counts(flux))
        by_x, by_y = (self._moved(flux, axis) for axis in (0, 1))
        found = {}
        for name in self._model.own_parameters:
            if name in ("lon_0", "lat_0"):
                x, y = step_of(self._model, name, self._axes, self._pixels.frame)
                found[name] = x * by_x + y * by_y
            elif name in ("e", "phi"):  # a round shape does not change with these
                found[name] = np.zeros_like(by_x)
            else:
                moments = size_slope(self._model, name, self._moments_at)
                found[name] = self._sum(self._exposure.terms(flux, moments))
        return found

    def _moments_at(self, model: Any) -> np.ndarray:
        return self._moments_of(self._shape_of(model))

    def _moved(self, flux: np.ndarray, axis: int) -> np.ndarray:
        """Derivative [n, r] of the counts when the source moves to the east or north, by deg."""
        q = self._series.frequencies
        terms = self._exposure.shifted(flux, self._moments, axis)
        for term in self._exposure.terms(flux, self._moments):
            slope = term.field.along_x(q) if axis == 0 else term.field.along_y(q)
            terms.append(term._replace(field=-slope))
        return self._sum(terms)


def _with_those_between(values: np.ndarray) -> np.ndarray:
    """Values [9, ...] at all `STEPS`, of those [5, ...] at the first, as if they were linear."""
    off = values[1:] - values[0]
    between = off + np.roll(off, -1, axis=0)
    return np.concatenate([values, values[0] + np.sqrt(0.5) * between])


def _farthest(out: np.ndarray, pixels: SkyPixels) -> float:
    """Distance of a direction from the farthest of the pixels, in deg, or a little more."""
    axes, radius = pixels.nodes.disc
    chord = float(np.linalg.norm(axes[2] - out))
    return float(min(np.rad2deg(2.0 * np.arcsin(min(0.5 * chord, 1.0))) + radius, 180.0))
