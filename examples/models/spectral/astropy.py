from astropy.modeling.powerlaws import BrokenPowerLaw1D

from gammapy.modeling.models import SpectralModel

broken = BrokenPowerLaw1D(amplitude=2e-11, x_break=1, alpha_1=1.8, alpha_2=2.8)
model = SpectralModel.from_astropy(broken, energy_unit="TeV", flux_unit="cm-2 s-1 TeV-1")
