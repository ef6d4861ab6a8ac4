"""Energies at which a spectrum has given values."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import astropy.units as u
import numpy as np

from gammapy.errors import ModelError
from gammapy.modeling.models.spectral.calculus.slope import spectral_index
from gammapy.units import as_quantity, internal_unit

if TYPE_CHECKING:
    from gammapy.modeling.models.spectral.base import SpectralModel

__all__ = ["lowest", "solutions"]

#: models that are a power law at all energies, and the parameter that is its index
POWER_LAWS = {
    "PowerLawSpectralModel": "index",
    "PowerLaw2SpectralModel": "index",
    "PowerLawEnergyFluxSpectralModel": "index",
    "PowerLawNormSpectralModel": "tilt",
}
_PER_DECADE = 40
_EQUAL = 4 * np.finfo(float).eps
#: a spectrum that is not as close to its value where it crosses it jumps there, past the value
_JUMP = 1e-6


def lowest(model: SpectralModel, value: Any, energy_min: Any, energy_max: Any) -> u.Quantity:
    """Lowest energy [...] for each value; see `SpectralModel.inverse`."""
    shape = np.shape(as_quantity(value, "value", model.unit))
    first = [energies[0] for energies in solutions(model, value, energy_min, energy_max)]
    unit = as_quantity(energy_min, "energy_min", u.TeV).unit
    return (u.Quantity(first, unit) if first else u.Quantity([], unit)).reshape(shape)


def solutions(
    model: SpectralModel, values: Any, energy_min: Any, energy_max: Any
) -> list[u.Quantity]:
    """All energies for each value; see `SpectralModel.inverse_all`."""
    quantity = as_quantity(values, "value", model.unit)
    low, high = (
        as_quantity(energy, name, u.TeV)
        for energy, name in ((energy_min, "energy_min"), (energy_max, "energy_max"))
    )
    wanted = quantity.to_value(internal_unit(model.unit)).ravel()
    found = _solve(model, wanted, float(low.to_value(u.TeV)), float(high.to_value(u.TeV)))
    return [
        u.Quantity(energies if energies.size else [np.nan], u.TeV).to(low.unit)
        for energies in found
    ]


def _solve(model: SpectralModel, values: np.ndarray, low: float, high: float) -> list[np.ndarray]:
    """Energies in TeV, ascending, for each of the values [n] in internal units.

    Between the energies of a grid, refined where the slope changes its sign, the spectrum is
    monotonic, so that no solution is missed but within a feature of 1/40 of a decade.
    """
    if not (0 < low < high < np.inf):
        raise ModelError(
            f"inverse between {low:g} and {high:g} TeV: 0 < energy_min < energy_max, both finite, "
            "is needed"
        )
    if not np.all(np.isfinite(values)):
        bad = values[~np.isfinite(values)][0]
        raise ModelError(f"inverse of value = {bad}: it must be finite; remove it from the values")
    if type(model).__name__ in POWER_LAWS:
        index = model.internal_values[
            list(model.own_parameters).index(POWER_LAWS[type(model).__name__])
        ]
        return [_power_law(model, index, value) for value in values.tolist()]
    grid = _grid(model, low, high)
    flux = model.flux(grid, model.internal_values)
    return [_crossings(model, grid, flux, value) for value in values.tolist()]


def _power_law(model: SpectralModel, index: float, value: float) -> np.ndarray:
    ratio = value / float(model.flux(np.array(1.0), model.internal_values))
    return np.array([ratio ** (-1.0 / index)] if index != 0 and ratio > 0 else [])


def _grid(model: SpectralModel, low: float, high: float) -> np.ndarray:
    """Energies between which the spectrum is monotonic."""
    from scipy.optimize import brentq

    values = model.internal_values
    n_nodes = int(np.ceil(_PER_DECADE * np.log10(high / low))) + 2
    kinks = [energy for energy in model.kinks if low < energy < high]
    grid = np.unique(np.concatenate([np.geomspace(low, high, n_nodes), kinks]))
    grid[0], grid[-1] = low, high

    def slope(x: float) -> float:
        return float(spectral_index(model, np.array(np.exp(x)), values))

    index = spectral_index(model, grid, values)
    turns = np.flatnonzero(index[:-1] * index[1:] < 0)
    found = [np.exp(brentq(slope, *np.log(grid[i : i + 2]), xtol=1e-14, rtol=1e-14)) for i in turns]
    return np.unique(np.concatenate([grid, found]))


def _crossings(
    model: SpectralModel, grid: np.ndarray, flux: np.ndarray, value: float
) -> np.ndarray:
    from scipy.optimize import brentq

    values = model.internal_values
    side = np.where(np.abs(flux - value) <= _EQUAL * abs(value), 0.0, np.sign(flux - value))
    nodes = np.flatnonzero(side == 0)
    # where the spectrum is level, no energy stands out
    touched = [i for i in nodes if not {i - 1, i + 1} & set(nodes.tolist())]

    def excess(x: float, scale: float) -> float:
        here = float(model.flux(np.array(np.exp(x)), values))
        if here * value > 0:  # close to a straight line in the logarithms
            return float(np.sign(value) * np.log(here / value))
        return (here - value) / scale

    roots = []
    for i in np.flatnonzero(side[:-1] * side[1:] < 0):
        scale = abs(value) or np.abs(flux[i : i + 2]).max()
        ends = np.log(grid[i : i + 2])
        root = brentq(excess, *ends, args=(scale,), xtol=1e-15, rtol=1e-15)
        if abs(excess(root, scale)) < _JUMP:
            roots.append(np.exp(root))
    return np.sort(np.concatenate([grid[np.array(touched, dtype=int)], roots]))
