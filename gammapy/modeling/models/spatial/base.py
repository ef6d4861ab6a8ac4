"""SpatialModel (a first stand-in until its owner writes the file)."""

from gammapy.modeling.models.base import ModelBase
from gammapy.modeling.models.registry import Registry
import astropy.units as u

SPATIAL_MODEL_REGISTRY = Registry("spatial model")


class SpatialModel(ModelBase):
    registry = SPATIAL_MODEL_REGISTRY
    coordinates = 2
    unit = u.Unit("sr-1")

    def __init__(self, *, frame="icrs", **values):
        super().__init__(**values)
        self.frame = frame
