from gammapy.modeling.models import ExpCutoffPowerLawSpectralModel

model = ExpCutoffPowerLawSpectralModel(
    index=1.8, amplitude="3e-11 cm-2 s-1 TeV-1", reference="1 TeV", lambda_="0.1 TeV-1"
)
