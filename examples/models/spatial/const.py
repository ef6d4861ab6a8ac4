from gammapy.modeling.models import ConstantSpatialModel

model = ConstantSpatialModel(value="0.1 sr-1")
