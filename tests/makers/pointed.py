"""Groups of pointings and responses that are made up, and a slow way to add them up."""

import numpy as np

from gammapy.data.groups import PointingGroup
from tests.irf import made

POSITIONS = [(266.0, -29.0), (267.5, -28.2), (264.2, -30.1), (266.0, -29.0)]
NAMES = ["one", "two", "one", "two"]
SECONDS = [1000.0, 2500.0, 400.0, 3000.0]


def groups():
    return [
        PointingGroup(lon, lat, name, 0.9 * time, (i,), np.array([0.0]), np.array([time]))
        for i, ((lon, lat), name, time) in enumerate(zip(POSITIONS, NAMES, SECONDS, strict=True))
    ]


def responses():
    parts = {"aeff": made.area, "psf": made.gauss, "edisp": made.dispersion}
    one = {name: make() for name, make in parts.items()} | {"bkg": made.background_3d()}
    two = {
        "aeff": made.area(8),
        "psf": made.gauss(sigma_1=0.1),
        "edisp": made.dispersion(sigma=0.2),
    }
    return {"one": one, "two": two | {"bkg": made.background_2d()}}
