"""Models on the sky: positions and outlines in galactic coordinates."""

from __future__ import annotations

import warnings
from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

import numpy as np
from astropy.coordinates import SkyCoord

from gammapy.errors import GammapyError, GammapyWarning
from gammapy.modeling.models import SpatialModel
from gammapy.modeling.models.component import Component
from gammapy.optional import require

__all__ = ["Outline", "outlines_of", "plot_outlines"]

GREY = "0.6"
#: corners of a circle
_CORNERS = 60
#: the least width of a map, in deg
_NARROWEST = 2.0


class Outline(NamedTuple):
    """Position of a model and the curves around it, in galactic coordinates, in deg."""

    name: str
    lon: float
    lat: float
    #: closed curves, arrays [n, 2]
    curves: list[np.ndarray]


class _Drawn(NamedTuple):
    """Points of one model in the frame of the model, in deg: its position first."""

    name: str
    frame: str
    lon: np.ndarray
    lat: np.ndarray
    lengths: list[int]


def outlines_of(models: Iterable[Component]) -> list[Outline]:
    """Outlines of the models that have a position."""
    drawn = [found for model in models if (found := _drawn(model)) is not None]
    outlines: dict[str, Outline] = {}
    for frame in {one.frame for one in drawn}:
        # one transformation of all points: they are slow one by one
        group = [one for one in drawn if one.frame == frame]
        lon, lat = (np.concatenate([getattr(one, key) for one in group]) for key in ("lon", "lat"))
        points = SkyCoord(lon, lat, unit="deg", frame=frame).galactic
        both = np.column_stack([points.l.deg, points.b.deg])
        ends = np.cumsum([len(one.lon) for one in group])[:-1]
        for one, part in zip(group, np.split(both, ends), strict=True):
            curves = np.split(part[1:], np.cumsum(one.lengths)[:-1]) if one.lengths else []
            outlines[one.name] = Outline(one.name, float(part[0, 0]), float(part[0, 1]), curves)
    return [outlines[one.name] for one in drawn]


def _drawn(model: Component) -> _Drawn | None:
    spatial = model.part("spatial")
    if not isinstance(spatial, SpatialModel):
        return None
    try:
        position: Any = spatial.position
        if position is None:
            return None
        curves = _region_curves(spatial.to_region())
    except GammapyError as error:
        warnings.warn(f"{model.name!r} is not on the map: {error}", GammapyWarning, stacklevel=3)
        return None
    center = np.array([[position.spherical.lon.deg, position.spherical.lat.deg]])
    points = np.concatenate([center, *curves])
    lengths = [len(curve) for curve in curves]
    return _Drawn(model.name, position.frame.name, points[:, 0], points[:, 1], lengths)


def _region_curves(region: Any) -> list[np.ndarray]:
    """Closed curves of a region, in its frame; none for a point or all the sky."""
    angle = np.linspace(0.0, 2.0 * np.pi, _CORNERS)
    if hasattr(region, "vertices"):
        lon, lat = region.vertices.spherical.lon.deg, region.vertices.spherical.lat.deg
        return [np.column_stack([np.append(lon, lon[0]), np.append(lat, lat[0])])]
    if hasattr(region, "outer_radius"):
        radii = [region.inner_radius, region.outer_radius]
        return [_around(region.center, angle, r.to_value("rad")) for r in radii]
    if hasattr(region, "radius"):
        return [_around(region.center, angle, region.radius.to_value("rad"))]
    if type(region).__name__ == "EllipseSkyRegion":
        major, minor = (x.to_value("rad") / 2 for x in (region.height, region.width))
        radius = major * minor / np.hypot(minor * np.cos(angle), major * np.sin(angle))
        return [_around(region.center, angle + region.angle.to_value("rad"), radius)]
    return []


def _around(center: Any, angle: np.ndarray, radius: Any) -> np.ndarray:
    """Points at angles from north through east, and distances, about a position; in deg."""
    lon, lat = center.spherical.lon.rad, center.spherical.lat.rad
    sine = np.sin(lat) * np.cos(radius) + np.cos(lat) * np.sin(radius) * np.cos(angle)
    east = np.sin(angle) * np.sin(radius) * np.cos(lat)
    turned = lon + np.arctan2(east, np.cos(radius) - np.sin(lat) * sine)
    return np.rad2deg(np.column_stack([turned, np.arcsin(np.clip(sine, -1.0, 1.0))]))


def plot_outlines(outlines: Sequence[Outline], colours: dict[str, Any], ax: Any) -> None:
    """Draw positions and outlines; those without a colour are grey.

    Parameters
    ----------
    outlines : sequence of `Outline`
    colours : dict
        Colours by the name of the model.
    ax : `~matplotlib.axes.Axes`
    """
    middle = _middle([outline.lon for outline in outlines])
    many = len(outlines) > 50
    # grey ones first, so that the others are above
    for outline in sorted(outlines, key=lambda outline: outline.name in colours):
        colour = colours.get(outline.name, GREY)
        known = outline.name in colours
        lon = _unwrapped(np.array([outline.lon]), middle)
        marker = {"markersize": 3.0 if many else 5.0, "marker": "o" if known else "."}
        ax.plot(lon, [outline.lat], linestyle="none", color=colour, **marker)
        for curve in outline.curves:
            # about its own position, so that no curve runs across the whole map
            x = lon[0] + (curve[:, 0] - outline.lon + 180.0) % 360.0 - 180.0
            ax.plot(x, curve[:, 1], color=colour, linewidth=0.6 if many else 1.0)
    _frame(ax, outlines, middle)


def _middle(lon: Sequence[float]) -> float:
    """Longitude opposite to the largest gap; the galactic centre if there is none to speak of."""
    ordered = np.sort(np.asarray(lon) % 360.0)
    gaps = np.diff(np.append(ordered, ordered[0] + 360.0))
    if gaps.max() < 180.0:
        return 0.0
    start = ordered[(int(gaps.argmax()) + 1) % len(ordered)]
    return float((start + (360.0 - gaps.max()) / 2) % 360.0)


def _unwrapped(lon: np.ndarray, middle: float) -> np.ndarray:
    """Longitudes within 180 deg of the middle."""
    return middle + (lon - middle + 180.0) % 360.0 - 180.0


def _frame(ax: Any, outlines: Sequence[Outline], middle: float) -> None:
    """Limits and labels; longitude grows to the left."""
    lon = _unwrapped(np.array([outline.lon for outline in outlines]), middle)
    lat = np.array([outline.lat for outline in outlines])
    reach = np.array([_reach(outline) for outline in outlines])
    narrow = reach / np.maximum(np.cos(np.deg2rad(lat)), 0.05)
    left, right = _margins((lon - narrow).min(), (lon + narrow).max())
    low, high = _margins((lat - reach).min(), (lat + reach).max())
    if right - left < 120.0:  # degrees of both coordinates are as long
        stretch = 1.0 / max(np.cos(np.deg2rad((low + high) / 2)), 0.05)
        width = max(right - left, (high - low) * stretch)
        height, x, y = width / stretch, (left + right) / 2, (low + high) / 2
        left, right, low, high = x - width / 2, x + width / 2, y - height / 2, y + height / 2
        ax.set_aspect(stretch)
    if right - left > 360.0:
        left, right = middle - 180.0, middle + 180.0
    ax.set_xlim(right, left)
    ax.set_ylim(max(low, -90.0), min(high, 90.0))
    ax.set_xlabel("Galactic longitude [deg]")
    ax.set_ylabel("Galactic latitude [deg]")
    ticker: Any = require("matplotlib.ticker", "pictures")
    ax.xaxis.set_major_locator(ticker.MaxNLocator(6 if right - left < 120.0 else 12))
    ax.xaxis.set_major_formatter(ticker.FuncFormatter(_longitude))
    ax.grid(alpha=0.25, linewidth=0.5)


def _longitude(value: float, position: int | None = None) -> str:
    """Label of a tick, without what rounding leaves of zero."""
    return f"{round(value, 6) % 360.0:g}"


def _margins(low: float, high: float) -> tuple[float, float]:
    """Interval that is a little larger, and not too narrow."""
    half = max(0.54 * (high - low), _NARROWEST / 2)
    return (low + high) / 2 - half, (low + high) / 2 + half


def _reach(outline: Outline) -> float:
    """How far a model reaches in latitude, in deg."""
    return max((float(np.abs(c[:, 1] - outline.lat).max()) for c in outline.curves), default=0.0)
