"""Fluxes in bins of energy, and of time or another axis: what is measured with a fitted model."""

from gammapy.estimators.light_curve import LightCurveEstimator
from gammapy.estimators.points import FluxPointsEstimator
from gammapy.estimators.profile import FluxProfileEstimator
from gammapy.estimators.sensitivity import SensitivityEstimator
from gammapy.spectrum.flux_points.points import FluxPoints

__all__ = [
    "FluxPoints",
    "FluxPointsEstimator",
    "FluxProfileEstimator",
    "LightCurveEstimator",
    "SensitivityEstimator",
]
