"""Spectral models over energy: a curve, and the band of its error."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from typing import Any

import astropy.units as u
import numpy as np

from gammapy.errors import GammapyWarning, OptionError
from gammapy.maps.axis import MapAxis
from gammapy.modeling.models import SpectralModel
from gammapy.plot.axes import axis_label, current_axes, down_to, on_axis, plain_numbers
from gammapy.units import as_quantity

__all__ = ["plot_spectral_error", "plot_spectral_model"]

NAMES = {"dnde": "dN/dE", "e2dnde": "E² dN/dE", "flux": "Flux", "eflux": "Energy flux"}
#: alike in all pictures: energy fluxes are read in erg
ERG = u.Unit("erg cm-2 s-1")
#: a curve that falls faster than E^-10 is followed down to this part of its maximum only
DEEPEST = 1e-12


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
    energy, values, _ = _curve(model, energy_bounds, sed_type, energy_power, n_points, None)
    ax = current_axes(ax)
    x, y = on_axis(ax.xaxis, energy), on_axis(ax.yaxis, values)
    with down_to(ax, _lowest(x, y)):
        ax.plot(x, y, **kwargs)
        _frame(ax, sed_type, energy_power)
    return ax


def plot_spectral_error(
    model: SpectralModel,
    energy_bounds: Any,
    ax: Any = None,
    sed_type: str = "dnde",
    energy_power: float = 0,
    n_points: int = 100,
    n_samples: int | None = None,
    random_state: Any = 42,
    samples: Any = None,
    **kwargs: Any,
) -> Any:
    """Draw the band of the error of a spectrum, as its ``evaluate_error`` gives it.

    The arguments are those of `plot_spectral_model`, and ``n_samples``, ``random_state`` and
    ``samples`` of `SpectralModel.evaluate_error`: by default the band is the covariance propagated
    in first order. ``kwargs`` go to `matplotlib.axes.Axes.fill_between`. Where the error is not
    known a warning says so.
    """
    draws = {"n_samples": n_samples, "random_state": random_state, "samples": samples}
    energy, values, errors = _curve(model, energy_bounds, sed_type, energy_power, n_points, draws)
    unknown = np.isnan(errors).any(axis=0)
    if unknown.any():
        warnings.warn(
            f"the error of this model is not known at {unknown.sum()} of {len(unknown)} energies, "
            "where there is no band: a parameter is at a bound, or not constrained",
            GammapyWarning,
            stacklevel=3,
        )
    ax = current_axes(ax)
    style = {"alpha": 0.3, "linewidth": 0} | kwargs
    if "color" not in style and "facecolor" not in style:
        style["facecolor"] = "black"
    x, y = on_axis(ax.xaxis, energy), on_axis(ax.yaxis, values)
    down, up = on_axis(ax.yaxis, errors)
    with down_to(ax, _lowest(x, np.fmax(y - down, y / 5))):
        ax.fill_between(x, y - down, y + up, **style)
        _frame(ax, sed_type, energy_power)
    return ax


def _curve(
    model: SpectralModel,
    energy_bounds: Any,
    sed_type: str,
    energy_power: float,
    n_points: int,
    draws: dict[str, Any] | None,
) -> tuple[u.Quantity, u.Quantity, u.Quantity]:
    """Energies [n], values [n], errors [2, n] if asked for; fluxes are of bins between points."""
    if sed_type not in NAMES:
        raise OptionError(f"sed_type = {sed_type!r} is not known: choose one of {', '.join(NAMES)}")
    edges = _energies(energy_bounds, n_points)
    if sed_type in ("flux", "eflux"):
        name = "integral" if sed_type == "flux" else "energy_flux"
        energy = np.sqrt(edges[:-1] * edges[1:])
        arguments: tuple[Any, ...] = (edges[:-1], edges[1:])
        function: Callable[..., u.Quantity] = getattr(model, name)
        error: Callable[..., u.Quantity] = getattr(model, f"{name}_error")
    else:
        energy, arguments, function, error = edges, (edges,), model, model.evaluate_error
    values = function(*arguments)[None] if draws is None else error(*arguments, **draws)
    if sed_type == "e2dnde":
        values = values * energy**2
    values = values * energy**energy_power
    if values.unit.is_equivalent(ERG):
        values = values.to(ERG)
    return energy, values[0], values[1:]


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


def _lowest(x: np.ndarray, y: np.ndarray) -> float:
    """Least value that must be in view, so that a cut-off leaves room for the rest."""
    x, y = x[y > 0], y[y > 0]
    if len(y) < 2:
        return float(y.min(initial=np.inf))
    steep = np.abs(np.gradient(np.log(y), np.log(x))) > 10
    return float(y[~steep | (y > DEEPEST * y.max())].min())


def _frame(ax: Any, sed_type: str, energy_power: float) -> None:
    """Scales and labels."""
    ax.set_xscale("log")
    ax.set_yscale("log", nonpositive="clip")
    axis_label(ax.xaxis, "Energy")
    plain_numbers(ax.xaxis)
    factor = sed_type == "dnde" and ax.yaxis.get_units().is_equivalent("")
    name = "Factor" if factor else NAMES[sed_type]
    axis_label(ax.yaxis, f"E^{energy_power:g} {name}" if energy_power else name)
