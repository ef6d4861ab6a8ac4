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
    "celestial_axes",
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


def celestial_axes(ax: Any, geom: Any) -> Any:
    """The axes that are given, or new ones on the pixels of a map in pyplot's current figure.

    Parameters
    ----------
    ax : `~astropy.visualization.wcsaxes.WCSAxes` or None
    geom : `~gammapy.maps.WcsGeom`

    Raises
    ------
    OptionError
        If those that are given have no celestial coordinates.
    """
    if ax is None:
        pyplot = require("matplotlib.pyplot", "pictures")
        return pyplot.gcf().add_subplot(projection=geom.wcs)
    if not hasattr(ax, "wcs"):
        raise OptionError(
            f"ax = {ax!r} has no celestial coordinates: make it with "
            "figure.add_subplot(projection=map.geom.wcs), or leave it out"
        )
    return ax


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
    """Legend over the frame, where it hides nothing, and no wider than the frame if it can be."""
    style: dict[str, Any] = {"fontsize": "small", "frameon": False, "borderaxespad": 0.2}
    style |= {"columnspacing": 1.2, "handlelength": 1.6, "handletextpad": 0.5}
    columns = _columns(ax, ax.get_legend_handles_labels()[1])
    ax.legend(loc="lower left", bbox_to_anchor=(0, 1), ncols=columns, **style)


def _columns(ax: Any, labels: list[str]) -> int:
    """How many columns of a legend in small letters go side by side into the width of axes."""
    manager = require("matplotlib.font_manager", "pictures")
    size = manager.FontProperties(size="small").get_size_in_points()
    room = ax.bbox.width * 72 / ax.figure.dpi / size
    for columns in range(min(4, len(labels)), 1, -1):
        parts = np.array_split(list(map(len, labels)), columns)
        if sum(0.6 * part.max() + 3.3 for part in parts) <= room:  # letters; line and gaps
            return columns
    return 1


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

    class Between(ticker.Formatter):
        """Labels between the powers of ten where there is room for them."""

        shown = np.empty(0)

        def set_locs(self, locs: Any) -> None:
            self.shown = _with_room(axis, np.asarray(locs, dtype=float))

        def __call__(self, x: float, pos: int | None = None) -> str:
            return f"{x:g}" if np.any(np.isclose(x, self.shown, rtol=1e-9, atol=0)) else ""

    axis.set_major_formatter(ticker.FuncFormatter(lambda x, _: f"{x:g}"))
    axis.set_minor_formatter(Between())


#: which multiples of powers of ten may have a label, from many to few
MULTIPLES = ((2, 3, 4, 5, 6, 7, 8, 9), (2, 3, 4, 6), (2, 5), (3,))
#: from so many decades on, powers of ten are labels enough
ENOUGH = 3.5


def _with_room(axis: Any, ticks: np.ndarray) -> np.ndarray:
    """Minor ticks in view whose labels overlap neither each other nor those of powers of ten."""
    low, high = np.sort(axis.get_view_interval())
    ticks = ticks[(ticks >= low) & (ticks <= high)]
    decades = np.log10(high / low)
    if not ticks.size or decades >= ENOUGH:
        return ticks[:0]
    need = _label_size(axis, ticks) * decades / _length(axis)  # of a label, in decades
    first = np.round(ticks / 10 ** np.floor(np.log10(ticks) + 1e-9), 6)
    if np.any(first != np.round(first)):  # less than a decade is in view: as on a linear axis
        gap = np.diff(np.log10(ticks)).min(initial=np.inf)
        return ticks[:: max(1, int(np.ceil(need / gap)))]
    for multiples in MULTIPLES:
        if np.diff(np.log10([1, *multiples, 10])).min() >= need:
            return ticks[np.isin(first, multiples)]
    return ticks[:0]


def _length(axis: Any) -> float:
    """Length of an axis, in points."""
    box, inch = axis.axes.bbox, 72 / axis.axes.figure.dpi
    return float(inch * (box.width if axis.axis_name == "x" else box.height))


def _label_size(axis: Any, ticks: np.ndarray) -> float:
    """Room that the longest label takes along an axis, with a gap, in points."""
    name = f"{axis.axis_name}tick.labelsize"
    manager = require("matplotlib.font_manager", "pictures")
    rc = require("matplotlib", "pictures").rcParams
    letter = manager.FontProperties(size=rc[name]).get_size_in_points()
    longest = max(len(f"{x:g}") for x in ticks) if axis.axis_name == "x" else 1.5
    return float(letter * (0.62 * longest + 0.5))
