"""Instruments for tests whose terms are known: Gaussians that are seen together, and a step."""

import numpy as np
from scipy.special import ndtr

from gammapy.datasets.psf_transform import FREQUENCIES
from gammapy.datasets.response_terms import ResponseTerms
from gammapy.datasets.sky_pixels import angles
from tests.datasets.small_instruments import FieldInstrument, gaussian_transform

#: deg over which a step goes down
RAMP = 0.025


def gaussian_terms(maps, areas, widths, edisp):
    """Terms of Gaussians.

    Parameters
    ----------
    maps : list of callable [j]
        ``map(lon, lat)``, in s.
    areas, widths : array_like [j, k]
        In cm2 and deg.
    edisp : ndarray [k, r]
    """
    areas, widths = np.asarray(areas, float), np.asarray(widths, float)
    n_j, n_k = areas.shape
    functions = gaussian_transform(widths.ravel())(FREQUENCIES)
    loading = np.zeros((n_j, n_k, n_j * n_k, edisp.shape[1]))
    for j, k in np.ndindex(n_j, n_k):
        loading[j, k, j * n_k + k] = areas[j, k] * edisp[k]

    def values(vectors):
        lon, lat = angles(vectors)
        lon = np.where(lon > 180, lon - 360, lon)
        return np.array([one(lon, lat) * np.ones(lon.shape) for one in maps])

    return ResponseTerms("galactic", values, loading, functions)


class SeenTogether(FieldInstrument):
    """Telescopes side by side, each with an exposure and a Gaussian of its own.

    Parameters
    ----------
    maps, areas, widths, edisp
        See `gaussian_terms`.
    """

    def __init__(self, maps, areas, widths, edisp):
        areas, widths = np.asarray(areas, float), np.asarray(widths, float)

        def exposures(lon, lat):
            lon = np.where(lon > 180, lon - 360, lon)
            times = np.array(
                [one(lon, lat) * np.ones(np.broadcast(lon, lat).shape) for one in maps]
            )
            return np.einsum("jk,j...->jk...", areas, times)

        super().__init__(
            lambda lon, lat: exposures(lon, lat).sum(axis=0), widths.max(axis=0), edisp
        )
        self._exposures, self._each = exposures, widths
        self._terms = gaussian_terms(maps, areas, widths, self._edisp)
        #: each for itself, with no terms that were known
        self.alone = [
            FieldInstrument(
                lambda lon, lat, j=j: exposures(lon, lat)[j], widths[j], edisp, self.reach
            )
            for j in range(len(maps))
        ]

    def psf(self, lon, lat, frequency):
        weights = self._exposures(np.asarray(lon, float), np.asarray(lat, float))
        each = np.array([gaussian_transform(w)(frequency) for w in self._each])
        return np.einsum("jk,jkm->km", weights / weights.sum(axis=0), each)

    def terms(self):
        return self._terms


class Stepped(FieldInstrument):
    """Exposure that falls to a share at a latitude, and can be split into a slope and the rest.

    In the rest it falls within a cell of the grid on which that is put.
    """

    def __init__(self, exposure, width, end, beyond, soft=0.15):
        def hard(lon, lat):
            return np.where(np.add(lat, 0.0 * lon) < end, 1.0, beyond)

        def ramp(lon, lat):
            share = np.clip(0.5 + (end - np.add(lat, 0.0 * lon)) / RAMP, 0.0, 1.0)
            return beyond + (1.0 - beyond) * share

        def smooth(lon, lat):
            return beyond + (1.0 - beyond) * ndtr((end - np.add(lat, 0.0 * lon)) / soft)

        super().__init__(lambda lon, lat: exposure * hard(lon, lat)[None], [width])
        self._smooth = FieldInstrument(lambda lon, lat: exposure * smooth(lon, lat)[None], [width])
        self._rough = gaussian_terms(
            [lambda lon, lat: ramp(lon, lat) - smooth(lon, lat)], [[exposure]], [[width]], np.eye(1)
        )

    def split(self):
        return self._smooth, self._rough
