from gammapy.modeling.models import BrokenPowerLaw2SpectralModel

model = BrokenPowerLaw2SpectralModel(
    index1=1.5, index2=2.8, amplitude="2e-11 cm-2 s-1", ebreak="1 TeV", emin="0.5 TeV"
)
