from gammapy.modeling.models import ExpCutoffAboveBreakPowerLawSpectralModel

model = ExpCutoffAboveBreakPowerLawSpectralModel(
    index=2.1, amplitude="3e-11 cm-2 s-1 TeV-1", ebreak="0.5 TeV", p1="20 TeV", p2=0.3, p3=0.1
)
