from gammapy.modeling.models import SuperExpCutoffPowerLaw3SpectralModel

model = SuperExpCutoffPowerLaw3SpectralModel(
    amplitude="1e-11 cm-2 s-1 MeV-1",
    reference="1 GeV",
    expfactor=1.1,
    index_1=2.0,
    index_2=0.67,
)
energy_bounds = ("100 MeV", "100 GeV")
