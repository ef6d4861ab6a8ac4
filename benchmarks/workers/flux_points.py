"""Flux points and light curves: tasks for ``peer.py``. Both sides run this file, word for word."""

import gc
import time
from pathlib import Path

import astropy.units as u
import numpy as np
from astropy.time import Time

from gammapy.data import GTI
from gammapy.datasets import Datasets, SpectrumDatasetOnOff
from gammapy.estimators import FluxPointsEstimator, LightCurveEstimator
from gammapy.maps import RegionNDMap
from gammapy.modeling.models import Models

try:  # one side evaluates the statistic of all points at once
    from gammapy.engine.norm import NormProblem

    EVALUATED = NormProblem, "__call__"
except ImportError:  # the other that of some datasets
    EVALUATED = Datasets, "stat_sum"

LOADED = {}
SELECTION = ["errn-errp", "ul", "scan"]
NAMES = ("norm", "norm_err", "norm_errn", "norm_errp", "norm_ul", "ts", "stat")


def load(files, models):
    """Keep spectra and the text of a models file in memory."""
    spectra = [SpectrumDatasetOnOff.read(path, name=Path(path).stem) for path in files]
    LOADED["datasets"], LOADED["models"] = Datasets(spectra), Path(models).read_text()
    return {"names": list(LOADED["datasets"].names)}


def fresh(values):
    """New datasets and models that nothing was asked of, with values of parameters."""
    datasets = LOADED["datasets"].copy()
    datasets.models = Models.from_yaml(LOADED["models"])
    for name, value in values.items():
        datasets.models.parameters[name].value = value
    gc.collect()  # nothing that the copies left behind is cleaned up in the timed part
    return datasets


def timed(estimator, datasets):
    """Seconds and numbers of an estimator, and how often the statistic was evaluated."""
    owner, method = EVALUATED
    asked, original = [], getattr(owner, method)

    def counted(self, *arguments, **options):
        asked.append(1)
        return original(self, *arguments, **options)

    setattr(owner, method, counted)
    begin = time.perf_counter()
    points = estimator.run(datasets)
    seconds = time.perf_counter() - begin
    setattr(owner, method, original)
    return {"seconds": seconds, "nfev": len(asked), **numbers(points)}


def flux_points(values, edges):
    """Time the flux points of all spectra together."""
    estimator = FluxPointsEstimator(
        energy_edges=edges * u.TeV, source="crab", selection_optional=SELECTION
    )
    return timed(estimator, fresh(values))


def numbers(points):
    """What was found, as lists; of the scanned statistic the sum over the norms."""
    found = {name: np.ravel(getattr(points, name).data).tolist() for name in NAMES}
    scan = points.stat_scan
    shape = (-1, scan.geom.axes["norm"].nbin)
    found["stat_scan"] = np.reshape(scan.data, shape).sum(axis=1).tolist()
    found["n_scan"] = int(scan.data.size)
    return found


def counts_map(geom, counts):
    """Map of counts in the bins of a spectrum."""
    data = np.reshape(counts, geom.data_shape).astype(float)
    return RegionNDMap.from_geom(geom, data=data)


def make_runs(files, counts, counts_off, starts, length):
    """Runs with the response of one file, given counts [n_runs, n_bins], and times in s."""
    template = SpectrumDatasetOnOff.read(files[0])
    geom = template.counts.geom
    reference = Time(51544.0, format="mjd", scale="tt")
    runs = []
    for number, (on, off, start) in enumerate(zip(counts, counts_off, starts, strict=True)):
        run = SpectrumDatasetOnOff(
            counts=counts_map(geom, on),
            counts_off=counts_map(geom, off),
            acceptance=template.acceptance,
            acceptance_off=template.acceptance_off,
            exposure=template.exposure,
            edisp=template.edisp,
            mask_safe=template.mask_safe,
            gti=GTI.create(start * u.s, (start + length) * u.s, reference),
            name=f"run-{number}",
        )
        runs.append(run)
    LOADED["datasets"] = Datasets(runs)
    return {"names": LOADED["datasets"].names}


def light_curve(values, edges):
    """Time the light curve of all runs, one point for each run and energy bin."""
    estimator = LightCurveEstimator(
        energy_edges=edges * u.TeV, source="crab", selection_optional=SELECTION
    )
    return timed(estimator, fresh(values))


TASKS = {
    "load": load,
    "flux_points": flux_points,
    "make_runs": make_runs,
    "light_curve": light_curve,
}
