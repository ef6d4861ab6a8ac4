from gammapy.modeling.models import LogParabola2SpectralModel

model = LogParabola2SpectralModel(
    amplitude="3e-11 cm-2 s-1 TeV-1", reference="1 TeV", alpha=2.2, beta=0.15
)
