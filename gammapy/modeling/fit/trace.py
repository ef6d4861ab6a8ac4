"""Trace: a contour followed along its tangent, for regions that rays do not describe.

A predictor goes along the tangent, a corrector back to the level along the normal (Allgower and
Georg 1990, Numerical Continuation Methods, chapter 2). Closed, the curve is cut into pieces of
equal length, and each point is corrected once more.
"""

from __future__ import annotations

from itertools import pairwise

import numpy as np

from gammapy.modeling.fit.plane import Crossing, Plane

__all__ = ["trace"]

#: turn of the tangent that a step aims at, and the most that is accepted, in rad
TURN, SHARP = 0.2, 0.4
#: shortest step, relative to the radius of the contour of a parabola
SHORTEST = 1e-6
MAX_POINTS = 2000


def trace(plane: Plane, start: Crossing, number: int) -> list[Crossing] | None:
    """Points evenly spread along the curve through a point, counter-clockwise.

    None if it does not close around the minimum, or meets a bound.
    """
    radius = plane.level**0.5
    curve, length = [start], 0.3 * radius
    while len(curve) < MAX_POINTS:
        ahead = _advance(plane, curve[-1], length, radius)
        if ahead is None or _turn(curve[-1], ahead) > SHARP:
            length *= 0.5
            if length < SHORTEST * radius:
                return None
            continue
        if len(curve) > 2 and _passes(curve[-1], ahead, start):
            closed = [*curve, start]
            return _evenly(plane, closed, number, radius) if _winds(closed) else None
        curve.append(ahead)
        length *= float(np.clip(TURN / max(_turn(*curve[-2:]), 1e-6), 0.5, 1.5))
    return None


def _tangent(crossing: Crossing) -> np.ndarray:
    """Unit vector [2] along the curve, the region to its left."""
    across = np.array([-crossing.slope[1], crossing.slope[0]])
    return across / np.hypot(*across)


def _turn(one: Crossing, other: Crossing) -> float:
    return float(np.arccos(np.clip(_tangent(one) @ _tangent(other), -1.0, 1.0)))


def _advance(plane: Plane, here: Crossing, length: float, radius: float) -> Crossing | None:
    step = length * _tangent(here)
    return _corrected(plane, here.w + step, here.slope, here.rest + here.follow @ step, radius)


def _corrected(
    plane: Plane, w: np.ndarray, normal: np.ndarray, rest: np.ndarray, radius: float
) -> Crossing | None:
    """The point of the curve next to a guess; None if that is far away, or at a bound."""
    normal = normal / np.hypot(*normal)
    # a line from inside through the guess: its crossing is at a distance of about one radius
    found = plane.cross(w - radius * normal, normal, radius, rest)
    if found is None or found.at_bound or np.hypot(*(found.w - w)) > 0.3 * radius:
        return None
    return found


def _passes(one: Crossing, other: Crossing, start: Crossing) -> bool:
    """Whether the start lies on the piece of curve between two points."""
    piece = other.w - one.w
    size = np.hypot(*piece)
    if size == 0:
        return False
    along = (start.w - one.w) @ piece / size
    away = np.hypot(*(start.w - one.w - along * piece / size))
    return bool(0 < along <= size and away < 0.25 * size and _turn(other, start) < 2 * SHARP)


def _winds(closed: list[Crossing]) -> bool:
    """Whether the curve goes once around the minimum."""
    angles = np.unwrap([np.arctan2(c.w[1], c.w[0]) for c in closed])
    return bool(np.isclose(angles[-1] - angles[0], 2.0 * np.pi))


def _evenly(
    plane: Plane, closed: list[Crossing], number: int, radius: float
) -> list[Crossing] | None:
    """Points at equal distances along a closed curve, by a cubic through points and tangents."""
    turns = np.array([_turn(*two) for two in pairwise(closed)])
    chords = np.array([np.hypot(*(b.w - a.w)) for a, b in pairwise(closed)])
    pieces = chords / np.sinc(turns / (2.0 * np.pi))  # arcs of circles
    ends = np.append(0.0, np.cumsum(pieces))
    points = []
    for at in ends[-1] * np.arange(number) / number:
        k = int(np.searchsorted(ends, at, side="right")) - 1
        one, other = closed[k], closed[k + 1]
        s = (at - ends[k]) / pieces[k]
        w = _cubic(one, other, pieces[k], s)
        normal = (1.0 - s) * one.slope + s * other.slope
        rest = (1.0 - s) * one.rest + s * other.rest
        point = one if s == 0 else _corrected(plane, w, normal, rest, radius)
        if point is None:
            return None
        points.append(point)
    return points


def _cubic(one: Crossing, other: Crossing, length: float, s: float) -> np.ndarray:
    """Hermite's cubic between two points, at a fraction of the way."""
    t2, t3 = s * s, s**3
    return (
        (2 * t3 - 3 * t2 + 1) * one.w
        + (t3 - 2 * t2 + s) * length * _tangent(one)
        + (3 * t2 - 2 * t3) * other.w
        + (t3 - t2) * length * _tangent(other)
    )
