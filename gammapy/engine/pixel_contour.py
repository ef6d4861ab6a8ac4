r"""Shares of round shapes in the pixels of a map, from integrals along the edges of the pixels.

In polar coordinates :math:`\theta, \chi` about its centre a round shape of the profile :math:`p`
has the cumulative share

.. math:: C(\theta) = 2\pi \int_0^\theta p(\theta')\, \sin\theta'\, d\theta'

and, by the theorem of Green, a pixel holds

.. math:: \int p\, d\Omega = \frac{1}{2\pi} \oint C(\theta)\, d\chi

along its border. There is no pixel that is too large for a shape: if all of it is inside, C is the
same all along the border, and the integral counts how often this goes round the centre. A sharp rim
is a kink of C on a line, not a jump on an area. Neighbours have an edge in common, so that what an
edge is off one loses and the other gains, and the sum of all pixels is exact.

Each piece of an edge is a parabola through three points a, m, b, with
:math:`d\chi = (x\, dy - y\, dx) / \sin^2\theta`, and the integral is that of Simpson. In the
variable :math:`v = 1 - \cos\theta`, :math:`g = C / \sin^2\theta = (C / v) / (2 - v)` is smooth at
the centre.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple

import numpy as np

from gammapy.engine.sphere import RAD

__all__ = ["Cumulative", "contour_shares", "cumulative"]

#: pieces of the table of C between two rims, and of each of these for linear interpolation
_PIECES = 128
_STEPS = 16
#: pieces, at least, of an edge that crosses a rim
_FINE = 24
#: pieces of other edges, at most; where more are needed they are made about the centre of the shape
_COARSE = 4
#: reach of shapes of which this is true, in lengths of edges
_SMALL = 6.0
#: more pieces than this are not made
_FINEST = 512
#: away from a small shape pieces grow like this
_GROWTH = 1.25
#: less than this part of a shape is what rounding leaves of nothing
_ROUNDING = 1e-14
#: pieces that are done at once, to save memory
_AT_ONCE = 400_000

_NODES, _WEIGHTS = np.polynomial.legendre.leggauss(4)

#: from pixel coordinates to the vector to the east and north of the centre, and 1 - cos(distance)
Plane = Callable[[np.ndarray, np.ndarray], tuple[np.ndarray, ...]]


class Cumulative(NamedTuple):
    """Table of the cumulative share, and where it is rough.

    Attributes
    ----------
    versine, ratio : ndarray [n]
        v and C / v, to be interpolated linearly.
    total : float
        Share of all of the shape.
    reach : float
        Radius in deg beyond which C does not grow.
    scale : float
        Length in deg within which it is smooth.
    rims : ndarray [m]
        Radii in deg where its slope jumps.
    """

    versine: np.ndarray
    ratio: np.ndarray
    total: float
    reach: float
    scale: float
    rims: np.ndarray

    def kernel(self, versine: np.ndarray) -> np.ndarray:
        """The function g / 2 pi [...] of v."""
        last = self.versine[-1]
        inside = np.interp(versine, self.versine, self.ratio)
        outside = self.total / np.maximum(versine, last)
        return np.where(versine < last, inside, outside) / ((2.0 - versine) * 2.0 * np.pi)


def cumulative(
    profile: Callable[[np.ndarray], np.ndarray],
    rims: Sequence[float],
    reach: float,
    scale: float,
) -> Cumulative:
    """Table of the cumulative share of a shape.

    Parameters
    ----------
    profile : callable
        Values in sr-1 at distances in deg.
    rims : sequence of float
        Radii in deg where it or its slope jumps.
    reach : float
        Radius in deg that holds all of it, below 90.
    scale : float
        Length in deg within which it is smooth between the rims.
    """
    inner = [rim for rim in rims if 0.0 < rim < reach]
    cuts = np.array([0.0, *inner, reach])
    # denser at the ends, where the rim of a shell is like a square root
    step = 0.5 - 0.5 * np.cos(np.linspace(0.0, np.pi, _PIECES + 1))
    nodes = cuts[:-1, None] + np.diff(cuts)[:, None] * step[:-1]
    theta = np.append(nodes.ravel(), reach)
    half, middle = 0.5 * np.diff(theta), 0.5 * (theta[1:] + theta[:-1])
    at = middle[:, None] + half[:, None] * _NODES
    density = 2.0 * np.pi * RAD * profile(at) * np.sin(RAD * at)
    share = np.append(0.0, np.cumsum(half * (density @ _WEIGHTS)))
    edges = np.array([rim for rim in rims if 0.0 < rim <= reach])
    return _table(theta, share, profile, (share[-1], reach, scale, edges))


def _table(
    theta: np.ndarray, share: np.ndarray, profile: Callable[[np.ndarray], np.ndarray], rest: tuple
) -> Cumulative:
    """Cubic pieces between the nodes, by the slopes dC / dv = 2 pi p, drawn finely."""
    # a hair off the rims, on which the side is not known
    low, high = (theta[:-1] + 1e-9 * np.diff(theta), theta[1:] - 1e-9 * np.diff(theta))
    v = 2.0 * np.sin(0.5 * RAD * theta) ** 2
    width = np.diff(v)[:, None]
    t = np.arange(_STEPS) / _STEPS
    start, rise = share[:-1, None], np.diff(share)[:, None]
    left, right = (2.0 * np.pi * profile(side)[:, None] * width for side in (low, high))
    fine = start + t * (left + t * (3 * rise - 2 * left - right + t * (left + right - 2 * rise)))
    versine = np.append((v[:-1, None] + t * width).ravel(), v[-1])
    fine = np.append(fine.ravel(), share[-1])
    ratio = np.empty_like(fine)
    ratio[1:] = fine[1:] / versine[1:]
    ratio[0] = left[0, 0] / width[0, 0]
    return Cumulative(versine, ratio, *rest)


def contour_shares(shape: Cumulative, plane: Plane, n_x: int, n_y: int) -> np.ndarray:
    """Shares [n_y, n_x] of a round shape in pixels.

    Parameters
    ----------
    shape : `Cumulative`
    plane : callable
        From pixel coordinates x and y, which broadcast against each other, to the vector to the
        east and north of the centre of the shape, and 1 - cos of the distance; nowhere nan.
    n_x, n_y : int
        Number of pixels, of which the first has its centre at 0, 0.
    """
    rows = max(1, _AT_ONCE // (2 * n_x))
    strips = [
        _strip(shape, plane, n_x, first, min(first + rows, n_y)) for first in range(0, n_y, rows)
    ]
    return np.concatenate(strips) if len(strips) > 1 else strips[0]


def _strip(shape: Cumulative, plane: Plane, n_x: int, first: int, last: int) -> np.ndarray:
    """Shares of some rows."""
    n_y = last - first
    x, y = np.arange(2 * n_x + 1) / 2 - 0.5, np.arange(2 * n_y + 1) / 2 + first - 0.5
    level = _Edges(plane(x, y[::2, None]), 1)
    upright = _Edges(plane(x[::2], y[:, None]), 0)
    along_x = _integrals(shape, level, plane, x[:-1:2], y[::2])
    along_y = _integrals(shape, upright, plane, x[::2], y[:-1:2])
    share = along_x[:-1] - along_x[1:] + along_y[:, 1:] - along_y[:, :-1]
    # what is out of reach is nothing, to the last digit; so is the antipode, round which C goes too
    size = max(level.length.max(), upright.length.max())
    near = np.minimum(level.nearest[:-1], level.nearest[1:]) < shape.reach + size
    share = np.where(near, share, 0.0)
    # most maps go round clockwise on the sky
    share *= np.sign(share.flat[np.argmax(np.abs(share))])
    return np.where(share > _ROUNDING * shape.total, share, 0.0)


class _Edges:
    """All edges of some pixels along one axis of the picture, by their ends and middles.

    Attributes
    ----------
    start, middle, stop : tuple of array [n_y, n_x]
        East, north and versine.
    axis : int
        1 for edges along x.
    length, nearest, farthest : array [n_y, n_x]
        Length in deg, and distances of the three points from the centre.
    """

    def __init__(self, points: tuple[np.ndarray, ...], axis: int) -> None:
        self.axis = axis
        ahead = (slice(None),) * axis
        cuts = (slice(0, -1, 2), slice(1, None, 2), slice(2, None, 2))
        parts = [tuple(p[(*ahead, cut)] for p in points) for cut in cuts]
        self.start, self.middle, self.stop = parts
        step = [b - a for a, b in zip(self.start, self.stop, strict=True)]
        self.length = np.sqrt(step[0] ** 2 + step[1] ** 2 + step[2] ** 2) / RAD
        distances = [2.0 * np.arcsin(np.sqrt(np.clip(0.5 * p[2], 0, 1))) / RAD for p in parts]
        self.nearest = np.minimum(np.minimum(distances[0], distances[1]), distances[2])
        self.farthest = np.maximum(np.maximum(distances[0], distances[1]), distances[2])


def _integrals(
    shape: Cumulative, edges: _Edges, plane: Plane, x: np.ndarray, y: np.ndarray
) -> np.ndarray:
    """Integrals [n_y, n_x] of C d chi / 2 pi along edges that start at x [n_x], y [n_y]."""
    result = _simpson(shape, edges.start, edges.middle, edges.stop)
    # a point of an edge is a quarter of it away from one of the three, at most
    margin = 0.3 * edges.length
    low, high = edges.nearest - margin, edges.farthest + margin
    outside = low > shape.reach
    result[outside] = shape.total / (2 * np.pi) * _angle(edges, outside)
    needed = 2.0 * edges.length.max() / shape.scale
    rough = low < edges.length
    for rim in shape.rims:
        rough |= (low < rim) & (high > rim)
    rough &= ~outside
    length = float(edges.length.max())
    if needed > _COARSE and shape.reach < _SMALL * length:
        work = [(~outside, _graded(shape, length))]
    else:
        work = [(rough, np.linspace(0.0, 1.0, _fine(shape, length) + 1))]
        if needed > 1.0:
            # a cusp has its small scale about the centre, where the edges are rough
            pieces = int(np.ceil(min(needed, _COARSE)))
            work.append((~(rough | outside), np.linspace(0.0, 1.0, pieces + 1)))
    for chosen, offsets in work:
        row, column = np.nonzero(chosen)
        step = max(1, _AT_ONCE // len(offsets))
        for first in range(0, len(row), step):
            some = row[first : first + step], column[first : first + step]
            result[some] = _in_pieces(shape, edges, plane, (x[some[1]], y[some[0]]), offsets, some)
    return result


def _graded(shape: Cumulative, length: float) -> np.ndarray:
    """Ends of pieces on both sides of the nearest point, in units of the edge.

    They are equal within reach, and grow beyond.
    """
    n = 2 * _fine(shape, shape.reach)
    reach = 1.1 * shape.reach / length
    inner = np.linspace(-reach, reach, 2 * n + 1)
    n_out = int(np.ceil(np.log(max(2.0 / reach, 1.0)) / np.log(_GROWTH)))
    outer = reach * _GROWTH ** np.arange(1, n_out + 1)
    return np.concatenate([-outer[::-1], inner, outer])


def _fine(shape: Cumulative, length: float) -> int:
    """Number of pieces of a length across rims."""
    gaps = np.diff(shape.rims)
    gap = gaps.min() if len(gaps) else length
    return int(np.clip(max(4.0 * length / gap, 2.0 * length / shape.scale), _FINE, _FINEST))


def _in_pieces(
    shape: Cumulative,
    edges: _Edges,
    plane: Plane,
    start: tuple[np.ndarray, np.ndarray],
    offsets: np.ndarray,
    some: tuple[np.ndarray, np.ndarray],
) -> np.ndarray:
    """Integrals [n] along some edges, cut into pieces."""
    along = edges.axis

    def at(t: np.ndarray) -> tuple[np.ndarray, ...]:
        x, y = (a.reshape(-1, *(1,) * (t.ndim - 1)) for a in start)
        return plane(x + t, y) if along else plane(x, y + t)

    if offsets[0] < 0.0:
        ends = np.clip(_closest(edges, at, some)[:, None] + offsets, 0.0, 1.0)
    else:
        ends = np.broadcast_to(offsets, (len(some[0]), len(offsets)))
    t = np.empty((len(some[0]), 2 * len(offsets) - 1))
    t[:, ::2] = ends
    t[:, 1::2] = 0.5 * (ends[:, 1:] + ends[:, :-1])
    points = at(t)
    parts = [
        tuple(p[:, cut] for p in points)
        for cut in (slice(0, -1, 2), slice(1, None, 2), slice(2, None, 2))
    ]
    return _simpson(shape, *parts).sum(axis=1)


def _closest(edges: _Edges, at: Callable, some: tuple[np.ndarray, np.ndarray]) -> np.ndarray:
    """Place [n] on some edges that is nearest to the centre; it may be beyond their ends."""
    a, b = ([p[some] for p in end[:2]] for end in (edges.start, edges.stop))
    step = b[0] - a[0], b[1] - a[1]
    square = step[0] ** 2 + step[1] ** 2
    t = np.zeros(len(square))
    for _ in range(4):  # a straight line, and corrections for an edge that is none
        east, north, _ = at(t)
        t = np.clip(t - (east * step[0] + north * step[1]) / square, -1.0, 2.0)
    return t


def _simpson(shape: Cumulative, a: tuple, m: tuple, b: tuple) -> np.ndarray:
    """Integral over parabolas through three points each."""
    one, two, all_ = _cross(a, m), _cross(m, b), _cross(a, b)
    return (
        shape.kernel(a[2]) * (4.0 * one - all_)
        + 4.0 * shape.kernel(m[2]) * (one + two)
        + shape.kernel(b[2]) * (4.0 * two - all_)
    ) / 6.0


def _cross(a: tuple, b: tuple) -> np.ndarray:
    return a[0] * b[1] - a[1] * b[0]


def _angle(edges: _Edges, chosen: np.ndarray) -> np.ndarray:
    """Angles [n] in rad from the starts to the ends of edges, seen from the centre."""
    a, b = (tuple(p[chosen] for p in end[:2]) for end in (edges.start, edges.stop))
    return np.arctan2(_cross(a, b), a[0] * b[0] + a[1] * b[1])
