"""What a YAML file of models says, in two packages: tasks for ``peer.py``. Both sides run this."""

import warnings

import astropy.units as u
import numpy as np
from astropy.coordinates import SkyCoord
from astropy.time import Time

from gammapy.modeling.models import Models

ENERGY = [0.05, 1.0, 20.0] * u.TeV
TIME = Time([55550.25, 55555.75, 58000.5], format="mjd", scale="utc")
#: from the position, in deg, and directions
OFFSETS = ((0.02, 10.0), (0.05, 130.0), (0.1, 250.0))


def said(file):
    """Of each model: its parameters, and values of its parts."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            models = Models.read(file)
        except Exception as error:
            return {"refused": f"{type(error).__name__}: {error}".split("\n")[0][:200]}
        return {"models": {model.name: of_model(model) for model in models}}


def of_model(model):
    """Parameters by path, and values by part."""
    found = {"parameters": {}, "values": {}, "classes": {}}
    for kind, evaluate in (("spectral", spectrum), ("spatial", shape), ("temporal", course)):
        part = getattr(model, f"{kind}_model", None)
        if part is None:
            continue
        found["parameters"] |= {
            f"{kind}.{i}.{p.name}": [
                float(p.quantity.si.value),
                float((p.error * p.unit).si.value),
                *[float((bound * p.unit).si.value) for bound in (p.min, p.max)],
                bool(p.frozen),
            ]
            for i, p in enumerate(sorted(part.parameters, key=lambda p: (p.name, p.value)))
        }
        found["classes"][kind] = type(part).__name__
        try:
            found["values"][kind] = evaluate(part)
        except Exception as error:  # an answer too, if both give none
            found["values"][kind] = [type(error).__name__]
    return found


def spectrum(model):
    """At three energies, in SI units."""
    return numbers(model(ENERGY))


def shape(model):
    """At three positions about the middle, in sr-1; a point has none."""
    if type(model).__name__ in ("PointSpatialModel", "ConstantFluxSpatialModel"):
        return []
    center = model.position
    if center is None:
        center = SkyCoord(0.5, 0.5, unit="deg", frame=model.frame)
    places = [center.directional_offset_by(a * u.deg, r * u.deg) for r, a in OFFSETS]
    lon = u.Quantity([place.spherical.lon for place in places])
    lat = u.Quantity([place.spherical.lat for place in places])
    if model.is_energy_dependent:
        return numbers(model(lon, lat, 10 * u.GeV * np.ones(3)))
    return numbers(model(lon, lat))


def course(model):
    """At three times."""
    return numbers(model(TIME))


def numbers(quantity):
    """Plain floats of a quantity."""
    return [float(x) for x in np.atleast_1d(u.Quantity(quantity).si.value)]


TASKS = {"said": said}
