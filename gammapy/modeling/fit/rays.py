"""Rays: a contour by directions from the minimum, evenly spread in the whitened plane.

Each ray starts from what its neighbours found, so one to three evaluations are enough. A region
of which some point is not in sight of the minimum (a bent valley) shows by a jump from a ray to
the next, or by a ray that only grazes the curve; then `trace` has to follow the curve itself.
"""

from __future__ import annotations

import numpy as np

from gammapy.modeling.fit.plane import Crossing, Plane

__all__ = ["in_sight", "shoot"]

#: difference between a step of the radius and what the slopes at both ends say, per radius
JUMP = 0.1
#: slope along a ray, relative to that of a circle, below which it grazes the curve
GRAZING = 0.1


def directions(number: int) -> np.ndarray:
    """Unit vectors [number, 2], evenly around."""
    angle = 2.0 * np.pi * np.arange(number) / number
    return np.column_stack([np.cos(angle), np.sin(angle)])


def shoot(plane: Plane, number: int) -> list[Crossing | None]:
    """Crossing of each ray; None where the profile stays below the level."""
    radius = plane.level**0.5
    found: list[Crossing | None] = []
    for direction in directions(number):
        guess, rest = _guess(plane, found, direction)
        crossing = plane.cross(np.zeros(2), direction, guess, rest)
        if crossing is None:
            crossing = plane.cross(
                np.zeros(2), direction, radius, plane.rest + plane.follow @ direction * radius
            )
        found.append(crossing or plane.cross_slowly(direction, plane.rest))
    return found


def _guess(
    plane: Plane, found: list[Crossing | None], direction: np.ndarray
) -> tuple[float, np.ndarray]:
    """Radius and other parameters, extrapolated from up to three rays before.

    The others are extrapolated in what they differ from their linear response.
    """
    last: list[np.ndarray] = []
    for crossing in found[:-4:-1]:
        if crossing is None or crossing.at_bound:
            break
        bent = crossing.rest - plane.rest - plane.follow @ crossing.w
        last.append(np.append(np.hypot(*crossing.w), bent))
    if not last:
        radius, bent = plane.level**0.5, np.zeros(len(plane.rest))
    else:
        weights = {1: (1.0,), 2: (2.0, -1.0), 3: (3.0, -3.0, 1.0)}[len(last)]
        ahead = np.tensordot(weights, last, axes=1)
        # an extrapolation is never trusted by more than a factor of two
        radius = float(np.clip(ahead[0], 0.5 * last[0][0], 2.0 * last[0][0]))
        bent = ahead[1:]
    return radius, plane.rest + plane.follow @ direction * radius + bent


def in_sight(plane: Plane, found: list[Crossing | None]) -> bool:
    """Whether the crossings are one curve that each ray meets once."""
    radius, turn = np.zeros(len(found)), np.zeros(len(found))
    usable = np.zeros(len(found), dtype=bool)
    for k, (crossing, direction) in enumerate(zip(found, directions(len(found)), strict=True)):
        if crossing is None or crossing.at_bound:
            continue
        usable[k] = True
        radius[k] = np.hypot(*crossing.w)
        along = crossing.slope @ direction
        if along * radius[k] < GRAZING * 2.0 * plane.level:
            return False
        across = crossing.slope @ np.array([-direction[1], direction[0]])
        turn[k] = -radius[k] * across / along
    both = usable & np.roll(usable, -1)
    step = np.roll(radius, -1) - radius
    expected = np.pi / len(found) * (turn + np.roll(turn, -1))
    size = np.minimum(radius, np.roll(radius, -1))
    return bool(np.all(np.abs(step - expected)[both] < JUMP * size[both]))
