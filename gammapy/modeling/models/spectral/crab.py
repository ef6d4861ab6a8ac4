r"""Published spectra of the Crab nebula.

.. math:: \log_{10}\frac{E^2 \phi(E)}{\mathrm{erg\,cm^{-2}\,s^{-1}}} = P(\log_{10} E/\mathrm{TeV})

is the polynomial `MeyerCrabSpectralModel`.
"""

from __future__ import annotations

import math
from typing import Any, ClassVar

import astropy.units as u

from gammapy.engine.namespace import array_namespace
from gammapy.errors import UnknownNameError
from gammapy.modeling.models.spectral.base import DNDE, SpectralModel
from gammapy.modeling.models.spectral.cutoff import ExpCutoffPowerLawSpectralModel
from gammapy.modeling.models.spectral.logparabola import LogParabolaSpectralModel
from gammapy.modeling.models.spectral.powerlaw import PowerLawSpectralModel
from gammapy.modeling.parameter import Parameter

__all__ = ["MeyerCrabSpectralModel", "create_crab_spectral_model"]

_ERG = float(u.erg.to(u.TeV))


class MeyerCrabSpectralModel(SpectralModel):
    """Broad-band spectrum of the Crab nebula, times ``norm``.

    Meyer, Horns & Zechlin 2010, A&A 523, A2: the polynomial of their appendix D, on Fermi-LAT and
    air-shower data. It is a fit from a few GeV to 100 TeV and means nothing far outside.
    """

    tag = ["MeyerCrabSpectralModel", "crab-meyer"]
    norm = Parameter("norm", 1.0, frozen=True)

    #: of the polynomial, highest power first
    coefficients: ClassVar[list[float]] = [
        *(-0.00449161, 0.0, 0.0473174),
        *(-0.179475, -0.53616, -10.2708),
    ]

    @property
    def unit(self) -> u.UnitBase:
        """A differential flux."""
        return DNDE

    @classmethod
    def evaluate(cls, energy: Any, norm: Any) -> Any:
        """Formula; see the module."""
        xp = array_namespace(energy)
        x = xp.log10(xp.asarray(energy))
        power = 0.0 * x
        for coefficient in cls.coefficients:
            power = power * x + coefficient
        return norm * _ERG * 10.0**power / energy**2

    @classmethod
    def partials(cls, energy: Any, norm: Any) -> tuple[Any]:
        """Derivative by norm."""
        return (cls.evaluate(energy, 1.0),)


_FLUX = "cm-2 s-1 TeV-1"
#: class and parameters; the papers are named in `create_crab_spectral_model`
_PUBLISHED: dict[str, tuple[type[SpectralModel], dict[str, Any]]] = {
    "meyer": (MeyerCrabSpectralModel, {}),
    "hegra": (PowerLawSpectralModel, {"amplitude": f"2.83e-11 {_FLUX}", "index": 2.62}),
    "hess_pl": (PowerLawSpectralModel, {"amplitude": f"3.45e-11 {_FLUX}", "index": 2.63}),
    "hess_ecpl": (
        ExpCutoffPowerLawSpectralModel,
        {"amplitude": f"3.76e-11 {_FLUX}", "index": 2.39, "lambda_": (1 / 14.3) / u.TeV},
    ),
    "magic_lp": (
        LogParabolaSpectralModel,
        # the paper's curvature belongs to the decimal logarithm
        {
            "amplitude": f"3.23e-11 {_FLUX}",
            "reference": "1 TeV",
            "alpha": 2.47,
            "beta": 0.24 / math.log(10),
        },
    ),
    "magic_ecpl": (
        ExpCutoffPowerLawSpectralModel,
        {"amplitude": f"3.80e-11 {_FLUX}", "index": 2.21, "lambda_": (1 / 6.0) / u.TeV},
    ),
}


def create_crab_spectral_model(reference: str = "meyer") -> SpectralModel:
    """Published spectrum of the Crab nebula.

    Parameters
    ----------
    reference : str
        - ``meyer``: Meyer et al. 2010, A&A 523, A2
        - ``hegra``: Aharonian et al. 2004, ApJ 614, 897 (power law)
        - ``hess_pl``, ``hess_ecpl``: Aharonian et al. 2006, A&A 457, 899
        - ``magic_lp``, ``magic_ecpl``: Aleksić et al. 2015, JHEAp 5, 30

    Raises
    ------
    UnknownNameError
        If the reference is none of these.
    """
    if reference not in _PUBLISHED:
        raise UnknownNameError(
            f"reference = {reference!r} is no Crab spectrum: choose one of {', '.join(_PUBLISHED)}"
        )
    cls, values = _PUBLISHED[reference]
    return cls(**values)
