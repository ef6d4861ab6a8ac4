from gammapy.modeling.models import ConstantSpectralModel

model = ConstantSpectralModel(const="1e-12 cm-2 s-1 TeV-1")
