"""Counts of a whole plane: each pixel's flux times the exposure of each pointing that sees it.

No point spread function is needed for a sum, but for what it carries over the rims of the plane.
All is collected by the distance from the pointings, where the tables tell the energy dispersion.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from benchmarks.direct_response import FARTHEST, DirectResponse
from benchmarks.truth_tiles import fluxes, place_of
from gammapy.datasets.flux_cube import flux_cube
from gammapy.maps import MapAxis, WcsGeom
from gammapy.modeling.models import SkyModel

Array = NDArray[np.float64]

#: distances from a pointing at which the energy dispersion is asked for, in deg
NODES = np.linspace(0.0, 6.0, 121)
#: deg beyond the rims from which counts may come in, and between places along a rim
BEYOND, ALONG = 1.0, 5.0
#: rows of pixels at a time, and parts of a row
ROWS, PARTS = 5, 8


class Totals(NamedTuple):
    """Counts [r] of a plane between two latitudes.

    Attributes
    ----------
    inside : ndarray
        Of the flux inside, were all events found where they came from.
    leave, enter : ndarray
        What the point spread function carries over the rims.
    """

    inside: Array
    leave: Array
    enter: Array


def totals(
    models: Iterable[SkyModel], response: DirectResponse, height: float, pixel: float
) -> Totals:
    """Counts of the plane around the whole sky, up to a galactic latitude of half the height.

    Parameters
    ----------
    models : iterable of `~gammapy.modeling.models.SkyModel`
    response : `~benchmarks.direct_response.DirectResponse`
    height, pixel : float
        Of the plane, and of the pixels that hold the flux, in deg.
    """
    models = list(models)
    collected = _Collected(response, 0.5 * height)
    geom = _plane(response.edges_true, height + 2 * BEYOND, pixel)
    flux = flux_cube([model for model in models if model.temporal_model is None], geom).data
    n_y, n_x = geom.data_shape[-2:]
    for low in range(0, n_y, ROWS):
        y, x = np.mgrid[low : min(low + ROWS, n_y), :n_x]
        place = geom.wcs.wcs_pix2world(x.ravel(), y.ravel(), 0)
        collected.add(response, flux[:, low : low + ROWS].reshape(len(flux), -1), *place, pixel)
    for model in models:
        if model.temporal_model is not None:  # a point
            alone = fluxes(model, response.edges_true)[:, None]
            place = np.reshape(place_of(model), (2, 1))
            collected.add(response.seen(model.temporal_model), alone, *place, 0.0)
    return collected.totals()


def _plane(edges_true: Array, height: float, pixel: float) -> WcsGeom:
    axis = MapAxis.from_energy_edges(edges_true, unit="TeV", name="energy_true")
    size = {"width": (360.0, height), "binsz": pixel}
    return WcsGeom.create(skydir=(0.0, 0.0), **size, frame="galactic", proj="CAR", axes=[axis])


class _Collected:
    """Flux times exposure by response, energy and distance from the pointings."""

    def __init__(self, response: DirectResponse, rim: float) -> None:
        self._response = response
        self._rim = rim
        self._crossing = Crossing(response, rim)
        shape = (len(Totals._fields), len(response.energy), len(NODES))
        self._sums = {name: np.zeros(shape) for name in response.tables}

    def add(
        self, response: DirectResponse, flux: Array, lon: Array, lat: Array, pixel: float
    ) -> None:
        """Add fluxes [k, n] at positions [n], spread over latitudes as wide as a pixel."""
        inside = np.abs(lat) < self._rim
        over = self._crossing(lon, lat, pixel)
        shares = np.stack([inside + 0.0 * over, inside * over, ~inside * over])
        for seen in response.sightings(lon, lat):
            values = (flux[:, seen.place] * response.exposures(seen)) * shares[:, :, seen.place]
            node = np.minimum((seen.offset / NODES[1]).astype(int), len(NODES) - 2)
            ahead = seen.offset / NODES[1] - node
            for at in np.ndindex(values.shape[:2]):
                for shift, share in ((0, 1.0 - ahead), (1, ahead)):
                    self._sums[seen.name][at] += np.bincount(
                        node + shift, values[at] * share, len(NODES)
                    )

    def totals(self) -> Totals:
        """Counts by reconstructed bin."""
        found = 0.0
        edges = self._response.edges_true, self._response.edges
        for name, sums in self._sums.items():
            matrix = self._response.tables[name]["edisp"].matrix(*edges, NODES)
            found = found + np.einsum("tkn,nkr->tr", sums, matrix)
        return Totals(*found)


class Crossing:
    """Probability that an event is found on the other side of the nearer of two parallels.

    Parameters
    ----------
    response : `~benchmarks.direct_response.DirectResponse`
    rim : float
        The parallels are at this galactic latitude in deg, north and south.
    """

    def __init__(self, response: DirectResponse, rim: float) -> None:
        self._rim = rim
        self._distance = np.linspace(0.0, BEYOND, 401)
        self._n = round(360.0 / ALONG)
        self._table = np.zeros((2, self._n, len(response.energy), len(self._distance)))
        for north, i in np.ndindex(2, self._n):
            lon, lat = i * ALONG, rim if north else -rim
            if response.exposure(np.array([lon]), np.array([lat])).any():
                self._table[north, i] = self._beyond(response, lon, lat)

    def _beyond(self, response: DirectResponse, lon: float, lat: float) -> Array:
        """Probability [k, d] to be found farther to one side than a distance."""
        edges = np.linspace(0.0, FARTHEST, 1001)
        radius = 0.5 * (edges[1:] + edges[:-1])
        profile = response.profile(lon, lat, np.tile(radius, (len(response.energy), 1)))
        ring = profile * np.diff(edges**2)
        ring = ring / ring.sum(axis=1, keepdims=True)
        arc = np.arccos(np.minimum(self._distance / radius[:, None], 1.0)) / np.pi
        return ring @ arc

    def __call__(self, lon: Array, lat: Array, pixel: float) -> Array:
        """Probability [k, n] at positions [n], the mean over latitudes as wide as a pixel."""
        found = np.zeros((self._table.shape[2], len(lon)))
        at = pixel * ((np.arange(PARTS) + 0.5) / PARTS - 0.5)
        distance = np.abs(self._rim - np.abs(lat))
        column = np.round(lon / ALONG).astype(int) % self._n
        for n in np.flatnonzero(distance < BEYOND - pixel):
            steps = np.abs(distance[n] + at) / self._distance[1]
            table = self._table[int(lat[n] > 0), column[n]]
            low = steps.astype(int)
            value = table[:, low] + (steps - low) * (table[:, low + 1] - table[:, low])
            found[:, n] = value.mean(axis=1)
        return found
