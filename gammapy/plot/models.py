"""Many models in one picture: their spectra, and where they are on the sky.

The brightest have a colour and a name each; more than a dozen could not be told apart, so the
others are grey.
"""

from __future__ import annotations

import warnings
from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

import astropy.units as u
import numpy as np

from gammapy.errors import GammapyError, GammapyWarning
from gammapy.modeling.models import Models, SpectralModel
from gammapy.optional import require
from gammapy.plot.axes import plain_numbers
from gammapy.plot.model import plot_spectral_error
from gammapy.plot.sky import Outline, outlines_of, plot_outlines

__all__ = ["plot_models"]

#: colours that are told apart
COLOURS = 10
GREY = "0.72"
#: energy fluxes, alike in all pictures
ERG = u.Unit("erg cm-2 s-1")
#: what is so much fainter than the brightest is cut off below
DECADES = 7
#: a name that is longer is cut in the legend
LONGEST = 28


class _Curve(NamedTuple):
    """E^2 dN/dE of a model."""

    name: str
    values: np.ndarray
    brightness: float


def plot_models(models: Models, energy_bounds: Any, figure: Any) -> None:
    """Draw spectra of models, and a map of their positions if they have any.

    Parameters
    ----------
    models : `Models`
    energy_bounds : pair of `~astropy.units.Quantity`
    figure : `~matplotlib.figure.Figure`
        Without axes; its size is set.
    """
    low, high = (u.Quantity(bound).to_value("TeV") for bound in energy_bounds)
    energy = np.geomspace(low, high, 150) * u.TeV
    curves = _curves(models, energy)
    chosen = sorted(curves, key=lambda curve: -curve.brightness)[:COLOURS]
    palette = require("matplotlib", "pictures").colormaps["tab10"].colors
    colours = dict(zip([curve.name for curve in chosen], palette, strict=False))
    outlines = outlines_of(models)
    top, below = _panels(figure, outlines)
    _draw_spectra(top, models, curves, energy, colours)
    if below is not None:
        plot_outlines(outlines, colours, below)
        below.set_title(_counted(len(outlines), "position"), loc="left", fontsize="small")


def _panels(figure: Any, outlines: Sequence[Outline]) -> tuple[Any, Any]:
    """Axes for the spectra and for the sky, side by side or one above the other."""
    if not outlines:
        figure.set_size_inches(7.5, 5.0)
        return figure.subplots(), None
    if _spread(outlines) > 60.0:
        figure.set_size_inches(10.0, 8.5)
        return tuple(figure.subplots(2, 1, height_ratios=(2, 1)))
    figure.set_size_inches(12.0, 5.0)
    return tuple(figure.subplots(1, 2, width_ratios=(3, 2)))


def _spread(outlines: Sequence[Outline]) -> float:
    """Length of the smallest arc of longitude that holds all positions, in deg."""
    lon = np.sort([outline.lon % 360.0 for outline in outlines])
    gaps = np.diff(np.append(lon, lon[0] + 360.0))
    return float(360.0 - gaps.max())


def _counted(number: int, what: str) -> str:
    return f"{number:,} {what}{'' if number == 1 else 's'}"


# -- spectra ------------------------------------------------------------------------------


def _curves(models: Models, energy: u.Quantity) -> list[_Curve]:
    """Curves of the models that are fluxes and can be computed."""
    found = []
    for model in models:
        spectrum = model.part("spectral")
        if not isinstance(spectrum, SpectralModel) or not (spectrum.unit * u.TeV**2).is_equivalent(
            ERG
        ):
            continue
        try:
            with np.errstate(all="ignore"):
                values = (spectrum(energy) * energy**2).to_value(ERG)
        except GammapyError as error:
            warnings.warn(f"{model.name!r} is not drawn: {error}", GammapyWarning, stacklevel=2)
            continue
        positive = np.where(np.isfinite(values) & (values > 0), values, 0.0)
        found.append(_Curve(model.name, values, float(positive.sum())))
    return found


def _draw_spectra(
    ax: Any,
    models: Models,
    curves: Sequence[_Curve],
    energy: u.Quantity,
    colours: dict[str, Any],
) -> None:
    x = energy.to_value("TeV")
    others = [curve.values for curve in curves if curve.name not in colours]
    if others:
        lines = require("matplotlib.collections", "pictures").LineCollection(
            [np.column_stack([x, np.maximum(y, 0.0)]) for y in others],
            colors=GREY,
            linewidths=0.5 if len(others) > 50 else 0.9,
            alpha=0.6,
            label=_counted(len(others), "other"),
        )
        ax.add_collection(lines)
    for curve in sorted(curves, key=lambda curve: -curve.brightness)[: len(colours)]:
        name = curve.name if len(curve.name) <= LONGEST else f"{curve.name[: LONGEST - 1]}…"
        ax.plot(x, curve.values, color=colours[curve.name], label=name)
        _draw_error(ax, models[curve.name].part("spectral"), energy, colours[curve.name])
    _frame(ax, x, [curve.values for curve in curves])
    missing = len(models) - len(curves)
    title = _counted(len(curves), "spectrum").replace("spectrums", "spectra")
    if missing:
        title += f" (without {_counted(missing, 'factor')} or background)"
    ax.set_title(title, loc="left", fontsize="small")
    if curves:
        ax.legend(fontsize="small", loc="center left", bbox_to_anchor=(1.0, 0.5), frameon=False)


def _draw_error(ax: Any, spectrum: Any, energy: u.Quantity, colour: Any) -> None:
    """Band of the error, where there is one."""
    if not any(parameter.error > 0 for parameter in spectrum.parameters):
        return
    ax.xaxis.set_units(u.TeV)
    ax.yaxis.set_units(ERG)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", GammapyWarning)
            plot_spectral_error(
                spectrum, energy[[0, -1]], ax, sed_type="e2dnde", facecolor=colour, alpha=0.25
            )
    except GammapyError:  # a curve without its band is still one
        return


def _frame(ax: Any, x: np.ndarray, values: Iterable[np.ndarray]) -> None:
    """Scales, limits and labels."""
    ax.set_xscale("log")
    ax.set_yscale("log", nonpositive="clip")
    ax.set_xlim(x[0], x[-1])
    drawn = np.concatenate([[], *values])
    drawn = drawn[np.isfinite(drawn) & (drawn > 0)]
    if drawn.size:
        highest = drawn.max()
        lowest = max(drawn.min(), highest / 10**DECADES)
        ax.set_ylim(lowest / 2, highest * 2)
    ax.set_xlabel("Energy [TeV]")
    ax.set_ylabel(f"E² dN/dE [{ERG.to_string(fraction=False)}]")
    plain_numbers(ax.xaxis)
    ax.grid(alpha=0.25, linewidth=0.5)
