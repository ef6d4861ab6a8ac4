from gammapy.modeling.models import SmoothBrokenPowerLawSpectralModel

model = SmoothBrokenPowerLawSpectralModel(
    index1=1.5,
    index2=2.8,
    amplitude="3e-11 cm-2 s-1 TeV-1",
    ebreak="1 TeV",
    reference="1 TeV",
    beta=0.5,
)
