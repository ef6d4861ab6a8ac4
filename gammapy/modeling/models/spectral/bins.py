r"""A spectrum in bins of energy, with one index inside all of them.

.. math:: \phi(E) = \begin{cases} \phi_k \left(E / \sqrt{a_k b_k}\right)^{-\Gamma} &
    a_k \le E < b_k \\ 0 & \text{outside of all bins} \end{cases}

It is ``BinFunction`` of Gammalib, which has the index with the other sign.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from typing import Any

import astropy.units as u
import numpy as np

from gammapy.engine.namespace import array_namespace
from gammapy.errors import ModelError
from gammapy.modeling.models.object_parameters import ObjectParameters
from gammapy.modeling.models.spectral.base import SpectralModel
from gammapy.modeling.models.spectral.powerlaw import power_integral
from gammapy.modeling.parameter import Parameter
from gammapy.modeling.parameters import Parameters
from gammapy.units import as_quantity

__all__ = ["BinsSpectralModel"]


class BinsSpectralModel(ObjectParameters, SpectralModel):
    """Power laws of one ``index`` in bins, with the values ``amplitude_0``, ... at their centres.

    The centre of a bin is the geometric mean of its ends. The spectrum is zero outside of the
    bins; an upper end does not belong to its bin.

    Parameters
    ----------
    energy_min, energy_max : `~astropy.units.Quantity` [n]
        Ends of the bins, ascending; there may be gaps.
    amplitudes : `~astropy.units.Quantity` or list of `~gammapy.modeling.Parameter` [n], optional
        Differential fluxes, 1e-12 cm-2 s-1 TeV-1 by default.
    index : float or `~gammapy.modeling.Parameter`

    Raises
    ------
    ModelError
        If the bins are empty, not positive, not ascending or overlap, or the amplitudes are not as
        many.
    """

    tag = ["BinsSpectralModel", "bins"]

    def __init__(
        self, energy_min: Any, energy_max: Any, amplitudes: Any = None, index: Any = 2.0
    ) -> None:
        low = _column(energy_min, "energy_min")
        high = _column(energy_max, "energy_max")
        _check_bins(low, high)
        self._energy_min, self._energy_max = low, high
        values = [] if amplitudes is None else list(amplitudes)
        if amplitudes is not None and len(values) != len(low):
            raise ModelError(
                f"BinsSpectralModel: {len(values)} amplitudes for {len(low)} bins: give one for "
                "each bin"
            )
        self.declare(_declared(len(low)))
        given = {f"amplitude_{k}": value for k, value in enumerate(values)}
        super().__init__(index=index, **given)
        ends = zip(low.to_value(u.TeV).tolist(), high.to_value(u.TeV).tolist(), strict=True)
        self._bins = tuple(ends)
        for edges in (low, high):
            edges.flags.writeable = False  # copies share them

    @property
    def energy_min(self) -> u.Quantity:
        """Lower ends of the bins."""
        return self._energy_min

    @property
    def energy_max(self) -> u.Quantity:
        """Upper ends of the bins."""
        return self._energy_max

    @property
    def amplitudes(self) -> u.Quantity:
        """Values at the centres, in the unit of the first."""
        first, *others = list(self.own_parameters.values())[1:]
        return u.Quantity([first.quantity, *(p.quantity for p in others)])

    def kinks_at(self, values: Sequence[float]) -> tuple[float, ...]:
        """Ends of the bins, in TeV."""
        return tuple(sorted({end for ends in self._bins for end in ends}))

    def evaluate(self, energy: Any, index: Any, *amplitudes: Any) -> Any:
        """Formula; see the module."""
        xp = array_namespace(energy)
        height = 0.0 * energy
        for inside, amplitude in zip(self._inside(energy), amplitudes, strict=True):
            height = xp.where(inside, amplitude + 0.0 * energy, height)
        return height * self._reduced(energy) ** (-index)

    def partials(self, energy: Any, index: Any, *amplitudes: Any) -> tuple[Any, ...]:
        """Derivatives by index and the amplitudes."""
        xp = array_namespace(energy)
        reduced = self._reduced(energy)
        shape = reduced ** (-index)
        value = self.evaluate(energy, index, *amplitudes)
        return (
            -value * xp.log(reduced),
            *(xp.where(inside, shape, 0.0) for inside in self._inside(energy)),
        )

    def _inside(self, energy: Any) -> list[Any]:
        return [(energy >= low) & (energy < high) for low, high in self._bins]

    def _reduced(self, energy: Any) -> Any:
        """Energies over the centre of their bin, one outside of all."""
        xp = array_namespace(energy)
        reduced = 1.0 + 0.0 * energy
        for inside, (low, high) in zip(self._inside(energy), self._bins, strict=True):
            reduced = xp.where(inside, energy / (low * high) ** 0.5, reduced)
        return reduced

    def evaluate_integral(self, energy_min: Any, energy_max: Any, *values: Any) -> Any:
        """Integral over energy."""
        return self._moment(energy_min, energy_max, 1.0, *values)

    def evaluate_energy_flux(self, energy_min: Any, energy_max: Any, *values: Any) -> Any:
        """Integral of energy times spectrum."""
        return self._moment(energy_min, energy_max, 2.0, *values)

    def _moment(self, low: Any, high: Any, power: float, index: Any, *amplitudes: Any) -> Any:
        xp = array_namespace(low, high)
        total = 0.0 * (low + high)
        for amplitude, (start, end) in zip(amplitudes, self._bins, strict=True):
            ends = xp.clip(low, start, end), xp.clip(high, start, end)
            centre = (start * end) ** 0.5
            part = power_integral(*ends, power - index, centre)
            total = total + amplitude * centre**power * part
        return total

    def __repr__(self) -> str:
        return (
            f"BinsSpectralModel({len(self._bins)} bins, energies from {self._energy_min[0]:g} to "
            f"{self._energy_max[-1]:g}, index={self.index.value:.6g})"
        )


def _column(energy: Any, name: str) -> u.Quantity:
    energy = as_quantity(energy, name, u.TeV)
    return energy.reshape(1) if energy.isscalar else energy


@lru_cache(maxsize=64)
def _declared(size: int) -> Parameters:
    """Parameters as they are declared; each model has copies."""
    flux = "1e-12 cm-2 s-1 TeV-1"
    amplitudes = [Parameter(f"amplitude_{k}", flux, interp="log") for k in range(size)]
    return Parameters([Parameter("index", 2.0), *amplitudes])


def _check_bins(low: u.Quantity, high: u.Quantity) -> None:
    fits = low.ndim == 1 and low.shape == high.shape and low.size > 0
    if not fits or not (np.all(low > 0) and np.all(low < high) and np.all(np.isfinite(high))):
        raise ModelError(
            f"BinsSpectralModel: energy_min = {low} and energy_max = {high} must be the ends of "
            "bins, as many of both, positive, finite and energy_min < energy_max in each"
        )
    if not np.all(low[1:] >= high[:-1]):
        raise ModelError(
            f"BinsSpectralModel: energy_min = {low} and energy_max = {high} must ascend without "
            "overlap: sort the bins, and let each end where the next begins, or before"
        )
