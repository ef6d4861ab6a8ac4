"""Small responses that are made up, and where the tests find real ones."""

import os
from pathlib import Path

import astropy.units as u
import numpy as np
import pytest

from gammapy.irf import (
    PSF3D,
    Background2D,
    Background3D,
    EffectiveAreaTable2D,
    EnergyDependentMultiGaussPSF,
    EnergyDispersion2D,
    PSFKing,
)
from gammapy.maps import MapAxis

TRUE = MapAxis.from_energy_edges(np.geomspace(0.1, 100.0, 7) * u.TeV, name="energy_true")
RECO = MapAxis.from_energy_edges(np.geomspace(0.1, 100.0, 6) * u.TeV)
OFFSET = MapAxis.from_edges([0.0, 1.0, 2.0, 3.0], name="offset", unit="deg")
MIGRA = MapAxis.from_edges(np.linspace(0.0, 3.0, 151), name="migra")
RAD = MapAxis.from_edges(np.linspace(0.0, 1.0, 201), name="rad", unit="deg")
LON = MapAxis.from_edges(np.linspace(-2.0, 2.0, 5), name="fov_lon", unit="deg")
LAT = MapAxis.from_edges(np.linspace(-3.0, 3.0, 4), name="fov_lat", unit="deg")


def numbers(seed, *shape):
    """Between 1 and 9, the same at each call."""
    return np.random.default_rng(seed).uniform(1, 9, shape)


def area(seed=5):
    return EffectiveAreaTable2D([TRUE, OFFSET], numbers(seed, 6, 3) * 1e5, unit="m2")


def gauss(**changes):
    """Three terms; the last offset has no point spread function at the lowest energy."""
    names = ["sigma_1", "sigma_2", "sigma_3", "scale", "ampl_2", "ampl_3"]
    data = np.zeros((6, 3), dtype=[(name, float) for name in names])
    fill = {"sigma_1": 0.05, "sigma_2": 0.1, "sigma_3": 0.3, "scale": 1, "ampl_2": 0.4}
    fill.update({"ampl_3": 0.1, **changes})
    for name, value in fill.items():
        data[name] = value
        data[name][0, 2] = 0.0
    return EnergyDependentMultiGaussPSF([TRUE, OFFSET], data)


def king(gamma=2.5, sigma=0.06):
    data = np.zeros((6, 3), dtype=[("gamma", float), ("sigma", float)])
    data["gamma"], data["sigma"] = gamma, sigma
    data[0, 2] = 0.0
    return PSFKing([TRUE, OFFSET], data)


def table(sigma=0.1, total=1.0):
    """Ring means of a normal distribution."""
    inside = -np.expm1(-np.square(RAD.edges.value) / (2 * sigma**2))
    values = total * np.diff(inside) / (np.pi * np.diff(np.square(RAD.edges.value)))
    data = np.broadcast_to(values, (6, 3, 200)).copy()
    data[0, 2] = 0.0
    return PSF3D([TRUE, OFFSET, RAD], data, unit="deg-2")


def dispersion(bias=0.05, sigma=0.12):
    return EnergyDispersion2D.from_gauss(TRUE, MIGRA, OFFSET, bias, sigma)


def background_2d():
    return Background2D([RECO, OFFSET], numbers(6, 5, 3) * 1e-5, unit="s-1 MeV-1 sr-1")


def background_3d():
    return Background3D([RECO, LON, LAT], numbers(7, 5, 4, 3) * 1e-5)


ALL = {
    "aeff": area,
    "gauss": gauss,
    "king": king,
    "table": table,
    "edisp": dispersion,
    "bkg_2d": background_2d,
    "bkg_3d": background_3d,
}


def data_folder() -> Path:
    folder = os.environ.get("GAMMAPY_DATA")
    if not folder:
        pytest.skip("GAMMAPY_DATA is not set: it names the folder this test reads")
    return Path(folder)
