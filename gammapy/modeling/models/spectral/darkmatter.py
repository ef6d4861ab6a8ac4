r"""Gamma rays from dark matter that annihilates or decays.

.. math::
    \phi(E) = \frac{\langle\sigma v\rangle}{4\pi k m^2} \, J \, \frac{dN}{dE}(E (1 + z), m)
    \qquad
    \phi(E) = \frac{1}{4\pi \tau m} \, J \, \frac{dN}{dE}(E (1 + z), m / 2)

with the J factor (for a decay: D factor) of the source and the photons per annihilation
:math:`dN/dE` of `PrimaryFlux`. Cirelli et al. 2011, JCAP 03, 051 ("PPPC 4 DM ID").
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

import astropy.units as u
import numpy as np

from gammapy.dispatch import find, names
from gammapy.engine.bilinear import bilinear, bilinear_slopes
from gammapy.engine.namespace import array_namespace
from gammapy.errors import ModelError, UnknownNameError
from gammapy.modeling.models.spectral.base import DNDE, SpectralModel
from gammapy.modeling.parameter import Parameter
from gammapy.units import as_quantity, internal_factor

__all__ = [
    "DarkMatterAnnihilationSpectralModel",
    "DarkMatterDecaySpectralModel",
    "PrimaryFlux",
    "PrimarySpectra",
]

_LN10 = math.log(10.0)


class PrimarySpectra:
    """Table of the photons that one annihilation makes, for some channels.

    Parameters
    ----------
    mass : `~astropy.units.Quantity` [n_mass]
        Masses of the dark-matter particle, ascending.
    log10_x : array_like [n_x]
        Decimal logarithm of the photon energy over the mass, ascending, at most 0.
    values : dict of str to array_like [n_mass, n_x]
        Photons per unit of ``log10_x``, by channel.

    Raises
    ------
    ModelError
        If the table is not as described.
    """

    def __init__(self, mass: Any, log10_x: Any, values: Mapping[str, Any]) -> None:
        self.mass = as_quantity(mass, "mass", u.TeV)
        self.log10_x = np.array(log10_x, dtype=float)
        self.values = {name: np.array(v, dtype=float) for name, v in values.items()}
        axes = (self.mass.value, self.log10_x)
        if any(a.ndim != 1 or len(a) < 2 or not np.all(np.diff(a) > 0) for a in axes):
            raise ModelError("PrimarySpectra: mass and log10_x must be ascending, at least 2 each")
        if axes[0][0] <= 0 or axes[1][-1] > 0:
            raise ModelError("PrimarySpectra: masses must be positive, log10_x at most 0")
        shape = (len(self.mass), len(self.log10_x))
        for name, value in self.values.items():
            if value.shape != shape or not np.all(np.isfinite(value)) or np.any(value < 0):
                raise ModelError(
                    f"PrimarySpectra: values of {name!r} must be [n_mass, n_x] = {list(shape)}, "
                    f"finite and not negative, not {value.shape}"
                )
        self._lock()

    def _lock(self) -> None:
        for table in (self.mass, self.log10_x, *self.values.values()):
            table.flags.writeable = False

    def __setstate__(self, state: dict[str, Any]) -> None:
        self.__dict__.update(state)
        self._lock()  # pickling forgets it

    @property
    def channels(self) -> list[str]:
        """Names of the channels."""
        return list(self.values)

    def __repr__(self) -> str:
        low, high = self.mass[[0, -1]]
        return f"PrimarySpectra({len(self.channels)} channels, mass from {low:g} to {high:g})"


class PrimaryFlux(SpectralModel):
    """Photons per annihilation and energy, from a table.

    The table is interpolated linearly in the logarithms of the mass and of energy over mass. There
    are no photons outside of its energies: a particle at rest makes none above its mass.

    Parameters
    ----------
    mDM : `~astropy.units.Quantity`
        Mass of the particle; the parameter ``mass``, in GeV.
    channel : str
        What the annihilation makes: "b", "tau", "W", ...; see `allowed_channels`.
    source : str or `PrimarySpectra`
        "pppc4" (a file in ``$GAMMAPY_DATA/dark_matter_spectra/PPPC4DMID``), or a table.

    Raises
    ------
    UnknownNameError, ModelError
        If the source or channel is not known, or the mass is outside of the table.
    """

    tag = ["PrimaryFlux", "dm-pf"]
    mass = Parameter("mass", "1000 GeV", frozen=True)

    def __init__(self, mDM: Any, channel: str, source: Any = "pppc4") -> None:
        super().__init__(mass=as_quantity(mDM, "mDM", u.TeV).to("GeV"))
        self.source = source
        self.table = _table(source)
        if channel not in self.table.values:
            raise UnknownNameError(
                f"channel = {channel!r} is not in the table: choose one of "
                f"{', '.join(self.table.channels)}"
            )
        self.channel = channel
        low, high = self.table.mass[[0, -1]].to_value("GeV")
        self.mass.min, self.mass.max = float(low), float(high)
        self._check_mass(self.internal_values[0])

    @property
    def mDM(self) -> u.Quantity:
        """Mass of the particle."""
        return self.mass.quantity

    @property
    def allowed_channels(self) -> list[str]:
        """Channels of the table."""
        return self.table.channels

    @property
    def unit(self) -> u.UnitBase:
        """Per energy."""
        return u.TeV**-1

    def _check_mass(self, mass: Any) -> None:
        """Refuse a mass, in TeV, outside of the table; nothing that is traced."""
        if not isinstance(mass, (float, int, np.ndarray)):
            return
        low, high = self.table.mass[[0, -1]].to_value(u.TeV)
        if np.any((np.asarray(mass) < low * (1 - 1e-9)) | (np.asarray(mass) > high * (1 + 1e-9))):
            raise ModelError(
                f"mass = {mass * u.TeV:g} is outside of the dark-matter table, {low:g} to "
                f"{high:g} TeV: choose another mass or table (a decay looks up half the mass)"
            )

    def flux(self, energy: np.ndarray, values: Any) -> np.ndarray:
        self._check_mass(values[0])
        return self.evaluate(energy, *values)

    def flux_partials(self, energy: np.ndarray, values: Any) -> Any:
        self._check_mass(values[0])
        return self.partials(energy, *values)

    def _place(self, energy: Any, mass: Any) -> tuple[Any, Any, Any]:
        """Coordinates in the table, and where that has photons."""
        xp = array_namespace(energy, mass)
        x = xp.log10(xp.asarray(energy / mass))
        low, high = self.table.log10_x[[0, -1]].tolist()  # a mass in other units is rounded
        return xp.log(xp.asarray(mass)), x, (x >= low - 1e-12) & (x <= high + 1e-12)

    @property
    def _columns(self) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        log_mass = np.log(self.table.mass.to_value(u.TeV))
        return log_mass, self.table.log10_x, self.table.values[self.channel]

    def evaluate(self, energy: Any, mass: Any) -> Any:
        """dN/dE; the table has dN/dlog10(E/m)."""
        xp = array_namespace(energy, mass)
        log_mass, x, inside = self._place(energy, mass)
        found = bilinear(log_mass, x, *self._columns)
        return xp.where(inside, found, 0.0) / (energy * _LN10)

    def partials(self, energy: Any, mass: Any) -> tuple[Any]:
        """Derivative by mass."""
        xp = array_namespace(energy, mass)
        log_mass, x, inside = self._place(energy, mass)
        by_log_mass, by_x = bilinear_slopes(log_mass, x, *self._columns)
        slope = xp.where(inside, by_log_mass - by_x / _LN10, 0.0)
        return (slope / (mass * energy * _LN10),)

    def kinks_at(self, values: Sequence[float]) -> tuple[float, ...]:
        """Energies of the table, in TeV, at a mass."""
        return tuple((values[0] * 10.0**self.table.log10_x).tolist())

    def __repr__(self) -> str:
        return f"PrimaryFlux(mDM='{self.mDM}', channel={self.channel!r}{_source_text(self.source)})"


def _table(source: Any) -> PrimarySpectra:
    if isinstance(source, PrimarySpectra):
        return source
    known = names("PrimarySpectra", "read")
    if source not in known:
        raise UnknownNameError(
            f"source = {source!r} is no table of dark-matter spectra: use one of "
            f"{', '.join(known)}, or a PrimarySpectra"
        )
    return find("PrimarySpectra", "read", source)()


def _source_text(source: Any) -> str:
    """Argument of a call; a table does not fit on a line."""
    if isinstance(source, str):
        return "" if source == "pppc4" else f", source={source!r}"
    return f", own table, energies from 1e{source.log10_x[0]:g} mass"


class _DarkMatter(SpectralModel):
    """What annihilation and decay share: one table, one amplitude, no parameter but a scale."""

    primary_flux: PrimaryFlux
    _amplitude: u.Quantity

    def _set(self, mass: Any, channel: str, jfactor: Any, z: float, source: Any) -> None:
        self.mass = as_quantity(mass, "mass", u.TeV)
        self.channel, self.source = channel, source
        self.jfactor = u.Quantity(jfactor, dtype=float)
        if not (self.jfactor.isscalar and np.isfinite(self.jfactor) and self.jfactor.value > 0):
            raise ModelError(f"{type(self).__name__}: jfactor = {jfactor} must be positive")
        if not (np.isfinite(z) and z >= 0):
            raise ModelError(f"{type(self).__name__}: redshift z = {z} must not be negative")
        self.z = z

    @property
    def unit(self) -> u.UnitBase:
        """A differential flux, if the J factor has its unit."""
        unit = self._amplitude.unit / u.TeV
        return DNDE if unit.is_equivalent(DNDE) else unit

    def evaluate(self, energy: Any, scale: Any) -> Any:
        """Formula; see the module."""
        amplitude = self._amplitude.value * internal_factor(self._amplitude.unit)
        mass = self.primary_flux.internal_values[0]
        return scale * amplitude * self.primary_flux.evaluate(energy * (1.0 + self.z), mass)

    def partials(self, energy: Any, scale: Any) -> tuple[Any]:
        """Derivative by scale."""
        return (self.evaluate(energy, 1.0),)

    def kinks_at(self, values: Sequence[float]) -> tuple[float, ...]:
        """Energies of the table as they are seen."""
        return tuple(energy / (1.0 + self.z) for energy in self.primary_flux.kinks)

    def __repr__(self) -> str:
        k = f", k={self.k:g}" if hasattr(self, "k") else ""
        return (
            f"{type(self).__name__}(mass='{self.mass}', channel={self.channel!r}, "
            f"scale={self.own_parameters['scale'].value:.6g}, jfactor='{self.jfactor}', "
            f"z={self.z:g}{k}{_source_text(self.source)})"
        )


class DarkMatterAnnihilationSpectralModel(_DarkMatter):
    """Gamma rays of annihilation at the thermal relic cross section times ``scale``.

    Parameters
    ----------
    mass : `~astropy.units.Quantity`
        Mass of the particle.
    channel, source
        As for `PrimaryFlux`.
    scale : float
        Start value of the parameter.
    jfactor : `~astropy.units.Quantity`
        Integral of the squared density over source and line of sight, like "3e19 GeV2 cm-5".
    z : float
        Redshift of the source.
    k : float
        2 for particles that are their own antiparticles, else 4.

    Raises
    ------
    UnknownNameError, ModelError
        As `PrimaryFlux`, or if a number is not positive.
    """

    tag = ["DarkMatterAnnihilationSpectralModel", "dm-annihilation"]
    scale = Parameter("scale", 1.0, interp="log")

    #: Steigman et al. 2012, Phys. Rev. D 86, 023506, rounded
    THERMAL_RELIC_CROSS_SECTION: ClassVar[u.Quantity] = 3e-26 * u.Unit("cm3 s-1")

    def __init__(
        self,
        mass: Any,
        channel: str,
        scale: Any = 1.0,
        jfactor: Any = 1,
        z: float = 0,
        k: float = 2,
        source: Any = "pppc4",
    ) -> None:
        super().__init__(scale=scale)
        self._set(mass, channel, jfactor, z, source)
        if not (np.isfinite(k) and k > 0):
            raise ModelError(f"k = {k} must be 2 (own antiparticle) or 4")
        self.k = k
        self.primary_flux = PrimaryFlux(self.mass, channel, source)
        rate = self.THERMAL_RELIC_CROSS_SECTION / (4 * math.pi * k * self.mass**2)
        self._amplitude = rate * self.jfactor


class DarkMatterDecaySpectralModel(_DarkMatter):
    """Gamma rays of decay within the age of the universe, times ``scale``.

    Parameters
    ----------
    mass, channel, scale, z, source
        As for `DarkMatterAnnihilationSpectralModel`; half the mass must be in the table.
    jfactor : `~astropy.units.Quantity`
        Integral of the density over source and line of sight, like "1e20 GeV cm-2".

    Raises
    ------
    UnknownNameError, ModelError
        As for that.
    """

    tag = ["DarkMatterDecaySpectralModel", "dm-decay"]
    scale = Parameter("scale", 1.0, interp="log")

    LIFETIME_AGE_OF_UNIVERSE: ClassVar[u.Quantity] = 4.3e17 * u.s

    def __init__(
        self,
        mass: Any,
        channel: str,
        scale: Any = 1.0,
        jfactor: Any = 1,
        z: float = 0,
        source: Any = "pppc4",
    ) -> None:
        super().__init__(scale=scale)
        self._set(mass, channel, jfactor, z, source)
        self.primary_flux = PrimaryFlux(self.mass / 2, channel, source)
        rate = 1.0 / (4 * math.pi * self.LIFETIME_AGE_OF_UNIVERSE * self.mass)
        self._amplitude = rate * self.jfactor
