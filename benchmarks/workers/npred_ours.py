"""Predicted counts of a field here: tasks for ``peer.py``; ``npred_theirs.py`` is the twin."""

import gc
import time

import astropy.units as u
import numpy as np
from astropy.coordinates import SkyCoord

from gammapy.datasets.instrument import UniformInstrument
from gammapy.datasets.prediction import predict_counts
from gammapy.irf import EffectiveAreaTable2D, EnergyDependentMultiGaussPSF
from gammapy.maps import MapAxis, WcsGeom
from gammapy.modeling.models import Models

LOADED = {}
#: part of the PSF within the radius out to which it is computed
CONTAINMENT = 0.9999


def load(models, response, offset, livetime, width, binsz, edges):
    """Keep models and the response of a field around the Galactic centre in memory, untimed.

    Angles in deg, ``livetime`` in s, ``edges`` of the energies in TeV; the answer has the exposure
    in cm2 s of each energy.
    """
    LOADED["models"] = models
    axis = MapAxis.from_energy_edges(edges * u.TeV)
    true = MapAxis.from_energy_edges(edges * u.TeV, name="energy_true")
    centre = SkyCoord(0.0, 0.0, unit="deg", frame="galactic")
    LOADED["geom"] = WcsGeom.create(
        skydir=centre, width=width, binsz=binsz, frame="galactic", axes=[axis]
    )
    energy = true.center.to_value("TeV")
    exposure = EffectiveAreaTable2D.read(response).area(energy, offset) * livetime
    psf = EnergyDependentMultiGaussPSF.read(response)
    radius = psf.containment_radius(CONTAINMENT, energy_true=true.center, offset=offset * u.deg)
    LOADED["instrument"] = UniformInstrument(
        true,
        axis,
        exposure,
        psf=psf.at(energy, offset).transform,  # interpolated once, as the map of the peer is
        reach=float(np.max(radius.to_value("deg"))),
    )
    return {
        "models": len(Models.read(models)),
        "shape": [int(n) for n in LOADED["geom"].data_shape],
        "exposure": exposure.tolist(),
    }


def npred(keep=None):
    """Seconds for the predicted counts of all models, and their sums in each energy bin.

    Models are read anew, untimed: nothing that an earlier round left with them is there.
    """
    models = Models.read(LOADED["models"])
    gc.collect()
    start = time.perf_counter()
    counts = predict_counts(models, LOADED["instrument"], LOADED["geom"])
    seconds = time.perf_counter() - start
    if keep:
        np.save(keep, counts.data.astype(np.float32))
    sums = counts.data.sum(axis=(1, 2), dtype=float)
    return {"seconds": seconds, "given": 0.0, "sums": sums.tolist()}


TASKS = {"load": load, "npred": npred}
