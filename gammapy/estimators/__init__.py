"""Fluxes in bins of energy and time: what is measured with a model that was fitted."""

from gammapy.estimators.light_curve import LightCurveEstimator
from gammapy.estimators.points import FluxPointsEstimator
from gammapy.estimators.sensitivity import SensitivityEstimator
from gammapy.spectrum.flux_points.points import FluxPoints

__all__ = ["FluxPoints", "FluxPointsEstimator", "LightCurveEstimator", "SensitivityEstimator"]
