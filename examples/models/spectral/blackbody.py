from gammapy.modeling.models import BlackbodySpectralModel

model = BlackbodySpectralModel(amplitude="1 cm-2 s-1 keV-1", temperature="30 keV")
energy_bounds = ("1 keV", "1 MeV")
