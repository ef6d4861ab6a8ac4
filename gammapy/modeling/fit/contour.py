"""Contours: where the profile over two parameters has risen by ``sigma ** 2``.

That is the region whose projections are the ``sigma`` errors of each parameter, as MINUIT's
contours and Gammapy's; it covers both values together with 39.3% at ``sigma=1``, 86.5% at 2 and
98.9% at 3 (chi squared of two degrees of freedom). The other free parameters are fitted at every
point, to 1e-5 of the level.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from numbers import Integral
from typing import Any

import numpy as np

from gammapy.errors import FitError
from gammapy.modeling.fit.confidence import FARTHEST
from gammapy.modeling.fit.plane import Crossing, Plane
from gammapy.modeling.fit.problem import FitProblem
from gammapy.modeling.fit.rays import in_sight, shoot
from gammapy.modeling.fit.scan import checked_minimum
from gammapy.modeling.fit.surface import checked_pair
from gammapy.modeling.fit.trace import trace

__all__ = ["stat_contour"]

#: the least number of rays; with fewer, each would start too far from the last
LEAST_RAYS = 24
UNSEEN = "the minimum does not see the whole curve"


def stat_contour(
    problem: FitProblem, x: str, y: str, numpoints: int = 10, sigma: float = 1.0
) -> dict[str, Any]:
    """Points of a contour; see `Fitter.stat_contour`."""
    checked_pair(x, y)
    if isinstance(numpoints, bool) or not isinstance(numpoints, Integral) or numpoints < 3:
        raise FitError(f"numpoints = {numpoints!r} must be a whole number, at least 3")
    if not 0 < sigma < np.inf:
        raise FitError(f"sigma = {sigma!r} must be positive and finite")
    _, minimum = checked_minimum(problem)
    plane = Plane(problem, x, y, float(sigma) ** 2)
    if flat := [name for name in (x, y) if minimum.flat[problem.index(name)]]:
        nowhere = f"the data do not constrain {' and '.join(flat)}: the contour does not close"
        return _answer(plane, [None] * int(numpoints), False, nowhere)
    between = math.ceil(LEAST_RAYS / numpoints)
    rays = shoot(plane, between * int(numpoints))
    if in_sight(plane, rays):
        points, message = rays[::between], _message(plane, rays)
        return _answer(plane, points, None not in rays, message or "the contour was found")
    # from where a ray meets the curve head-on
    met = [ray for ray in rays if ray and not ray.at_bound]
    start = max(met, key=lambda ray: float(ray.slope @ ray.w / np.hypot(*ray.w)))
    traced = trace(plane, start, int(numpoints))
    if traced:
        return _answer(plane, traced, True, f"{UNSEEN}: the points are spread evenly along it")
    partly = (
        f"{UNSEEN}, and following it along its tangent failed: each point is the end of what is "
        f"seen in its direction. {_message(plane, rays)}"
    )
    return _answer(plane, rays[::between], False, partly.strip())


def _message(plane: Plane, rays: Sequence[Crossing | None]) -> str:
    """What the user should know of the rays; empty if nothing."""
    lost = sum(ray is None for ray in rays)
    cut = sum(ray is not None and ray.at_bound for ray in rays)
    if lost:
        return (
            f"in {lost} of {len(rays)} directions the statistic rises by less than "
            f"{plane.level:g} within {FARTHEST:g} errors, or the other parameters could not be "
            "fitted"
        )
    return f"in {cut} of {len(rays)} directions the contour runs along a bound" if cut else ""


def _answer(
    plane: Plane, points: Sequence[Crossing | None], success: bool, message: str
) -> dict[str, Any]:
    nowhere = Crossing(
        np.full(2, np.nan), np.full(len(plane.rest), np.nan), np.zeros(2), plane.follow, False
    )
    closed = [point or nowhere for point in (*points, points[0])]
    values = plane.unwhitened(np.array([point.w for point in closed]))
    x, y = plane.names
    return {
        x: values[:, 0],
        y: values[:, 1],
        "success": success,
        "message": message,
        "fit_results": plane.others(np.array([point.rest for point in closed])),
        "nfev": plane.nfev,
    }
