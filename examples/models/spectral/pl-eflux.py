from gammapy.modeling.models import PowerLawEnergyFluxSpectralModel

model = PowerLawEnergyFluxSpectralModel(
    amplitude="2e-11 erg cm-2 s-1", index=2.3, emin="1 TeV", emax="10 TeV"
)
