from gammapy.modeling.models import ExpCutoffPowerLawSEDPeakSpectralModel

model = ExpCutoffPowerLawSEDPeakSpectralModel(
    index=1.4, amplitude="2e-11 erg cm-2 s-1", epeak="2 TeV"
)
