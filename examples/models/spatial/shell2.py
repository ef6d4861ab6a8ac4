from gammapy.modeling.models import Shell2SpatialModel

model = Shell2SpatialModel(lon_0="2 deg", lat_0="1 deg", r_0="1.4 deg", eta=0.3)
