r"""A window in energy: a factor on another spectrum.

.. math:: f(E) = \begin{cases} 1 & E_\min \le E < E_\max \\ 0 & \text{else} \end{cases}

A spectrum times it is ``EnergyBand`` of the Fermi Science Tools.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import astropy.units as u

from gammapy.engine.namespace import array_namespace
from gammapy.errors import ModelError
from gammapy.modeling.models.spectral.base import SpectralModel
from gammapy.units import as_quantity

__all__ = ["EnergyWindowNormSpectralModel"]


class EnergyWindowNormSpectralModel(SpectralModel):
    """One from ``emin`` (included) to ``emax`` (excluded), zero outside.

    The ends are no parameters: predicted counts do not depend smoothly on them, and a fit could
    not move them.

    Parameters
    ----------
    emin, emax : `~astropy.units.Quantity` or str

    Raises
    ------
    ModelError
        If ``emin`` is not below ``emax``.
    """

    tag = ["EnergyWindowNormSpectralModel", "window-norm"]

    def __init__(self, emin: Any, emax: Any) -> None:
        super().__init__()
        self._emin, self._emax = as_quantity(emin, "emin", u.TeV), as_quantity(emax, "emax", u.TeV)
        if not (self._emin.isscalar and self._emax.isscalar and 0 < self._emin < self._emax):
            raise ModelError(
                f"EnergyWindowNormSpectralModel: emin = {self._emin} and emax = {self._emax} must "
                "be two positive energies in this order: exchange them"
            )
        self._ends = self._emin.to_value(u.TeV).item(), self._emax.to_value(u.TeV).item()

    @property
    def emin(self) -> u.Quantity:
        """Where the window begins."""
        return self._emin

    @property
    def emax(self) -> u.Quantity:
        """Where the window ends."""
        return self._emax

    def evaluate(self, energy: Any) -> Any:
        """Formula; see the module."""
        xp = array_namespace(energy)
        low, high = self._ends
        return xp.where((energy >= low) & (energy < high), 1.0 + 0.0 * energy, 0.0)

    def partials(self, energy: Any) -> tuple[Any, ...]:
        """None: the window has no parameters."""
        return ()

    def kinks_at(self, values: Sequence[float]) -> tuple[float, ...]:
        """Both ends, in TeV."""
        return self._ends

    def __repr__(self) -> str:
        return f"EnergyWindowNormSpectralModel('{self._emin}', '{self._emax}')"

    def __str__(self) -> str:
        return repr(self)
