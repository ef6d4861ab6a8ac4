"""Models of the gamma-ray sky."""

from gammapy.modeling.models.collection import Models
from gammapy.modeling.models.sky import MODEL_REGISTRY, SkyModel
from gammapy.modeling.models.spectral.base import SPECTRAL_MODEL_REGISTRY, SpectralModel
from gammapy.modeling.models.spectral.compound import CompoundSpectralModel
from gammapy.modeling.models.spectral.constant import ConstantSpectralModel
from gammapy.modeling.models.spectral.cutoff import ExpCutoffPowerLawSpectralModel
from gammapy.modeling.models.spectral.logparabola import LogParabolaSpectralModel
from gammapy.modeling.models.spectral.powerlaw import (
    PowerLawNormSpectralModel,
    PowerLawSpectralModel,
)
from gammapy.modeling.models.spectral.template import TemplateSpectralModel
from gammapy.modeling.prior import GaussianPrior, LogUniformPrior, UniformPrior

__all__ = [
    "MODEL_REGISTRY",
    "SPECTRAL_MODEL_REGISTRY",
    "CompoundSpectralModel",
    "ConstantSpectralModel",
    "ExpCutoffPowerLawSpectralModel",
    "GaussianPrior",
    "LogParabolaSpectralModel",
    "LogUniformPrior",
    "Models",
    "PowerLawNormSpectralModel",
    "PowerLawSpectralModel",
    "SkyModel",
    "SpectralModel",
    "TemplateSpectralModel",
    "UniformPrior",
]
