"""Predicted counts of one source on a map dataset with the scheme of Gammapy 2.1.

It differs from the truth of `npred` in that

- a point is spread over four pixels by bilinear weights, an extended source is its value at the
  centre of each pixel times the solid angle of the pixel;
- the point spread function at the source is a kernel of pixels, cut to a square at 0.999 of it
  and normalised, each of its pixels a mean over few sub-pixels;
- the exposure is that where an event is seen, not where it comes from;
- fluxes are integrated in pieces of power laws, 100 to a decade;
- the energy dispersion is that of the nearest pixel of its map.

Positions are in deg in the frame of the map, energies in TeV, areas in cm2.
"""

import itertools
from collections.abc import Callable
from typing import NamedTuple

import numpy as np
from astropy.io import fits
from astropy.wcs import WCS
from numpy.typing import NDArray
from scipy.signal import fftconvolve

Array = NDArray[np.float64]
CONTAINMENT = 0.999
#: parts of a bin of the radii of the stored point spread function, for radii of containment
PARTS = 20
#: finest sub-pixels: this many to the radius of 68% per half a pixel
PRECISION = 12


class Dataset(NamedTuple):
    """Arrays of a map dataset, [k, y, x], [k, rad, y, x] and [k, r, y, x]."""

    energy_edges_true: Array
    wcs: WCS
    exposure: Array
    radii: Array
    psf_wcs: WCS
    psf: Array
    edisp_wcs: WCS
    edisp: Array


def read(path: str) -> Dataset:
    """A dataset from its file; the exposure in cm2 s."""
    with fits.open(path) as hdus:
        bands = hdus["EXPOSURE_BANDS"].data
        low, high = (np.array(bands[f"ENERGY_TRUE_{end}"], float) for end in ("MIN", "MAX"))
        images = {
            name: (WCS(hdus[name].header).celestial, np.array(hdus[name].data, float))
            for name in ("EXPOSURE", "PSF", "EDISP")
        }
        n_rad = images["PSF"][1].shape[1]
        radii = np.array(hdus["PSF_BANDS"].data["RAD"][:n_rad], float)
    wcs, exposure = images["EXPOSURE"]
    edges = np.append(low, high[-1])
    return Dataset(edges, wcs, 1e4 * exposure, radii, *images["PSF"], *images["EDISP"])


# -- fluxes ------------------------------------------------------------------------------


def bin_fluxes(dnde: Callable[[Array], Array], edges: Array) -> Array:
    """Integrals [k] of a flux over bins, in pieces of power laws."""
    result = []
    for low, high in itertools.pairwise(edges):
        e = np.geomspace(low, high, int(100 * np.log10(high / low)))
        f = dnde(e)
        slope = np.diff(np.log(f)) / np.diff(np.log(e)) + 1
        result.append(np.sum(np.diff(e * f) / slope))
    return np.array(result)


# -- shapes ------------------------------------------------------------------------------


def point(dataset: Dataset, lon: float, lat: float) -> Array:
    """Share of a point in each pixel [y, x], by bilinear weights."""
    image = np.zeros(dataset.exposure.shape[1:])
    x, y = (float(v) for v in dataset.wcs.wcs_world2pix(lon, lat, 0))
    x_0, y_0 = int(np.floor(x)), int(np.floor(y))
    for i, j in itertools.product((0, 1), (0, 1)):
        image[y_0 + j, x_0 + i] = (1 - abs(x - x_0 - i)) * (1 - abs(y - y_0 - j))
    return image


def extended(dataset: Dataset, brightness: Callable[[Array, Array], Array]) -> Array:
    """Share of a source in each pixel [y, x], from its brightness in sr-1 at their centres.

    In plate carree around the equator, where a pixel is a strip between two parallels.
    """
    y, x = np.indices(dataset.exposure.shape[1:])
    lon, lat = dataset.wcs.wcs_pix2world(x, y, 0)
    size = np.deg2rad(np.abs(dataset.wcs.wcs.cdelt))
    solid = size[0] * 2 * np.sin(0.5 * size[1]) * np.cos(np.deg2rad(lat))
    return brightness(lon, lat) * solid


# -- responses at a source ---------------------------------------------------------------


def psf_at(dataset: Dataset, lon: float, lat: float) -> Array:
    """Point spread function [k, rad], bilinear between the pixels of its map."""
    x, y = (float(v) + 1e-9 for v in dataset.psf_wcs.wcs_world2pix(lon, lat, 0))
    x_0, y_0 = int(np.floor(x)), int(np.floor(y))
    share_x, share_y = x - x_0, y - y_0
    rows = [
        (1 - share_x) * dataset.psf[..., j, x_0] + share_x * dataset.psf[..., j, x_0 + 1]
        for j in (y_0, y_0 + 1)
    ]
    return (1 - share_y) * rows[0] + share_y * rows[1]


def edisp_at(dataset: Dataset, lon: float, lat: float) -> Array:
    """Energy dispersion [k, r] of the nearest pixel of its map, the lower where two are near."""
    x, y = (float(v) for v in dataset.edisp_wcs.wcs_world2pix(lon, lat, 0))
    return dataset.edisp[:, :, int(np.ceil(y - 0.5 - 1e-9)), int(np.ceil(x - 0.5 - 1e-9))]


def containment_radius(radii: Array, profile: Array, share: float) -> float:
    """Radius in deg that holds a share, one of the centres of fine rings.

    The profile is a step about each of its radii; what it holds grows evenly within the step.
    """
    width = radii[1] - radii[0]
    held = np.append(0.0, np.cumsum(profile * radii))
    edges = np.append(radii - 0.5 * width, radii[-1] + 0.5 * width)
    fine = width / PARTS * (np.arange(len(radii) * PARTS) + 0.5)
    inside = np.interp(fine, edges, held / held[-1])
    return float(fine[np.argmin(np.abs(inside - share))])


def along(radii: Array, profile: Array, r: Array) -> Array:
    """The profile at distances, linear; it goes on beyond both ends, but not below 0."""
    i = np.clip(np.searchsorted(radii, r) - 1, 0, len(radii) - 2)
    share = (r - radii[i]) / (radii[i + 1] - radii[i])
    return np.maximum((1 - share) * profile[i] + share * profile[i + 1], 0.0)


def kernel(radii: Array, profile: Array, size: float) -> Array:
    """Kernel [2 m + 1, 2 m + 1] on pixels of a size in deg, that adds up to 1."""
    radius = containment_radius(radii, profile, CONTAINMENT)
    half = int(np.round(min(radius, radii[-1] - size) / size))
    fine = int(np.ceil(PRECISION * 0.5 * size / containment_radius(radii, profile, 0.68)))
    n = 2 * half + 1
    at = (np.arange(n * fine) - 0.5 * (n * fine - 1)) * size / fine
    values = along(radii, profile, np.hypot(at[:, None], at))
    values = values.reshape(n, fine, n, fine).mean(axis=(1, 3))
    return values / values.sum()


def counts(dataset: Dataset, share: Array, flux: Array, lon: float, lat: float) -> Array:
    """Counts [r, y, x] of a source.

    Parameters
    ----------
    share : array [y, x]
        Share of the source in each pixel, of `point` or `extended`.
    flux : array [k]
        In cm-2 s-1.
    lon, lat : float
        Where the responses are read, in deg.
    """
    size = float(np.abs(dataset.wcs.wcs.cdelt[0]))
    rate = np.empty_like(dataset.exposure)
    for k, profile in enumerate(psf_at(dataset, lon, lat)):
        seen = fftconvolve(share * flux[k], kernel(dataset.radii, profile, size), mode="same")
        rate[k] = seen * dataset.exposure[k]
    return np.einsum("kr,kyx->ryx", edisp_at(dataset, lon, lat), rate)
