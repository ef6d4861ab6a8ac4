"""A task that is cheap, and depends on nothing but the geometry: Gaussians at fixed places."""

from dataclasses import dataclass

import numpy as np

from gammapy.makers.survey.sources import Reach
from gammapy.maps import MapAxis, WcsGeom

ENERGY = MapAxis.from_energy_bounds("0.1 TeV", "10 TeV", 3)
PLACES = [(-0.71, 0.33), (0.02, 0.0), (0.9, -0.4)]


def geometry(width=(3.0, 2.0), binsz=0.02, center=(0.0, 0.0), **kwargs):
    return WcsGeom.create(
        width=width, binsz=binsz, skydir=center, frame="galactic", axes=[ENERGY], **kwargs
    )


@dataclass(frozen=True)
class StandIn:
    """Values [planes, y, x]; may fail, die, warn or take long at one of the places."""

    reach: Reach
    trouble: str = ""
    unit = ""
    margin = 0.1

    @classmethod
    def of(cls, trouble="", places=PLACES):
        lon, lat = np.deg2rad(places).T
        vectors = np.array([np.cos(lat) * np.cos(lon), np.cos(lat) * np.sin(lon), np.sin(lat)]).T
        return cls(Reach(vectors, np.full(len(places), 0.8)), trouble)

    def __call__(self, geom):
        near = self.reach.near(geom, self.margin)
        if near[0] or (self.trouble == "late" and not near.all()):
            self._trouble(bool(near.all()))
        lon, lat = (a.to_value("rad") for a in geom.to_image().pix_to_coord(_pixels(geom)))
        place = np.array([np.cos(lat) * np.cos(lon), np.cos(lat) * np.sin(lon), np.sin(lat)])
        values = np.zeros(geom.data_shape)
        for vector in self.reach.places[near]:
            chord = np.rad2deg(np.sqrt(np.sum((place - vector[:, None, None]) ** 2, axis=0)))
            for plane, size in enumerate((0.2, 0.1, 0.05)):
                values[plane] += np.exp(-0.5 * (chord / size) ** 2)
        return values

    def _trouble(self, heavy):
        import os
        import signal
        import time
        import warnings

        from gammapy.errors import GammapyWarning, ModelError

        if self.trouble == "error" or (self.trouble == "late" and not heavy):
            raise ModelError("sigma = -1 deg must be positive")
        if self.trouble == "bug":
            raise KeyError("sigma")
        if self.trouble == "killed":
            os.kill(os.getpid(), signal.SIGKILL)
        if self.trouble == "memory":
            np.ones(10**12)
        if self.trouble == "warning":
            warnings.warn("the source is odd", GammapyWarning, stacklevel=2)
        if self.trouble == "slow":
            time.sleep(0.3)


def _pixels(geom):
    n_x, n_y = (int(n[0]) for n in geom.npix)
    return np.meshgrid(np.arange(n_x, dtype=float), np.arange(n_y, dtype=float))
