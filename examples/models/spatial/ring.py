from gammapy.modeling.models import RingSpatialModel

model = RingSpatialModel(lon_0="2 deg", lat_0="1 deg", radius="0.9 deg", width="0.5 deg")
