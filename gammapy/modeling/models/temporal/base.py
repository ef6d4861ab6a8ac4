"""TemporalModel (a first stand-in until its owner writes the file)."""

from gammapy.modeling.models.base import ModelBase
from gammapy.modeling.models.registry import Registry

TEMPORAL_MODEL_REGISTRY = Registry("temporal model")


class TemporalModel(ModelBase):
    registry = TEMPORAL_MODEL_REGISTRY

    def __init__(self, *, scale="utc", **values):
        super().__init__(**values)
        self.scale = scale
