from gammapy.modeling.models import DiskSpatialModel

model = DiskSpatialModel(
    lon_0="2 deg", lat_0="1 deg", r_0="1.2 deg", e=0.8, phi="30 deg", edge_width=0.2
)
