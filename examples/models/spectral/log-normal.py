from gammapy.modeling.models import LogNormalSpectralModel

model = LogNormalSpectralModel(amplitude="3e-11 cm-2 s-1", log10_mean=5.5, log10_sigma=0.3)
