r"""Profile of a point spread function between the radii at which it is tabulated.

Between neighbours the logarithm is linear in the square :math:`s = r^2` of the radius, which is
exact for a Gaussian; where one of them is zero the profile itself is linear in :math:`s`. The first
piece goes on to the centre, the last one to the outer edge. As a ring has the area
:math:`\mathrm{d}\Omega = \pi\, \mathrm{d}s`, a piece from :math:`f_1` to :math:`f_2` holds

.. math:: \pi\, \Delta s\, \frac{f_2 - f_1}{\ln f_2 - \ln f_1}

and contents, their inverse and values have closed forms. The plane is flat, as everywhere in the
response: rings are not narrowed by :math:`\sin r / r`.
"""

from __future__ import annotations

from functools import cached_property

import numpy as np
from scipy.special import exprel, j0

from gammapy.engine.integrate import legendre
from gammapy.engine.sphere import RAD

__all__ = ["RadialProfile"]

#: square degrees to steradian
_SR = RAD**2
#: quadrature nodes in a piece, for transforms, and how many more per radian of a wave
_NODES, _PER_RADIAN = 6, 0.6


class RadialProfile:
    """Profiles over radius, one for each energy.

    Parameters
    ----------
    values : ndarray [k, n]
        In sr-1, not negative.
    centers : ndarray [n]
        Radii of the values in deg, ascending.
    edges : ndarray [n + 1]
        Of the rings around them; beyond the last one there is nothing.
    """

    def __init__(self, values: np.ndarray, centers: np.ndarray, edges: np.ndarray) -> None:
        inner, outer = 0.0, edges[-1] ** 2
        s = centers**2
        knots = np.concatenate([[inner] if s[0] > 0 else [], s, [outer] if s[-1] < outer else []])
        columns = [values]
        if s[0] > 0:
            columns.insert(0, _continued(values[:, :2], s[:2], inner))
        if s[-1] < outer:
            columns.append(_continued(values[:, :-3:-1], s[:-3:-1], outer))
        self._knots = knots
        self._values = np.concatenate(columns, axis=1)
        f, g = self._values[:, :-1], self._values[:, 1:]
        self._logarithmic = (f > 0) & (g > 0)
        both = np.where(self._logarithmic, g, 1.0) / np.where(self._logarithmic, f, 1.0)
        self._slope = np.log(both)

    @property
    def radius(self) -> float:
        """Where the profiles end, in deg."""
        return float(np.sqrt(self._knots[-1]))

    @cached_property
    def _contents(self) -> np.ndarray:
        """Content [k, n_knots] inside of each knot."""
        pieces = np.diff(self._knots) * self._partial(np.ones_like(self._slope))
        inside = np.cumsum(pieces, axis=1) * np.pi * _SR
        return np.concatenate([np.zeros((len(inside), 1)), inside], axis=1)

    @property
    def total(self) -> np.ndarray:
        """Whole content [k]."""
        return self._contents[:, -1]

    def _partial(self, share: np.ndarray, piece: np.ndarray | slice = slice(None)) -> np.ndarray:
        """Content [k, m] of the first shares [k, m] of pieces [m], per length of the piece in s."""
        f, g = self._values[:, :-1][:, piece], self._values[:, 1:][:, piece]
        log = f * share * exprel(self._slope[:, piece] * share)
        linear = share * (f + 0.5 * (g - f) * share)
        return np.where(self._logarithmic[:, piece], log, linear)

    def _place(self, radius: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Piece [m] that holds each radius, and how far along it is."""
        s = np.minimum(radius**2, self._knots[-1])
        piece = np.clip(np.searchsorted(self._knots, s, side="right") - 1, 0, len(self._knots) - 2)
        return piece, (s - self._knots[piece]) / np.diff(self._knots)[piece]

    def __call__(self, radius: np.ndarray) -> np.ndarray:
        """Values [k, m] in sr-1 at radii [m] in deg; zero beyond the end."""
        radius = np.asarray(radius, dtype=float)
        piece, share = self._place(radius)
        f, g = self._values[:, piece], self._values[:, piece + 1]
        log = f * np.exp(self._slope[:, piece] * share)
        found = np.where(self._logarithmic[:, piece], log, f + (g - f) * share)
        return np.where(radius <= self.radius, found, 0.0)

    def containment(self, radius: np.ndarray) -> np.ndarray:
        """Content [k, m] inside of radii [m]."""
        piece, share = self._place(np.asarray(radius, dtype=float))
        width = np.diff(self._knots)[piece] * np.pi * _SR
        shares = np.broadcast_to(share, (len(self._values), len(share)))
        return self._contents[:, piece] + width * self._partial(shares, piece)

    def containment_radius(self, fraction: np.ndarray) -> np.ndarray:
        """Radius [k, m] in deg that holds a fraction [m] of the whole content; 0 of nothing."""
        found = np.empty((len(self._values), len(fraction)))
        for k, contents in enumerate(self._contents):
            wanted = np.asarray(fraction, dtype=float) * contents[-1]
            piece = np.clip(np.searchsorted(contents, wanted) - 1, 0, len(self._knots) - 2)
            width = np.diff(self._knots)[piece]
            share = self._share(k, piece, (wanted - contents[piece]) / (np.pi * _SR * width))
            found[k] = np.sqrt(self._knots[piece] + np.clip(share, 0.0, 1.0) * width)
        return found

    def _share(self, k: int, piece: np.ndarray, content: np.ndarray) -> np.ndarray:
        """Shares [m] of pieces with contents [m] per length: the inverse of `_partial`."""
        f, g, x = self._values[k, piece], self._values[k, piece + 1], self._slope[k, piece]
        curved = self._logarithmic[k, piece] & (np.abs(x) > 1e-9)
        bent = np.log1p(np.maximum(x * content / np.where(f > 0, f, 1.0), -1 + 1e-16))
        root = f + np.sqrt(np.maximum(f**2 + 2.0 * (g - f) * content, 0.0))
        straight = 2.0 * content / np.where(root > 0, root, 1.0)
        return np.where(curved, bent / np.where(curved, x, 1.0), straight)

    def transform(self, frequency: np.ndarray) -> np.ndarray:
        r"""Transform [k, m] at frequencies [m] in rad per deg, not normalised.

        .. math:: T(q) = \int P(r)\, J_0(q r)\, 2 \pi r\, \mathrm{d}r
        """
        ends = np.sqrt(self._knots)
        half = 0.5 * np.diff(ends)[:, None]
        waves = float(half.max() * np.max(frequency, initial=0.0))
        x, w = legendre(_NODES + int(_PER_RADIAN * waves))
        radius = (0.5 * (ends[:-1] + ends[1:])[:, None] + half * x).ravel()
        weights = (half * w).ravel() * 2.0 * np.pi * radius * _SR
        mass = self(radius) * weights
        # as the closed form has it, which a piece that falls steeply needs
        mass *= np.divide(
            self.total, mass.sum(axis=1), out=np.ones_like(self.total), where=self.total > 0
        )[:, None]
        return mass @ j0(radius[:, None] * np.asarray(frequency, dtype=float))


def _continued(values: np.ndarray, s: np.ndarray, end: float) -> np.ndarray:
    """Values [k, 1] at an end of the axis, in line with the two [k, 2] that are next to it."""
    first = values[:, :1]
    if values.shape[1] < 2:
        return first
    second = values[:, 1:]
    good = (first > 0) & (second > 0)
    ratio = np.where(good, first, 1.0) / np.where(good, second, 1.0)
    step = (s[0] - end) / (s[1] - s[0])
    return first * np.where(good, ratio**step, 1.0)
