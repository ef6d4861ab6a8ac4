from gammapy.modeling.models import SuperExpCutoffPowerLaw2SpectralModel

model = SuperExpCutoffPowerLaw2SpectralModel(
    amplitude="1e-9 cm-2 s-1 MeV-1",
    reference="200 MeV",
    expfactor=0.0073,
    index_1=1.7,
    index_2=0.67,
)
energy_bounds = ("100 MeV", "100 GeV")
