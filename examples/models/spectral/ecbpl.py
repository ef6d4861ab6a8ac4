from gammapy.modeling.models import ExpCutoffBrokenPowerLawSpectralModel

model = ExpCutoffBrokenPowerLawSpectralModel(
    index1=1.6,
    index2=2.3,
    amplitude="3e-11 cm-2 s-1 TeV-1",
    ebreak="0.5 TeV",
    eabs="3 TeV",
    p1="10 TeV",
)
