from gammapy.modeling.models import PowerLawSpectralModel

model = PowerLawSpectralModel(index=2.3, amplitude="3e-11 cm-2 s-1 TeV-1", reference="1 TeV")
