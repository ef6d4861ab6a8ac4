"""Instruments for tests: an exposure that is any function, Gaussian point spread functions."""

import numpy as np

from gammapy.datasets.instrument import Instrument, UniformInstrument
from gammapy.maps import MapAxis

#: radius of a Gaussian, in widths, that holds all but 1e-8
REACH = 6.1


def energy_axes(n_true=2, n=2):
    """True and reconstructed energies, over the same range."""
    return (
        MapAxis.from_energy_bounds("0.1 TeV", "10 TeV", n_true, name="energy_true"),
        MapAxis.from_energy_bounds("0.1 TeV", "10 TeV", n),
    )


def gaussian_transform(widths):
    """Transform [k, m] of Gaussians of widths [k] in deg, as a function of the frequency."""
    squares = np.asarray(widths, float)[:, None] ** 2
    return lambda frequency: np.exp(-0.5 * squares * np.asarray(frequency) ** 2)


def uniform(widths, exposure=None, edisp=None, n=None, frame="galactic"):
    """The same everywhere, with Gaussians of widths [k] in deg."""
    n_true = len(widths)
    true, reco = energy_axes(n_true, n_true if n is None else n)
    return UniformInstrument(
        true,
        reco,
        np.full(n_true, 1e10) if exposure is None else exposure,
        psf=gaussian_transform(widths),
        edisp=edisp,
        reach=REACH * max(widths),
        frame=frame,
    )


class FieldInstrument(Instrument):
    """Exposure by a function, Gaussians of widths that may be a function of the position.

    Parameters
    ----------
    exposure : callable
        ``exposure(lon, lat) -> [k, ...]`` in cm2 s.
    widths : array_like [k] or callable
        In deg, or ``widths(lon, lat) -> [k]``.
    edisp : array_like [k, r], optional
    reach : float, optional
        In deg; needed for widths that are a function.
    """

    def __init__(self, exposure, widths, edisp=None, reach=None, frame="galactic"):
        self._exposure, self._widths, self.frame = exposure, widths, frame
        n = len(exposure(np.zeros(1), np.zeros(1)))
        self._edisp = np.eye(n) if edisp is None else np.asarray(edisp, float)
        true, reco = energy_axes(*self._edisp.shape)
        self.energy_edges_true = true.edges.to_value("TeV")
        self.energy_edges = reco.edges.to_value("TeV")
        self.reach = REACH * max(widths) if reach is None else reach

    def exposure(self, lon, lat):
        return self._exposure(np.asarray(lon, float), np.asarray(lat, float))

    def psf(self, lon, lat, frequency):
        widths = self._widths(lon, lat) if callable(self._widths) else self._widths
        return gaussian_transform(widths)(frequency)

    def edisp(self, lon, lat):
        return self._edisp


class CountingInstrument(FieldInstrument):
    """One that knows times: it notes what is asked, and sees a third of a source in time."""

    def __init__(self, *args, share=1 / 3, **kwargs):
        super().__init__(*args, **kwargs)
        self.asked = []
        self._arguments, self._share = (args, kwargs), share

    def seen(self, temporal_model):
        self.asked.append(temporal_model)
        (exposure, *rest), kwargs = self._arguments
        return FieldInstrument(lambda lon, lat: self._share * exposure(lon, lat), *rest, **kwargs)


def assert_columns(found, expected, share):
    """Each column [n, r] within a share of its largest value."""
    assert found.shape == expected.shape
    error = np.abs(found - expected).max(axis=0)
    assert np.all(error <= share * np.abs(expected).max(axis=0)), error / np.abs(expected).max(
        axis=0
    )
