from gammapy.modeling.models import GeneralizedGaussianSpatialModel

model = GeneralizedGaussianSpatialModel(
    lon_0="2 deg", lat_0="1 deg", r_0="0.8 deg", eta=0.9, e=0.6, phi="30 deg", frame="galactic"
)
