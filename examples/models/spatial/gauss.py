from gammapy.modeling.models import GaussianSpatialModel

model = GaussianSpatialModel(
    lon_0="2 deg", lat_0="1 deg", sigma="0.8 deg", e=0.8, phi="30 deg", frame="galactic"
)
