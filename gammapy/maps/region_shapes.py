"""Regions of the sky, of the package ``regions``: read from texts, measured, asked for places.

Circles and rings are what they are on the sphere, at any size. All other shapes are taken on the
plane that touches the sky at their middle, where the sides of polygons are great circles. So
a mask does not depend on the projection of the map that asks for it.
"""

from __future__ import annotations

from functools import cached_property
from typing import Any

import numpy as np
from astropy.coordinates import SkyCoord, UnitSphericalRepresentation
from astropy.wcs import WCS

from gammapy.errors import DataError
from gammapy.maps.sky_grid import make_wcs

__all__ = ["SkyShape", "is_point", "read_regions", "unit_vectors", "united"]

#: pixel size in deg of the planes on which shapes are taken
_STEP = 0.01
_WIDEST = 80.0


def read_regions(regions: Any) -> list[Any]:
    """Regions from one, a list of them, or texts of the language of DS9.

    Raises
    ------
    DataError
        If one of them is no region.
    """
    if isinstance(regions, str):
        return _of_text(regions)
    if hasattr(regions, "contains") and hasattr(regions, "meta"):
        return [regions]
    try:
        several = list(regions)
    except TypeError:
        several = [regions]
    found = []
    for region in several:
        good = isinstance(region, str) or hasattr(region, "contains")
        if not good:
            raise DataError(
                f"region {region!r}: a region of the package regions, a text like "
                "'icrs;circle(83.63, 22.01, 0.5)', or a list of them is needed"
            )
        found += read_regions(region)
    return found


def _of_text(text: str) -> list[Any]:
    from regions import Regions

    try:
        found = list(Regions.parse(text, format="ds9"))
    except Exception as error:  # the parser raises what it comes across
        raise DataError(f"region {text!r} is no text of DS9: {error}") from None
    if not found:
        raise DataError(
            f"region {text!r} names no shape: write 'icrs;circle(83.63, 22.01, 0.5)' or the like"
        )
    return found


def united(regions: Any) -> Any:
    """One region for several, the union of them.

    Raises
    ------
    DataError
        If there is none.
    """
    first, *others = read_regions(regions) or [None]
    if first is None:
        raise DataError(f"region {regions!r}: at least one region is needed")
    for other in others:
        first = first | other
    return first


def is_point(region: Any) -> bool:
    """True for a point, and for several that are all points."""
    if hasattr(region, "region1"):
        return is_point(region.region1) and is_point(region.region2)
    return type(region).__name__ in ("PointSkyRegion", "PointPixelRegion")


class SkyShape:
    """A region of the sky, ready to be asked.

    Parameters
    ----------
    region : `~regions.SkyRegion`

    Raises
    ------
    DataError
        If it is a region of pixels, or a shape without circular form is wider than 80 deg from its
        middle, where it does not fit on a plane.
    """

    def __init__(self, region: Any) -> None:
        if not hasattr(region, "to_pixel"):
            raise DataError(
                f"region {region!r} is one of pixels: a region of the sky is needed, make it with "
                "region.to_sky(wcs)"
            )
        self.region = region
        self.points = _places(region)

    @cached_property
    def center(self) -> SkyCoord:
        """Its middle: the centre, or the mean direction of its corners or parts."""
        if self.points.isscalar or len(self.points) == 1:
            return self.points.reshape(()) if not self.points.isscalar else self.points
        mean = self.points.cartesian.mean().represent_as(UnitSphericalRepresentation)
        return SkyCoord(mean, frame=self.points.frame.replicate_without_data())

    @property
    def _is_round(self) -> bool:
        return type(self.region).__name__ in ("CircleSkyRegion", "CircleAnnulusSkyRegion")

    def plane(self, step: float = _STEP) -> WCS:
        """Plane that touches the sky in the middle, with pixels of ``step`` deg."""
        spherical = self.center.spherical
        frame = self.center.frame.name
        return make_wcs(
            "TAN", frame, (spherical.lon.deg, spherical.lat.deg), (step, step), (1.0, 1.0)
        )

    @cached_property
    def _flat(self) -> Any:
        """Region of pixels on the plane."""
        return self.region.to_pixel(self.plane())

    def contains(self, position: SkyCoord) -> np.ndarray:
        """True [...] for positions inside; for a point nowhere.

        Parameters
        ----------
        position : `~astropy.coordinates.SkyCoord` [...]
        """
        spherical = position.spherical
        frame = position.frame.replicate_without_data()
        lon, lat = (np.atleast_1d(angle.deg) for angle in (spherical.lon, spherical.lat))
        return self.contains_vectors(unit_vectors(lon, lat), frame).reshape(position.shape)

    def contains_vectors(self, vectors: np.ndarray, frame: Any) -> np.ndarray:
        """True [...] for unit vectors [3, ...] of a frame; nan are not inside."""
        region = self.region
        if hasattr(region, "region1"):
            parts = (SkyShape(part) for part in (region.region1, region.region2))
            return region.operator(*(part.contains_vectors(vectors, frame) for part in parts))
        if is_point(region):
            return np.zeros(vectors.shape[1:], dtype=bool)
        middle = self.center.transform_to(frame).spherical
        # squares of the chord: exact for small distances too
        chord = np.zeros(vectors.shape[1:])
        for along, own in zip(vectors, unit_vectors(middle.lon.deg, middle.lat.deg), strict=True):
            chord += (along - own) ** 2
        if not self._is_round:
            return self._on_plane(vectors, chord <= _chord(self.reach + _STEP), frame)
        inside = chord < _chord(self.reach)
        if hasattr(region, "radius"):
            return inside
        return inside & (chord >= _chord(region.inner_radius.to_value("deg")))

    def _on_plane(self, vectors: np.ndarray, near: np.ndarray, frame: Any) -> np.ndarray:
        """True [...] for those of some vectors that are inside on the plane."""
        from regions import PixCoord

        inside = np.zeros(near.shape, dtype=bool)
        if not near.any():
            return inside
        x, y, z = vectors[:, near]
        place = SkyCoord(np.arctan2(y, x), np.arcsin(np.clip(z, -1, 1)), unit="rad", frame=frame)
        moved = place.transform_to(self.center.frame.replicate_without_data()).spherical
        pixels = self.plane().wcs_world2pix(moved.lon.deg, moved.lat.deg, 0)
        inside[near] = self._flat.contains(PixCoord(*pixels))
        return inside

    @cached_property
    def reach(self) -> float:
        """Distance in deg from the middle within which it lies."""
        region = self.region
        if hasattr(region, "region1"):
            parts = [SkyShape(part) for part in (region.region1, region.region2)]
            return max(self.center.separation(part.center).deg + part.reach for part in parts)
        if is_point(region):
            return 0.0
        if self._is_round:
            radius = getattr(region, "radius", None)
            return float((region.outer_radius if radius is None else radius).to_value("deg"))
        box = self._flat.bounding_box
        corners = [np.hypot(x, y) for x in box.extent[:2] for y in box.extent[2:]]
        reach = float(np.degrees(np.arctan(np.radians(max(corners) * _STEP))))
        if not reach < _WIDEST:
            raise DataError(
                f"region {region!r} reaches {reach:.3g} deg from its middle: at most {_WIDEST} deg "
                "fit on a plane, cut it into parts"
            )
        return reach

    def solid_angle(self) -> float:
        """Solid angle in sr; 0 for points, nan for united shapes, which may overlap."""
        region = self.region
        if is_point(region):
            return 0.0
        if hasattr(region, "region1"):
            return float("nan")
        if not self._is_round:
            return float(self._flat.area * np.radians(_STEP) ** 2)
        inner = 0.0 if hasattr(region, "radius") else region.inner_radius.to_value("rad")
        # 2 pi (cos a - cos b), without loss for small angles
        half = np.sin(0.5 * np.radians(self.reach)) ** 2 - np.sin(0.5 * inner) ** 2
        return float(4 * np.pi * half)


def unit_vectors(lon: Any, lat: Any) -> np.ndarray:
    """Unit vectors [3, ...] of places in deg."""
    lon, lat = np.radians(lon), np.radians(lat)
    flat = np.cos(lat)
    return np.stack([flat * np.cos(lon), flat * np.sin(lon), np.sin(lat)])


def _chord(distance: float) -> float:
    """Square of the chord of a distance in deg; beyond all for more than half a turn."""
    return 5.0 if distance > 180 else float(4 * np.sin(0.5 * np.radians(distance)) ** 2)


def _places(region: Any) -> SkyCoord:
    """Centre, or corners, or the centres of the parts, in the frame of the first."""
    if hasattr(region, "region1"):
        first, second = (SkyShape(part).center for part in (region.region1, region.region2))
        frame = first.frame.replicate_without_data()
        both = [first.spherical, second.transform_to(frame).spherical]
        lon, lat = [p.lon.deg for p in both], [p.lat.deg for p in both]
        return SkyCoord(lon, lat, unit="deg", frame=frame)
    for name in ("center", "vertices"):
        if hasattr(region, name):
            return getattr(region, name)
    raise DataError(f"region {region!r} has neither a centre nor corners: it covers no sky")
