from gammapy.modeling.models import SuperExpCutoffPowerLaw4FGLDR3SpectralModel

model = SuperExpCutoffPowerLaw4FGLDR3SpectralModel(
    amplitude="3e-9 cm-2 s-1 GeV-1",
    reference="1 GeV",
    expfactor=0.5,
    index_1=2.0,
    index_2=0.67,
)
energy_bounds = ("100 MeV", "100 GeV")
