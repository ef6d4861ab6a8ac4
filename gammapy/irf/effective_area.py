"""EffectiveAreaTable2D: effective area by true energy and offset."""

from __future__ import annotations

from typing import Any, ClassVar

import astropy.units as u
import numpy as np

from gammapy.irf.quantity_table import QuantityTable

__all__ = ["EffectiveAreaTable2D"]


class EffectiveAreaTable2D(QuantityTable):
    """Effective area on the axes ``energy_true`` and ``offset`` (GADF: AEFF_2D).

    Parameters as for `QuantityTable`.
    """

    tag: ClassVar[str] = "aeff_2d"
    required_axes: ClassVar[tuple[str, ...]] = ("energy_true", "offset")
    default_unit: ClassVar[u.UnitBase] = u.m**2
    column: ClassVar[str] = "EFFAREA"

    def area(self, energy: Any, offset: Any) -> np.ndarray:
        """Effective area [...] in cm2.

        Parameters
        ----------
        energy : array_like [...]
            True energy in TeV.
        offset : array_like [...]
            In deg; broadcast against the energy.
        """
        return self._table(energy, offset) * self._factor
