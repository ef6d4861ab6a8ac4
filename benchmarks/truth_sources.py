"""Single sources by simulated events, and the place and size of what pixels hold."""

from __future__ import annotations

from itertools import pairwise
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from benchmarks.direct_response import DirectResponse, LocalResponse
from benchmarks.truth_tiles import fluxes, place_of, profile_of
from gammapy.maps import WcsGeom
from gammapy.modeling.models import SkyModel
from tests.twins import npred

Array = NDArray[np.float64]

#: part of the counts within the radius, and the step of it that tells how steep it is there
PART, AROUND = 0.68, 0.02
#: parts along a pixel within which its counts are spread evenly
FINE = 8
#: places at which the profile of a source is tabulated
TABULATED = 2001


class Moments(NamedTuple):
    """Where counts are about a place.

    Attributes
    ----------
    east, north : float
        Mean, in deg.
    spread : float
        Root of the mean square of one coordinate about the mean, in deg.
    radius : float
        Radius about the place that holds 68% of them, in deg.
    slope : float
        Change of the radius with the part that it holds, in deg.
    """

    east: float
    north: float
    spread: float
    radius: float
    slope: float


def moments(counts: Array, geom: WcsGeom, lon: float, lat: float) -> Moments:
    """Place and size of counts [y, x] about a galactic position."""
    at = (np.arange(FINE) + 0.5) / FINE - 0.5
    n_y, n_x = counts.shape
    x, y = ((np.arange(n)[:, None] + at).ravel() for n in (n_x, n_y))
    x, y = (a.ravel() for a in np.meshgrid(x, y))
    there = np.stack(geom.wcs.wcs_pix2world(x, y, 0))
    weight = np.repeat(np.repeat(counts, FINE, axis=0), FINE, axis=1).ravel()
    weight = weight / weight.sum()
    north = there[1] - lat
    east = ((there[0] - lon + 180.0) % 360.0 - 180.0) * np.cos(np.deg2rad(there[1]))
    means = float(weight @ east), float(weight @ north)
    spread = np.sqrt(0.5 * float(weight @ (east**2 + north**2)) - 0.5 * np.sum(np.square(means)))
    distance = np.hypot(east, north)
    order = np.argsort(distance)
    inside = np.cumsum(weight[order])
    low, radius, high = np.interp([PART - AROUND, PART, PART + AROUND], inside, distance[order])
    return Moments(*means, float(spread), float(radius), float((high - low) / (2 * AROUND)))


class Simulation:
    """Events of a source, drawn one by one.

    A true bin is drawn, then a place in the source, of which some are refused as less is seen
    there, then the way from there by the point spread function.

    Parameters
    ----------
    model : `~gammapy.modeling.models.SkyModel`
        Round.
    response : `~benchmarks.direct_response.DirectResponse`
    """

    def __init__(self, model: SkyModel, response: DirectResponse) -> None:
        self._place = place_of(model)
        self._reach = model.spatial_model.reach
        self._local = LocalResponse(response.seen(model.temporal_model), *self._place, self._reach)
        self._flux = fluxes(model, response.edges_true)
        self._profile = profile_of(model)
        #: deg from the source within which all of its counts are
        self.radius = self._reach + float(self._local.reach.max())

    def events(self, number: int, band: slice, rng: np.random.Generator) -> tuple[Array, Array]:
        """Longitudes and latitudes of about so many events in some reconstructed bins."""
        # a little more than is seen at places all over the source: it changes slowly, but for steps
        angle, distance = np.meshgrid(np.arange(24) * (np.pi / 12), np.linspace(0, self._reach, 24))
        at = npred.about(*self._place, distance.ravel(), angle.ravel())
        energies = range(len(self._flux))
        most = 1.05 * np.array([self._seen(k, band, *at).max() for k in energies])
        share = self._flux * most
        found = []
        for k, drawn in enumerate(rng.multinomial(number, share / share.sum())):
            lon, lat = scattered(*self._place, self._distances(drawn, rng), rng)
            seen = self._seen(k, band, lon, lat)
            if np.any(seen > most[k]):
                raise RuntimeError(f"true bin {k} is seen better than anywhere that was looked at")
            kept = rng.uniform(0.0, most[k], drawn) < seen
            lon, lat = lon[kept], lat[kept]
            found.append(scattered(lon, lat, self._deflections(k, band, lon, lat, rng), rng))
        lon, lat = np.concatenate(found, axis=1)
        return lon, lat

    def _seen(self, k: int, band: slice, lon: Array, lat: Array) -> Array:
        """Exposure [n] in a true bin times the probability of the band."""
        exposure = self._local.response.exposure_at(k, lon, lat)
        return exposure * self._local.edisp(k, lon, lat)[band].sum(axis=0)

    def _distances(self, number: int, rng: np.random.Generator) -> Array:
        """Distances [n] from the middle of the source."""
        if self._profile is None:
            return np.zeros(number)
        profile, edges = self._profile
        edge = np.concatenate(
            [np.linspace(low, high, TABULATED) for low, high in pairwise([0.0, *edges])]
        )
        middle = 0.5 * (edge[1:] + edge[:-1])
        ring = profile(middle) * np.diff(-np.cos(np.deg2rad(edge)))
        inside = np.concatenate([[0.0], np.cumsum(ring)])
        return np.interp(rng.uniform(0.0, inside[-1], number), inside, edge)

    def _deflections(
        self, k: int, band: slice, lon: Array, lat: Array, rng: np.random.Generator
    ) -> Array:
        """Distances [n] by the point spread function of one pointing, by its exposure."""
        shares = self._local.shares(k, band, lon, lat)
        # rows add up to one, so a place in a row is a place in the sum over all
        place = np.searchsorted(
            np.cumsum(shares.data), np.arange(len(lon)) + rng.uniform(size=len(lon))
        )
        chosen = shares.indices[np.minimum(place, len(shares.data) - 1)]
        square = self._local.radius[k] ** 2
        distance = np.empty(lon.shape)
        for j in np.unique(chosen):
            here = chosen == j
            profile = self._local.profile_of(k, j)
            ring = 0.5 * (profile[1:] + profile[:-1]) * np.diff(square)
            inside = np.concatenate([[0.0], np.cumsum(ring)])
            drawn = rng.uniform(0.0, inside[-1], int(here.sum()))
            distance[here] = np.sqrt(np.interp(drawn, inside, square))
        return distance


def in_pixels(geom: WcsGeom, lon: Array, lat: Array) -> Array:
    """Number of events in each pixel [y, x]."""
    n_y, n_x = geom.data_shape[-2:]
    x, y = (np.round(a).astype(int) for a in geom.wcs.wcs_world2pix(lon, lat, 0))
    inside = (x >= 0) & (y >= 0) & (x < n_x) & (y < n_y)
    return np.bincount(y[inside] * n_x + x[inside], minlength=n_y * n_x).reshape(n_y, n_x) * 1.0


def scattered(
    lon: ArrayLike, lat: ArrayLike, distance: Array, rng: np.random.Generator
) -> list[Array]:
    """Positions at distances from others, in directions that are drawn; all in deg."""
    angle = rng.uniform(0.0, 2 * np.pi, len(distance))
    b, t = np.deg2rad(lat), np.deg2rad(distance)
    sine = np.sin(b) * np.cos(t) + np.cos(b) * np.sin(t) * np.cos(angle)
    turn = np.arctan2(np.sin(angle) * np.sin(t) * np.cos(b), np.cos(t) - np.sin(b) * sine)
    return [(lon + np.rad2deg(turn)) % 360.0, np.rad2deg(np.arcsin(sine))]
