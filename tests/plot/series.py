"""Light curves and profiles that are made, and what is found on axes."""

import astropy.units as u
import numpy as np

from gammapy.maps import MapAxis, RegionGeom, RegionNDMap, TimeMapAxis
from gammapy.spectrum import FluxPoints
from tests.spectrum.points import reference


def light_curve(n_energy=1, n_time=4, **quantities):
    """Flux points over half-days, whose norms rise with time and energy."""
    edges = np.geomspace(1, 10, n_energy + 1) * u.TeV
    start = np.arange(n_time) * u.d
    time = TimeMapAxis(start, start + 0.5 * u.d, "2020-01-01 12:00:00")
    geom = RegionGeom([MapAxis.from_energy_edges(edges), time])
    norm = 1.0 + 0.1 * np.arange(n_time * n_energy).reshape(geom.data_shape)
    maps = {"norm": norm, "norm_err": 0.1 * norm} | quantities
    data = {
        name: RegionNDMap(geom, np.broadcast_to(v, geom.data_shape)) for name, v in maps.items()
    }
    return FluxPoints(data, reference())


def flux_profile(n_energy=1, axis=None, **quantities):
    """Flux points along a distance, whose norms rise with distance and energy."""
    if axis is None:
        axis = MapAxis.from_edges([0, 0.1, 0.3, 0.6], unit="deg", name="projected-distance")
    edges = np.geomspace(1, 10, n_energy + 1) * u.TeV
    geom = RegionGeom([MapAxis.from_energy_edges(edges), axis])
    norm = 1.0 + 0.1 * np.arange(axis.nbin * n_energy).reshape(geom.data_shape)
    maps = {"norm": norm, "norm_err": 0.1 * norm} | quantities
    data = {
        name: RegionNDMap(geom, np.broadcast_to(v, geom.data_shape)) for name, v in maps.items()
    }
    return FluxPoints(data, reference())


def drawn(ax):
    """Points [n, 2] of each error bar with markers."""
    return [c.lines[0].get_xydata() for c in ax.containers if c.lines[0] is not None]


def bars(container):
    """Ends [n, 2] of the horizontal and of the vertical bars."""
    across, up = (np.array(lines.get_segments()) for lines in container.lines[2])
    return across[:, :, 0], up[:, :, 1]


def arrows(ax):
    """Error bars without markers: upper limits."""
    return [c for c in ax.containers if c.lines[0] is None]
