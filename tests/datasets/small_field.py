"""A small field at the equator: closed forms of Gaussian sources through Gaussian instruments."""

import numpy as np
from scipy.special import erf

from gammapy.maps import WcsGeom
from gammapy.modeling.models import GaussianSpatialModel, PointSpatialModel

#: of two true energy bins: flux in cm-2 s-1, exposure in cm2 s, width of the point spread in deg
FLUX = np.array([2e-10, 5e-10])
EXPOSURE = np.array([1e10, 3e10])
WIDTHS = np.array([0.06, 0.04])
#: shares [k, r] of events in three bins of reconstructed energy
EDISP = np.array([[0.6, 0.3, 0.0], [0.2, 0.5, 0.1]])


def geom_at(lon=0.0, lat=0.0, half=0.6, size=0.04, **kwargs):
    n = 2 * round(half / size) + 1
    return WcsGeom.create(
        skydir=(lon, lat), npix=(n, n), binsz=size, frame="galactic", **{"proj": "CAR"} | kwargs
    )


def edges_of(geom):
    """Limits of columns and rows in deg, of a map at the equator."""
    n_y, n_x = geom.data_shape[-2:]
    size = geom.pixel_scales.deg
    return (
        -(np.arange(n_x + 1) - 0.5 * n_x) * size[0],
        (np.arange(n_y + 1) - 0.5 * n_y) * size[1],
    )


def primitive(x, sigma, order):
    density = np.exp(-0.5 * (x / sigma) ** 2) / (np.sqrt(2 * np.pi) * sigma)
    if order == 0:
        return 0.5 * erf(x / (np.sqrt(2) * sigma))
    return density if order == 1 else -x / sigma**2 * density


def image(geom, x, y, width, i=0, j=0):
    """Integrals over pixels [y * x] of a Gaussian at x, y, or of a derivative by its position."""
    east, north = edges_of(geom)
    along = -np.diff(primitive(east - x, width, i))
    up = np.diff(primitive(north - y, width, j))
    return (-1) ** (i + j) * np.outer(up, along).ravel()


def gauss(x, y, sigma, **kwargs):
    kwargs = {"frame": "galactic"} | kwargs
    return GaussianSpatialModel(lon_0=f"{x} deg", lat_0=f"{y} deg", sigma=f"{sigma} deg", **kwargs)


def elongated(x, y, sigma=0.1, e=0.8, phi=0.0, frame="galactic"):
    return GaussianSpatialModel(
        lon_0=f"{x} deg", lat_0=f"{y} deg", sigma=f"{sigma} deg", e=e, phi=f"{phi} deg", frame=frame
    )


def point(x, y, frame="galactic"):
    return PointSpatialModel(lon_0=f"{x} deg", lat_0=f"{y} deg", frame=frame)


def on_map(response, counts, geom):
    n_y, n_x = geom.data_shape[-2:]
    found = np.zeros((n_y * n_x, counts.shape[1]))
    found[response.pixels] = counts
    return found


def folded(images):
    """Counts [n, r] from images [k, n]."""
    return (FLUX * EXPOSURE * np.transpose(images)) @ EDISP


#: counts [r] of a source all of which is on the map
ALL = folded(np.ones((2, 1)))[0]
