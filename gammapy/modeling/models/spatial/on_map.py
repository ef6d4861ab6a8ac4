"""Integrals of spatial models over the pixels of a map, or over a region of the sky."""

from __future__ import annotations

import numbers
from typing import TYPE_CHECKING, Any

import astropy.units as u
import numpy as np
from astropy.coordinates import SkyCoord

from gammapy.engine.pixel_quadrature import pixel_integrals
from gammapy.errors import ModelError
from gammapy.maps import Map, RegionGeom, WcsGeom
from gammapy.modeling.models.spatial.integration import (
    Energies,
    brightness_on,
    center_in,
    reached_from,
    start_size,
)
from gammapy.modeling.models.spatial.pixel_block import MapPixels, whole
from gammapy.units import internal_unit

if TYPE_CHECKING:
    from gammapy.modeling.models.spatial.base import SpatialModel

__all__ = [
    "checked_factor",
    "checked_geom",
    "energy_axis",
    "integrals",
    "integrated_map",
    "region_integrals",
    "under_axes",
    "value_map",
]

#: pixels along a side of a picture, and its least size in deg
_PICTURE, _LEAST = 200, 0.2


def integrated_map(model: SpatialModel, geom: Any, oversampling_factor: int | None) -> Any:
    """Map of the integrals; see `SpatialModel.integrate_geom`."""
    geom = checked_geom(geom, type(model).__name__)
    model.check_values()
    energies = None
    if model.is_energy_dependent:
        nodes = energy_axis(geom, type(model).__name__).center.to_value("TeV")
        energies = Energies(nodes, np.eye(len(nodes)))
    found = integrals(model, geom, energies, oversampling_factor)
    unit = model.unit * u.sr
    data = u.Quantity(under_axes(found, geom), internal_unit(model.unit) * u.sr)
    return Map.from_geom(geom, data=data.to_value(unit), unit=unit)


def value_map(model: SpatialModel, geom: Any = None) -> Any:
    """Map of the values at the centres of pixels, by default of some that hold the model.

    Raises
    ------
    ModelError
        If the model is all over the sky, and there is no geometry.
    """
    if geom is None:
        position, reach = model.position, model.reach
        if position is None or reach is None:
            raise ModelError(
                f"{type(model).__name__} has no end: say which part of the sky to draw, geom="
            )
        width = min(max(2.2 * reach, _LEAST), 120.0)
        proj = "TAN" if width < 60.0 else "ZEA"
        if model.frame not in ("icrs", "fk5", "fk4", "galactic"):
            position = position.icrs
        geom = WcsGeom.create(
            _PICTURE, width / _PICTURE, proj, position.frame.name, skydir=position
        )
    values = model.evaluate_geom(checked_geom(geom, type(model).__name__))
    return Map.from_geom(
        geom, data=np.broadcast_to(values.value, geom.data_shape), unit=values.unit
    )


def integrals(
    model: SpatialModel,
    geom: Any,
    energies: Energies | None = None,
    oversampling_factor: int | None = None,
) -> np.ndarray:
    """Integrals [n_planes, n_y, n_x] in internal units times sr; values are taken as checked.

    Parameters
    ----------
    model : `SpatialModel`
    geom : `~gammapy.maps.WcsGeom` or `~gammapy.maps.RegionGeom`
    energies : `Energies`, optional
        For a model that depends on energy; without, there is one plane.
    oversampling_factor : int, optional
        Not used for a region.
    """
    if isinstance(geom, RegionGeom):
        return _over_region(model, geom, energies).reshape(-1, 1, 1)
    factor = checked_factor(oversampling_factor)
    total = np.zeros((1 if energies is None else len(energies.weights), *geom.data_shape[-2:]))
    for patch in model.patches(geom, energies, factor):
        patch.add_to(total)
    return total


def checked_geom(geom: Any, owner: str) -> Any:
    """The geometry, if it is one of a map.

    Raises
    ------
    ModelError
        If it is none.
    """
    if not isinstance(geom, WcsGeom | RegionGeom):
        raise ModelError(f"{owner}: geom = {geom!r} must be a WcsGeom or a RegionGeom")
    return geom


def checked_factor(factor: Any) -> int | None:
    """The oversampling factor, if it is None or a positive whole number.

    Raises
    ------
    ModelError
        If it is not.
    """
    good = isinstance(factor, numbers.Integral) and not isinstance(factor, bool)
    if factor is not None and not (good and factor >= 1):
        raise ModelError(
            f"oversampling_factor = {factor!r} must be a positive whole number, or None for an "
            "exact integral"
        )
    return None if factor is None else int(factor)


def energy_axis(geom: Any, owner: str) -> Any:
    """Axis of true energies of a map.

    Raises
    ------
    ModelError
        If it has none.
    """
    if "energy_true" not in geom.axes.names:
        raise ModelError(
            f"{owner} needs an axis 'energy_true', and the map has {geom.axes.names}: make it with "
            "MapAxis.from_energy_bounds(..., name='energy_true')"
        )
    return geom.axes["energy_true"]


def under_axes(planes: np.ndarray, geom: Any, axis_name: str = "energy_true") -> np.ndarray:
    """Planes [n_planes, n_y, n_x] of an axis, or one of all, under all axes of a map."""
    names = geom.axes.names
    shape = [1] * len(names)
    if len(planes) > 1:
        shape[len(names) - 1 - names.index(axis_name)] = len(planes)
    return np.broadcast_to(planes.reshape(*shape, *planes.shape[-2:]), geom.data_shape).copy()


def _over_region(model: SpatialModel, geom: RegionGeom, energies: Energies | None) -> np.ndarray:
    """Integrals [n_planes] over a region."""
    name = type(model).__name__
    if geom.region is None:
        raise ModelError(f"{name}: {geom!r} has no region to integrate over: make it with one")
    if geom.is_all_point_sky_regions:
        raise ModelError(
            f"{name}: the region is a point, over which an integral is zero: take a circle"
        )
    return model.region_integrals(geom, energies)


def region_integrals(
    model: SpatialModel, geom: RegionGeom, energies: Energies | None
) -> np.ndarray:
    """Integrals [n_planes] of a model that has values over a region.

    The region cuts pixels, which are cut in turn as at any sharp edge.
    """
    pixels = geom.to_wcs_geom().to_image()
    block = whole(MapPixels(pixels))
    center = center_in(model, block.map)
    values = brightness_on(model, block, energies)

    def function(x: np.ndarray, y: np.ndarray) -> np.ndarray:
        lon, lat = (np.broadcast_to(angle, x.shape) for angle in block.sky(x, y))
        inside = geom.contains(SkyCoord(lon, lat, unit="deg", frame=pixels.frame))
        return np.where(inside, values(x, y), 0.0)

    near = reached_from(block, center, model.reach)
    found = pixel_integrals(function, near, block.n_x, block.n_y, start_size(model, block))
    return found.sum(axis=(1, 2))
