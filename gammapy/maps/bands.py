"""Tables of the axes of a map in a FITS file.

``BANDS`` tables, of the GADF layout, have one row for each plane, the first axis varying fastest,
and for each axis NAME the columns NAME (centres), NAME_MIN and NAME_MAX (E_MIN and E_MAX for
``energy``). The cards AXCOLSn tell which columns are axes: "NAME_MIN,NAME_MAX" for one that is
known by its edges, "NAME" by its centres; INTERPn tells their scale. Tables ``EBOUNDS`` have the
edges of energies, ``ENERGIES`` their nodes.
"""

from __future__ import annotations

from typing import Any

import astropy.units as u
import numpy as np
from astropy.io import fits
from astropy.time import Time

from gammapy.errors import DataError, FileFormatError, GammapyError
from gammapy.maps.axis import MapAxis
from gammapy.maps.time_axis import TimeMapAxis

__all__ = ["axis_cards", "bands_table", "read_bands", "read_bounds", "read_nodes"]

#: axes that were once called otherwise
_NOW = {"e": "energy", "theta": "rad"}


# -- writing ------------------------------------------------------------------------------


def axis_cards(axes: Any) -> dict[str, Any]:
    """Cards of a header that tell about axes."""
    cards: dict[str, Any] = {}
    for i, axis in enumerate(axes, start=1):
        name, low, high = _columns(axis.name)
        centres = isinstance(axis, MapAxis) and axis.node_type == "center"
        cards[f"AXCOLS{i}"] = name if centres else f"{low},{high}"
        cards[f"INTERP{i}"] = axis.interp
        if isinstance(axis, TimeMapAxis):
            day = np.floor(axis.reference_time.mjd)
            cards["MJDREFI"] = int(day)
            cards["MJDREFF"] = float((axis.reference_time - _mjd(day, axis)).to_value("day"))
            cards["TIMESYS"] = axis.reference_time.scale
    return cards


def _mjd(day: float, axis: TimeMapAxis) -> Time:
    return Time(day, format="mjd", scale=axis.reference_time.scale)


def bands_table(axes: Any, name: str) -> fits.BinTableHDU:
    """Table of axes, one row for each plane."""
    sizes = [axis.nbin for axis in axes]
    n_rows = int(np.prod(sizes))
    columns = [fits.Column("CHANNEL", "K", array=np.arange(n_rows))]
    for i, axis in enumerate(axes):
        shape = [-1 if k == len(sizes) - 1 - i else 1 for k in range(len(sizes))]
        parts = zip(_columns(axis.name), (axis.center, axis.edges_min, axis.edges_max), strict=True)
        for column, values in parts:
            full = np.broadcast_to(values.to_value(axis.unit).reshape(shape), sizes[::-1])
            unit = axis.unit.to_string("fits")
            columns.append(fits.Column(column, "D", unit=unit, array=full.reshape(-1)))
    table = fits.BinTableHDU.from_columns(columns, name=name)
    table.header.update(axis_cards(axes))
    return table


def _columns(name: str) -> tuple[str, str, str]:
    """Columns of the centres and edges of an axis."""
    if name == "energy":
        return "ENERGY", "E_MIN", "E_MAX"
    upper = name.upper()
    return upper, f"{upper}_MIN", f"{upper}_MAX"


# -- reading ------------------------------------------------------------------------------


def read_bands(hdu: fits.BinTableHDU, header: Any, place: str) -> list[Any]:
    """Axes of a ``BANDS`` table.

    Parameters
    ----------
    hdu : `~astropy.io.fits.BinTableHDU`
    header : `~astropy.io.fits.Header`
        Of the image, whose cards count where the table has none.
    place : str
        File and extension, for the messages.

    Raises
    ------
    FileFormatError
        If a column is missing, or the numbers make no axis.
    """
    cards = hdu.header if "AXCOLS1" in hdu.header else header
    axes: list[Any] = []
    repeat = 1
    while f"AXCOLS{len(axes) + 1}" in cards:
        i = len(axes) + 1
        wanted = [c.strip().upper() for c in str(cards[f"AXCOLS{i}"]).split(",")]
        interp = str(cards.get(f"INTERP{i}", "lin")).strip().lower()
        axis = _axis(hdu, wanted, interp, cards, repeat, place)
        axes.append(axis)
        repeat *= axis.nbin
    if not axes:
        return [_guessed(hdu, place)]
    if repeat != len(hdu.data):
        sizes = [axis.nbin for axis in axes]
        raise FileFormatError(
            f"{place} has {len(hdu.data)} rows, and axes {[a.name for a in axes]} of {sizes} bins: "
            "one row for each plane is needed"
        )
    return axes


def _axis(
    hdu: fits.BinTableHDU, wanted: list[str], interp: str, cards: Any, repeat: int, place: str
) -> Any:
    name = wanted[0].removesuffix("_MIN").lower()
    name = _NOW.get(name, name)
    values = [_quantity(hdu, column, place) for column in wanted]
    first = values[0][::repeat]
    n = _period(first)
    parts = [column[::repeat][:n] for column in values]
    try:
        if "TIME" in wanted[0] and "MJDREFI" in cards:
            return _time_axis(parts, name, cards)
        if len(parts) == 1:
            return MapAxis.from_nodes(parts[0], interp=interp, name=name)
        return _touching(parts[0], parts[1], interp, name)
    except GammapyError as error:
        raise FileFormatError(f"{place}: columns {', '.join(wanted)}: {error}") from None


def _touching(low: u.Quantity, high: u.Quantity, interp: str, name: str) -> MapAxis:
    """Axis of bins that touch, within single precision."""
    if not low.unit.is_equivalent(high.unit):
        raise DataError(f"axis {name!r}: a bin from {low[0]} to {high[0]}: the units must convert")
    high = high.to(low.unit)
    if not np.allclose(low[1:].value, high[:-1].value, rtol=1e-5, atol=1e-12):
        raise DataError(f"axis {name!r}: a bin must end where the next one starts")
    if interp == "log" and low[0] == 0:
        interp = "lin"
    return MapAxis(u.Quantity([*low, high[-1]]), interp=interp, name=name)


def _time_axis(parts: list[u.Quantity], name: str, cards: Any) -> TimeMapAxis:
    if len(parts) != 2:
        raise DataError(f"axis {name!r} needs the start and end of each interval")
    scale = str(cards.get("TIMESYS", "tt")).strip().lower()
    reference = Time(cards["MJDREFI"], cards.get("MJDREFF", 0.0), format="mjd", scale=scale)
    return TimeMapAxis(parts[0], parts[1], reference, name=name)


def _period(values: u.Quantity) -> int:
    """After how many numbers a column that ascends starts again; a single bin does at once."""
    again = np.flatnonzero(np.diff(values.value) <= 0)
    return len(values) if not len(again) else int(again[0]) + 1


def _guessed(hdu: fits.BinTableHDU, place: str) -> MapAxis:
    """Axis of a table without cards."""
    names = [name.upper() for name in hdu.columns.names]
    if {"E_MIN", "E_MAX"} <= set(names):
        return read_bounds(hdu, place)
    if "ENERGY" in names:
        return read_nodes(hdu, place)
    raise FileFormatError(
        f"{place} has the columns {names} and no card AXCOLS1 that tells which are axes: E_MIN and "
        "E_MAX, or ENERGY, would do"
    )


def read_bounds(hdu: fits.BinTableHDU, place: str, name: str = "energy") -> MapAxis:
    """Axis of a table with E_MIN and E_MAX, in keV where it states no unit."""
    low, high = (_quantity(hdu, column, place, "keV") for column in ("E_MIN", "E_MAX"))
    try:
        return _touching(low, high, "log", name)
    except GammapyError as error:
        raise FileFormatError(f"{place}: {error}") from None


def read_nodes(hdu: fits.BinTableHDU, place: str, name: str = "energy_true") -> MapAxis:
    """Axis of a table with the energies of the planes, in MeV where it states no unit."""
    columns = [c for c in hdu.columns.names if c.upper() != "CHANNEL"]
    column = next((c for c in columns if c.upper().startswith("ENERG")), columns[0])
    try:
        return MapAxis.from_nodes(_quantity(hdu, column, place, "MeV"), interp="log", name=name)
    except GammapyError as error:
        raise FileFormatError(f"{place}: {error}") from None


def _quantity(hdu: fits.BinTableHDU, name: str, place: str, default: str = "") -> u.Quantity:
    """Numbers of a column with their unit."""
    column = next((c for c in hdu.columns if c.name.upper() == name.upper()), None)
    if column is None:
        raise FileFormatError(f"{place} has no column {name}: there are only {hdu.columns.names}")
    try:
        values = np.array(hdu.data[column.name], dtype=float)
        if values.ndim != 1 or not len(values):
            raise ValueError(f"shape {values.shape}, one number in each row is needed")
        return u.Quantity(values, (column.unit or "").strip() or default)
    except (ValueError, TypeError) as error:
        text = " ".join(str(error).split())
        raise FileFormatError(f"{place}: column {name}: {text}") from None
