"""Which sources reach a map, or a part of it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np
from astropy.coordinates import SkyCoord
from scipy.spatial import cKDTree

from gammapy.datasets.instrument import Instrument
from gammapy.errors import DataError
from gammapy.maps import WcsGeom
from gammapy.modeling.models import Models, SkyModel

__all__ = ["Reach", "Sky", "check_seen", "sky_of"]

#: pixels that distances are measured to, about: of a tile, and of a whole map
_FEW, _MANY = 2_000, 40_000


@dataclass(frozen=True)
class Reach:
    """Where sources are, and how far they reach.

    Parameters
    ----------
    places : ndarray [n, 3]
        Unit vectors, in the frame of the map; zero where the radius is infinite.
    radius : ndarray [n]
        In deg; infinite for a source that may be anywhere.
    """

    places: np.ndarray
    radius: np.ndarray

    @classmethod
    def of(cls, models: Iterable[SkyModel], frame: str) -> Reach:
        """Positions and radii of models."""
        models = list(models)
        places = np.zeros((len(models), 3))
        radius = np.full(len(models), np.inf)
        by_frame: dict[str, list[tuple[int, float, float]]] = {}
        for i, model in enumerate(models):
            found = _placed(model)
            if found is not None:
                position, radius[i] = found
                lon, lat = position.spherical.lon.deg, position.spherical.lat.deg
                by_frame.setdefault(position.frame.name, []).append((i, float(lon), float(lat)))
        for name, rows in by_frame.items():
            index, lon, lat = (np.array(column) for column in zip(*rows, strict=True))
            # one transformation for all: they are slow one by one
            moved = SkyCoord(lon, lat, unit="deg", frame=name).transform_to(frame)
            places[index.astype(int)] = moved.cartesian.xyz.value.T
        return cls(places, radius)

    def near(self, geom: WcsGeom, margin: float, spots: int = _FEW) -> np.ndarray:
        """True [n] for sources that may put something on the pixels of a geometry.

        Parameters
        ----------
        geom : `WcsGeom`
        margin : float
            Beyond the radius, in deg.
        spots : int
            Pixels that distances are measured to; the more, the fewer sources are taken in vain.
        """
        vectors, spacing = _spots(geom, spots)
        if not len(vectors):
            return np.zeros(len(self.radius), dtype=bool)
        placed = np.isfinite(self.radius)
        chord = cKDTree(vectors).query(self.places[placed])[0]
        distance = np.rad2deg(2 * np.arcsin(np.minimum(chord / 2, 1.0)))
        near = np.ones(len(self.radius), dtype=bool)
        near[placed] = distance <= self.radius[placed] + margin + spacing
        return near


def _placed(model: SkyModel) -> tuple[SkyCoord, float] | None:
    spatial: Any = model.spatial_model
    position = spatial.position
    if position is None or spatial.reach is None:
        return None
    return position, spatial.reach


def _spots(geom: WcsGeom, number: int) -> tuple[np.ndarray, float]:
    """Unit vectors [m, 3] of some pixels, and how far from one a place on the map may be, in deg.

    The distance is that of the diagonal of a cell, and half as much again, as projections stretch.
    """
    n_x, n_y = (int(n[0]) for n in geom.npix)
    step = max(1, int(np.sqrt(n_x * n_y / number)))
    x, y = _some(n_x, step), _some(n_y, step)
    lon, lat = (a.to_value("rad") for a in geom.to_image().pix_to_coord(np.meshgrid(x, y)))
    on_sky = np.isfinite(lon)
    lon, lat = lon[on_sky], lat[on_sky]
    vectors = np.array([np.cos(lat) * np.cos(lon), np.cos(lat) * np.sin(lon), np.sin(lat)]).T
    return vectors, float(0.75 * step * np.hypot(*geom.pixel_scales.deg))


def _some(n: int, step: int) -> np.ndarray:
    """Every step-th pixel, with the last one."""
    return np.unique(np.append(np.arange(0, n, step), n - 1)).astype(float)


@dataclass(frozen=True)
class Sky:
    """The sources of models, sorted out.

    Parameters
    ----------
    sources : `Models`
        Those that reach the map.
    reach : `Reach`
        Of these.
    outside : tuple of str
        Names of those that do not.
    refused : tuple of str
        Names of what is no source on the sky, each with the reason.
    """

    sources: Models
    reach: Reach
    outside: tuple[str, ...]
    refused: tuple[str, ...]


def sky_of(models: Models, geom: WcsGeom, margin: float) -> Sky:
    """Sort out what reaches a map.

    Raises
    ------
    DataError
        If nothing does.
    """
    refused, sources = [], []
    for model in models:
        if not isinstance(model, SkyModel):
            refused.append(f"{model.name}: is a {type(model).__name__}, not a source")
        elif model.spatial_model is None:
            refused.append(f"{model.name}: has no spatial model")
        else:
            sources.append(model)
    reach = Reach.of(sources, geom.frame)
    near = reach.near(geom, margin, _MANY)
    inside = [m for m, flag in zip(sources, near, strict=True) if flag]
    outside = tuple(m.name for m, flag in zip(sources, near, strict=True) if not flag)
    if not inside:
        raise DataError(_none_inside(len(models), outside, refused, geom))
    reach = Reach(reach.places[near], reach.radius[near])
    return Sky(Models(inside), reach, outside, tuple(refused))


def check_seen(instrument: Instrument, geom: WcsGeom) -> None:
    """Refuse a map that the instrument does not see.

    Raises
    ------
    DataError
        If the exposure is nil.
    """
    x, y, z = _spots(geom, _MANY)[0].T
    lon, lat = np.rad2deg(np.arctan2(y, x)), np.rad2deg(np.arctan2(z, np.hypot(x, y)))
    if not np.any(instrument.exposure(lon, lat) > 0):
        raise DataError(
            f"no pointing reaches the map of {_described(geom)}: give another center, or an index "
            "with pointings there"
        )


def _described(geom: WcsGeom) -> str:
    center = geom.center_skydir.spherical
    width = " x ".join(f"{w:g}" for w in geom.width[:, 0].value)
    return f"{width} deg about {geom.frame} ({center.lon.deg:.6g}, {center.lat.deg:.6g})"


def _none_inside(n: int, outside: tuple[str, ...], refused: list[str], geom: WcsGeom) -> str:
    if not outside:
        first = f", first {refused[0]}" if refused else ""
        return f"none of {n} models is a source on the sky{first}: give others"
    return (
        f"none of {n} models reaches the map of {_described(geom)}: {len(outside)} sources are "
        f"outside, first {outside[0]!r}; give another center, or other models"
    )
