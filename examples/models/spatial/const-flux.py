from gammapy.modeling.models import ConstantFluxSpatialModel

model = ConstantFluxSpatialModel()
