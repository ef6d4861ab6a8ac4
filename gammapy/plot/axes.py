"""Axes to draw on: the current ones of pyplot if none are given, with units that follow."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import astropy.units as u
import numpy as np

from gammapy.errors import OptionError, UnitMismatchError
from gammapy.optional import require

__all__ = [
    "axis_label",
    "current_axes",
    "down_to",
    "legend_above",
    "marker_style",
    "on_axis",
    "plain_numbers",
    "short_energies",
    "two_panels",
    "unit_text",
]


def current_axes(ax: Any = None) -> Any:
    """The axes that are given, or pyplot's current ones."""
    if ax is not None:
        return ax
    return require("matplotlib.pyplot", "pictures").gca()


def two_panels(ax_spectrum: Any = None, ax_residuals: Any = None) -> tuple[Any, Any]:
    """Axes for a spectrum and its residuals: the given ones, or new ones in a figure of pyplot.

    That is the current figure if nothing is drawn in it, so that its size can be chosen beforehand.

    Raises
    ------
    OptionError
        If only one of the axes is given.
    """
    if (ax_spectrum is None) != (ax_residuals is None):
        raise OptionError("give both ax_spectrum and ax_residuals, or none")
    if ax_spectrum is not None:
        return ax_spectrum, ax_residuals
    pyplot = require("matplotlib.pyplot", "pictures")
    figure = pyplot.gcf() if pyplot.get_fignums() else None
    if figure is None or figure.axes:
        figure = pyplot.figure(figsize=(7.5, 6.0))
    if figure.get_layout_engine() is None:
        figure.set_layout_engine("constrained")
    top, bottom = figure.subplots(2, 1, sharex=True, height_ratios=(3, 1))
    return top, bottom


@contextmanager
def down_to(ax: Any, lowest: float) -> Iterator[None]:
    """Draw on a logarithmic axis, with a view that ends a little below a value.

    An error bar or a cut-off that reaches many decades down would leave no room for the rest. What
    was in view before stays in view, and limits that the user has set stay.
    """
    before = ax.get_ylim()[0] if ax.has_data() else np.inf
    yield
    low, high = ax.get_ylim()
    wanted = min(lowest, before)
    if ax.get_yscale() != "log" or not ax.get_autoscaley_on():
        return
    if not (low > 0 and 0 < wanted < high):  # nothing is drawn, or nothing that is positive
        return
    margin = ax.margins()[1]
    decades = np.log10(high) - np.log10(low)
    top = np.log10(high) - decades * margin / (1 + 2 * margin)  # of what is drawn
    room = (top - np.log10(wanted)) * margin
    if low > wanted:
        ax.set_ylim(bottom=wanted / 10**room, auto=True)
    elif low < wanted / 10:
        ax.set_ylim(wanted / 10**room, 10 ** (top + room), auto=True)


def on_axis(axis: Any, quantity: u.Quantity) -> np.ndarray:
    """Numbers in the unit of an axis; the first that is drawn gives it its unit.

    So several spectra, in whatever units, share one picture, and a user chooses the unit
    beforehand by ``ax.yaxis.set_units``.

    Raises
    ------
    UnitMismatchError
        If the axis has a unit that does not convert.
    """
    unit = axis.get_units()
    if not isinstance(unit, u.UnitBase):
        axis.set_units(quantity.unit)
        return quantity.value
    if not quantity.unit.is_equivalent(unit):
        raise UnitMismatchError(
            f"these axes are in {unit_text(unit)!r}, to which {unit_text(quantity.unit)!r} does "
            "not convert: draw on other axes"
        )
    return quantity.to_value(unit)


def short_energies(energy: u.Quantity) -> u.Quantity:
    """Energies in their own unit, or in TeV where that makes long numbers.

    FITS files have energies in keV, and then so have all that is made of them.
    """
    return energy.to(u.TeV) if np.nanmax(energy.value) >= 1e7 else energy


def axis_label(axis: Any, name: str) -> None:
    """Label of an axis, with the unit of what is drawn."""
    text = unit_text(axis.get_units())
    axis.set_label_text(f"{name} [{text}]" if text else name)


def legend_above(ax: Any) -> None:
    """Legend over the frame, where it hides nothing."""
    labels = ax.get_legend_handles_labels()[1]
    longest = max(map(len, labels), default=0)
    style = {"fontsize": "small", "frameon": False, "borderaxespad": 0.2, "columnspacing": 1.2}
    columns = max(1, min(4, 64 // (longest + 6)))  # so many letters go into a row
    ax.legend(loc="lower left", bbox_to_anchor=(0, 1), ncols=columns, **style)


def marker_style(given: dict[str, Any]) -> dict[str, Any]:
    """Arguments of `matplotlib.axes.Axes.errorbar` for points: ours where the user gives none."""
    lines = require("matplotlib.lines", "pictures")
    cbook = require("matplotlib.cbook", "pictures")
    style = cbook.normalize_kwargs(given, lines.Line2D)
    ours: dict[str, Any] = {"markersize": 4.5, "elinewidth": 1.2}
    if "fmt" not in style:
        ours |= {"marker": "o", "linestyle": "none"}
    return ours | style


def unit_text(unit: u.UnitBase) -> str:
    """A unit as it stands in labels and tables: "cm-2 s-1 TeV-1"."""
    return unit.to_string(fraction=False)


def plain_numbers(axis: Any) -> None:
    """Ticks of a logarithmic axis as 0.1, 1, 10 instead of powers."""
    ticker: Any = require("matplotlib.ticker", "pictures")

    class Between(ticker.LogFormatter):
        """Labels between the powers of ten where there is room for them."""

        def __call__(self, x: float, pos: int | None = None) -> str:
            return f"{x:g}" if super().__call__(x, pos) else ""

    axis.set_major_formatter(ticker.FuncFormatter(lambda x, _: f"{x:g}"))
    axis.set_minor_formatter(Between(minor_thresholds=(2, 0.5)))
