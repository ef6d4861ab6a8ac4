"""How much of a shape each pixel of a map holds.

- A round shape is integrated along the edges of the pixels (`gammapy.engine.pixel_contour`), which
  is exact for any size of the shape against the pixels, sharp rims included.
- A point is put on the centres of the four pixels around it, with bilinear weights: so its centroid
  is kept, and it moves smoothly with its position. (A narrow shape is not spread like that.)
- The parts of a sum are integrated one by one.
- Everything else is integrated over pixels that are cut where it needs it
  (`gammapy.engine.pixel_quadrature`).

All this is done on the pixels that the shape reaches, in floats, without positions of astropy.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from gammapy.engine.pixel_contour import contour_shares, cumulative
from gammapy.engine.pixel_quadrature import pixel_integrals, pixel_means
from gammapy.engine.sphere import separation
from gammapy.errors import ModelError
from gammapy.maps.geometry import WcsGeom
from gammapy.modeling.models.spatial.pixel_block import (
    MapPixels,
    PixelBlock,
    blocks_about,
    position_in,
    whole,
)

if TYPE_CHECKING:
    from gammapy.modeling.models.spatial.base import SpatialModel

__all__ = [
    "Energies",
    "Patch",
    "brightness_on",
    "center_in",
    "patches",
    "reached_from",
    "start_size",
]

#: size of the first cells in that of the structure: of ellipses, which are smooth, and of others
_ELLIPSE, _OTHER = 3.0, 1.5
#: radius in deg up to which round shapes are integrated along edges
_LARGEST_ROUND = 45.0


class Energies(NamedTuple):
    """Energies at which a shape that depends on them is looked at, and what is made of that.

    Attributes
    ----------
    nodes : ndarray [n_nodes]
        In TeV.
    weights : ndarray [n_planes, n_nodes]
        Of the values at the nodes in each plane of the result.
    """

    nodes: np.ndarray
    weights: np.ndarray


class Patch(NamedTuple):
    """Part of a map.

    Attributes
    ----------
    columns, rows : slice
        Pixels along longitude and latitude.
    share : ndarray [n_planes, n_y, n_x]
        Brightness times sr; one plane for a shape that is the same at all energies.
    """

    columns: slice
    rows: slice
    share: np.ndarray

    def add_to(self, data: np.ndarray) -> None:
        """Add it to the planes [..., n_y, n_x] of a map."""
        data[..., self.rows, self.columns] += self.share


def patches(
    model: SpatialModel,
    geom: WcsGeom | MapPixels,
    energies: Energies | None = None,
    oversampling_factor: int | None = None,
) -> Iterator[Patch]:
    """Integrals of a model that has values, as `SpatialModel.patches`."""
    if model.is_energy_dependent and energies is None:
        raise ModelError(
            f"{type(model).__name__} depends on energy: a map with an axis 'energy_true' is needed"
        )
    for block in _blocks(model, MapPixels.of(geom)):
        if oversampling_factor is None:
            share = _shares(model, block, energies)
        else:
            function = brightness_on(model, block, energies)
            share = pixel_means(function, block.n_x, block.n_y, oversampling_factor)
        yield Patch(block.columns, block.rows, share)


def center_in(model: SpatialModel, pixels: MapPixels) -> tuple[float, float] | None:
    """Position of a model in the frame of a map, in deg; None if it has none."""
    own = model.own_parameters
    if {"lon_0", "lat_0"} <= own.keys():
        lon, lat = (own[name].value * own[name].internal_factor for name in ("lon_0", "lat_0"))
        return position_in(pixels, model.frame, lon, lat)
    position: Any = model.position
    if position is None:
        return None
    place = position.spherical
    return position_in(pixels, position.frame.name, float(place.lon.deg), float(place.lat.deg))


def _blocks(model: SpatialModel, pixels: MapPixels) -> list[PixelBlock]:
    """Pixels that a model reaches."""
    center, reach = center_in(model, pixels), model.reach
    if center is None or reach is None:
        return [whole(pixels)]
    return blocks_about(pixels, center, reach)


def _shares(model: SpatialModel, block: PixelBlock, energies: Energies | None) -> np.ndarray:
    """Integrals [n_planes, n_y, n_x] of a model that has values."""
    if model.is_round and (model.reach or np.inf) < _LARGEST_ROUND and block.on_sky:
        return _round_shares(model, block)[None]
    near = reached_from(block, center_in(model, block.map), model.reach)
    function = brightness_on(model, block, energies)
    return pixel_integrals(function, near, block.n_x, block.n_y, start_size(model, block))


def start_size(model: SpatialModel, block: PixelBlock) -> float:
    """Size in pixels of cells that do not overlook the model; 1 if that is not known."""
    size = model.evaluation_bin_size_min
    if size is None:
        return 1.0
    cell = _OTHER
    if "e" in model.own_parameters:  # it is that along the major axis
        cell = _ELLIPSE * float(np.sqrt(1.0 - model.own_parameters["e"].value ** 2))
    return cell * float(size.to_value("deg")) / block.map.size


def reached_from(
    block: PixelBlock, center: tuple[float, float] | None, reach: float | None
) -> Callable[[np.ndarray, np.ndarray, float], np.ndarray]:
    """Function that says which cells of a block are within reach of a position."""
    pixel = block.map.size

    def near(x: np.ndarray, y: np.ndarray, size: float) -> np.ndarray:
        if center is None or reach is None:
            return np.ones(len(x), dtype=bool)
        points = block.offset(x, y, center)
        # half a diagonal, with something for pixels that are larger than at the reference
        away = separation(points) > reach + size * pixel
        return np.broadcast_to(~away, x.shape)  # nan is not away

    return near


def _round_shares(model: SpatialModel, block: PixelBlock) -> np.ndarray:
    reach, rims = model.reach, model.profile_edges
    assert reach is not None
    scale = reach / 6.0  # that of a Gaussian
    size = model.evaluation_bin_size_min
    if not rims and size is not None:
        scale = min(scale, 3.0 * float(size.to_value("deg")))
    center = center_in(model, block.map)
    assert center is not None

    def plane(x: np.ndarray, y: np.ndarray) -> tuple[np.ndarray, ...]:
        points = block.offset(x, y, center)
        return tuple(np.broadcast_arrays(points.east, points.north, points.versine))

    table = cumulative(model.profile, rims, reach, scale)
    return contour_shares(table, plane, block.n_x, block.n_y)


def brightness_on(
    model: SpatialModel, block: PixelBlock, energies: Energies | None
) -> Callable[[np.ndarray, np.ndarray], np.ndarray]:
    """Brightness times solid angle per pixel [n_planes, n] at pixels; nan off the sky."""
    values = model.internal_values
    frame = model.frame

    def function(x: np.ndarray, y: np.ndarray) -> np.ndarray:
        lon, lat = (np.broadcast_to(a, x.shape) for a in block.sky_in(frame, x, y))
        seen = np.isfinite(lon) & np.isfinite(lat)
        place: list[Any] = [np.where(seen, lon, 0.0), np.where(seen, lat, 0.0)]
        if energies is None:
            at: list[Any] = [*place, None] if model.coordinates == 3 else place
            found = np.asarray(model.brightness(at, values))[None]
        else:
            found = np.zeros(1)
            for node, weights in zip(energies.nodes, energies.weights.T, strict=True):
                here = model.brightness([*place, np.full(x.shape, node)], values)
                found = found + weights[:, None] * here
        return np.where(seen, found * block.solid_angle_at(x, y), np.nan)

    return function
