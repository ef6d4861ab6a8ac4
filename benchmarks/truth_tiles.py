"""Pieces of a survey's plane by brute force: the elements of each source, seen by all pointings."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from functools import partial
from typing import NamedTuple

import astropy.units as u
import numpy as np
from astropy.coordinates import SkyCoord
from numpy.typing import NDArray

from benchmarks.direct_response import DirectResponse, LocalResponse
from gammapy.maps import WcsGeom
from gammapy.modeling.models import (
    GaussianSpatialModel,
    PointSpatialModel,
    ShellSpatialModel,
    SkyModel,
    TemplateSpatialModel,
)
from tests.twins import npred
from tests.twins.integrate import bin_integrals

Array = NDArray[np.float64]

#: brightness in sr-1 at distances in deg, and the distances between which it is smooth
Profile = tuple[Callable[[Array], Array], list[float]]

#: deg that a point spread function may reach at most
MARGIN = 1.0
#: share of the events of a tile's band below which a source is left out
FAINT = 1e-7
#: deg up to which a source has a response of its own
SMALL = 0.3
#: share of the counts of a reconstructed bin below which a true bin is left out
NEVER = 3e-5


class Fineness(NamedTuple):
    """How fine the brute force is.

    Attributes
    ----------
    elements : float
        Factor to the numbers of elements of a source.
    step : float
        Largest size of an element before that factor, in widths of the point spread function.
    more : int
        Nodes along a pixel, beyond those that hold the point spread function to 1e-6.
    offsets : float
        Distance of the offsets at which the tables are asked, in deg.
    """

    elements: float = 0.5
    step: float = 0.8
    more: int = -1
    offsets: float = 0.1


def tile_of(geom: WcsGeom, lon: float, lat: float, side: int) -> WcsGeom:
    """Square of pixels of a map about a galactic position."""
    width = side * float(geom.pixel_scales[0].to_value("deg"))
    return geom.cutout(SkyCoord(lon, lat, unit="deg", frame="galactic"), width, mode="strict")


def place_of(model: SkyModel) -> tuple[float, float]:
    """Galactic longitude and latitude of a source in deg."""
    place = model.position.galactic
    return float(place.l.deg), float(place.b.deg)


def source_of(model: SkyModel, fine: float = 1.0) -> npred.Source:
    """The shape of a source by its formula, not by that of the model; ``fine`` is for elements."""
    if isinstance(model.spatial_model, TemplateSpatialModel):
        return _image_of(model.spatial_model)
    place, profile = place_of(model), profile_of(model)
    if profile is None:
        return npred.point(*place)
    return _round(*place, *profile, fine)


def profile_of(model: SkyModel) -> Profile | None:
    """Profile of a round source, None of a point."""
    shape = model.spatial_model
    size = {p.name: float(p.quantity.to_value(p.unit)) for p in shape.parameters}
    if isinstance(shape, PointSpatialModel):
        return None
    if isinstance(shape, GaussianSpatialModel) and size["e"] == 0:
        return gaussian(size["sigma"])
    if isinstance(shape, ShellSpatialModel):
        return shell(size["radius"], size["width"])
    raise NotImplementedError(f"{model.name!r}: there is no formula for {type(shape).__name__}")


def extent(model: SkyModel) -> float:
    """Size in deg of what is round: width of a Gaussian, outer radius of a shell; else infinite."""
    shape = model.spatial_model
    if isinstance(shape, TemplateSpatialModel):
        return np.inf
    profile = profile_of(model)
    if profile is None:
        return 0.0
    edges = profile[1]
    return edges[-1] / 6.0 if isinstance(shape, GaussianSpatialModel) else edges[-1]


def gaussian(sigma: float) -> Profile:
    """Gaussian on the sphere, up to 6 of its widths."""
    a = 1 - np.cos(np.deg2rad(sigma))
    norm = 1 / (4 * np.pi * a * -np.expm1(-1 / a))
    half = np.sin(np.deg2rad(sigma) / 2)
    return (
        lambda theta: norm * np.exp(-0.5 * (np.sin(np.deg2rad(theta) / 2) / half) ** 2),
        [1.5 * sigma, 3.0 * sigma, 6.0 * sigma],
    )


def shell(radius: float, width: float) -> Profile:
    """Spherical shell in projection."""
    inner, outer = radius, radius + width
    norm = 1.5 / (np.pi * np.deg2rad(1.0) ** 2 * (outer**3 - inner**3))

    def profile(theta: Array) -> Array:
        ways = [np.sqrt(np.maximum(r**2 - theta**2, 0.0)) for r in (inner, outer)]
        return norm * (ways[1] - ways[0])

    return profile, [inner, outer]


def _round(
    lon: float, lat: float, profile: Callable[[Array], Array], edges: list[float], fine: float
) -> npred.Source:
    center = npred.vectors([lon], [lat])

    def brightness(x: Array, y: Array) -> Array:
        there = npred.vectors(x, y)
        return profile(npred.distances(center, there.reshape(-1, 3)).reshape(np.shape(x)))

    return npred.extended(brightness, lon, lat, lambda angle: edges, fine)


def _image_of(shape: TemplateSpatialModel) -> npred.Source:
    """Elements of a template, with the brightness that the model has between its pixels."""
    wcs, lengths = shape.map.geom.wcs, shape.map.geom.data_shape[:-3:-1]
    size = float(np.max(np.abs(wcs.wcs.cdelt)))

    def elements(step: float, keep: npred.Keep) -> npred.Elements:
        parts = max(int(np.ceil(size / step)), 1)
        # smooth between the centres of pixels, and in the outer halves
        stops = [np.concatenate([[-0.5], np.arange(length), [length - 0.5]]) for length in lengths]
        edges = [
            np.interp(np.arange((len(x) - 1) * parts + 1) / parts, range(len(x)), x) for x in stops
        ]
        (x, w_x), (y, w_y) = (npred.stretches(edge, 2) for edge in edges)
        x, y = (grid.ravel() for grid in np.meshgrid(x, y))
        lon, lat = wcs.wcs_pix2world(x, y, 0)
        brightness = shape(lon * u.deg, lat * u.deg).to_value("sr-1")
        share = brightness * np.outer(w_y, w_x).ravel() * npred.density(wcs, x, y)
        sky = SkyCoord(lon, lat, unit="deg", frame=shape.frame).galactic
        kept = keep(sky.l.deg, sky.b.deg)
        return npred.Elements(sky.l.deg[kept], sky.b.deg[kept], share[kept])

    return elements


def fluxes(model: SkyModel, edges: Array) -> Array:
    """Integrals [k] of the spectrum over true bins in cm-2 s-1, by adaptive quadrature."""
    spectrum = model.spectral_model
    values = spectrum.internal_values
    return bin_integrals(
        lambda energy: float(spectrum.flux(np.array(energy), values)),
        edges,
        spectrum.kinks_at(values),
    )


def _only(local: LocalResponse, k: int, r: int, lon: Array, lat: Array) -> dict[int, Array]:
    """Exposure in the one true bin that is asked for, of what is reconstructed in one bin."""
    return {k: local.response.exposure_at(k, lon, lat) * local.edisp(k, lon, lat)[r]}


class Tile:
    """Counts on a tile by brute force.

    Parameters
    ----------
    geom : `~gammapy.maps.WcsGeom`
        In galactic coordinates.
    response : `~benchmarks.direct_response.DirectResponse`
    fineness : `Fineness`
    """

    def __init__(
        self, geom: WcsGeom, response: DirectResponse, fineness: Fineness | None = None
    ) -> None:
        self.geom = geom
        self._response = response
        self._fineness = fineness or Fineness()
        self._x, self._y = npred.pixels(geom.data_shape[-2:])
        self._lon, self._lat = geom.wcs.wcs_pix2world(self._x, self._y, 0)
        middle = geom.center_skydir.galactic
        self._middle = float(middle.l.deg), float(middle.b.deg)
        corners = npred.vectors(self._lon, self._lat)
        self._radius = npred.distances(npred.vectors(*([a] for a in self._middle)), corners).max()
        reach = self._radius + MARGIN
        self._local = self._about(response, *self._middle, 1.1 * reach)
        exposure = self._local.response.exposure(self._lon, self._lat)
        #: largest exposure [k, r] of what is reconstructed in a bin
        self._seen = np.array(
            [
                (row * self._local.edisp(k, self._lon, self._lat)).max(1)
                for k, row in enumerate(exposure)
            ]
        )

    def _about(
        self, response: DirectResponse, lon: float, lat: float, radius: float
    ) -> LocalResponse:
        return LocalResponse(response, lon, lat, radius, self._fineness.offsets)

    def near(self, models: Iterable[SkyModel]) -> list[SkyModel]:
        """Sources that may reach the tile."""
        found = []
        for model in models:
            away = npred.distances(
                npred.vectors(*([a] for a in place_of(model))),
                npred.vectors(*([a] for a in self._middle)),
            )[0, 0]
            if away <= self._radius + MARGIN + model.spatial_model.reach:
                found.append(model)
        return found

    def counts(self, models: Sequence[SkyModel]) -> Array:
        """Counts [r, pixel] of all sources, in the order of `geom`."""
        flux = np.array([fluxes(model, self._response.edges_true) for model in models])
        exposed = self._local.response.exposure(self._lon, self._lat).max(axis=1)
        bright = flux * exposed
        flux = np.where(bright > FAINT * bright.sum(axis=0), flux, 0.0)
        return sum(self._source(*pair) for pair in zip(models, flux, strict=True))

    def _source(self, model: SkyModel, flux: Array) -> Array:
        local, source = self._local, source_of(model, self._fineness.elements)
        if model.spatial_model.reach < SMALL:  # as all are that vary in time
            response = self._response.seen(model.temporal_model)
            local = self._about(response, *place_of(model), model.spatial_model.reach)
        found = np.zeros((len(self._response.edges) - 1, len(self._lon)))
        for k, r in self._pairs(flux):
            n = npred.nodes_needed(self.geom.wcs, local.scale[k]) + self._fineness.more
            found[r] += npred.counts(
                source,
                np.where(np.arange(len(flux)) == k, flux, 0.0),
                partial(_only, local, k, r),
                local.psf(r),
                np.ones((len(flux), 1)),
                self.geom.wcs,
                (self._x, self._y),
                step=self._fineness.step,
                n=n,
            )[0]
        return found

    def _pairs(self, flux: Array) -> list[tuple[int, int]]:
        """True and reconstructed bins that matter: to the latter, all others give nothing."""
        rates = np.array([f * s for f, s in zip(flux, self._seen, strict=True)])
        return list(zip(*np.nonzero(rates > NEVER * rates.sum(axis=0)), strict=True))
