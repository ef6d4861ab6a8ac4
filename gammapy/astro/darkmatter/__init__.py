"""Dark matter: its spectra, which are models like others, and the densities of its halos."""

from gammapy.astro.darkmatter.profiles import (
    BurkertProfile,
    DMProfile,
    EinastoProfile,
    IsothermalProfile,
    MooreProfile,
    NFWProfile,
    ZhaoProfile,
)
from gammapy.modeling.models.spectral.darkmatter import (
    DarkMatterAnnihilationSpectralModel,
    DarkMatterDecaySpectralModel,
    PrimaryFlux,
    PrimarySpectra,
)

__all__ = [
    "BurkertProfile",
    "DMProfile",
    "DarkMatterAnnihilationSpectralModel",
    "DarkMatterDecaySpectralModel",
    "EinastoProfile",
    "IsothermalProfile",
    "MooreProfile",
    "NFWProfile",
    "PrimaryFlux",
    "PrimarySpectra",
    "ZhaoProfile",
]
