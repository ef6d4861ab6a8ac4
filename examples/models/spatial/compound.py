from gammapy.modeling.models import GaussianSpatialModel, ShellSpatialModel

shell = ShellSpatialModel(lon_0="2 deg", lat_0="1 deg", radius="1 deg", width="0.4 deg")
core = GaussianSpatialModel(lon_0="2.3 deg", lat_0="1.2 deg", sigma="0.25 deg")

model = 0.8 * shell + 0.2 * core
