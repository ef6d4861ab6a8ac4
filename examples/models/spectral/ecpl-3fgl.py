from gammapy.modeling.models import ExpCutoffPowerLaw3FGLSpectralModel

model = ExpCutoffPowerLaw3FGLSpectralModel(
    index=1.8, amplitude="3e-11 cm-2 s-1 TeV-1", reference="1 TeV", ecut="10 TeV"
)
