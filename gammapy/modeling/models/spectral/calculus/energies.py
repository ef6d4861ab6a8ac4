"""Energies at the door of a spectrum: in TeV and positive, or refused."""

from __future__ import annotations

from typing import Any

import astropy.units as u
import numpy as np

from gammapy.errors import ModelError
from gammapy.units import strip

__all__ = ["energy_range", "positive_energy"]


def positive_energy(energy: Any) -> np.ndarray:
    """Energy in TeV."""
    stripped = strip(energy, "energy", u.TeV)
    if not np.all(stripped > 0):
        raise ModelError(f"energy = {energy} must be positive: remove the values that are not")
    return stripped


def energy_range(energy_min: Any, energy_max: Any) -> tuple[np.ndarray, np.ndarray]:
    """Ends of ranges in TeV."""
    low = strip(energy_min, "energy_min", u.TeV)
    high = strip(energy_max, "energy_max", u.TeV)
    if not np.all((low > 0) & (low < high) & np.isfinite(high)):
        raise ModelError(
            f"integral from {energy_min} to {energy_max}: 0 < energy_min < energy_max, both "
            "finite, is needed: swap the ends, or correct them"
        )
    return low, high
