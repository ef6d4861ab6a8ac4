from gammapy.modeling.models import MeyerCrabSpectralModel

model = MeyerCrabSpectralModel()
energy_bounds = ("1 GeV", "100 TeV")
