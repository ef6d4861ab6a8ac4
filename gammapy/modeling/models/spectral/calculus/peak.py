"""Where a spectral energy distribution E^2 dN/dE has its maximum."""

from __future__ import annotations

import math

import astropy.units as u

__all__ = ["NO_PEAK", "peak_energy"]

#: what a class whose E^2 dN/dE has no maximum gives for the logarithm of its energy
NO_PEAK = math.nan


def peak_energy(log_energy: float, unit: u.UnitBase) -> u.Quantity:
    """Energy of a maximum from its natural logarithm in TeV.

    Parameters
    ----------
    log_energy : float
        `NO_PEAK`, and what is too large for a float, gives nan.
    unit : `~astropy.units.Unit`
        Unit of the result.
    """
    energy = math.exp(log_energy) if abs(log_energy) < 700.0 else math.nan
    return u.Quantity(energy, u.TeV).to(unit)
