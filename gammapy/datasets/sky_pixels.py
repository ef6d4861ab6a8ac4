"""Pixels of a map as the engine needs them, and directions between frames."""

from __future__ import annotations

from typing import Any

import numpy as np

from gammapy.engine.pixel_nodes import PixelNodes, unit_vectors
from gammapy.engine.sphere import RAD
from gammapy.maps import WcsGeom
from gammapy.maps.sky_grid import pix_to_sky
from gammapy.modeling.models.spatial.frames import rotation

__all__ = ["SkyPixels", "angles", "direction_of", "rotated_vectors"]


class SkyPixels:
    """Pixels of the image of a map geometry.

    Parameters
    ----------
    geom : `~gammapy.maps.WcsGeom`

    Attributes
    ----------
    geom : `~gammapy.maps.WcsGeom`
    frame : str
        Of the unit vectors.
    nodes : `~gammapy.engine.pixel_nodes.PixelNodes`
    """

    def __init__(self, geom: WcsGeom) -> None:
        self.geom = geom
        image = geom.to_image()
        n_y, n_x = image.data_shape[-2:]
        x, y = np.meshgrid(np.arange(n_x + 1) - 0.5, np.arange(n_y + 1) - 0.5)
        lon, lat = pix_to_sky(image.wcs, x, y)
        self.frame = image.frame
        self.nodes = PixelNodes(unit_vectors(lon, lat), image.solid_angle().to_value("sr"))


def rotated_vectors(vectors: np.ndarray, source: str, target: str) -> np.ndarray:
    """Unit vectors [..., 3] of one frame in another."""
    matrix = rotation(source, target)
    return vectors if matrix is None else vectors @ np.array(matrix).T


def angles(vectors: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Longitude and latitude in deg of vectors [..., 3]."""
    x, y, z = np.moveaxis(vectors, -1, 0)
    return np.arctan2(y, x) / RAD % 360.0, np.arctan2(z, np.hypot(x, y)) / RAD


def direction_of(model: Any, frame: str) -> np.ndarray | None:
    """Unit vector [3], in a frame, of the position of a spatial model; None if it has none."""
    parameters = model.own_parameters
    if {"lon_0", "lat_0"} <= parameters.keys():  # with no SkyCoord, a thousand times faster
        lon, lat = (parameters[n].value * parameters[n].internal_factor for n in ("lon_0", "lat_0"))
    elif model.position is None:
        return None
    else:
        place = model.position.spherical
        lon, lat = place.lon.deg, place.lat.deg
    return rotated_vectors(unit_vectors(lon, lat), model.frame, frame)
