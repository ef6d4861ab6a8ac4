from gammapy.modeling.models import ShellSpatialModel

model = ShellSpatialModel(lon_0="2 deg", lat_0="1 deg", radius="1 deg", width="0.4 deg")
