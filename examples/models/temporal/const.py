from gammapy.modeling.models import ConstantTemporalModel

model = ConstantTemporalModel()
