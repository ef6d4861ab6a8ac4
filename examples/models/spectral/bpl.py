from gammapy.modeling.models import BrokenPowerLawSpectralModel

model = BrokenPowerLawSpectralModel(
    index1=1.5, index2=2.8, amplitude="3e-11 cm-2 s-1 TeV-1", ebreak="1 TeV"
)
