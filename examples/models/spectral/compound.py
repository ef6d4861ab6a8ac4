from gammapy.modeling.models import (
    ExpCutoffPowerLawSpectralModel,
    GaussianSpectralModel,
    PowerLawNormSpectralModel,
)

cutoff = ExpCutoffPowerLawSpectralModel(index=1.8, amplitude="3e-11 cm-2 s-1 TeV-1")
line = GaussianSpectralModel(amplitude="4e-12 cm-2 s-1", mean="8 TeV", sigma="0.8 TeV")
model = cutoff * PowerLawNormSpectralModel(norm=0.8, tilt=0.1) + line
