from gammapy.modeling.models import PowerLawSpectralModel, ScaleSpectralModel

spectrum = PowerLawSpectralModel(index=2.3, amplitude="3e-11 cm-2 s-1 TeV-1")
model = ScaleSpectralModel(spectrum, norm=2.5)
