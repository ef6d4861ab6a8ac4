import astropy.units as u

from gammapy.modeling.models import DarkMatterAnnihilationSpectralModel

model = DarkMatterAnnihilationSpectralModel(
    mass=5 * u.TeV, channel="b", jfactor=3.41e19 * u.Unit("GeV2 cm-5")
)
energy_bounds = ("10 GeV", "5 TeV")
