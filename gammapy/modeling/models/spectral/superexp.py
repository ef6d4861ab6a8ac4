r"""Power laws with a cut-off that is sharper or softer than exponential: the Fermi catalogues'.

With :math:`x = E / E_0`,

.. math::
    \phi_\mathrm{3FGL} &= \phi_0 x^{-\Gamma_1} \exp((E_0/E_c)^{\Gamma_2} - (E/E_c)^{\Gamma_2}) \\
    \phi_\mathrm{4FGL} & = \phi_0 x^{-\Gamma_1} \exp(a (E_0^{\Gamma_2} - E^{\Gamma_2}))

(Acero et al. 2015, ApJS 218, 23, eq. 2; Abdollahi et al. 2020, ApJS 247, 33, eq. 4; in the latter
both energies in MeV), and with :math:`b = \Gamma_2` and d the curvature at the reference

.. math::
    \phi_\mathrm{DR3} &= \phi_0 x^{-\Gamma_1 + d/b} \exp\left(\frac{d}{b^2}(1 - x^b)\right) \\
    &= \phi_0 \exp\left(-\Gamma_1 y - d y^2 \varphi_2(b y)\right), \quad y = \ln x

(Abdollahi et al. 2022, ApJS 260, 53, eq. 2). The second form, with
:math:`\varphi_2(u) = (e^u - 1 - u) / u^2`, holds at b = 0 too, where it is a log-parabola.

The Fermi Science Tools know two more (``PLSuperExpCutoff2`` and ``PLSuperExpCutoff3``, Likelihood
model definitions), the first again with energies in MeV in the exponent,

.. math::
    \phi_2 &= \phi_0 x^{-\Gamma_1} \exp(-a E^{\Gamma_2}) \\
    \phi_3 &= \phi_0 x^{-\Gamma_1 + a b} \exp(a (1 - x^b))
    = \phi_0 \exp\left(-\Gamma_1 y - a (b y)^2 \varphi_2(b y)\right)
"""

from __future__ import annotations

import math
from typing import Any

import astropy.units as u

from gammapy.engine.exponential import exp_difference, exp_or_inf, phi1, phi2, phi2_slope
from gammapy.engine.namespace import array_namespace
from gammapy.modeling.models.spectral.base import SpectralModel
from gammapy.modeling.models.spectral.calculus.peak import NO_PEAK, peak_energy
from gammapy.modeling.models.spectral.cutoff import log_cutoff_peak
from gammapy.modeling.parameter import Parameter

__all__ = [
    "SuperExpCutoffPowerLaw2SpectralModel",
    "SuperExpCutoffPowerLaw3FGLSpectralModel",
    "SuperExpCutoffPowerLaw3SpectralModel",
    "SuperExpCutoffPowerLaw4FGLDR3SpectralModel",
    "SuperExpCutoffPowerLaw4FGLSpectralModel",
]

_MEV = 1e6  # per TeV
_LARGEST = 600.0  # e^600 in an exponent is as good as infinite


class SuperExpCutoffPowerLaw3FGLSpectralModel(SpectralModel):
    """Power law of ``index_1`` with cut-off at ``ecut``, of sharpness ``index_2``."""

    tag = ["SuperExpCutoffPowerLaw3FGLSpectralModel", "secpl-3fgl"]
    amplitude = Parameter("amplitude", "1e-12 cm-2 s-1 TeV-1", interp="log")
    reference = Parameter("reference", "1 TeV", frozen=True)
    ecut = Parameter("ecut", "10 TeV")
    index_1 = Parameter("index_1", 1.5)
    index_2 = Parameter("index_2", 2.0)

    @staticmethod
    def evaluate(
        energy: Any, amplitude: Any, reference: Any, ecut: Any, index_1: Any, index_2: Any
    ) -> Any:
        """Formula; see the module."""
        xp = array_namespace(energy)
        log_x = xp.log(energy / reference)
        start = index_2 * (xp.log(energy / ecut) - log_x)
        return amplitude * exp_or_inf(-index_1 * log_x - exp_difference(start, index_2 * log_x))

    @staticmethod
    def partials(
        energy: Any, amplitude: Any, reference: Any, ecut: Any, index_1: Any, index_2: Any
    ) -> tuple[Any, ...]:
        """Derivatives by amplitude, reference, ecut, ``index_1``, ``index_2``."""
        xp = array_namespace(energy)
        log_x, log_reduced = xp.log(energy / reference), xp.log(energy / ecut)
        start = index_2 * (log_reduced - log_x)
        cutoff = exp_difference(start, index_2 * log_x)
        at_reference = xp.exp(xp.minimum(start, _LARGEST))
        shape = exp_or_inf(-index_1 * log_x - cutoff)
        value = amplitude * shape
        return (
            shape,
            value * ((index_1 + index_2 * at_reference) / reference),
            value * (cutoff * index_2 / ecut),
            -value * log_x,
            -value * (cutoff * log_reduced + at_reference * log_x),
        )

    @property
    def e_peak(self) -> u.Quantity:
        """Energy where E^2 times the spectrum is largest; nan if it has no maximum.

        There is one if 2 - ``index_1`` and ``index_2`` have the same sign and ``ecut`` > 0.
        """
        _, _, ecut, index_1, index_2 = self.internal_values
        peak = log_cutoff_peak(index_1, index_2) + math.log(ecut) if ecut > 0 else NO_PEAK
        return peak_energy(peak, self.reference.unit)


class SuperExpCutoffPowerLaw4FGLSpectralModel(SpectralModel):
    """Power law of ``index_1`` with a cut-off ``expfactor * E ** index_2``, E in MeV.

    ``expfactor`` has the unit MeV ** -``index_2``, which no unit can say: it is a plain number.
    """

    tag = ["SuperExpCutoffPowerLaw4FGLSpectralModel", "secpl-4fgl"]
    amplitude = Parameter("amplitude", "1e-12 cm-2 s-1 TeV-1", interp="log")
    reference = Parameter("reference", "1 TeV", frozen=True)
    expfactor = Parameter("expfactor", 1e-14)
    index_1 = Parameter("index_1", 1.5)
    index_2 = Parameter("index_2", 2.0)

    @staticmethod
    def evaluate(
        energy: Any, amplitude: Any, reference: Any, expfactor: Any, index_1: Any, index_2: Any
    ) -> Any:
        """Formula; see the module."""
        xp = array_namespace(energy)
        log_x = xp.log(energy / reference)
        start = index_2 * (xp.log(energy * _MEV) - log_x)
        cutoff = expfactor * exp_difference(start, index_2 * log_x)
        return amplitude * exp_or_inf(-index_1 * log_x - cutoff)

    @staticmethod
    def partials(
        energy: Any, amplitude: Any, reference: Any, expfactor: Any, index_1: Any, index_2: Any
    ) -> tuple[Any, ...]:
        """Derivatives by amplitude, reference, expfactor, ``index_1``, ``index_2``."""
        xp = array_namespace(energy)
        log_x, log_mev = xp.log(energy / reference), xp.log(energy * _MEV)
        start = index_2 * (log_mev - log_x)
        cutoff = exp_difference(start, index_2 * log_x)
        at_reference = xp.exp(xp.minimum(start, _LARGEST))
        shape = exp_or_inf(-index_1 * log_x - expfactor * cutoff)
        value = amplitude * shape
        return (
            shape,
            value * ((index_1 + expfactor * index_2 * at_reference) / reference),
            -value * cutoff,
            -value * log_x,
            -value * (expfactor * (cutoff * log_mev + at_reference * log_x)),
        )

    @property
    def e_peak(self) -> u.Quantity:
        """Energy where E^2 times the spectrum is largest; nan if it has no maximum.

        There is one if 2 - ``index_1`` and ``index_2`` have the same sign and ``expfactor`` > 0.
        """
        return peak_energy(_log_peak_in_mev(*self.internal_values[2:]), self.reference.unit)


class SuperExpCutoffPowerLaw2SpectralModel(SpectralModel):
    """As `SuperExpCutoffPowerLaw4FGLSpectralModel`, with the amplitude of the bare power law.

    ``amplitude`` is the value that the power law of ``index_1`` would have at ``reference``, were
    it not cut off.
    """

    tag = ["SuperExpCutoffPowerLaw2SpectralModel", "secpl-2"]
    amplitude = Parameter("amplitude", "1e-12 cm-2 s-1 TeV-1", interp="log")
    reference = Parameter("reference", "1 TeV", frozen=True)
    expfactor = Parameter("expfactor", 1e-14)
    index_1 = Parameter("index_1", 1.5)
    index_2 = Parameter("index_2", 2.0)

    @staticmethod
    def evaluate(
        energy: Any, amplitude: Any, reference: Any, expfactor: Any, index_1: Any, index_2: Any
    ) -> Any:
        """Formula; see the module."""
        xp = array_namespace(energy)
        power = xp.exp(xp.minimum(index_2 * xp.log(energy * _MEV), _LARGEST))
        return amplitude * exp_or_inf(-index_1 * xp.log(energy / reference) - expfactor * power)

    @staticmethod
    def partials(
        energy: Any, amplitude: Any, reference: Any, expfactor: Any, index_1: Any, index_2: Any
    ) -> tuple[Any, ...]:
        """Derivatives by amplitude, reference, expfactor, ``index_1``, ``index_2``."""
        xp = array_namespace(energy)
        log_x, log_mev = xp.log(energy / reference), xp.log(energy * _MEV)
        power = xp.exp(xp.minimum(index_2 * log_mev, _LARGEST))
        shape = exp_or_inf(-index_1 * log_x - expfactor * power)
        value = amplitude * shape
        return (
            shape,
            value * (index_1 / reference),
            -value * power,
            -value * log_x,
            -value * (expfactor * power * log_mev),
        )

    @property
    def e_peak(self) -> u.Quantity:
        """Energy where E^2 times the spectrum is largest; nan if it has no maximum.

        There is one if 2 - ``index_1`` and ``index_2`` have the same sign and ``expfactor`` > 0.
        """
        return peak_energy(_log_peak_in_mev(*self.internal_values[2:]), self.reference.unit)


class SuperExpCutoffPowerLaw4FGLDR3SpectralModel(SpectralModel):
    """Power law of local index ``index_1`` and curvature ``expfactor`` at ``reference``.

    ``index_2`` is the sharpness of the cut-off; at 0 the spectrum is a log-parabola of
    ``beta = expfactor / 2``.
    """

    tag = ["SuperExpCutoffPowerLaw4FGLDR3SpectralModel", "secpl-4fgl-dr3"]
    amplitude = Parameter("amplitude", "1e-12 cm-2 s-1 TeV-1", interp="log")
    reference = Parameter("reference", "1 TeV", frozen=True)
    expfactor = Parameter("expfactor", 0.01)
    index_1 = Parameter("index_1", 1.5)
    index_2 = Parameter("index_2", 2.0)

    @staticmethod
    def evaluate(
        energy: Any, amplitude: Any, reference: Any, expfactor: Any, index_1: Any, index_2: Any
    ) -> Any:
        """Formula; see the module."""
        xp = array_namespace(energy)
        y = xp.log(energy / reference)
        return amplitude * exp_or_inf(-index_1 * y - expfactor * (y * y * phi2(index_2 * y)))

    @staticmethod
    def partials(
        energy: Any, amplitude: Any, reference: Any, expfactor: Any, index_1: Any, index_2: Any
    ) -> tuple[Any, ...]:
        """Derivatives by amplitude, reference, expfactor, ``index_1``, ``index_2``."""
        xp = array_namespace(energy)
        y = xp.log(energy / reference)
        t = index_2 * y
        curve = y * y * phi2(t)
        shape = exp_or_inf(-index_1 * y - expfactor * curve)
        value = amplitude * shape
        return (
            shape,
            value * (index_1 + expfactor * (y * phi1(t))) / reference,
            -value * curve,
            -value * y,
            -value * (expfactor * (y * y * y * phi2_slope(t))),
        )

    @property
    def e_peak(self) -> u.Quantity:
        """Energy where E^2 times the spectrum is largest; nan if it has no maximum.

        There is one if ``expfactor`` > 0 and ``index_2 * (index_1 - 2) < expfactor``.
        """
        _, reference, curvature, index_1, index_2 = self.internal_values
        return peak_energy(
            _log_local_peak(reference, curvature, index_1, index_2), self.reference.unit
        )


class SuperExpCutoffPowerLaw3SpectralModel(SpectralModel):
    """Power law of local index ``index_1`` at ``reference``, cut off by ``expfactor * x**index_2``.

    It is `SuperExpCutoffPowerLaw4FGLDR3SpectralModel` with ``expfactor`` times ``index_2 ** 2``
    in the place of that.
    """

    tag = ["SuperExpCutoffPowerLaw3SpectralModel", "secpl-3"]
    amplitude = Parameter("amplitude", "1e-12 cm-2 s-1 TeV-1", interp="log")
    reference = Parameter("reference", "1 TeV", frozen=True)
    expfactor = Parameter("expfactor", 0.01)
    index_1 = Parameter("index_1", 1.5)
    index_2 = Parameter("index_2", 2.0)

    @staticmethod
    def evaluate(
        energy: Any, amplitude: Any, reference: Any, expfactor: Any, index_1: Any, index_2: Any
    ) -> Any:
        """Formula; see the module."""
        xp = array_namespace(energy)
        y = xp.log(energy / reference)
        t = index_2 * y
        return amplitude * exp_or_inf(-index_1 * y - expfactor * (t * t * phi2(t)))

    @staticmethod
    def partials(
        energy: Any, amplitude: Any, reference: Any, expfactor: Any, index_1: Any, index_2: Any
    ) -> tuple[Any, ...]:
        """Derivatives by amplitude, reference, expfactor, ``index_1``, ``index_2``."""
        xp = array_namespace(energy)
        y = xp.log(energy / reference)
        t = index_2 * y
        bend, growth = t * t * phi2(t), t * phi1(t)  # e^t - 1 - t and its derivative
        shape = exp_or_inf(-index_1 * y - expfactor * bend)
        value = amplitude * shape
        return (
            shape,
            value * (index_1 + expfactor * index_2 * growth) / reference,
            -value * bend,
            -value * y,
            -value * (expfactor * y * growth),
        )

    @property
    def e_peak(self) -> u.Quantity:
        """Energy where E^2 times the spectrum is largest; nan if it has no maximum.

        There is one if ``expfactor`` > 0, ``index_2`` is not 0 and
        ``(index_1 - 2) / index_2 < expfactor``.
        """
        _, reference, factor, index_1, index_2 = self.internal_values
        return peak_energy(
            _log_local_peak(reference, factor * index_2**2, index_1, index_2), self.reference.unit
        )


def _log_peak_in_mev(factor: float, index_1: float, index_2: float) -> float:
    """Logarithm, of TeV, of the peak of x^-index_1 exp(-factor E^index_2), E in MeV."""
    if factor <= 0 or index_2 == 0:
        return NO_PEAK
    log_scale = -math.log(factor) / index_2 - math.log(_MEV)  # where factor E^b is one
    return log_cutoff_peak(index_1, index_2) + log_scale


def _log_local_peak(reference: float, curvature: float, index_1: float, index_2: float) -> float:
    """The same for a spectrum of local index and curvature at the reference."""
    if curvature <= 0 or index_2 * (index_1 - 2.0) >= curvature:
        return NO_PEAK
    step = (2.0 - index_1) / curvature
    peak = math.log1p(index_2 * step) / index_2 if index_2 else step
    return peak + math.log(reference)
