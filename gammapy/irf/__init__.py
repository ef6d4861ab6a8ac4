"""Instrument response."""

from gammapy.irf.background import Background2D, Background3D
from gammapy.irf.edisp import EDispKernel
from gammapy.irf.edisp_2d import EnergyDispersion2D
from gammapy.irf.edisp_kernel_map import EDispKernelMap
from gammapy.irf.edisp_map import EDispMap
from gammapy.irf.effective_area import EffectiveAreaTable2D
from gammapy.irf.io import load_irf_dict_from_file
from gammapy.irf.irf_map import IRFMap
from gammapy.irf.psf_gauss import EnergyDependentMultiGaussPSF
from gammapy.irf.psf_kernel import PSFKernel
from gammapy.irf.psf_king import PSFKing
from gammapy.irf.psf_map import PSFMap
from gammapy.irf.psf_table import PSF3D
from gammapy.irf.table import IRF, FoVAlignment

__all__ = [
    "IRF",
    "PSF3D",
    "Background2D",
    "Background3D",
    "EDispKernel",
    "EDispKernelMap",
    "EDispMap",
    "EffectiveAreaTable2D",
    "EnergyDependentMultiGaussPSF",
    "EnergyDispersion2D",
    "FoVAlignment",
    "IRFMap",
    "PSFKernel",
    "PSFKing",
    "PSFMap",
    "load_irf_dict_from_file",
]
