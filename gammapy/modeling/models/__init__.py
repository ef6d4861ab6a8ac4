"""Models of the gamma-ray sky."""

from gammapy.modeling.models.background import FoVBackgroundModel, TemplateNPredModel
from gammapy.modeling.models.collection import Models
from gammapy.modeling.models.iact_background import IACTBackgroundModel, IACTBackgroundShape
from gammapy.modeling.models.sky import MODEL_REGISTRY, SkyModel
from gammapy.modeling.models.spatial.base import SPATIAL_MODEL_REGISTRY, SpatialModel
from gammapy.modeling.models.spatial.compound import CompoundSpatialModel
from gammapy.modeling.models.spatial.constant import ConstantFluxSpatialModel, ConstantSpatialModel
from gammapy.modeling.models.spatial.disk import DiskSpatialModel
from gammapy.modeling.models.spatial.gaussian import (
    GaussianSpatialModel,
    GeneralizedGaussianSpatialModel,
)
from gammapy.modeling.models.spatial.piecewise import PiecewiseNormSpatialModel
from gammapy.modeling.models.spatial.point import PointSpatialModel
from gammapy.modeling.models.spatial.ring import RingSpatialModel
from gammapy.modeling.models.spatial.shell import Shell2SpatialModel, ShellSpatialModel
from gammapy.modeling.models.spatial.template import TemplateSpatialModel
from gammapy.modeling.models.spatial.template_nd import TemplateNDSpatialModel
from gammapy.modeling.models.spectral.absorption import (
    EBL_DATA_BUILTIN,
    EBLAbsorptionNormSpectralModel,
)
from gammapy.modeling.models.spectral.base import SPECTRAL_MODEL_REGISTRY, SpectralModel
from gammapy.modeling.models.spectral.bins import BinsSpectralModel
from gammapy.modeling.models.spectral.broken import (
    BrokenPowerLawSpectralModel,
    SmoothBrokenPowerLawSpectralModel,
    SmoothDoubleBrokenPowerLawSpectralModel,
)
from gammapy.modeling.models.spectral.broken_flux import (
    BrokenPowerLaw2SpectralModel,
    BrokenPowerLaw3SpectralModel,
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
    ExpCutoffPowerLawSEDPeakSpectralModel,
    ExpCutoffPowerLawSpectralModel,
)
from gammapy.modeling.models.spectral.cutoff_above import (
    ExpCutoffAboveBreakPowerLawSpectralModel,
    ExpCutoffBrokenPowerLawSpectralModel,
)
from gammapy.modeling.models.spectral.darkmatter import (
    DarkMatterAnnihilationSpectralModel,
    DarkMatterDecaySpectralModel,
    PrimaryFlux,
    PrimarySpectra,
)
from gammapy.modeling.models.spectral.edge import AbsorptionEdgeNormSpectralModel
from gammapy.modeling.models.spectral.exponential import ExponentialSpectralModel
from gammapy.modeling.models.spectral.foreign.astropy_model import AstropySpectralModel
from gammapy.modeling.models.spectral.foreign.sherpa_model import SherpaSpectralModel
from gammapy.modeling.models.spectral.line import GaussianSpectralModel
from gammapy.modeling.models.spectral.lognormal import LogNormalSpectralModel
from gammapy.modeling.models.spectral.logparabola import (
    LogParabola2SpectralModel,
    LogParabolaNormSpectralModel,
    LogParabolaSpectralModel,
)
from gammapy.modeling.models.spectral.naima import NaimaSpectralModel
from gammapy.modeling.models.spectral.physical import BandSpectralModel, BlackbodySpectralModel
from gammapy.modeling.models.spectral.piecewise import PiecewiseNormSpectralModel
from gammapy.modeling.models.spectral.piecewise_powerlaw import PiecewisePowerLawSpectralModel
from gammapy.modeling.models.spectral.powerlaw import (
    PowerLaw2SpectralModel,
    PowerLawEnergyFluxSpectralModel,
    PowerLawNormSpectralModel,
    PowerLawSpectralModel,
)
from gammapy.modeling.models.spectral.scale import ScaleSpectralModel
from gammapy.modeling.models.spectral.superexp import (
    SuperExpCutoffPowerLaw2SpectralModel,
    SuperExpCutoffPowerLaw3FGLSpectralModel,
    SuperExpCutoffPowerLaw3SpectralModel,
    SuperExpCutoffPowerLaw4FGLDR3SpectralModel,
    SuperExpCutoffPowerLaw4FGLSpectralModel,
)
from gammapy.modeling.models.spectral.template import TemplateSpectralModel
from gammapy.modeling.models.spectral.template_nd import TemplateNDSpectralModel
from gammapy.modeling.models.spectral.window import EnergyWindowNormSpectralModel
from gammapy.modeling.models.temporal.base import TEMPORAL_MODEL_REGISTRY, TemporalModel
from gammapy.modeling.models.temporal.constant import ConstantTemporalModel
from gammapy.modeling.models.temporal.decay import ExpDecayTemporalModel
from gammapy.modeling.models.temporal.gaussian import (
    GaussianTemporalModel,
    GeneralizedGaussianTemporalModel,
)
from gammapy.modeling.models.temporal.linear import LinearTemporalModel
from gammapy.modeling.models.temporal.phasecurve import TemplatePhaseCurveTemporalModel
from gammapy.modeling.models.temporal.powerlaw import PowerLawTemporalModel
from gammapy.modeling.models.temporal.sine import SineTemporalModel
from gammapy.modeling.models.temporal.template import LightCurveTemplateTemporalModel
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
    "SPATIAL_MODEL_REGISTRY",
    "SPECTRAL_MODEL_REGISTRY",
    "TEMPORAL_MODEL_REGISTRY",
    "AbsorptionEdgeNormSpectralModel",
    "AstropySpectralModel",
    "BandSpectralModel",
    "BinsSpectralModel",
    "BlackbodySpectralModel",
    "BrokenPowerLaw2SpectralModel",
    "BrokenPowerLaw3SpectralModel",
    "BrokenPowerLawSpectralModel",
    "CompoundSpatialModel",
    "CompoundSpectralModel",
    "ConstantFluxSpatialModel",
    "ConstantSpatialModel",
    "ConstantSpectralModel",
    "ConstantTemporalModel",
    "DarkMatterAnnihilationSpectralModel",
    "DarkMatterDecaySpectralModel",
    "DiskSpatialModel",
    "EBLAbsorptionNormSpectralModel",
    "EnergyWindowNormSpectralModel",
    "ExpCutoffAboveBreakPowerLawSpectralModel",
    "ExpCutoffBrokenPowerLawSpectralModel",
    "ExpCutoffPowerLaw3FGLSpectralModel",
    "ExpCutoffPowerLawNormSpectralModel",
    "ExpCutoffPowerLawSEDPeakSpectralModel",
    "ExpCutoffPowerLawSpectralModel",
    "ExpDecayTemporalModel",
    "ExponentialSpectralModel",
    "FoVBackgroundModel",
    "GaussianPenalty",
    "GaussianPrior",
    "GaussianSpatialModel",
    "GaussianSpectralModel",
    "GaussianTemporalModel",
    "GeneralizedGaussianPrior",
    "GeneralizedGaussianSpatialModel",
    "GeneralizedGaussianTemporalModel",
    "IACTBackgroundModel",
    "IACTBackgroundShape",
    "KDEPrior",
    "LightCurveTemplateTemporalModel",
    "LinearTemporalModel",
    "LogGaussianSpectralModel",
    "LogNormalPrior",
    "LogNormalSpectralModel",
    "LogParabola2SpectralModel",
    "LogParabolaNormSpectralModel",
    "LogParabolaSpectralModel",
    "LogUniformPrior",
    "MeyerCrabSpectralModel",
    "Models",
    "NaimaSpectralModel",
    "PiecewiseNormSpatialModel",
    "PiecewiseNormSpectralModel",
    "PiecewisePowerLawSpectralModel",
    "PointSpatialModel",
    "PowerLaw2SpectralModel",
    "PowerLawEnergyFluxSpectralModel",
    "PowerLawNormSpectralModel",
    "PowerLawSpectralModel",
    "PowerLawTemporalModel",
    "PrimaryFlux",
    "PrimarySpectra",
    "RingSpatialModel",
    "ScaleSpectralModel",
    "Shell2SpatialModel",
    "ShellSpatialModel",
    "SherpaSpectralModel",
    "SineTemporalModel",
    "SkyModel",
    "SmoothBrokenPowerLawSpectralModel",
    "SmoothDoubleBrokenPowerLawSpectralModel",
    "SpatialModel",
    "SpectralModel",
    "SuperExpCutoffPowerLaw2SpectralModel",
    "SuperExpCutoffPowerLaw3FGLSpectralModel",
    "SuperExpCutoffPowerLaw3SpectralModel",
    "SuperExpCutoffPowerLaw4FGLDR3SpectralModel",
    "SuperExpCutoffPowerLaw4FGLSpectralModel",
    "TemplateNDSpatialModel",
    "TemplateNDSpectralModel",
    "TemplateNPredModel",
    "TemplatePhaseCurveTemporalModel",
    "TemplateSpatialModel",
    "TemplateSpectralModel",
    "TemporalModel",
    "TruncatedNormalPrior",
    "UniformPrior",
    "create_cosmic_ray_spectral_model",
    "create_crab_spectral_model",
]
