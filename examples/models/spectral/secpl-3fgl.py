from gammapy.modeling.models import SuperExpCutoffPowerLaw3FGLSpectralModel

model = SuperExpCutoffPowerLaw3FGLSpectralModel(
    amplitude="3e-11 cm-2 s-1 TeV-1", reference="1 TeV", ecut="5 TeV", index_1=1.5, index_2=0.7
)
