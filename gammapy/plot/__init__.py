"""Pictures. They need matplotlib, which comes with the extra ``plot``.

Most are also methods of what they draw, like ``model.plot()`` and ``dataset.plot_fit()``.
They draw on the axes they are given, or else on pyplot's current ones, and return the axes.
"""

from gammapy.plot.correlation import plot_correlation
from gammapy.plot.flux_points import plot_flux_points
from gammapy.plot.flux_points_fit import (
    plot_flux_points_fit,
    plot_flux_points_residuals,
    plot_flux_points_spectrum,
)
from gammapy.plot.map import plot_map
from gammapy.plot.map_grid import plot_map_grid
from gammapy.plot.model import plot_spectral_error, plot_spectral_model
from gammapy.plot.models import plot_models
from gammapy.plot.peek import peek
from gammapy.plot.profile import plot_contour, plot_profile, plot_surface
from gammapy.plot.region_map import plot_region, plot_region_map
from gammapy.plot.spectrum import plot_fit
from gammapy.plot.spectrum_bins import plot_counts, plot_excess, plot_masks, plot_residuals
from gammapy.plot.temporal import plot_phase_curve, plot_temporal_model
from gammapy.plot.ts_profiles import plot_ts_profiles

__all__ = [
    "peek",
    "plot_contour",
    "plot_correlation",
    "plot_counts",
    "plot_excess",
    "plot_fit",
    "plot_flux_points",
    "plot_flux_points_fit",
    "plot_flux_points_residuals",
    "plot_flux_points_spectrum",
    "plot_map",
    "plot_map_grid",
    "plot_masks",
    "plot_models",
    "plot_phase_curve",
    "plot_profile",
    "plot_region",
    "plot_region_map",
    "plot_residuals",
    "plot_spectral_error",
    "plot_spectral_model",
    "plot_surface",
    "plot_temporal_model",
    "plot_ts_profiles",
]
