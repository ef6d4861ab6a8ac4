from gammapy.modeling.models import PointSpatialModel

model = PointSpatialModel(lon_0="83.63 deg", lat_0="22.01 deg")
