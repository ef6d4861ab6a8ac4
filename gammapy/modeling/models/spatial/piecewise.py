r"""A factor given by its values at some places, each of them a parameter.

Between the places, in the plane of longitude and latitude, it is the cubic of Clough and Tocher on
the triangles of Delaunay, smooth and of the least curvature, as `scipy.interpolate.griddata` has
it. It is linear in the norms,

.. math:: f(l, b) = \sum_i w_i(l, b)\, n_i

(or in their logarithms), so the weights are its derivatives.

Gammapy 2.1 takes the slopes at the places from an iteration that stops at 1e-6, and is off by up to
some 1e-7; here it goes on to rounding, so that the factor is smooth in the norms. Outside of the
triangles Gammapy 2.1 has no number; here the factor is that of the nearest place on their edge.
"""

from __future__ import annotations

from functools import cached_property, lru_cache
from typing import Any

import astropy.units as u
import numpy as np

from gammapy.engine.namespace import array_namespace
from gammapy.errors import ModelError
from gammapy.maps import MapCoord
from gammapy.modeling.models.object_parameters import ObjectParameters
from gammapy.modeling.models.spatial.base import SpatialModel
from gammapy.modeling.models.spatial.frames import checked_frame
from gammapy.modeling.parameter import Parameter
from gammapy.modeling.parameters import Parameters

__all__ = ["PiecewiseNormSpatialModel"]

_TINY = float(np.finfo(float).tiny)
#: by which a place on the edge is drawn into the triangles
_INWARD = 1e-12


class PiecewiseNormSpatialModel(ObjectParameters, SpatialModel):
    """Factor on the sky, interpolated between its values ``norm_0``, ``norm_1``, ...

    Outside of the places it is that at the nearest edge.

    Parameters
    ----------
    coords : `~gammapy.maps.MapCoord` or what makes one
        Places [n], at least three that are not on a line.
    norms : array_like or list of `~gammapy.modeling.Parameter` [n], optional
        Values there, 1 by default.
    interp : {"lin", "log"}
        "log" interpolates the logarithm of the norm (a norm that is not positive then stands for
        the smallest positive float).
    frame : str, optional
        Frame of the places; by default what they say, or icrs.

    Raises
    ------
    ModelError
        If the places have an energy, another frame, are on a line or twice, the norms not as many,
        or the interpolation is not known.
    """

    tag = ["PiecewiseNormSpatialModel", "piecewise-norm"]

    def __init__(
        self, coords: Any, norms: Any = None, interp: str = "lin", frame: str | None = None
    ) -> None:
        lon, lat, own_frame = _places(coords)
        if frame is not None and own_frame not in (None, checked_frame(frame, type(self).__name__)):
            raise ModelError(
                f"PiecewiseNormSpatialModel: frame = {frame!r}, and coords are in {own_frame!r}: "
                "transform them, or leave the frame out"
            )
        self._lon, self._lat, self._interp = lon, lat, interp
        values = [1.0] * lon.size if norms is None else list(np.atleast_1d(norms))
        self._check(values)
        self.declare(_declared(len(values)))
        super().__init__(
            frame=(own_frame or "icrs") if frame is None else frame,
            **dict(zip(self.default_parameters.paths, values, strict=True)),
        )
        for array in (self._lon, self._lat):
            array.flags.writeable = False  # copies share them

    def _check(self, norms: list[Any]) -> None:
        if len(norms) != self._lon.size:
            raise ModelError(
                f"PiecewiseNormSpatialModel: {len(norms)} norms for {self._lon.size} places: give "
                "one for each place"
            )
        if self._interp not in ("lin", "log"):
            raise ModelError(
                f"PiecewiseNormSpatialModel: interp = {self._interp!r} is not known: use 'lin' or "
                "'log'"
            )
        bad = [value for value in map(_number, norms) if not value > 0]
        if bad and self._interp == "log":
            raise ModelError(
                f"PiecewiseNormSpatialModel: norm {bad[0]:g} has no logarithm: give positive "
                "norms, or interp='lin'"
            )
        self._weights  # noqa: B018  places without triangles are refused now

    @property
    def coords(self) -> MapCoord:
        """Places of the norms."""
        return MapCoord({"lon": self._lon, "lat": self._lat}, self.frame)

    @property
    def norms(self) -> u.Quantity:
        """Values of the norms."""
        return u.Quantity([p.value for p in self.own_parameters.values()])

    @property
    def interp(self) -> str:
        """Scale of the interpolation, "lin" or "log"."""
        return self._interp

    @property
    def unit(self) -> u.UnitBase:
        """None: it is a plain factor."""
        return u.dimensionless_unscaled

    @cached_property
    def _weights(self) -> _Weights:
        return _Weights(self._lon.to_value("deg"), self._lat.to_value("deg"))

    def to_region(self, **kwargs: Any) -> Any:
        """Edge of the places, a `~regions.PolygonSkyRegion`."""
        from astropy.coordinates import SkyCoord
        from regions import PolygonSkyRegion

        edge = self._weights.edge
        vertices = SkyCoord(self._lon[edge], self._lat[edge], frame=self.frame)
        return PolygonSkyRegion(vertices=vertices, **kwargs)

    # -- the formula ----------------------------------------------------------------------

    def evaluate(self, lon: Any, lat: Any, *norms: Any) -> Any:
        """Interpolation; see the module. Positions must be numbers, norms may be traced."""
        xp = array_namespace(lon, lat, *norms)
        logarithmic = self._interp == "log"
        weights = self._weights.at(lon, lat)
        result = xp.zeros(weights.shape[1:], dtype=xp.float64)
        for weight, norm in zip(weights, norms, strict=True):
            norm = xp.asarray(norm)
            safe = xp.log(xp.where(norm > _TINY, norm, _TINY)) if logarithmic else norm
            result = result + xp.asarray(weight) * safe
        return xp.exp(result) if logarithmic else result

    def partials(self, lon: Any, lat: Any, *norms: Any) -> tuple[Any, ...]:
        """Derivatives by the norms."""
        xp = array_namespace(lon, lat, *norms)
        weights = [xp.asarray(weight) for weight in self._weights.at(lon, lat)]
        if self._interp == "lin":
            return tuple(weights)
        value = self.evaluate(lon, lat, *norms)
        inverse = [
            xp.where(norm > _TINY, 1.0 / xp.where(norm > _TINY, norm, 1.0), 0.0)
            for norm in map(xp.asarray, norms)
        ]
        return tuple(value * weight * one for weight, one in zip(weights, inverse, strict=True))

    def __repr__(self) -> str:
        known = "" if self.frame == "icrs" else f", frame={self.frame!r}"
        return f"PiecewiseNormSpatialModel({self._lon.size} places, interp={self._interp!r}{known})"


class _Weights:
    """Weights of values at places: of all values, at any position; angles in deg."""

    def __init__(self, lon: np.ndarray, lat: np.ndarray) -> None:
        from scipy.interpolate import CloughTocher2DInterpolator
        from scipy.spatial import Delaunay, QhullError

        turns = np.deg2rad(lon)
        # the middle of the longitudes, so that no triangle is cut by a seam
        self._middle = float(np.rad2deg(np.arctan2(np.sin(turns).sum(), np.cos(turns).sum())))
        points = np.stack([_unwound(lon, self._middle), lat], axis=-1)
        try:
            triangles = Delaunay(points)
        except (QhullError, ValueError) as error:
            reason = str(error).partition("\n")[0]
            raise ModelError(
                f"PiecewiseNormSpatialModel: {len(points)} places make no triangles ({reason}): "
                "give at least three that are not on a line"
            ) from None
        if len(triangles.coplanar):
            i = triangles.coplanar[0, 0]
            raise ModelError(
                f"PiecewiseNormSpatialModel: the place lon = {lon[i]:g} deg, lat = {lat[i]:g} deg "
                "comes twice, or nearly: leave one out"
            )
        one_each = np.eye(len(points))
        self._interpolator = CloughTocher2DInterpolator(
            triangles, one_each, tol=1e-15, maxiter=20000
        )
        self._points, self._center = points, points.mean(axis=0)
        self.edge = _loop(triangles.convex_hull)

    def at(self, lon: Any, lat: Any) -> np.ndarray:
        """Weights [n, ...] at positions."""
        lon, lat = np.broadcast_arrays(np.asarray(lon, dtype=float), np.asarray(lat, dtype=float))
        where = np.stack([_unwound(lon, self._middle), lat], axis=-1)
        shape, where = lon.shape, where.reshape(-1, 2)
        weights = self._interpolator(where)
        outside = np.isnan(weights[:, 0])
        if np.any(outside):
            weights[outside] = self._interpolator(self._nearest(where[outside]))
        return np.moveaxis(weights, -1, 0).reshape(-1, *shape)

    def _nearest(self, where: np.ndarray) -> np.ndarray:
        """Nearest places [m, 2] on the edge, a rounding error inside."""
        start = self._points[self.edge]
        step = np.roll(start, -1, axis=0) - start
        t = np.einsum("mkj,kj->mk", where[:, None] - start, step) / np.sum(step**2, axis=-1)
        feet = start + np.clip(t, 0.0, 1.0)[..., None] * step
        distance = np.sum((where[:, None] - feet) ** 2, axis=-1)
        foot = feet[np.arange(len(where)), np.argmin(distance, axis=-1)]
        return foot + _INWARD * (self._center - foot)


def _unwound(lon: np.ndarray, middle: float) -> np.ndarray:
    """Longitudes within half a turn of the middle."""
    return middle + (lon - middle + 180.0) % 360.0 - 180.0


def _loop(segments: np.ndarray) -> np.ndarray:
    """Points of a closed line, in order, from its segments [n, 2]."""
    left = {tuple(sorted(segment)) for segment in segments.tolist()}
    loop = list(left.pop())
    while left:
        following = next(segment for segment in left if loop[-1] in segment)
        left.remove(following)
        loop.append(following[0] if following[1] == loop[-1] else following[1])
    return np.array(loop[:-1])


def _places(coords: Any) -> tuple[u.Quantity, u.Quantity, str | None]:
    """Longitudes, latitudes and the name of their frame, if they have one."""
    places = MapCoord.create(coords)
    others = [name for name in places.axis_names if name not in ("lon", "lat")]
    if others:
        raise ModelError(
            f"PiecewiseNormSpatialModel: coords have {others[0]!r}, and the norms must not depend "
            "on it: leave it out"
        )
    lon, lat = (np.atleast_1d(angle).copy() for angle in (places.lon, places.lat))
    if lon.ndim != 1 or lon.shape != lat.shape or not np.all(np.isfinite(lon) & np.isfinite(lat)):
        raise ModelError(
            f"PiecewiseNormSpatialModel: lon {lon.shape} and lat {lat.shape} of coords must be "
            "lists of finite angles, equally long"
        )
    return lon, lat, places.frame


@lru_cache(maxsize=64)
def _declared(size: int) -> Parameters:
    """Parameters as they are declared; each model has copies."""
    return Parameters([Parameter(f"norm_{i}", 1.0) for i in range(size)])


def _number(norm: Any) -> float:
    return norm.value if isinstance(norm, Parameter) else float(norm)
