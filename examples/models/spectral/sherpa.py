from sherpa.models.basic import PowLaw1D

from gammapy.modeling.models import SpectralModel

power_law = PowLaw1D()
power_law.gamma, power_law.ref, power_law.ampl = 2.3, 1, 3e-11
model = SpectralModel.from_sherpa(power_law, energy_unit="TeV", flux_unit="cm-2 s-1 TeV-1")
