"""Flux points that are made, not measured."""

import os
from pathlib import Path
from typing import Any

import astropy.units as u
import numpy as np
import pytest
from astropy.table import Table

from gammapy.maps import MapAxis, RegionGeom, RegionNDMap
from gammapy.modeling.models import PowerLawSpectralModel
from gammapy.spectrum import FluxPoints

DNDE = "cm-2 s-1 TeV-1"
EDGES = np.array([1.0, 2.0, 5.0, 20.0, 40.0])
ENERGY = np.sqrt(EDGES[1:] * EDGES[:-1])


def data_file(name: str) -> Path:
    """A file of $GAMMAPY_DATA."""
    folder = os.environ.get("GAMMAPY_DATA")
    if not folder:
        pytest.skip("GAMMAPY_DATA is not set: it names the folder this test reads")
    return Path(folder) / name


def reference() -> PowerLawSpectralModel:
    return PowerLawSpectralModel(index=2.4, amplitude=f"2e-11 {DNDE}")


def points(edges: Any = EDGES, meta: Any = None, **quantities: Any) -> FluxPoints:
    """Points whose norms, errors and so on are given as arrays."""
    geom = RegionGeom([MapAxis.from_energy_edges(edges * u.TeV)])
    quantities = {"norm": np.array([1.0, 1.2, 0.7, 1.1]), **quantities}
    maps = {name: RegionNDMap(geom, np.array(value)) for name, value in quantities.items()}
    return FluxPoints(maps, reference(), meta)


def profiles(scale: float = 1.0) -> FluxPoints:
    """Points with profiles that are parabolas, so that norms and errors are known exactly."""
    norm, error = np.array([1.0, 1.2, 0.7, 1.1]), np.array([0.1, 0.2, 0.1, 0.3])
    scan = MapAxis.from_nodes(np.linspace(0.0, 3.0, 13), name="norm")
    energy = MapAxis.from_energy_edges(EDGES * u.TeV)
    values = ((scan.center.value - norm[:, None]) / error[:, None]) ** 2 * scale + 7.0
    geom = RegionGeom([energy])
    maps = {
        "norm": RegionNDMap(geom, norm),
        "norm_err": RegionNDMap(geom, error),
        "stat": RegionNDMap(geom, np.full(4, 7.0)),
        "stat_scan": RegionNDMap(RegionGeom([scan, energy]), values),
    }
    return FluxPoints(maps, reference())


def table(sed_type: str | None = "dnde", **columns: Any) -> Table:
    """Table of four points; a name that begins with ``e_`` is an energy in TeV."""
    columns = {"e_ref": ENERGY, **columns}
    made = Table()
    for name, values in columns.items():
        if values is None:
            continue
        unit = {"e": u.TeV, "dnde": u.Unit(DNDE), "flux": u.Unit("cm-2 s-1")}
        own = unit.get(name.partition("_")[0])
        made[name] = values if own is None or hasattr(values, "unit") else values * own
    if sed_type:
        made.meta["SED_TYPE"] = sed_type
    return made
