import astropy.units as u

from gammapy.modeling.models import TemplateSpectralModel

model = TemplateSpectralModel(
    energy=[0.05, 0.3, 2, 10, 60] * u.TeV,
    values=[2e-8, 8e-10, 2e-11, 5e-13, 1e-15] * u.Unit("cm-2 s-1 TeV-1"),
)
