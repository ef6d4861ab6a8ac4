from gammapy.modeling.models import SmoothDoubleBrokenPowerLawSpectralModel

model = SmoothDoubleBrokenPowerLawSpectralModel(
    index1=1.4,
    index2=2.2,
    index3=3.2,
    amplitude="3e-11 cm-2 s-1 TeV-1",
    ebreak12="0.3 TeV",
    ebreak23="8 TeV",
    reference="1 TeV",
    beta12=0.2,
    beta23=0.1,
)
