from gammapy.modeling.models import BrokenPowerLaw3SpectralModel

model = BrokenPowerLaw3SpectralModel(
    index1=1.6,
    index2=2.7,
    amplitude1="8e-11 cm-2 s-1",
    amplitude2="4e-12 cm-2 s-1",
    emin1="0.1 TeV",
    emax1="1 TeV",
    emin2="3 TeV",
    emax2="30 TeV",
)
