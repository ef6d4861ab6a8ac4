"""Predicted counts of a field in Gammapy 2.1: tasks for ``peer.py``.

As a user would: a map dataset with a constant exposure and a PSF map, and its ``npred``. There is
no energy dispersion, so the true energies are those of the counts. ``npred_ours.py`` is the twin.
"""

import gc
import time
import warnings

import astropy.units as u
import numpy as np
from astropy.coordinates import SkyCoord

from gammapy.datasets import MapDataset
from gammapy.irf import EffectiveAreaTable2D, EnergyDependentMultiGaussPSF, PSFMap
from gammapy.maps import Map, MapAxis, WcsGeom
from gammapy.modeling.models import Models

LOADED = {}
#: fine enough for the PSF at 100 TeV, wide enough for 99.9% of that at 0.1 TeV
RAD = np.linspace(0.0, 1.5, 601) * u.deg


def load(models, response, offset, livetime, width, binsz, edges):
    """Keep models and the response of a field around the Galactic centre in memory, untimed.

    Angles in deg, ``livetime`` in s, ``edges`` of the energies in TeV; the answer has the exposure
    in cm2 s of each energy.
    """
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        LOADED["models"] = Models.read(models)
    axis = MapAxis.from_energy_edges(edges * u.TeV)
    true = MapAxis.from_energy_edges(edges * u.TeV, name="energy_true")
    centre = SkyCoord(0.0, 0.0, unit="deg", frame="galactic")
    geom = WcsGeom.create(skydir=centre, width=width, binsz=binsz, frame="galactic", axes=[axis])
    area = EffectiveAreaTable2D.read(response).evaluate(
        energy_true=true.center, offset=offset * u.deg
    )
    exposure = (area * livetime * u.s).to("cm2 s")
    LOADED["geom"], LOADED["psf"] = geom, psf_map(response, offset, true, centre)
    LOADED["exposure"] = Map.from_geom(geom.to_image().to_cube([true]), unit="cm2 s")
    LOADED["exposure"].data += exposure.value[:, np.newaxis, np.newaxis]
    return {
        "models": len(LOADED["models"]),
        "shape": [int(n) for n in geom.data_shape],
        "exposure": exposure.value.tolist(),
    }


def psf_map(response, offset, energy_axis, centre):
    """PSF at one offset, the same everywhere."""
    psf = EnergyDependentMultiGaussPSF.read(response, hdu="POINT SPREAD FUNCTION")
    rad = MapAxis.from_edges(RAD, name="rad")
    values = psf.evaluate(
        energy_true=energy_axis.center[:, np.newaxis], offset=offset * u.deg, rad=rad.center
    )
    geom = WcsGeom.create(
        skydir=centre, width=(60.0, 40.0), binsz=20.0, frame="galactic", axes=[rad, energy_axis]
    )
    found = Map.from_geom(geom, unit=values.unit)
    found.data += values.value[..., np.newaxis, np.newaxis]
    return PSFMap(found)


def npred(keep=None):
    """Seconds for the predicted counts of all models, and their sums in each energy bin."""
    dataset = MapDataset(
        counts=Map.from_geom(LOADED["geom"]), exposure=LOADED["exposure"], psf=LOADED["psf"]
    )
    begin = time.perf_counter()
    dataset.models = LOADED["models"]
    given = time.perf_counter()
    gc.collect()
    start = time.perf_counter()
    counts = dataset.npred()
    seconds = time.perf_counter() - start
    if keep:
        np.save(keep, counts.data.astype(np.float32))
    sums = counts.data.sum(axis=(1, 2), dtype=float)
    return {"seconds": seconds, "given": given - begin, "sums": sums.tolist()}


TASKS = {"load": load, "npred": npred}
