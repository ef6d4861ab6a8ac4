"""Models as users write them: a formula alone, or a body that needs quantities."""

import astropy.units as u
import numpy as np

from gammapy.modeling import Parameter
from gammapy.modeling.models import SpatialModel


class Slope(SpatialModel):
    """Brightness that grows with latitude, all over the sky; without partials."""

    offset = Parameter("offset", "2 sr-1")
    rise = Parameter("rise", "0.1 deg-1")

    @staticmethod
    def evaluate(lon, lat, offset, rise):
        return offset * (1 + rise * lat) + 0 * lon


class Widening(SpatialModel):
    """Gaussian at the origin whose width depends on energy, in quantities."""

    needs_quantities = True
    sigma = Parameter("sigma", "60 arcmin")

    @staticmethod
    def evaluate(lon, lat, energy, sigma):
        width = (sigma * (energy / (1 * u.TeV)) ** -0.5).to("rad").value
        lon = (lon + 180 * u.deg) % (360 * u.deg)
        square = (lon.to("rad").value - np.pi) ** 2 + lat.to("rad").value ** 2
        return np.exp(-0.5 * square / width**2) / (2 * np.pi * width**2) / u.sr
