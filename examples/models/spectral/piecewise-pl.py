import astropy.units as u

from gammapy.modeling.models import PiecewisePowerLawSpectralModel

model = PiecewisePowerLawSpectralModel(
    energy=[0.1, 1, 10] * u.TeV,
    norms=[0.03, 2e-4],
    amplitude="1e-9 cm-2 s-1 TeV-1",
    index_low=1.2,
    index_high=3.0,
)
