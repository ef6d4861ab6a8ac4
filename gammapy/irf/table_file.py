"""Tables of the instrument response in FITS files, in the layout of GADF.

A table has one row. Columns NAME_LO and NAME_HI are the edges of an axis, the others values on all
axes. In a file the axis whose columns come first varies fastest, so the order of the columns is the
order of the dimensions; files that have another order are recognised by the sizes. What files do
otherwise, and is understood:

- effective areas, point spread functions and dispersions with ENERG or ETRUE for true energies;
- a background whose values are called BGD instead of BKG;
- a background with DETX, DETY, ENERG in this order has values [energy, x, y];
- equal edges NAME_LO and NAME_HI: the axis is known by its nodes;
- units like 1/s/MeV/sr, m**2 and sr^(-1), which are no FITS units;
- a missing unit: that of GADF is taken, with a warning.

Descending or incomplete axes, more or less than one row, values that are negative or not finite,
and units of another dimension are errors.
"""

from __future__ import annotations

import os
import warnings
from collections.abc import Mapping, Sequence
from typing import Any

import astropy.units as u
import numpy as np
from astropy.io import fits

from gammapy.errors import (
    FileFormatError,
    GammapyError,
    GammapyWarning,
    UnitMismatchError,
    UnknownNameError,
)
from gammapy.irf.kinds import kind_of
from gammapy.maps.axis import MapAxis
from gammapy.units import parse_unit

__all__ = ["irf_from_hdu", "irf_from_hdulist", "irf_to_hdu", "read_irf"]

#: axis -> names of its columns without _LO and _HI (the first is written), unit, scale
_AXES: dict[str, tuple[tuple[str, ...], str, str]] = {
    "energy": (("ENERG",), "TeV", "log"),
    "energy_true": (("ENERG", "ETRUE"), "TeV", "log"),
    "migra": (("MIGRA",), "", "lin"),
    "offset": (("THETA",), "deg", "lin"),
    "rad": (("RAD",), "deg", "lin"),
    "fov_lon": (("DETX",), "deg", "lin"),
    "fov_lat": (("DETY",), "deg", "lin"),
}
#: values -> other names for them
_SYNONYMS = {"BKG": ("BGD",)}
#: columns whose unit is often absent, and not needed
_BARE = {"SCALE", "AMPL_2", "AMPL_3", "GAMMA", "MATRIX", "MIGRA_LO", "MIGRA_HI"}


# -- reading ------------------------------------------------------------------------------


def read_irf(cls: Any, filename: str | os.PathLike[str], hdu: str | int | None) -> Any:
    """Response of a class from a file; see `IRF.read`."""
    from gammapy.fits_file import read_hdus

    return irf_from_hdulist(cls, read_hdus(filename), hdu, os.fspath(filename))


def irf_from_hdulist(cls: Any, hdus: fits.HDUList, hdu: str | int | None, place: str) -> Any:
    """Response of a class from one of several parts, the first that fits if none is named."""
    if hdu is None:
        fitting = [part for part in hdus if kind_of(part) is cls]
        if not fitting:
            raise FileFormatError(
                f"{place} holds no {cls.__name__}: its parts are {[part.name for part in hdus]}; "
                "name one by hdu="
            )
        return irf_from_hdu(cls, fitting[0], place)
    try:
        chosen = hdus[hdu]
    except (KeyError, IndexError):
        raise UnknownNameError(
            f"{place} has no part {hdu!r}: known are {[part.name for part in hdus]}"
        ) from None
    return irf_from_hdu(cls, chosen, place)


def irf_from_hdu(cls: Any, hdu: Any, place: str) -> Any:
    """Response of a class from one table.

    Raises
    ------
    FileFormatError
        If the table is none of the class, or its axes or values are not fit.
    """
    where = f"{place}: table {hdu.name!r}"
    if not isinstance(hdu, fits.BinTableHDU):
        raise FileFormatError(f"{where} is no table, but {type(hdu).__name__}")
    if hdu.data is None or len(hdu.data) != 1:
        rows = 0 if hdu.data is None else len(hdu.data)
        raise FileFormatError(f"{where} has {rows} rows: a response has exactly one")
    axes = [_axis(hdu, name, where) for name in cls.required_axes]
    order = _file_order(hdu, cls.required_axes)
    names = _value_names(cls)
    columns = {name: _values(hdu, name, unit, axes, order, where) for name, unit in names.items()}
    header = hdu.header
    try:
        return cls.from_columns(
            axes,
            columns,
            is_pointlike=header.get("HDUCLAS3", "").strip() == "POINT-LIKE",
            fov_alignment=str(header.get("FOVALIGN", "RADEC")).strip(),
            meta={card: header[card] for card in header if card and not _is_layout(card)},
        )
    except GammapyError as error:
        raise FileFormatError(f"{where}: {error}") from None


def _value_names(cls: Any) -> dict[str, u.UnitBase]:
    """Columns of the values of a class, with a unit of their dimension."""
    if hasattr(cls, "column"):
        return {cls.column: cls.default_unit}
    return {name.upper(): unit for name, unit in cls.parameter_units.items()}


def _column(hdu: fits.BinTableHDU, names: Sequence[str], where: str) -> str:
    there = {name.upper(): name for name in hdu.columns.names}
    for name in names:
        if name in there:
            return there[name]
    raise FileFormatError(f"{where} has no column {' or '.join(names)}: it has {hdu.columns.names}")


def _unit(hdu: fits.BinTableHDU, column: str, like: u.UnitBase, where: str) -> u.UnitBase:
    """Unit of a column; that of GADF, with a warning, where the file names none."""
    text = (hdu.columns[column].unit or "").strip()
    if not text:
        if column not in _BARE and like != u.dimensionless_unscaled:
            warnings.warn(
                f"{where}: column {column} names no unit, {str(like)!r} is taken",
                GammapyWarning,
                stacklevel=2,
            )
        return like
    try:
        unit = parse_unit(_one_slash(text))
    except UnitMismatchError:
        raise FileFormatError(
            f"{where}: column {column} has the unit {text!r}, which astropy does not know: write "
            f"it like {str(like)!r}"
        ) from None
    if column != "SCALE" and not unit.is_equivalent(like):  # files disagree on what a scale is
        raise FileFormatError(
            f"{where}: column {column} has the unit {text!r}, one like {str(like)!r} is needed"
        )
    return unit


def _one_slash(text: str) -> str:
    """Unit like 1/s/MeV/sr, of which all but the first are divided by, as 1/(s MeV sr)."""
    first, *others = text.split("/")
    return f"{first}/({' '.join(others)})" if len(others) > 1 and "(" not in text else text


def _axis(hdu: fits.BinTableHDU, name: str, where: str) -> MapAxis:
    stems, like, scale = _AXES[name]
    low_name = _column(hdu, [f"{stem}_LO" for stem in stems], where)
    high_name = _column(hdu, [low_name.upper().replace("_LO", "_HI")], where)
    unit = _unit(hdu, low_name, u.Unit(like), where)
    ratio = _unit(hdu, high_name, u.Unit(like), where).to(unit)
    low = np.asarray(hdu.data[low_name], dtype=float).reshape(-1)
    high = np.asarray(hdu.data[high_name], dtype=float).reshape(-1) * ratio
    if low.shape != high.shape or not len(low):
        raise FileFormatError(f"{where}: {low_name} has {low.size} values, {high_name} {high.size}")
    try:
        if np.array_equal(low, high):
            return MapAxis.from_nodes(low, scale, name, unit)
        _check_adjacent(low, high, low_name, where)
        return MapAxis(np.append(low, high[-1]), scale, name, unit)
    except GammapyError as error:
        raise FileFormatError(f"{where}: {low_name}, {high_name}: {error}") from None


def _check_adjacent(low: np.ndarray, high: np.ndarray, column: str, where: str) -> None:
    if np.any(high <= low) or np.any(np.diff(low) <= 0):
        raise FileFormatError(
            f"{where}: axis {column} descends or has empty bins: sort the table by it"
        )
    gap = np.abs(low[1:] - high[:-1]) > 1e-4 * (high[:-1] - low[:-1])
    if np.any(gap):
        k = int(np.argmax(gap))
        raise FileFormatError(
            f"{where}: axis {column} has a gap or overlap between bins {k} ({high[k]:g}) and "
            f"{k + 1} ({low[k + 1]:g}): an axis has none"
        )


def _file_order(hdu: fits.BinTableHDU, names: Sequence[str]) -> list[int]:
    """Positions in ``names`` of the axes, in the order of their columns."""
    columns = [name.upper() for name in hdu.columns.names]
    starts = [
        min(columns.index(f"{stem}_LO") for stem in _AXES[name][0] if f"{stem}_LO" in columns)
        for name in names
    ]
    return sorted(range(len(names)), key=lambda k: starts[k])


def _values(
    hdu: fits.BinTableHDU,
    name: str,
    like: u.UnitBase,
    axes: Sequence[MapAxis],
    order: Sequence[int],
    where: str,
) -> u.Quantity:
    """Values on the axes, dimensions in their order."""
    column = _column(hdu, (name, *_SYNONYMS.get(name, ())), where)
    unit = _unit(hdu, column, like, where)
    stored = np.asarray(hdu.data[column][0], dtype=float)
    sizes = [axes[k].nbin for k in order]
    # the first column varies fastest, the last dimension of an array does
    if _is_camera_cube(stored.shape, axes, order):
        found: Sequence[int] = [0, 1, 2]
    elif stored.shape == tuple(reversed(sizes)):
        found = order[::-1]
    elif stored.ndim == len(axes) and (fitting := _arrangements(stored.shape, axes)):
        found = fitting[0]
        if len(fitting) > 1:
            raise FileFormatError(
                f"{where}: column {column} of shape {stored.shape} is not in the order of its "
                "axes, and their sizes do not tell another: put the columns of the axes in order"
            )
        warnings.warn(
            f"{where}: column {column} of shape {stored.shape} is not in the order of its axes; "
            f"by the sizes it is {[axes[k].name for k in found]}",
            GammapyWarning,
            stacklevel=2,
        )
    else:
        raise FileFormatError(
            f"{where}: column {column} of shape {stored.shape} does not fit the axes "
            f"{[axis.name for axis in axes]} of {[axis.nbin for axis in axes]} bins"
        )
    return u.Quantity(np.transpose(stored, np.argsort(found)), unit)


def _is_camera_cube(shape: Sequence[int], axes: Sequence[MapAxis], order: Sequence[int]) -> bool:
    """True for backgrounds with DETX, DETY, ENERG in this order, and an array [energy, x, y].

    By its columns that should be [energy, y, x]. But the files that were there before the order
    was laid down (those of H.E.S.S., whose events tell, and CTA) are read so by all tools.
    """
    names = [axes[k].name for k in order]
    return names == ["fov_lon", "fov_lat", "energy"] and shape == tuple(a.nbin for a in axes)


def _arrangements(shape: Sequence[int], axes: Sequence[MapAxis]) -> list[list[int]]:
    """Orders of the axes whose sizes are those of the array."""
    from itertools import permutations

    return [
        list(p)
        for p in permutations(range(len(axes)))
        if tuple(axes[k].nbin for k in p) == tuple(shape)
    ]


def _is_layout(card: str) -> bool:
    """True for cards that tell of the table, and not of the response."""
    stems = ("TTYPE", "TFORM", "TUNIT", "TDIM", "NAXIS", "TNULL", "TDISP")
    fixed = ("XTENSION", "BITPIX", "PCOUNT", "GCOUNT", "TFIELDS", "COMMENT", "HISTORY")
    return card.startswith(stems) or card in (*fixed, "CHECKSUM", "DATASUM")


# -- writing ------------------------------------------------------------------------------


def irf_to_hdu(irf: Any) -> fits.BinTableHDU:
    """Table of one row of a response."""
    columns = []
    for axis in irf.axes:
        stem = _AXES[axis.name][0][0]
        edges = (axis.edges_min, axis.edges_max)
        if axis.node_type == "center":
            edges = (axis.center, axis.center)
        for end, values in zip(("LO", "HI"), edges, strict=True):
            columns.append(_written(f"{stem}_{end}", values))
    columns += [_written(name, values) for name, values in irf.columns.items()]
    table = fits.BinTableHDU.from_columns(columns)
    table.header.update(_cards(irf))
    return table


def _written(name: str, values: u.Quantity) -> fits.Column:
    array = np.asarray(values.value, dtype=float).T[None]  # in a file the first axis is fastest
    dim = f"({','.join(map(str, values.shape))})" if values.ndim > 1 else None
    unit = values.unit.to_string("fits") if values.unit != u.dimensionless_unscaled else None
    return fits.Column(name, f"{values.size}D", unit=unit, dim=dim, array=array)


def _cards(irf: Any) -> Mapping[str, Any]:
    from gammapy.irf.kinds import CARDS

    clas2, name = CARDS[type(irf).tag]
    cards = {card: value for card, value in irf.meta.items() if not _is_layout(card)}
    cards.update(
        EXTNAME=cards.get("EXTNAME", name),
        HDUCLASS="GADF",
        HDUDOC="https://github.com/open-gamma-ray-astro/gamma-astro-data-formats",
        HDUVERS="0.2",
        HDUCLAS1="RESPONSE",
        HDUCLAS2=clas2,
        HDUCLAS3="POINT-LIKE" if irf.is_pointlike else "FULL-ENCLOSURE",
        HDUCLAS4=type(irf).tag.upper(),
        FOVALIGN=str(irf.fov_alignment),
    )
    return cards
