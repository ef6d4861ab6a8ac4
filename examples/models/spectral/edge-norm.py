from gammapy.modeling.models import AbsorptionEdgeNormSpectralModel

model = AbsorptionEdgeNormSpectralModel(tau=0.8, edge="0.5 TeV", index=1.5)
