from gammapy.modeling.models import ExponentialSpectralModel, PowerLawNormSpectralModel

depth = PowerLawNormSpectralModel(norm=-0.2, tilt=-0.6, reference="1 TeV")
model = ExponentialSpectralModel(depth)
