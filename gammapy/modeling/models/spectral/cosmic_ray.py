r"""Spectra of cosmic rays at Earth.

.. math:: \phi(E) = \frac{L}{E w \sqrt{2\pi}} \exp\left(-\frac{\ln^2(E/E_p)}{2 w^2}\right)

is the bump that the electrons have on top of a power law.
"""

from __future__ import annotations

import math
from typing import Any

import astropy.units as u

from gammapy.engine.namespace import array_namespace
from gammapy.errors import UnknownNameError
from gammapy.modeling.models.spectral.base import SpectralModel
from gammapy.modeling.models.spectral.powerlaw import PowerLawSpectralModel
from gammapy.modeling.parameter import Parameter

__all__ = ["LogGaussianSpectralModel", "create_cosmic_ray_spectral_model"]


class LogGaussianSpectralModel(SpectralModel):
    """Log-normal bump of content ``L`` at ``Ep``, of width ``w`` in the logarithm."""

    tag = ["LogGaussianSpectralModel", "log-gauss"]
    L = Parameter("L", "1e-12 cm-2 s-1")
    Ep = Parameter("Ep", "0.107 TeV")
    w = Parameter("w", 0.776)

    @property
    def unit(self) -> u.UnitBase:
        """Unit of ``L`` per energy."""
        return self.L.unit / self.Ep.unit

    @staticmethod
    def evaluate(energy: Any, L: Any, Ep: Any, w: Any) -> Any:
        """Formula; see the module."""
        xp = array_namespace(energy)
        pull = xp.log(energy / Ep) / w
        return L / (energy * w * math.sqrt(2 * math.pi)) * xp.exp(-0.5 * pull * pull)

    @staticmethod
    def partials(energy: Any, L: Any, Ep: Any, w: Any) -> tuple[Any, Any, Any]:
        """Derivatives by L, Ep, w."""
        xp = array_namespace(energy)
        pull = xp.log(energy / Ep) / w
        shape = LogGaussianSpectralModel.evaluate(energy, 1.0, Ep, w)
        value = L * shape
        return shape, value * pull / (w * Ep), value * (pull * pull - 1.0) / w


#: differential intensity at 1 TeV in m-2 s-1 sr-1 TeV-1, and index
_HADRONS = {
    "proton": (0.096, 2.70),
    "N": (0.0719, 2.64),
    "Si": (0.0284, 2.66),
    "Fe": (0.0134, 2.63),
}
#: power law as above, and the bump's content in m-2 s-1 sr-1
_ELECTRON = (6.85e-5, 3.21)
_ELECTRON_BUMP = 3.19e-3

_SKY = 4 * math.pi * u.sr


def create_cosmic_ray_spectral_model(particle: str = "proton") -> SpectralModel:
    """Flux of cosmic rays at Earth, from the whole sky of 4 pi sr.

    These are the spectra assumed in the CTA design study (Bernlöhr et al. 2013, Astropart. Phys.
    43, 171, table 3): power laws, for electrons with a log-normal bump on top.

    Parameters
    ----------
    particle : {"electron", "proton", "N", "Si", "Fe"}

    Raises
    ------
    UnknownNameError
        If the particle is none of these.
    """
    if particle == "electron":
        content = u.Quantity(_ELECTRON_BUMP, "m-2 s-1 sr-1") * _SKY
        bump = LogGaussianSpectralModel(L=content, Ep="0.107 TeV", w=0.776)
        return _power_law(*_ELECTRON) + bump
    if particle not in _HADRONS:
        raise UnknownNameError(
            f"particle = {particle!r} has no cosmic-ray spectrum here: choose one of electron, "
            f"{', '.join(_HADRONS)}"
        )
    return _power_law(*_HADRONS[particle])


def _power_law(intensity: float, index: float) -> PowerLawSpectralModel:
    amplitude = u.Quantity(intensity, "m-2 s-1 sr-1 TeV-1") * _SKY
    return PowerLawSpectralModel(amplitude=amplitude, index=index, reference="1 TeV")
