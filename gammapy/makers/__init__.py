"""Reduction of observations to maps of exposure, response and background."""

from gammapy.makers.background import background_of_pointings, make_map_background_irf
from gammapy.makers.edisp import edisp_of_pointings, make_edisp_kernel_map, make_edisp_map
from gammapy.makers.exposure import exposure_of_pointings, make_map_exposure_true_energy
from gammapy.makers.pointings import PointingsInstrument
from gammapy.makers.psf import make_psf_map, psf_of_pointings

__all__ = [
    "PointingsInstrument",
    "background_of_pointings",
    "edisp_of_pointings",
    "exposure_of_pointings",
    "make_edisp_kernel_map",
    "make_edisp_map",
    "make_map_background_irf",
    "make_map_exposure_true_energy",
    "make_psf_map",
    "psf_of_pointings",
]
