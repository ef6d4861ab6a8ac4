"""Response of all pointings of a survey, summed with nothing in between: what the engine must meet.

At each position every pointing counts at its own distance, by what its tables say there. Nothing is
interpolated between positions, as there are steps where the field of view of a pointing ends.
Arrays are in cm2, s, deg, TeV and sr-1, in galactic coordinates.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Any, NamedTuple

import numpy as np
from astropy.coordinates import SkyCoord
from astropy.time import Time
from numpy.typing import NDArray
from scipy.sparse import csr_array

from tests.twins import npred

Array = NDArray[np.float64]

#: part of a point spread function within its reach, and radii at which it is tabulated
CONTAINMENT, RADII = 0.9999, 500
#: deg; nothing is scattered beyond
FARTHEST = 2.0
#: positions that are looked at together
AT_ONCE = 4000


class Sightings(NamedTuple):
    """Pairs [m] of a position and a direction from which it is seen, with one response.

    Attributes
    ----------
    name : str
    place : ndarray of int [m]
        Number of the position.
    offset : ndarray [m]
        Distance in deg.
    livetime : ndarray [m]
        In s, of all pointings in that direction.
    """

    name: str
    place: NDArray[np.intp]
    offset: Array
    livetime: Array


@dataclass(frozen=True)
class DirectResponse:
    """Response of all pointings.

    Attributes
    ----------
    axes : ndarray [g, 3]
        Unit vectors of all directions in which pointings look, galactic.
    names : sequence of str [g]
        Of the response of each.
    member : ndarray of int [n]
        Direction of each pointing. Directions are one only if all digits are the same, so that
        their tables need not be evaluated twice.
    livetime : ndarray [n]
        In s, of each pointing.
    start, stop : ndarray [n]
        In s since the reference time of the table.
    reference : `~astropy.time.Time`
    tables : mapping from str to mapping
        ``aeff``, ``psf`` and ``edisp`` by the name of the response.
    edges_true, edges : ndarray
        Of the energies in TeV.
    """

    axes: Array
    names: Sequence[str]
    member: NDArray[np.intp]
    livetime: Array
    start: Array
    stop: Array
    reference: Time
    tables: Mapping[str, Mapping[str, Any]]
    edges_true: Array
    edges: Array

    @classmethod
    def of(
        cls, index: Any, tables: Mapping[str, Mapping[str, Any]], edges_true: Array, edges: Array
    ) -> DirectResponse:
        """Response of the pointings of an observation index."""
        columns = [np.asarray(index[name]) for name in ("RA_PNT", "DEC_PNT", "IRF")]
        keys = [(float(ra), float(dec), str(name)) for ra, dec, name in zip(*columns, strict=True)]
        known = {key: number for number, key in enumerate(dict.fromkeys(keys))}
        ra, dec, names = zip(*known, strict=True)
        places = SkyCoord(np.array(ra), np.array(dec), unit="deg", frame="icrs").galactic
        meta = index.meta
        return cls(
            axes=npred.vectors(places.l.deg, places.b.deg),
            names=names,
            member=np.array([known[key] for key in keys]),
            livetime=np.array(index["LIVETIME"], dtype=float),
            start=np.array(index["TSTART"], dtype=float),
            stop=np.array(index["TSTOP"], dtype=float),
            reference=Time(
                meta["MJDREFI"], meta["MJDREFF"], format="mjd", scale=meta["TIMESYS"].lower()
            ),
            tables=tables,
            edges_true=np.asarray(edges_true),
            edges=np.asarray(edges),
        )

    @property
    def energy(self) -> Array:
        """Logarithmic centres [k] of the true bins."""
        return np.sqrt(self.edges_true[:-1] * self.edges_true[1:])

    def seen(self, course: Any) -> DirectResponse:
        """Response with each live time times the mean of a temporal model over its pointing."""
        if course is None:
            return self
        values = course.values_since(self.reference)
        mean = course.integrals(self.start, self.stop, values) / (self.stop - self.start)
        return replace(self, livetime=self.livetime * mean)

    def exposure(self, lon: Array, lat: Array) -> Array:
        """Exposure [k, n] at positions [n]."""
        found = np.zeros((len(self.energy), len(lon)))
        for low in range(0, len(lon), AT_ONCE):
            part = slice(low, low + AT_ONCE)
            for seen in self.sightings(lon[part], lat[part]):
                for k, row in enumerate(self.exposures(seen)):
                    found[k, part] += np.bincount(seen.place, row, len(lon[part]))
        return found

    def near(self, lon: float, lat: float, radius: float) -> DirectResponse:
        """The same for positions within a distance, without the pointings that see none of them."""
        away = npred.distances(npred.vectors([lon], [lat]), self.axes)[0]
        last = np.array([_end(self.tables[name]) for name in self.names])
        group = np.flatnonzero(away <= last + radius + 1e-6)
        kept = np.isin(self.member, group)
        return replace(
            self,
            axes=self.axes[group],
            names=[self.names[i] for i in group],
            member=np.searchsorted(group, self.member[kept]),
            livetime=self.livetime[kept],
            start=self.start[kept],
            stop=self.stop[kept],
        )

    def exposure_at(self, k: int, lon: Array, lat: Array) -> Array:
        """Exposure [n] in one true bin at positions [n]."""
        found = np.zeros(len(lon))
        for low in range(0, len(lon), AT_ONCE):
            part = slice(low, low + AT_ONCE)
            for seen in self.sightings(lon[part], lat[part]):
                row = self.tables[seen.name]["aeff"].area(self.energy[k], seen.offset)
                found[part] += np.bincount(seen.place, row * seen.livetime, len(lon[part]))
        return found

    def sightings(self, lon: Array, lat: Array) -> Iterator[Sightings]:
        """Which directions see some positions [n], for each response."""
        if not len(lon):
            return
        weight = np.bincount(self.member, self.livetime, len(self.axes))
        offset = npred.distances(npred.vectors(lon, lat), self.axes)
        for name, table in self.tables.items():
            own = np.array([other == name for other in self.names])
            place, group = np.nonzero((offset <= _end(table)) & own)
            yield Sightings(name, place, offset[place, group], weight[group])

    def exposures(self, seen: Sightings) -> Array:
        """Exposure [k, m] of each sighting."""
        table = self.tables[seen.name]["aeff"]
        return table.area(self.energy[:, None], seen.offset) * seen.livetime

    def profiles_of(self, name: str, offset: Array, radius: Array) -> tuple[Array, Array]:
        """Point spread functions [k, n, m] of a response in sr-1, and where there are any [k, n].

        At offsets [n] and radii [k, m], in deg.
        """
        psf = self.tables[name]["psf"]
        shape = psf.at(self.energy[:, None, None], offset[:, None])
        value = shape.density(radius[:, None]) * np.rad2deg(1.0) ** 2
        return value, psf.usable(self.energy[:, None], offset)

    def edisps_of(self, name: str, offset: Array) -> tuple[Array, Array]:
        """Probabilities [k, n, r] of a response at offsets [n], and where there are any [k, n]."""
        wide = np.array([1e-9, *self.edges, 1e9])
        matrix = self.tables[name]["edisp"].matrix(self.edges_true, wide, offset)
        matrix = np.moveaxis(matrix, 0, 1)
        return matrix[..., 1:-1], matrix.sum(axis=-1) > 0

    def profile(self, lon: float, lat: float, radius: Array) -> Array:
        """Point spread function [k, m] in sr-1 at radii [k, m] about a position: the mean."""
        return _nearest_known(self._mean(lon, lat, self.profiles_of, radius))

    def edisp(self, lon: float, lat: float) -> Array:
        """Probabilities [k, r] at a position: the mean."""
        return self._mean(lon, lat, self.edisps_of)

    def reach(self, lon: float, lat: float) -> Array:
        """Radius [k] that holds nearly all of the point spread function at a position."""
        edges = np.linspace(0.0, FARTHEST, 2001)
        middle = np.broadcast_to(0.5 * (edges[1:] + edges[:-1]), (len(self.energy), 2000))
        inside = np.cumsum(self.profile(lon, lat, middle) * np.diff(edges**2), axis=1)
        return edges[1:][np.argmax(inside >= CONTAINMENT * inside[:, -1:], axis=1)]

    def _mean(
        self, lon: float, lat: float, values: Callable[..., tuple[Array, Array]], *more: Any
    ) -> Array:
        """Mean [k, ...] weighted with the exposure, of those that there are; 0 where none is."""
        total, weights = 0.0, np.zeros(len(self.energy))
        for seen in self.sightings(np.array([lon]), np.array([lat])):
            value, usable = values(seen.name, seen.offset, *more)
            weight = self.exposures(seen) * usable
            total = total + np.einsum("kn,knm->km", weight, value)
            weights += weight.sum(axis=1)
        return total / np.where(weights > 0, weights, 1.0)[:, None]


def _end(tables: Mapping[str, Any]) -> float:
    """Last offset in deg that a response sees."""
    return float(tables["aeff"].axes["offset"].edges[-1].to_value("deg"))


def _nearest_known(values: Array) -> Array:
    """Rows that are zero have that of the nearest other energy."""
    known = np.flatnonzero(np.any(values > 0, axis=1))
    rows = np.arange(len(values))
    return values[known[np.argmin(np.abs(rows[:, None] - known), axis=1)]]


# -- at many positions -------------------------------------------------------------------


class LocalResponse:
    """Direct response at many positions about a place.

    Profiles and dispersions of each table are kept at close offsets, and are linear between them;
    at each position they are weighted anew with the exposure of each pointing.

    Parameters
    ----------
    response : `DirectResponse`
    lon, lat, radius : float
        The place, and how far from it positions may be, in deg.
    step : float
        Between the offsets, in deg.

    Attributes
    ----------
    response : `DirectResponse`
        Of the pointings that matter.
    reach : ndarray [k]
        Of the point spread functions, in deg.
    radius : ndarray [k, m]
        At which profiles are known, in deg.
    scale : list of float [k]
        Widths in deg of the point spread functions where they are narrowest.
    """

    def __init__(
        self, response: DirectResponse, lon: float, lat: float, radius: float, step: float = 0.1
    ) -> None:
        self.response = response.near(lon, lat, radius)
        self._names = sorted(set(self.response.names))
        last = max(_end(self.response.tables[name]) for name in self._names)
        self._nodes = np.linspace(0.0, last, round(last / step) + 1)
        angle = np.arange(8) * (np.pi / 4)
        around = np.stack(npred.about(lon, lat, np.full(8, radius), angle), axis=1)
        looked = [(lon, lat), *around.tolist()]
        looked = [at for at in looked if response.exposure(*np.reshape(at, (2, 1))).any()]
        self.reach = np.max([self.response.reach(*at) for at in looked], axis=0)
        self.radius = self.reach[:, None] * np.linspace(0.0, 1.0, RADII + 1)
        self._profiles, self._has_psf = self._tabulated(self.response.profiles_of, self.radius)
        self._edisp, self._has_edisp = self._tabulated(self.response.edisps_of)
        widths = [self._widths(self.response.profile(*at, self.radius)) for at in looked]
        self.scale = np.min(widths, axis=0).tolist()

    def _tabulated(self, values: Callable[..., tuple[Array, Array]], *more: Any) -> Any:
        """Values [k, name and node, ...], and where there are any."""
        found = [values(name, self._nodes, *more) for name in self._names]
        return tuple(np.concatenate(parts, axis=1) for parts in zip(*found, strict=True))

    def edisp(self, k: int, lon: Array, lat: Array) -> Array:
        """Probabilities [r, n] of a true bin at positions [n]."""
        return (self._weights(k, lon, lat, self._has_edisp[k]) @ self._edisp[k]).T

    def shares(self, k: int, reco: int | slice, lon: Array, lat: Array) -> csr_array:
        """Weights [n, j] of point spread functions at positions [n]; they add up to one.

        Of the events that are reconstructed in some bins: each pointing has a dispersion of its
        own.
        """
        reconstructed = self._edisp[k][:, reco].reshape(len(self._edisp[k]), -1).sum(axis=1)
        return self._weights(k, lon, lat, self._has_psf[k] * reconstructed)

    def psf(self, r: int) -> npred.Psf:
        """Point spread function of events that are reconstructed in a bin."""
        return npred.Psf(partial(self._psf, r), list(self.reach), self.scale)

    def profile_of(self, k: int, j: int) -> Array:
        """One of the point spread functions [m], in sr-1, at the radii of a true bin."""
        return self._profiles[k, j]

    def _weights(self, k: int, lon: Array, lat: Array, usable: Array) -> csr_array:
        rows, columns, values = [], [], []
        for seen in self.response.sightings(lon, lat):
            if not len(seen.place):
                continue
            table = self.response.tables[seen.name]["aeff"]
            weight = table.area(self.response.energy[k], seen.offset) * seen.livetime
            first = self._names.index(seen.name) * len(self._nodes)
            x = seen.offset / self._nodes[1]
            node = np.minimum(x.astype(int), len(self._nodes) - 2)
            for shift, share in ((0, 1.0 - x + node), (1, x - node)):
                column = first + node + shift
                rows.append(seen.place)
                columns.append(column)
                values.append(weight * share * usable[column])
        # where nothing is seen no counts follow, but there must be some shape
        empty = np.arange(len(lon))
        rows.append(empty)
        columns.append(np.full(len(lon), np.argmax(usable)))
        values.append(np.full(len(lon), 1e-12))
        value, row = np.concatenate(values), np.concatenate(rows)
        total = np.bincount(row, value, len(lon))
        place = row, np.concatenate(columns)
        return csr_array((value / total[row], place), shape=(len(lon), len(usable)))

    def _psf(self, r: int, k: int, theta: Array, lon: Array, lat: Array) -> Array:
        """Value in sr-1 at distances from positions; arrays that broadcast."""
        lon, lat = np.broadcast_arrays(lon, lat)
        mean = (self.shares(k, r, lon.ravel(), lat.ravel()) @ self._profiles[k]).ravel()
        x = theta * (RADII / self.reach[k])
        ring = np.minimum(x.astype(int), RADII - 1)
        at = np.arange(lon.size).reshape(lon.shape) * (RADII + 1) + ring
        low = mean[at]
        return np.maximum(low + (x - ring) * (mean[at + 1] - low), 0.0)

    def _widths(self, profiles: Array) -> Array:
        """Widths [k] of Gaussians that fall like profiles [k, m] next to their peaks."""
        fallen = np.argmax(profiles < np.exp(-0.5) * profiles[:, :1], axis=1)
        return np.take_along_axis(self.radius, fallen[:, None], axis=1)[:, 0]
