"""Models, their parameters, and the fit."""

from gammapy.modeling.covariance import Covariance
from gammapy.modeling.fit.fitter import Fit, Fitter
from gammapy.modeling.fit.problem import Evaluation, FitProblem, Residuals
from gammapy.modeling.fit.result import FitResult, Status
from gammapy.modeling.parameter import Parameter
from gammapy.modeling.parameters import Parameters
from gammapy.modeling.prior import GaussianPrior, LogUniformPrior, Prior, UniformPrior

__all__ = [
    "Covariance",
    "Evaluation",
    "Fit",
    "FitProblem",
    "FitResult",
    "Fitter",
    "GaussianPrior",
    "LogUniformPrior",
    "Parameter",
    "Parameters",
    "Prior",
    "Residuals",
    "Status",
    "UniformPrior",
]
