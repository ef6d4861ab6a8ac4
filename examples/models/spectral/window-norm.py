from gammapy.modeling.models import EnergyWindowNormSpectralModel

model = EnergyWindowNormSpectralModel("0.1 TeV", "10 TeV")
