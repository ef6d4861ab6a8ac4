import astropy.units as u

from gammapy.maps import MapCoord
from gammapy.modeling.models import PiecewiseNormSpatialModel

places = {"lon": [-1.5, 1.5, 0, -1.5, 1.5] * u.deg, "lat": [-1.5, -1.5, 0.2, 1.5, 1.5] * u.deg}
norms = [0.9, 1.1, 1.2, 1.0, 0.7]
model = PiecewiseNormSpatialModel(MapCoord(places, frame="galactic"), norms)
