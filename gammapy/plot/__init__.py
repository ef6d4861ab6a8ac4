"""Pictures. They need matplotlib, which comes with the extra ``plot``.

`plot_fit` makes a figure of its own and never touches the state of pyplot, so it works in a script
without a display. The others draw on the axes they are given, or else on pyplot's current ones.
"""

from gammapy.plot.correlation import plot_correlation
from gammapy.plot.model import plot_spectral_error, plot_spectral_model
from gammapy.plot.profile import plot_contour, plot_profile, plot_surface
from gammapy.plot.spectrum import plot_fit

__all__ = [
    "plot_contour",
    "plot_correlation",
    "plot_fit",
    "plot_profile",
    "plot_spectral_error",
    "plot_spectral_model",
    "plot_surface",
]
