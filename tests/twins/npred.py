r"""Predicted counts of one source on the pixels of a map, by brute force.

.. math::
    n_r(p) = \sum_k D_{kr} F_k \int_p d\Omega \int d\Omega_s\, B(s)\, E_k(s)\, P_k(|p - s|; s)

The inner integral is a sum over *elements* of the source, each at its true position with its own
solid angle, exposure and point spread function. The outer one is a sum over nodes inside of each
pixel. Distances are along great circles, solid angles those of the sphere. `counts` sums over the
elements of the source (any shape; a point is one element), `counts_by_psf` over elements of the
point spread function about each node (good for what is smooth over it). Both are Gauss-Legendre
along each smooth stretch, so they converge fast; their finenesses are arguments, to show that.

Positions are in deg in the frame of the map, pixels count from 0, a brightness is in sr-1, the
flux of a true bin in cm-2 s-1, an exposure in cm2 s.
"""

import itertools
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from astropy.wcs import WCS
from numpy.typing import ArrayLike, NDArray

Array = NDArray[np.float64]
#: pairs of a node and an element that are handled at a time
CHUNK = 400_000


class Elements(NamedTuple):
    """Pieces of a source: where they are, in deg, and the share of its flux in each."""

    lon: Array
    lat: Array
    share: Array


#: from positions to which of them matter
Keep = Callable[[Array, Array], NDArray[np.bool_]]
#: from the largest size of an element in deg, and what matters, to the elements
Source = Callable[[float, Keep], Elements]
#: lon [...], lat [...] in deg to the exposure [k, ...]
Exposure = Callable[[Array, Array], Array]


@dataclass(frozen=True)
class Psf:
    """A point spread function that need not be normalised.

    Attributes
    ----------
    value : callable
        ``value(k, theta, lon, lat)`` in sr-1 at the distance ``theta`` in deg from a true
        position; arrays that broadcast.
    reach : sequence of float
        By true bin: radius in deg where it is cut; it is normalised to 1 within.
    scale : sequence of float
        By true bin: size of the smallest structure in deg, the width of the narrowest Gaussian.
    """

    value: Callable[[int, Array, Array, Array], Array]
    reach: Sequence[float]
    scale: Sequence[float]

    def norm(self, k: int, lon: Array, lat: Array) -> Array:
        """Integral within the reach at true positions [n]."""
        theta, weight = stretches([0.0, *self.panels(k)], 24)
        ring = weight * np.deg2rad(1.0) * 2 * np.pi * np.sin(np.deg2rad(theta))
        return self.value(k, theta, lon[:, None], lat[:, None]) @ ring

    def panels(self, k: int) -> Array:
        """Radii that divide the integral, in deg: each twice the last, from two widths on."""
        n = max(int(np.ceil(np.log2(self.reach[k] / (2 * self.scale[k])))), 0)
        inner = 2 * self.scale[k] * 2.0 ** np.arange(n)
        return np.append(inner[inner < self.reach[k] * (1 - 1e-9)], self.reach[k])


def stretches(edges: Sequence[float], n: int) -> tuple[Array, Array]:
    """Gauss-Legendre nodes and weights, ``n`` between each two of the edges."""
    x, w = np.polynomial.legendre.leggauss(n)
    halves = [(0.5 * (a + b), 0.5 * (b - a)) for a, b in itertools.pairwise(edges)]
    return (
        np.concatenate([middle + half * x for middle, half in halves]),
        np.concatenate([half * w for _, half in halves]),
    )


def vectors(lon: ArrayLike, lat: ArrayLike) -> Array:
    """Unit vectors [..., 3]."""
    lon, lat = np.deg2rad(lon), np.deg2rad(lat)
    return np.stack([np.cos(lat) * np.cos(lon), np.cos(lat) * np.sin(lon), np.sin(lat)], axis=-1)


def distances(a: Array, b: Array) -> Array:
    """Distances in deg along great circles, from vectors [n, 3] to [m, 3]: [n, m].

    From the chords, which are differences to a vector nearby: small ones keep their digits.
    """
    near = a[:1]
    a, b = a - near, b - near
    square = -2 * (a @ b.T)
    square += np.sum(a**2, axis=1)[:, None]
    square += np.sum(b**2, axis=1)
    return np.rad2deg(2 * np.arcsin(0.5 * np.sqrt(np.clip(square, 0.0, 4.0))))


def about(lon: float, lat: float, distance: Array, angle: Array) -> tuple[Array, Array]:
    """Points at a distance in deg and a position angle in rad, north through east."""
    lon, lat, t = np.deg2rad(lon), np.deg2rad(lat), np.deg2rad(distance)
    here = np.array([np.cos(lat) * np.cos(lon), np.cos(lat) * np.sin(lon), np.sin(lat)])
    north = np.array([-np.sin(lat) * np.cos(lon), -np.sin(lat) * np.sin(lon), np.cos(lat)])
    east = np.array([-np.sin(lon), np.cos(lon), 0.0])
    x, y, z = (
        np.cos(t) * here[i] + np.sin(t) * (np.cos(angle) * north[i] + np.sin(angle) * east[i])
        for i in range(3)
    )
    return np.rad2deg(np.arctan2(y, x)) % 360.0, np.rad2deg(np.arctan2(z, np.hypot(x, y)))


# -- sources -----------------------------------------------------------------------------


def point(lon: float, lat: float) -> Source:
    """A source of no extent."""
    one = Elements(np.array([lon]), np.array([lat]), np.array([1.0]))
    return lambda step, keep: one


def extended(
    brightness: Callable[[Array, Array], Array],
    lon: float,
    lat: float,
    breaks: Callable[[Array], Sequence[Array | float]],
    fine: float = 1.0,
) -> Source:
    """A source in rings about (lon, lat).

    Parameters
    ----------
    brightness : callable
        Of lon and lat, in sr-1.
    breaks : callable
        From position angles in rad to the distances in deg, rising, between which the brightness
        is smooth along that direction, or goes like a root towards them; the last of them is where
        the source ends.
    fine : float
        Factor to all numbers of elements.
    """

    def elements(step: float, keep: Keep) -> Elements:
        around = np.array([0.0, 0.5 * np.pi, np.pi, 1.0, 4.0])
        ends = [0.0, *(float(np.max(edge + 0 * around)) for edge in breaks(around))]
        pieces = []
        for i, (a, b) in enumerate(itertools.pairwise(ends)):
            n = int(np.ceil(fine * (9 + 2.4 * (b - a) / step)))
            m = int(np.ceil(fine * (41 + 2 * np.pi * b / step)))
            t, w = stretches([0.0, np.pi], n)
            x, w = -np.cos(t), w * np.sin(t)  # a root at an end is as good as a power
            for rows in _chunks(m, n):
                angle = rows[:, None] * (2 * np.pi / m)
                edges = [0.0 * angle, *(edge + 0.0 * angle for edge in breaks(angle))]
                half = 0.5 * (edges[i + 1] - edges[i])
                distance = edges[i] + half * (1 + x)
                ring = np.sin(np.deg2rad(distance)) * np.deg2rad(half) * w * (2 * np.pi / m)
                where = about(lon, lat, distance, angle)
                kept = keep(*where)
                if not kept.any():
                    continue
                where = where[0][kept], where[1][kept]
                pieces.append([*where, brightness(*where) * ring[kept]])
        none = [np.zeros(0)] * 3
        return Elements(*(np.concatenate(part) for part in zip(none, *pieces, strict=True)))

    return elements


def image(
    brightness: Callable[[Array, Array], Array], wcs: WCS, shape: tuple[int, int], n: int = 3
) -> Source:
    """A source that is smooth within each cell between the pixel centres of an image [y, x]."""

    def elements(step: float, keep: Keep) -> Elements:
        size = float(np.max(np.abs(wcs.wcs.cdelt)))
        parts = max(int(np.ceil(size / step)), 1)
        edges = [np.linspace(0.0, length - 1.0, (length - 1) * parts + 1) for length in shape[::-1]]
        (x, w_x), (y, w_y) = (stretches(edge, n) for edge in edges)
        x, y = (grid.ravel() for grid in np.meshgrid(x, y))
        lon, lat = wcs.wcs_pix2world(x, y, 0)
        weight = np.outer(w_y, w_x).ravel() * density(wcs, x, y)
        return Elements(lon, lat, brightness(lon, lat) * weight)

    return elements


def together(*sources: Source) -> Source:
    """Several sources as one."""

    def elements(step: float, keep: Keep) -> Elements:
        parts = zip(*(source(step, keep) for source in sources), strict=True)
        return Elements(*map(np.concatenate, parts))

    return elements


# -- pixels ------------------------------------------------------------------------------


def density(wcs: WCS, x: Array, y: Array, step: float = 0.02) -> Array:
    """Solid angle in sr per unit of both pixel coordinates, by central differences."""
    sides = []
    for dx, dy in ((step, 0.0), (0.0, step)):
        ahead, behind = (vectors(*wcs.wcs_pix2world(x + s * dx, y + s * dy, 0)) for s in (1, -1))
        sides.append((ahead - behind) / (2 * step))
    return np.linalg.norm(np.cross(*sides), axis=-1)


def pixels(shape: tuple[int, int]) -> tuple[Array, Array]:
    """x and y of all pixels of a map [y, x], in the order of its memory."""
    y, x = np.indices(shape, dtype=float)
    return x.ravel(), y.ravel()


def nodes(wcs: WCS, x: Array, y: Array, n: int, fine: int = 1) -> tuple[Array, Array]:
    """Vectors [pixel, node, 3] and solid angles [pixel, node] of nodes inside of pixels.

    Each pixel is cut into ``fine`` x ``fine`` with ``n`` x ``n`` nodes of Gauss-Legendre in each
    (n = 1 are the centres).
    """
    at, weight = stretches(np.linspace(-0.5, 0.5, fine + 1), n)
    dx, dy = (d.ravel() for d in np.meshgrid(at, at))
    x, y = np.asarray(x)[:, None] + dx, np.asarray(y)[:, None] + dy
    lon, lat = wcs.wcs_pix2world(x.ravel(), y.ravel(), 0)
    solid = density(wcs, x.ravel(), y.ravel()).reshape(x.shape) * np.outer(weight, weight).ravel()
    return vectors(lon, lat).reshape(*x.shape, 3), solid


def nodes_needed(wcs: WCS, scale: float) -> int:
    """Nodes along a pixel that hold a Gaussian of that width to 1e-6 of its peak."""
    return 2 + int(np.ceil(1.2 * np.max(np.abs(wcs.wcs.cdelt)) / scale))


# -- counts ------------------------------------------------------------------------------


def counts(
    source: Source,
    flux: ArrayLike,
    exposure: Exposure,
    psf: Psf,
    edisp: ArrayLike,
    wcs: WCS,
    at: tuple[ArrayLike, ArrayLike],
    *,
    step: float = 1.2,
    n: int | None = None,
    fine: int = 1,
) -> Array:
    """Counts [r, pixel] by a sum over the elements of the source.

    Parameters
    ----------
    flux : array-like [k]
        Integral over each true bin in cm-2 s-1.
    edisp : array-like [k, r]
        Energy dispersion.
    at : two arrays [pixel]
        x and y of the pixels; `pixels` gives those of a whole map.
    step : float
        Largest size of an element, in widths of the point spread function.
    n, fine : int
        See `nodes`; without ``n`` what is needed for its width.
    """
    flux, x, y = np.asarray(flux, float), *(np.asarray(a, float) for a in at)
    rate = np.zeros((len(flux), len(x)))
    for k in np.flatnonzero(flux):
        number = nodes_needed(wcs, psf.scale[k] * fine) if n is None else n
        where = nodes(wcs, x, y, number, fine)
        pieces = source(step * psf.scale[k], _near(where[0], psf.reach[k]))
        norm = psf.norm(k, pieces.lon, pieces.lat)
        weight = pieces.share * exposure(pieces.lon, pieces.lat)[k] / norm
        rate[k] = flux[k] * _at_pixels(pieces, weight, psf, k, where)
    return np.asarray(edisp, float).T @ rate


def everywhere(lon: Array, lat: Array) -> NDArray[np.bool_]:
    """All positions matter."""
    return np.ones(np.shape(lon), bool)


def _near(node: Array, reach: float) -> Keep:
    """What a circle around all of the nodes [pixel, node, 3], wider by the reach, holds."""
    middle = node.mean(axis=(0, 1), keepdims=True)[0]
    middle = middle / np.linalg.norm(middle)
    radius = distances(middle, node.reshape(-1, 3)).max() + reach
    least = np.cos(np.deg2rad(radius * 1.01)) - 1e-9
    return lambda lon, lat: vectors(lon, lat) @ middle[0] > least


def _at_pixels(
    pieces: Elements, weight: Array, psf: Psf, k: int, where: tuple[Array, Array]
) -> Array:
    """Integral over pixels [pixel] of elements with their weights."""
    node, solid = where
    center = vectors(pieces.lon, pieces.lat)
    result = np.zeros(len(node))
    middle = node.mean(axis=1)
    size = distances(middle[:1], node[0]).max() + psf.reach[k]
    for i in _chunks(len(node), node.shape[1] * len(weight)):
        near = np.flatnonzero((distances(middle[i], center) <= size * 1.01).any(axis=0))
        for part in np.array_split(near, max(len(near) * solid[i].size // CHUNK, 1)):
            theta = distances(node[i].reshape(-1, 3), center[part])
            value = psf.value(k, theta, pieces.lon[part], pieces.lat[part])
            value = np.where(theta <= psf.reach[k], value, 0.0) @ weight[part]
            result[i] += np.sum(value.reshape(solid[i].shape) * solid[i], axis=1)
    return result


def _chunks(n: int, size: int) -> list[Array]:
    return np.array_split(np.arange(n), min(max(n * size // CHUNK, 1), n))


def counts_by_psf(
    brightness: Callable[[Array, Array], Array],
    flux: ArrayLike,
    exposure: Exposure,
    psf: Psf,
    edisp: ArrayLike,
    wcs: WCS,
    at: tuple[ArrayLike, ArrayLike],
    *,
    n: int = 4,
    rings: int = 8,
    angles: int = 24,
) -> Array:
    """Counts [r, pixel] by a sum over the point spread function about nodes of each pixel.

    ``rings`` are the nodes between each two of `Psf.panels`. For other arguments see `counts`.
    """
    flux, x, y = np.asarray(flux, float), *(np.asarray(a, float) for a in at)
    node, solid = nodes(wcs, x, y, n)
    lon = np.rad2deg(np.arctan2(node[..., 1], node[..., 0]))
    lat = np.rad2deg(np.arcsin(np.clip(node[..., 2], -1, 1)))
    rate = np.zeros((len(flux), len(x)))
    angle = np.arange(angles)[:, None] * (2 * np.pi / angles)
    for k in np.flatnonzero(flux):
        theta, weight = stretches([0.0, *psf.panels(k)], rings)
        ring = np.sin(np.deg2rad(theta)) * np.deg2rad(weight) * (2 * np.pi / angles)
        for i, j in np.ndindex(solid.shape):
            s = about(lon[i, j], lat[i, j], theta + 0 * angle, angle + 0 * theta)
            norm = psf.norm(k, *(a.ravel() for a in s)).reshape(s[0].shape)
            value = brightness(*s) * exposure(*s)[k] * psf.value(k, theta, *s) / norm
            rate[k, i] += flux[k] * solid[i, j] * np.sum(value * ring)
    return np.asarray(edisp, float).T @ rate


def total(source: Source, flux: ArrayLike, exposure: Exposure, edisp: ArrayLike) -> Array:
    """Counts [r] on the whole sky: flux times exposure of each element, in its place."""
    pieces = source(0.02, everywhere)
    rate = np.asarray(flux, float) * (exposure(pieces.lon, pieces.lat) @ pieces.share)
    return np.asarray(edisp, float).T @ rate
