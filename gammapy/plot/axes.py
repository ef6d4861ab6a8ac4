"""Axes to draw on: the current ones of pyplot if none are given, with units that follow."""

from __future__ import annotations

from typing import Any

import astropy.units as u
import numpy as np

from gammapy.errors import UnitMismatchError
from gammapy.optional import require

__all__ = ["axis_label", "current_axes", "on_axis", "plain_numbers"]


def current_axes(ax: Any = None) -> Any:
    """The axes that are given, or pyplot's current ones."""
    if ax is not None:
        return ax
    return require("matplotlib.pyplot", "pictures").gca()


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
            f"these axes are in {str(unit)!r}, to which {str(quantity.unit)!r} does not convert: "
            "draw on other axes"
        )
    return quantity.to_value(unit)


def axis_label(axis: Any, name: str) -> None:
    """Label of an axis, with the unit of what is drawn."""
    text = axis.get_units().to_string(fraction=False)
    axis.set_label_text(f"{name} [{text}]" if text else name)


def plain_numbers(axis: Any) -> None:
    """Ticks of a logarithmic axis as 0.1, 1, 10 instead of powers."""
    ticker = require("matplotlib.ticker", "pictures")
    axis.set_major_formatter(ticker.FuncFormatter(lambda x, _: f"{x:g}"))
