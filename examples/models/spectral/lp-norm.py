from gammapy.modeling.models import LogParabolaNormSpectralModel

model = LogParabolaNormSpectralModel(norm=1.2, reference="1 TeV", alpha=0.1, beta=0.05)
