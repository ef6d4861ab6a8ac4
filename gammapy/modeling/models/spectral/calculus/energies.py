"""Energies at the door of a spectrum: in TeV, positive and known to it, or refused."""

from __future__ import annotations

from typing import Any, Protocol

import astropy.units as u
import numpy as np

from gammapy.errors import ModelError
from gammapy.units import strip

__all__ = ["energy_range", "positive_energy"]


class _Spectrum(Protocol):
    def check_energies(self, energy: np.ndarray) -> None: ...


def positive_energy(energy: Any, spectrum: _Spectrum) -> np.ndarray:
    """Energy in TeV."""
    stripped = strip(energy, "energy", u.TeV)
    if not np.all(stripped > 0):
        raise ModelError(f"energy = {energy} must be positive: remove the values that are not")
    spectrum.check_energies(stripped)
    return stripped


def energy_range(
    energy_min: Any, energy_max: Any, spectrum: _Spectrum
) -> tuple[np.ndarray, np.ndarray]:
    """Ends of ranges in TeV."""
    low = strip(energy_min, "energy_min", u.TeV)
    high = strip(energy_max, "energy_max", u.TeV)
    if not np.all((low > 0) & (low < high) & np.isfinite(high)):
        raise ModelError(
            f"integral from {energy_min} to {energy_max}: 0 < energy_min < energy_max, both "
            "finite, is needed: swap the ends, or correct them"
        )
    spectrum.check_energies(low)
    spectrum.check_energies(high)
    return low, high
