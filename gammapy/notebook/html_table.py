"""HTML tables, and numbers in them that are read at a glance."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from html import escape
from typing import Any

import astropy.units as u
import numpy as np

__all__ = ["heading", "measured", "number", "pairs", "table", "text", "unit"]

#: rows that are shown; of more, the first and last
MOST_ROWS = 40
#: look of an upper error over a lower one
STACKED = "display: inline-block; vertical-align: middle; font-size: 75%; line-height: 1.1"


def text(value: Any) -> str:
    """Anything as escaped text."""
    return escape(str(value))


def heading(kind: str, name: str = "") -> str:
    """What is shown below: class, and name of the object."""
    own = f" <code>{escape(name)}</code>" if name else ""
    return f"<p><b>{escape(kind)}</b>{own}</p>"


def unit(of: u.UnitBase | str) -> str:
    """A unit with superscripts, like cm⁻² s⁻¹ TeV⁻¹."""
    return escape(u.Unit(of).to_string("unicode", fraction=False))


def table(header: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Table of cells that are HTML already, without the columns that have nothing in them.

    Parameters
    ----------
    header : sequence of str
        Plain text.
    rows : iterable of sequences of str
    """
    cells = [list(row) for row in rows]
    used = [i for i in range(len(header)) if any(row[i] for row in cells)]
    head = _row("th", [escape(header[i]) for i in used])
    hidden = len(cells) - MOST_ROWS
    lines = [_row("td", [row[i] for i in used]) for row in cells]
    if hidden > 0:
        half = MOST_ROWS // 2
        gap = f'<tr><td colspan="{len(used)}">… {hidden} more rows …</td></tr>'
        lines = [*lines[:half], gap, *lines[-half:]]
    return f"<table><thead>{head}</thead><tbody>{''.join(lines)}</tbody></table>"


def pairs(rows: Iterable[tuple[str, str]]) -> str:
    """Table of names and values; the values are HTML already."""
    lines = (
        f'<tr><th style="text-align: left">{escape(name)}</th>'
        f'<td style="text-align: left">{value}</td></tr>'
        for name, value in rows
    )
    return f"<table>{''.join(lines)}</table>"


def _row(tag: str, cells: Iterable[str]) -> str:
    style = "text-align: left; white-space: nowrap"
    inside = "".join(f'<{tag} style="{style}">{cell}</{tag}>' for cell in cells)
    return f"<tr>{inside}</tr>"


# -- numbers ------------------------------------------------------------------------------


def number(value: Any, digits: int = 5) -> str:
    """A number with some digits, or a quantity with its unit; nan is an empty cell."""
    if isinstance(value, u.Quantity):
        shown = number(value.value, digits)
        return f"{shown} {unit(value.unit)}".strip() if shown else ""
    if isinstance(value, (bool, np.bool_)):
        return "yes" if value else ""
    if isinstance(value, (int, np.integer)):
        return str(value)
    if not isinstance(value, (float, np.floating)):
        return text(value)
    if math.isnan(value):
        return ""
    value = value + 0.0  # no minus before zero
    mantissa, _, power = f"{value:.{digits}g}".partition("e")
    if power and 0 < int(power) < 6:  # 1150 rather than 1.15e+03
        mantissa, power = f"{float(f'{value:.{digits}g}'):.0f}", ""
    return _minus(mantissa) + _times(int(power) if power else 0)


def measured(
    value: float, error: float = 0.0, errn: float = math.nan, errp: float = math.nan
) -> str:
    """A value with its error, both rounded to two digits of the error.

    Asymmetric errors stand instead of the symmetric one, if both are known. An error that is nan
    could not be determined: a question mark says so. One that is zero was never asked for.
    """
    if not math.isfinite(value):
        return text(value)
    sizes = [errn, errp] if errn > 0 and errp > 0 else [error] if error > 0 else []
    sizes = [size for size in sizes if math.isfinite(size)]
    if not sizes:
        unknown = ' ± <span title="the error is not known">?</span>' if math.isnan(error) else ""
        return number(float(value)) + unknown
    power = math.floor(math.log10(max(abs(value), *sizes, min(sizes))))
    power = 0 if -3 <= power < 5 else power
    places = min(max(0, 1 - math.floor(math.log10(min(sizes))) + power), 15)
    shown = [_minus(f"{x / 10.0**power:.{places}f}") for x in (value, *sizes)]
    if len(sizes) == 1:
        both = f"{shown[0]} ± {shown[1]}"
        return f"({both}){_times(power)}" if power else both
    both = f'{shown[0]} <span style="{STACKED}">+{shown[2]}<br>−{shown[1]}</span>'
    return f"({both}){_times(power)}" if power else both


def _minus(digits: str) -> str:
    return digits.replace("-", "−")


def _times(power: int) -> str:
    return f" × 10<sup>{_minus(str(power))}</sup>" if power else ""
