import astropy.units as u
import numpy as np

from gammapy.modeling.models import EBLAbsorptionNormSpectralModel

# A made-up table of transmissions; EBLAbsorptionNormSpectralModel.read_builtin("dominguez")
# reads a published one from $GAMMAPY_DATA.
energy = np.geomspace(0.01, 100, 41) * u.TeV
redshift = np.linspace(0.01, 1, 12)
depth = 15 * redshift[:, None] * (energy / u.TeV).value ** 0.8
transmission = np.exp(-depth)

model = EBLAbsorptionNormSpectralModel(energy, redshift, transmission, redshift=0.2, alpha_norm=1)
