from gammapy.modeling.models import GaussianSpectralModel

model = GaussianSpectralModel(amplitude="1e-12 cm-2 s-1", mean="2 TeV", sigma="0.2 TeV")
energy_bounds = ("1 TeV", "4 TeV")
