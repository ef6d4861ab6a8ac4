from gammapy.modeling.models import PowerLaw2SpectralModel

model = PowerLaw2SpectralModel(index=2.3, amplitude="2e-11 cm-2 s-1", emin="1 TeV", emax="10 TeV")
