"""Cases for predicted counts of one source: an instrument in two ways, a sky, and comparisons."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from scipy.special import gamma, kv

from gammapy.datasets.instrument import Instrument
from gammapy.datasets.response import respond
from gammapy.datasets.sky_pixels import SkyPixels
from gammapy.maps import WcsGeom
from gammapy.modeling.models import PowerLawSpectralModel, SkyModel
from tests.datasets.shapes import Shape, Values, in_frame
from tests.twins import npred

RAD = np.deg2rad(1.0)

#: widths in deg of the Gaussian point spread function of the response South_z20_50h of CTA 1DC, at
#: the offsets and energies of its table that are named
CTA_OFFSETS = (0.5, 1.5, 2.5)
CTA_WIDTHS = {
    0.15848932: (0.07088006287813187, 0.07319857180118561, 0.07982287555932999),
    0.6309573: (0.038420967757701874, 0.03908339887857437, 0.040739476680755615),
    2.5118864: (0.03245909512042999, 0.03411516919732094, 0.03676489368081093),
    15.848932: (0.023185066878795624, 0.026166005060076714, 0.030803019180893898),
    100.0: (0.026166005060076714, 0.0298093743622303, 0.032127879559993744),
}


# -- point spread functions --------------------------------------------------------------


@dataclass(frozen=True)
class Gaussians:
    """Sums of Gaussians per true bin: weights [k, n] and widths [k, n] in deg at a latitude.

    The widths grow with the latitude, by ``growth``, or one for each bin, per deg from ``lat``.
    """

    weights: Any
    widths: Any
    growth: Any = 0.0
    lat: float = 0.0

    @property
    def reach(self) -> Any:
        """Of each bin; it holds all but 1e-8."""
        return 6.0 * np.max(self.widths, axis=1)

    @property
    def scales(self) -> Any:
        return np.min(self.widths, axis=1)

    def _factor(self, k: int, lat: Any) -> Any:
        growth = np.broadcast_to(self.growth, len(self.widths))[k]
        return np.exp(growth * (np.asarray(lat, float) - self.lat))

    def value(self, k: int, theta: Any, lon: Any, lat: Any) -> Any:
        """In sr-1, to be normalised."""
        total = 0.0
        for weight, width in zip(self.weights[k], self.widths[k], strict=True):
            sigma = width * self._factor(k, lat)
            total = total + weight * np.exp(-0.5 * (theta / sigma) ** 2) / (sigma * RAD) ** 2
        return total / (2 * np.pi)

    def transform(self, lon: float, lat: float, frequency: Any) -> Any:
        """Transform [k, m]."""
        factor = [self._factor(k, lat) for k in range(len(self.widths))]
        width = np.asarray(self.widths)[:, :, None] * np.reshape(factor, (-1, 1, 1))
        weight = np.asarray(self.weights)[:, :, None]
        return np.sum(weight * np.exp(-0.5 * (frequency * width) ** 2), axis=1) / weight.sum(axis=1)


@dataclass(frozen=True)
class King:
    """King profiles (1 + r^2 / (2 gamma sigma^2))^-gamma per true bin, far out."""

    sigma: Any
    gamma: float = 3.0
    reach: Any = (1.6, 1.6)

    @property
    def scales(self) -> Any:
        return np.asarray(self.sigma)

    def value(self, k: int, theta: Any, lon: Any, lat: Any) -> Any:
        square = 2 * self.gamma * self.sigma[k] ** 2
        norm = (self.gamma - 1) / (np.pi * square * RAD**2)
        return norm * (1 + theta**2 / square) ** -self.gamma + 0.0 * lat

    def transform(self, lon: float, lat: float, frequency: Any) -> Any:
        order = self.gamma - 1
        x = np.sqrt(2 * self.gamma) * np.outer(self.sigma, frequency)
        safe = np.maximum(x, 1e-6)
        return np.where(x > 1e-6, 2 / gamma(order) * (safe / 2) ** order * kv(order, safe), 1.0)


def cta(offset: float, energies: tuple[float, ...] | None = None, **kwargs: Any) -> Gaussians:
    """Point spread function of CTA 1DC at an offset of `CTA_OFFSETS`."""
    i = CTA_OFFSETS.index(offset)
    chosen = CTA_WIDTHS if energies is None else energies
    widths = [[CTA_WIDTHS[energy][i]] for energy in chosen]
    return Gaussians(np.ones((len(widths), 1)), widths, **kwargs)


def three_gaussians() -> Gaussians:
    """Cores with tails, as fits to simulations have them."""
    cores = np.array([0.07, 0.03])
    return Gaussians([[0.7, 0.22, 0.08]] * 2, cores[:, None] * np.array([1.0, 2.0, 4.5]))


def king() -> King:
    return King([0.04, 0.025])


# -- instrument --------------------------------------------------------------------------


class CaseInstrument(Instrument):
    """Exposure that falls off around a place, and events that leak into the next bins.

    Parameters
    ----------
    psf : `Gaussians` or `King`
    center : tuple of float
        Where the exposure is largest.
    width : float
        In deg, of the Gaussian that it is; infinite for an even one.
    """

    frame = "galactic"

    def __init__(self, psf: Any, center: tuple[float, float], width: float = np.inf) -> None:
        n = len(psf.scales)
        self._psf, self._center, self._width = psf, center, width
        self.energy_edges_true = np.geomspace(0.1, 100.0, n + 1)
        self.energy_edges = self.energy_edges_true
        self.reach = float(np.max(psf.reach))
        self._height = 1e14 * np.geomspace(1.0, 4.0, n)
        matrix = 0.85 * np.eye(n) + 0.1 * np.eye(n, k=-1) + 0.03 * np.eye(n, k=1)
        self._matrix = matrix

    def exposure(self, lon: Any, lat: Any) -> Any:
        lon, lat = np.broadcast_arrays(np.asarray(lon, float), np.asarray(lat, float))
        theta = npred.distances(
            npred.vectors(lon, lat).reshape(-1, 3),
            npred.vectors([self._center[0]], [self._center[1]]),
        ).reshape(lon.shape)
        fall = np.exp(-0.5 * (theta / self._width) ** 2)
        return self._height.reshape((-1,) + (1,) * lon.ndim) * fall

    def psf(self, lon: float, lat: float, frequency: Any) -> Any:
        return self._psf.transform(lon, lat, np.asarray(frequency, float))

    def edisp(self, lon: float, lat: float) -> Any:
        return self._matrix


#: most pixels from the middle of a map to its side
MOST_PIXELS = 150


# -- cases -------------------------------------------------------------------------------


@dataclass(frozen=True)
class Case:
    """A source on a map.

    Attributes
    ----------
    shape : `Shape`
    psf : `Gaussians` or `King`
    size : float
        Of the pixels, in deg.
    at : tuple of float
        Middle of the map, galactic, in deg.
    shift : tuple of float
        From the middle of a pixel to the source, in pixels: (0.5, 0.5) is a corner.
    half : float
        Half the width of the map in deg; by default what the source reaches, if that is not more
        than `MOST_PIXELS`.
    fall : float
        Width of the exposure in deg, around a place 0.8 deg off the source.
    frame : str
        Of the model.
    """

    shape: Shape
    psf: Any
    size: float = 0.02
    at: tuple[float, float] = (0.0, 0.0)
    shift: tuple[float, float] = (0.31, -0.17)
    half: float | None = None
    proj: str = "CAR"
    fall: float = 2.5
    frame: str = "galactic"

    @cached_property
    def geom(self) -> WcsGeom:
        """Map [y, x] with an odd number of pixels."""
        half = self.half or self.needed
        n = 2 * min(int(np.ceil(half / self.size)), MOST_PIXELS) + 1
        return WcsGeom.create(
            skydir=self.at, npix=(n, n), binsz=self.size, proj=self.proj, frame="galactic"
        )

    @property
    def needed(self) -> float:
        """Half the width in deg of a map that holds all of the source."""
        return self.shape.reach + float(np.max(self.psf.reach)) + self.size

    @property
    def is_contained(self) -> bool:
        """True if the map holds all of the source."""
        return self.geom.data_shape[-1] * self.size >= 2 * self.needed

    @cached_property
    def place(self) -> tuple[float, float]:
        """Of the source, galactic."""
        n = self.geom.data_shape[-1]
        x, y = (0.5 * (n - 1) + s for s in self.shift)
        lon, lat = self.geom.wcs.wcs_pix2world(x, y, 0)
        return float(lon), float(lat)

    @cached_property
    def instrument(self) -> CaseInstrument:
        lon, lat = self.place
        sign = -1.0 if lat > 0 else 1.0
        return CaseInstrument(self.psf, (lon + 0.5, lat + 0.62 * sign), self.fall)

    @cached_property
    def flux(self) -> Any:
        """In cm-2 s-1."""
        return 1e-12 * np.geomspace(1.0, 0.2, len(self.psf.scales))

    @property
    def values(self) -> Values:
        """All values, the position in the frame of the map."""
        return self.shape.values | {"lon_0": self.place[0], "lat_0": self.place[1]}

    # -- ours -----------------------------------------------------------------------------

    @cached_property
    def model(self) -> SkyModel:
        values = in_frame(self.values, "galactic", self.frame)
        spatial = self.shape.model(frame=self.frame, **values)
        return SkyModel(spatial_model=spatial, spectral_model=PowerLawSpectralModel(), name="it")

    @cached_property
    def response(self) -> Any:
        """By the way that `respond` takes."""
        return respond(self.model, self.instrument, SkyPixels(self.geom))

    def by(self, way: Callable[..., Any]) -> Any:
        """Counts [r, y, x] by a way of one's own choice."""
        response = way(self.model.spatial_model, self.instrument, SkyPixels(self.geom))
        return self.cube(response, response.counts(self.flux))

    def cube(self, response: Any, counts: Any) -> Any:
        """Counts [n, r] of a response as [r, y, x]."""
        shape = self.geom.data_shape[-2:]
        image = np.zeros((shape[0] * shape[1], counts.shape[1]))
        image[response.pixels] = counts
        return image.T.reshape(-1, *shape)

    # -- the truth ------------------------------------------------------------------------

    @cached_property
    def pixels(self) -> tuple[Any, Any]:
        """x and y of some pixels: about the middle, and in three directions at several radii."""
        n = self.geom.data_shape[-1]
        middle = 0.5 * (n - 1)
        radii = [0.0, 0.3, 0.6, 0.85, 1.0, 1.15]
        reach = max(self.shape.size, 2.0 * float(np.min(self.psf.scales)))
        found = set()
        for radius in radii:
            for angle in (0.4, 2.3, 4.6):
                step = radius * reach / self.size
                x = round(middle + self.shift[0] + step * np.cos(angle))
                y = round(middle + self.shift[1] + step * np.sin(angle))
                if 0 <= x < n and 0 <= y < n:
                    found.add((x, y))
        found |= {(round(middle) + i, round(middle) + j) for i in (0, 1) for j in (-1, 0)}
        x, y = np.array(sorted(found), float).T
        return x, y

    def truth(self, values: Values | None = None, **how: Any) -> Any:
        """Counts [r, pixel] by brute force."""
        values = self.values if values is None else values
        psf = npred.Psf(self.psf.value, self.psf.reach, self.psf.scales)
        return npred.counts(
            self.shape.source(**values),
            self.flux,
            self.instrument.exposure,
            psf,
            self.instrument.edisp(0, 0),
            self.geom.wcs,
            self.pixels,
            **how,
        )

    def total(self) -> Any:
        """Counts [r] on all of the sky."""
        source = self.shape.source(**self.values)
        edisp = self.instrument.edisp(0, 0)
        return npred.total(source, self.flux, self.instrument.exposure, edisp)

    def true_slope(self, name: str) -> Any:
        """Derivative [r, pixel] by a parameter of the model, by differences of the brute force."""
        step = self._step(name)
        start = in_frame(self.values, "galactic", self.frame)
        sides = [
            self.truth(in_frame(start | {name: start[name] + s * step}, self.frame, "galactic"))
            for s in (1, -1)
        ]
        return (sides[0] - sides[1]) / (2 * step)

    def _step(self, name: str) -> float:
        seen = np.hypot(float(np.min(self.psf.scales)), 0.3 * self.size)
        # brute force has rounding of its own, so that a step is as large as it may be
        scale = min(self.shape.finest, seen) if self.shape.has_edges else self.shape.finest
        if name in ("lon_0", "lat_0"):
            return 0.01 * scale
        if name in ("e", "phi", "eta"):  # so that an edge at the size moves by no more than that
            turn = 0.01 * scale / self.shape.size
            return float(np.rad2deg(turn)) if name == "phi" else 0.3 * turn
        return 0.01 * min(self.shape.values[name], scale)


# -- figures -----------------------------------------------------------------------------


def pixel_error(case: Case) -> Any:
    """Largest error of a pixel per reconstructed bin, as a share of the largest."""
    response = case.response
    cube = case.cube(response, response.counts(case.flux))
    x, y = (a.astype(int) for a in case.pixels)
    truth = case.truth()
    return np.abs(cube[:, y, x] - truth).max(axis=1) / truth.max(axis=1)


def total_error(case: Case) -> Any:
    """Error of the sum of all pixels per reconstructed bin."""
    response = case.response
    return np.abs(response.counts(case.flux).sum(axis=0) / case.total() - 1)


def slope_errors(case: Case) -> dict[str, Any]:
    """Largest error of derivatives by parameter, as a share of the largest derivative."""
    response = case.response
    slopes = response.slopes(case.flux)
    x, y = (a.astype(int) for a in case.pixels)
    errors = {}
    for name in ("lon_0", "lat_0", *case.shape.values):
        truth = case.true_slope(name)
        ours = case.cube(response, slopes[name])[:, y, x]
        errors[name] = np.max(np.abs(ours - truth) / np.abs(truth).max(axis=1, keepdims=True))
    return errors
