import astropy.units as u

from gammapy.modeling.models import PiecewiseNormSpectralModel

model = PiecewiseNormSpectralModel(energy=[0.1, 1, 10, 50] * u.TeV, norms=[1.1, 0.8, 1.5, 0.5])
