"""PsfShape: a point spread function at given energies and offsets, by the distance alone."""

from __future__ import annotations

from abc import ABC, abstractmethod

import numpy as np

from gammapy.errors import DataError

__all__ = ["PsfShape"]

#: halvings of the bracket of a radius; 2^-60 of a degree is beyond double precision
_HALVINGS = 60
#: a radius beyond this (deg) is not searched for
_FARTHEST = 180.0


class PsfShape(ABC):
    """Point spread functions of some shape [...] in deg, each symmetric about its centre.

    All arrays broadcast against that shape. Where a profile is not `usable` density, containment
    and transform are zero.
    """

    @property
    @abstractmethod
    def usable(self) -> np.ndarray:
        """True [...] where the response has a point spread function."""

    @property
    @abstractmethod
    def total(self) -> np.ndarray:
        """Integral [...] over the plane, as stored."""

    @abstractmethod
    def density(self, rad: np.ndarray) -> np.ndarray:
        """Density [...] in deg-2 at a distance (deg)."""

    @abstractmethod
    def enclosed(self, rad: np.ndarray) -> np.ndarray:
        """Integral [...] of the density within a distance (deg)."""

    @abstractmethod
    def transform(self, frequency: np.ndarray) -> np.ndarray:
        """Hankel transform [..., m], divided by the `total`, at frequencies [m] (rad per deg)."""

    def radius(self, fraction: np.ndarray) -> np.ndarray:
        """Distance [...] (deg) that encloses a fraction, by bisection.

        Raises
        ------
        DataError
            If the fraction is not below the `total`, so that no distance encloses it.
        """
        fraction = np.asarray(fraction, dtype=float)
        shape = np.broadcast_shapes(fraction.shape, self.total.shape)
        wanted = np.broadcast_to(fraction, shape)
        if np.any(~(wanted < self.total)):
            raise DataError(
                f"containment fraction {float(np.max(wanted)):g} is not reached: the point spread "
                f"function holds {float(np.min(self.total)):.6g} in all; ask for less"
            )
        low, high = np.zeros(shape), np.full(shape, 1e-3)
        for _ in range(20):
            short = self.enclosed(high) < wanted
            if not np.any(short):
                break
            low, high = np.where(short, high, low), np.where(short, 2.0 * high, high)
            high = np.minimum(high, _FARTHEST)
        for _ in range(_HALVINGS):
            middle = 0.5 * (low + high)
            short = self.enclosed(middle) < wanted
            low, high = np.where(short, middle, low), np.where(short, high, middle)
        return 0.5 * (low + high)
