"""Transform of a point spread function, asked once of the instrument and then known everywhere."""

from __future__ import annotations

from functools import lru_cache

import numpy as np
from scipy.interpolate import CubicSpline

from gammapy.datasets.instrument import Instrument

__all__ = ["FREQUENCIES", "PsfTransform", "between"]

#: share of what is seen that high frequencies may have, for them to be left out
TAIL = 1e-4
#: the same of the largest slope, for sources of some size
SLOPE = 5e-4

#: the frequencies at which instruments are asked, in rad per deg: always the same, so that they can
#: keep what leads there. Cubics between them are good to 1e-6 for a Gaussian of any width from
#: 0.002 to 10 deg.
FREQUENCIES = np.concatenate([[0.0], np.geomspace(0.005, 3000.0, 396)])


class PsfTransform:
    """Transform at a position.

    Parameters
    ----------
    instrument : `Instrument`
    lon, lat : float
        In its frame, in deg.

    Attributes
    ----------
    values : ndarray [k, m]
        At the `FREQUENCIES`.
    """

    def __init__(self, instrument: Instrument, lon: float, lat: float) -> None:
        self.values = instrument.psf(float(lon), float(lat), FREQUENCIES)

    def largest_frequency(self, factor: np.ndarray | float = 1.0, size: float = 0.0) -> float:
        """Frequency beyond which the transform, times a factor [m], does not matter.

        What is beyond has less than `TAIL` of what is seen, as the root of the integral of the
        squares. Of a source of a ``size`` in deg it is where the edge is, and counts the more; and
        derivatives by the position have less than `SLOPE` of it, anywhere.
        """
        squares = (self.values * factor * FREQUENCIES * (1.0 + FREQUENCIES * size)) ** 2
        matters = _beyond(squares) > TAIL**2
        if size > 0:  # the slope next to a cusp is a sum of ever higher frequencies
            matters |= _beyond(np.abs(self.values * factor) * FREQUENCIES**3) > SLOPE
        alive = np.flatnonzero(np.any(matters, axis=0))
        last = min(alive[-1] + 1, len(FREQUENCIES) - 1) if len(alive) else 1
        return float(FREQUENCIES[last])

    def at(self, frequencies: np.ndarray) -> np.ndarray:
        """Transform [k, n] at frequencies [n]."""
        return between(self.values, frequencies)


def between(values: np.ndarray, frequencies: np.ndarray) -> np.ndarray:
    """Transforms [k, n] at frequencies [n], from their values [k, m] at the `FREQUENCIES`."""
    return values @ _cubics(np.asarray(frequencies, dtype=float).tobytes())


def _beyond(values: np.ndarray) -> np.ndarray:
    """Share [k, m] of an integral beyond each of the `FREQUENCIES`, which are even in logs."""
    sums = np.cumsum(values[:, ::-1], axis=1)[:, ::-1]
    return np.asarray(sums / np.where(sums[:, :1] > 0, sums[:, :1], 1.0))


@lru_cache(maxsize=64)
def _cubics(frequencies: bytes) -> np.ndarray:
    """What a spline makes of the values: it is linear in them."""
    return _unit_spline()(np.frombuffer(frequencies))


@lru_cache(maxsize=1)
def _unit_spline() -> CubicSpline:
    return CubicSpline(FREQUENCIES, np.eye(len(FREQUENCIES)), axis=1)
