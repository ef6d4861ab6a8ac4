"""Models, their parameters, and the fit."""

from gammapy.modeling.covariance import Covariance
from gammapy.modeling.fit.fitter import Fit, Fitter
from gammapy.modeling.fit.nested import select_nested_models
from gammapy.modeling.fit.problem import Evaluation, FitProblem, Residuals
from gammapy.modeling.fit.result import FitResult, Status
from gammapy.modeling.fit.upper_limit import stat_profile_ul_scipy
from gammapy.modeling.parameter import Parameter
from gammapy.modeling.parameters import Parameters
from gammapy.modeling.penalty import GaussianPenalty
from gammapy.modeling.prior import (
    GaussianPrior,
    GeneralizedGaussianPrior,
    KDEPrior,
    LogNormalPrior,
    LogUniformPrior,
    Prior,
    TruncatedNormalPrior,
    UniformPrior,
)

__all__ = [
    "Covariance",
    "Evaluation",
    "Fit",
    "FitProblem",
    "FitResult",
    "Fitter",
    "GaussianPenalty",
    "GaussianPrior",
    "GeneralizedGaussianPrior",
    "KDEPrior",
    "LogNormalPrior",
    "LogUniformPrior",
    "Parameter",
    "Parameters",
    "Prior",
    "Residuals",
    "Status",
    "TruncatedNormalPrior",
    "UniformPrior",
    "select_nested_models",
    "stat_profile_ul_scipy",
]
