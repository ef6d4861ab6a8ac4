"""The joint Crab fit: tasks for ``peer.py``, or by itself a whole analysis.

Both sides run this file, word for word: their scripts are our scripts.
``python crab.py MODELS.yaml PHA_FILE...`` reads, fits and prints.
"""

import gc
import sys
import time
from pathlib import Path

from gammapy.datasets import Datasets, SpectrumDatasetOnOff
from gammapy.modeling import Fit
from gammapy.modeling.models import Models

LOADED = {}


def read_spectra(files):
    """The spectra; named by instrument and file."""
    spectra = []
    for path in map(Path, files):
        name = f"{path.parent.name}-{path.stem}"
        spectra.append(SpectrumDatasetOnOff.read(path, name=name))
    return Datasets(spectra)


def load(files, models):
    """Keep spectra and the text of a models file in memory."""
    LOADED["datasets"] = read_spectra(files)
    LOADED["models"] = Path(models).read_text()
    return {"names": list(LOADED["datasets"].names)}


def fresh(start):
    """New datasets and models that no statistic was asked from, at a start point."""
    datasets = LOADED["datasets"].copy()
    datasets.models = Models.from_yaml(LOADED["models"])
    for name, value in start.items():
        datasets.models.parameters[name].value = value
    gc.collect()  # nothing that the copies left behind is cleaned up in the timed part
    return datasets


def fit(start):
    """Time one fit, covariance and write-back included."""
    datasets = fresh(start)
    begin = time.perf_counter()
    result = Fit().run(datasets)
    seconds = time.perf_counter() - begin
    free = datasets.models.parameters.free_parameters
    return {
        "seconds": seconds,
        "success": bool(result.success),
        "total_stat": float(result.total_stat),
        "nfev": int(result.nfev),
        "values": {p.name: float(p.value) for p in free},
        "errors": {p.name: float(p.error) for p in free},
        "lower": {p.name: float(p.min) for p in free},
        "upper": {p.name: float(p.max) for p in free},
    }


def statistic(start, name, values):
    """Time one statistic after each change of one parameter."""
    datasets = fresh(start)
    datasets.stat_sum()  # prepares, as in a fit or scan that is under way
    parameter = datasets.models.parameters[name]
    seconds, stats = [], []
    for value in values:
        parameter.value = value
        begin = time.perf_counter()
        stat = datasets.stat_sum()
        seconds.append(time.perf_counter() - begin)
        stats.append(float(stat))
    return {"seconds": seconds, "stats": stats}


def contours(start, x, y, levels, numpoints):
    """Fit, then time a contour for each level; evaluations are those of the contour."""
    datasets = fresh(start)
    result = Fit().run(datasets)
    parameters = datasets.models.parameters
    free = parameters.free_parameters
    answer = {
        "success": bool(result.success),
        "total_stat": float(datasets.stat_sum()),
        "values": {p.name: float(p.value) for p in free},
        "errors": {p.name: float(p.error) for p in free},
        "contours": [],
    }
    asked = []
    counted = type(datasets).stat_sum

    def stat_sum(self):  # how one of the sides evaluates; the other counts for itself
        asked.append(1)
        return counted(self)

    for sigma in levels:
        type(datasets).stat_sum = stat_sum
        asked.clear()
        begin = time.perf_counter()
        found = Fit().stat_contour(
            datasets, parameters[x], parameters[y], numpoints=numpoints, sigma=sigma
        )
        seconds = time.perf_counter() - begin
        type(datasets).stat_sum = counted
        key = {name: next(k for k in found if k.endswith(f".{name}")) for name in (x, y)}
        answer["contours"].append(
            {
                "sigma": sigma,
                "seconds": seconds,
                "success": bool(found["success"]),
                "nfev": int(found.get("nfev", len(asked))),
                "x": [float(value) for value in found[key[x]]],
                "y": [float(value) for value in found[key[y]]],
            }
        )
    return answer


TASKS = {
    "load": load,
    "fit": fit,
    "statistic": statistic,
    "contours": contours,
}

if __name__ == "__main__":
    crab = read_spectra(sys.argv[2:])
    crab.models = Models.read(sys.argv[1])
    print(Fit().run(crab))
    print(crab.models.to_parameters_table())
