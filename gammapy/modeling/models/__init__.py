"""Models of the gamma-ray sky."""

from gammapy.modeling.models.background import FoVBackgroundModel, TemplateNPredModel
from gammapy.modeling.models.collection import Models
from gammapy.modeling.models.iact_background import IACTBackgroundModel, IACTBackgroundShape
from gammapy.modeling.models.sky import MODEL_REGISTRY, SkyModel
from gammapy.modeling.models.spectral.absorption import (
    EBL_DATA_BUILTIN,
    EBLAbsorptionNormSpectralModel,
)
from gammapy.modeling.models.spectral.base import SPECTRAL_MODEL_REGISTRY, SpectralModel
from gammapy.modeling.models.spectral.broken import (
    BrokenPowerLawSpectralModel,
    SmoothBrokenPowerLawSpectralModel,
)
from gammapy.modeling.models.spectral.compound import CompoundSpectralModel
from gammapy.modeling.models.spectral.constant import ConstantSpectralModel
from gammapy.modeling.models.spectral.cosmic_ray import (
    LogGaussianSpectralModel,
    create_cosmic_ray_spectral_model,
)
from gammapy.modeling.models.spectral.crab import MeyerCrabSpectralModel, create_crab_spectral_model
from gammapy.modeling.models.spectral.cutoff import (
    ExpCutoffPowerLaw3FGLSpectralModel,
    ExpCutoffPowerLawNormSpectralModel,
    ExpCutoffPowerLawSpectralModel,
)
from gammapy.modeling.models.spectral.darkmatter import (
    DarkMatterAnnihilationSpectralModel,
    DarkMatterDecaySpectralModel,
    PrimaryFlux,
    PrimarySpectra,
)
from gammapy.modeling.models.spectral.foreign.astropy_model import AstropySpectralModel
from gammapy.modeling.models.spectral.foreign.sherpa_model import SherpaSpectralModel
from gammapy.modeling.models.spectral.line import GaussianSpectralModel
from gammapy.modeling.models.spectral.logparabola import (
    LogParabola2SpectralModel,
    LogParabolaNormSpectralModel,
    LogParabolaSpectralModel,
)
from gammapy.modeling.models.spectral.naima import NaimaSpectralModel
from gammapy.modeling.models.spectral.physical import BandSpectralModel, BlackbodySpectralModel
from gammapy.modeling.models.spectral.piecewise import PiecewiseNormSpectralModel
from gammapy.modeling.models.spectral.powerlaw import (
    PowerLaw2SpectralModel,
    PowerLawNormSpectralModel,
    PowerLawSpectralModel,
)
from gammapy.modeling.models.spectral.scale import ScaleSpectralModel
from gammapy.modeling.models.spectral.superexp import (
    SuperExpCutoffPowerLaw3FGLSpectralModel,
    SuperExpCutoffPowerLaw4FGLDR3SpectralModel,
    SuperExpCutoffPowerLaw4FGLSpectralModel,
)
from gammapy.modeling.models.spectral.template import TemplateSpectralModel
from gammapy.modeling.penalty import GaussianPenalty
from gammapy.modeling.prior import (
    GaussianPrior,
    GeneralizedGaussianPrior,
    KDEPrior,
    LogNormalPrior,
    LogUniformPrior,
    TruncatedNormalPrior,
    UniformPrior,
)

__all__ = [
    "EBL_DATA_BUILTIN",
    "MODEL_REGISTRY",
    "SPECTRAL_MODEL_REGISTRY",
    "AstropySpectralModel",
    "BandSpectralModel",
    "BlackbodySpectralModel",
    "BrokenPowerLawSpectralModel",
    "CompoundSpectralModel",
    "ConstantSpectralModel",
    "DarkMatterAnnihilationSpectralModel",
    "DarkMatterDecaySpectralModel",
    "EBLAbsorptionNormSpectralModel",
    "ExpCutoffPowerLaw3FGLSpectralModel",
    "ExpCutoffPowerLawNormSpectralModel",
    "ExpCutoffPowerLawSpectralModel",
    "FoVBackgroundModel",
    "GaussianPenalty",
    "GaussianPrior",
    "GaussianSpectralModel",
    "GeneralizedGaussianPrior",
    "IACTBackgroundModel",
    "IACTBackgroundShape",
    "KDEPrior",
    "LogGaussianSpectralModel",
    "LogNormalPrior",
    "LogParabola2SpectralModel",
    "LogParabolaNormSpectralModel",
    "LogParabolaSpectralModel",
    "LogUniformPrior",
    "MeyerCrabSpectralModel",
    "Models",
    "NaimaSpectralModel",
    "PiecewiseNormSpectralModel",
    "PowerLaw2SpectralModel",
    "PowerLawNormSpectralModel",
    "PowerLawSpectralModel",
    "PrimaryFlux",
    "PrimarySpectra",
    "ScaleSpectralModel",
    "SherpaSpectralModel",
    "SkyModel",
    "SmoothBrokenPowerLawSpectralModel",
    "SpectralModel",
    "SuperExpCutoffPowerLaw3FGLSpectralModel",
    "SuperExpCutoffPowerLaw4FGLDR3SpectralModel",
    "SuperExpCutoffPowerLaw4FGLSpectralModel",
    "TemplateNPredModel",
    "TemplateSpectralModel",
    "TruncatedNormalPrior",
    "UniformPrior",
    "create_cosmic_ray_spectral_model",
    "create_crab_spectral_model",
]
