import astropy.units as u
import numpy as np
from astropy.coordinates import SkyCoord

from gammapy.maps import MapAxis, WcsNDMap
from gammapy.modeling.models import TemplateNDSpatialModel

center = SkyCoord("83.6d", "22d")
radius = MapAxis.from_nodes([0.2, 0.5, 0.9] * u.deg, name="radius")
shells = WcsNDMap.create(skydir=center, width=4, binsz=0.05, proj="TAN", axes=[radius], unit="sr-1")
distance = shells.geom.to_image().separation(center)
for plane, r in zip(shells.data, radius.center, strict=True):
    plane[:] = 1e3 * np.exp(-(((distance - r) / (0.3 * r)).to_value("") ** 2) / 2)

model = TemplateNDSpatialModel(shells, filename="shells.fits")
model.radius.quantity = 0.8 * u.deg
