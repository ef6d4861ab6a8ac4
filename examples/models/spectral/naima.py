import astropy.units as u
from naima.models import ExponentialCutoffPowerLaw, PionDecay

from gammapy.modeling.models import NaimaSpectralModel

protons = ExponentialCutoffPowerLaw(1e35 / u.eV, 10 * u.TeV, 2.1, 80 * u.TeV)
decay = PionDecay(protons, nh=1 / u.cm**3)
model = NaimaSpectralModel(decay, distance=2 * u.kpc)
