import astropy.units as u

from gammapy.modeling.models import PrimaryFlux

model = PrimaryFlux(mDM=5 * u.TeV, channel="b")
energy_bounds = ("10 GeV", "5 TeV")
