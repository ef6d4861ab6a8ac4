from gammapy.modeling.models import BandSpectralModel

model = BandSpectralModel(
    alpha=-0.9, beta=-2.3, amplitude="0.02 cm-2 s-1 keV-1", epeak="300 keV", reference="100 keV"
)
energy_bounds = ("10 keV", "10 MeV")
