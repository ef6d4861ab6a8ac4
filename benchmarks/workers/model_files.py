"""Models of a file, and the collection of them: tasks for ``peer.py``. Both sides run this file."""

import time
import warnings

from gammapy.modeling.models import Models


def load(file):
    """Read the file once, untimed, and keep the models; what came out of it."""
    global MODELS
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        MODELS = list(Models.read(file))
    return described(MODELS)


def described(models):
    """What both sides must agree on."""
    values = [float(p.value) for model in models for p in model.parameters]
    return {
        "models": len(models),
        "parameters": len(values),
        "free": sum(not p.frozen for model in models for p in model.parameters),
        "checksum": sum(v for v in values if 1e-3 < abs(v) < 1e3),
    }


def read(file):
    """Seconds to read a file into ``Models``."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        start = time.perf_counter()
        models = Models.read(file)
        seconds = time.perf_counter() - start
    return {"seconds": seconds, **described(models)}


def collect():
    """Seconds to make ``Models`` of the models that `load` has read."""
    start = time.perf_counter()
    models = Models(MODELS)
    seconds = time.perf_counter() - start
    return {"seconds": seconds, **described(models)}


TASKS = {"load": load, "read": read, "collect": collect}
