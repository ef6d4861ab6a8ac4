from gammapy.modeling.models import ExpCutoffPowerLawNormSpectralModel

model = ExpCutoffPowerLawNormSpectralModel(
    index=0.1, norm=1.2, reference="1 TeV", lambda_="0.03 TeV-1"
)
