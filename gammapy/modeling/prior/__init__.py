"""Priors: what is known of a parameter beforehand, as a term of the statistic.

A prior adds -2 ln p(x) to the statistic, once per parameter however many models share it.
Its numbers are in the unit of the parameter and follow when that unit changes. What is known
of several parameters together is a `~gammapy.modeling.GaussianPenalty`. `gammapy.modeling`
offers all of these.
"""

from gammapy.modeling.prior.base import Prior as Prior
from gammapy.modeling.prior.flat import LogUniformPrior as LogUniformPrior
from gammapy.modeling.prior.flat import UniformPrior as UniformPrior
from gammapy.modeling.prior.generalized import GeneralizedGaussianPrior as GeneralizedGaussianPrior
from gammapy.modeling.prior.kde import KDEPrior as KDEPrior
from gammapy.modeling.prior.lognormal import LogNormalPrior as LogNormalPrior
from gammapy.modeling.prior.normal import GaussianPrior as GaussianPrior
from gammapy.modeling.prior.normal import TruncatedNormalPrior as TruncatedNormalPrior
