"""Spectral models over energy: a curve, and the band of its error."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import astropy.units as u
import numpy as np

from gammapy.errors import OptionError
from gammapy.maps.axis import MapAxis
from gammapy.modeling.models import SpectralModel
from gammapy.plot.axes import axis_label, current_axes, on_axis, plain_numbers
from gammapy.units import as_quantity

__all__ = ["plot_spectral_error", "plot_spectral_model"]

NAMES = {"dnde": "dN/dE", "e2dnde": "E² dN/dE", "flux": "Flux", "eflux": "Energy flux"}
#: alike in all pictures: energy fluxes are read in erg
ERG = u.Unit("erg cm-2 s-1")


def plot_spectral_model(
    model: SpectralModel,
    energy_bounds: Any,
    ax: Any = None,
    sed_type: str = "dnde",
    energy_power: float = 0,
    n_points: int = 100,
    **kwargs: Any,
) -> Any:
    """Draw a spectrum.

    Parameters
    ----------
    model : `SpectralModel`
    energy_bounds : `~astropy.units.Quantity` [2], pair of them, or `MapAxis`
        Lowest and highest energy, or an axis whose edges are used.
    ax : `~matplotlib.axes.Axes`, optional
        By default the current ones.
    sed_type : {"dnde", "flux", "eflux", "e2dnde"}
        Differential flux, flux and energy flux in the bins between the points, or E^2 dN/dE.
    energy_power : float
        What is drawn is multiplied by this power of the energy.
    n_points : int
        Energies at which the model is computed.
    **kwargs
        Handed on to `matplotlib.axes.Axes.plot`.

    Returns
    -------
    `~matplotlib.axes.Axes`

    Raises
    ------
    OptionError
        If the bounds are no ascending pair of energies, or the type is not known.
    """
    energy, values, _ = _curve(model, energy_bounds, sed_type, energy_power, n_points, False)
    ax = current_axes(ax)
    ax.plot(on_axis(ax.xaxis, energy), on_axis(ax.yaxis, values), **kwargs)
    _frame(ax, sed_type, energy_power)
    return ax


def plot_spectral_error(
    model: SpectralModel,
    energy_bounds: Any,
    ax: Any = None,
    sed_type: str = "dnde",
    energy_power: float = 0,
    n_points: int = 100,
    **kwargs: Any,
) -> Any:
    """Draw the band of the error of a spectrum, as its ``evaluate_error`` gives it.

    The arguments are those of `plot_spectral_model`; ``kwargs`` go to
    `matplotlib.axes.Axes.fill_between`.
    """
    energy, values, errors = _curve(model, energy_bounds, sed_type, energy_power, n_points, True)
    ax = current_axes(ax)
    style = {"alpha": 0.3, "linewidth": 0} | kwargs
    if "color" not in style and "facecolor" not in style:
        style["facecolor"] = "black"
    low, high = on_axis(ax.yaxis, u.Quantity([values - errors[0], values + errors[1]]))
    ax.fill_between(on_axis(ax.xaxis, energy), low, high, **style)
    _frame(ax, sed_type, energy_power)
    return ax


def _curve(
    model: SpectralModel,
    energy_bounds: Any,
    sed_type: str,
    energy_power: float,
    n_points: int,
    with_errors: bool,
) -> tuple[u.Quantity, u.Quantity, u.Quantity | None]:
    """Energies [n], values [n] and errors [2, n]; for fluxes these are the bins between points."""
    if sed_type not in NAMES:
        raise OptionError(f"sed_type = {sed_type!r} is not known: choose one of {', '.join(NAMES)}")
    edges = _energies(energy_bounds, n_points)
    errors = None
    if sed_type in ("flux", "eflux"):
        name = "integral" if sed_type == "flux" else "energy_flux"
        energy = np.sqrt(edges[:-1] * edges[1:])
        arguments: tuple[Any, ...] = (edges[:-1], edges[1:])
        function: Callable[..., u.Quantity] = getattr(model, name)
        error: Callable[..., u.Quantity] = getattr(model, f"{name}_error")
    else:
        energy, arguments, function, error = edges, (edges,), model, model.evaluate_error
    values = error(*arguments) if with_errors else function(*arguments)[None]
    if sed_type == "e2dnde":
        values = values * energy**2
    values = values * energy**energy_power
    if values.unit.is_equivalent(ERG):
        values = values.to(ERG)
    if with_errors:
        errors = values[1:]
    return energy, values[0], errors


def _energies(energy_bounds: Any, n_points: int) -> u.Quantity:
    if isinstance(energy_bounds, MapAxis):
        return energy_bounds.edges
    if n_points < 2:
        raise OptionError(f"n_points = {n_points!r} must be at least 2")
    try:
        low, high = energy_bounds
    except (TypeError, ValueError):
        raise OptionError(
            f"energy_bounds = {energy_bounds!r} is no pair of energies: write [0.1, 100] * u.TeV"
        ) from None
    low = as_quantity(low, "energy_bounds[0]", u.TeV)
    high = as_quantity(high, "energy_bounds[1]", u.TeV).to(low.unit)
    if not 0 < low < high < np.inf:
        raise OptionError(
            f"energy_bounds = {energy_bounds!r} must be positive, finite and ascending"
        )
    return u.Quantity(np.geomspace(low.value, high.value, n_points), low.unit)


def _frame(ax: Any, sed_type: str, energy_power: float) -> None:
    """Scales and labels."""
    ax.set_xscale("log")
    ax.set_yscale("log", nonpositive="clip")
    axis_label(ax.xaxis, "Energy")
    plain_numbers(ax.xaxis)
    factor = sed_type == "dnde" and ax.yaxis.get_units().is_equivalent("")
    name = "Factor" if factor else NAMES[sed_type]
    axis_label(ax.yaxis, f"E^{energy_power:g} {name}" if energy_power else name)
