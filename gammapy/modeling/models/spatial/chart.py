"""The chart of a map for the engine, from its world coordinate system."""

from __future__ import annotations

from typing import Any

import numpy as np

from gammapy.engine.projection import PROJECTIONS, Chart, pixels
from gammapy.errors import ModelError

__all__ = ["chart_of"]

#: by how many pixels the engine may differ from astropy
_AGREEMENT = 1e-7
#: sine of the latitude from which on a place counts as a pole, where longitude is any (1e-4 deg)
_POLE = 1.0 - 1e-12


def chart_of(wcs: Any, shape: tuple[int, ...] = (64, 64), name: str = "map") -> Chart:
    """Chart of a map.

    Parameters
    ----------
    wcs : `~astropy.wcs.WCS`
        With two celestial axes.
    shape : tuple of int
        Pixels along latitude and longitude; over these the chart is compared with astropy.
    name : str
        By which messages call the map.

    Raises
    ------
    ModelError
        If the engine does not know the projection, or astropy puts the pixels elsewhere.
    """
    wcs.wcs.set()
    code = wcs.wcs.ctype[0][-3:]
    if wcs.wcs.lng == 0 and code in PROJECTIONS and wcs.sip is None:
        matrix = _native(wcs)
        scale = np.linalg.inv(np.asarray(wcs.pixel_scale_matrix, dtype=float))
        chart = Chart(code, _tuples(matrix), _tuples(scale), (0.0, 0.0))
        chart = chart._replace(origin=_origin(chart, wcs))
        if np.all(np.isfinite(matrix)) and _agrees(chart, wcs, shape):
            return chart
    raise ModelError(
        f"{name} has the projection {', '.join(wcs.wcs.ctype)}, with a rotation, distortion or "
        f"parameters that are not known: reproject it to one of {', '.join(PROJECTIONS)}, with "
        "longitude first"
    )


def _tuples(matrix: np.ndarray) -> tuple[tuple[float, ...], ...]:
    return tuple(tuple(row) for row in matrix.tolist())


def _native(wcs: Any) -> np.ndarray:
    """Matrix [3][3] that turns directions of the sky into the native sphere.

    From four directions about the point of reference, since a pole may be out of the projection.
    """
    lon_0, lat_0 = (float(wcs.wcs.crval[i]) for i in range(2))
    down = -1.0 if lat_0 > 0 else 1.0
    sky = np.array([[0.0, 0.0], [40.0, 0.0], [-40.0, 10.0 * down], [0.0, 40.0 * down]])
    sky += [lon_0, lat_0]
    native = wcs.wcs.s2p(sky, 0)
    source, image = _vectors(*sky.T), _vectors(native["phi"], native["theta"])
    if not np.all(np.isfinite(image)):
        return np.full((3, 3), np.nan)
    left, _, right = np.linalg.svd(image @ source.T)
    return left @ np.diag([1.0, 1.0, np.linalg.det(left @ right)]) @ right


def _vectors(lon: np.ndarray, lat: np.ndarray) -> np.ndarray:
    lon, lat = np.deg2rad(lon), np.deg2rad(lat)
    return np.array([np.cos(lat) * np.cos(lon), np.cos(lat) * np.sin(lon), np.sin(lat)])


def _origin(chart: Chart, wcs: Any) -> tuple[float, float]:
    """Pixel of the point from which the chart counts; a file may have moved it."""
    reference = [np.array([angle]) for angle in wcs.wcs.crval]
    there = pixels(chart, *reference)
    x, y = wcs.wcs_world2pix(*reference, 0)
    return float(x[0] - there.x[0]), float(y[0] - there.y[0])


def _agrees(chart: Chart, wcs: Any, shape: tuple[int, ...]) -> bool:
    """False if a distortion or parameters of the projection put the pixels elsewhere."""
    y, x = (np.linspace(0.0, n - 1.0, 7) for n in shape)
    x, y = (a.ravel() for a in np.meshgrid(x, y))
    lon, lat = wcs.wcs_pix2world(x, y, 0)
    sine = (np.asarray(chart.matrix) @ _vectors(lon, lat))[2]
    good = np.abs(sine) < _POLE  # nan is not
    found = pixels(chart, lon[good], lat[good])
    off_x, off_y = found.x - x[good], found.y - y[good]
    if chart.period:
        off_x -= chart.period * np.round(off_x / chart.period)
    return bool(np.all(np.hypot(off_x, off_y) < _AGREEMENT))
