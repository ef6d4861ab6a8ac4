from gammapy.modeling.models import PowerLawNormSpectralModel

model = PowerLawNormSpectralModel(norm=1.2, tilt=0.1, reference="1 TeV")
