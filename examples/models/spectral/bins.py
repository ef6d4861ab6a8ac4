import astropy.units as u

from gammapy.modeling.models import BinsSpectralModel

edges = [0.05, 0.3, 1.5, 8, 60] * u.TeV
amplitudes = [2e-9, 8e-11, 3e-12, 5e-14] * u.Unit("cm-2 s-1 TeV-1")
model = BinsSpectralModel(edges[:-1], edges[1:], amplitudes, index=2.2)
