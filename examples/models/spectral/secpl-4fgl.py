from gammapy.modeling.models import SuperExpCutoffPowerLaw4FGLSpectralModel

model = SuperExpCutoffPowerLaw4FGLSpectralModel(
    amplitude="3e-9 cm-2 s-1 GeV-1",
    reference="1 GeV",
    expfactor=0.007,
    index_1=1.3,
    index_2=0.67,
)
energy_bounds = ("100 MeV", "100 GeV")
