import astropy.units as u

from gammapy.modeling.models import DarkMatterDecaySpectralModel

model = DarkMatterDecaySpectralModel(
    mass=5 * u.TeV, channel="b", jfactor=3.41e19 * u.Unit("GeV cm-2")
)
energy_bounds = ("10 GeV", "2.5 TeV")
