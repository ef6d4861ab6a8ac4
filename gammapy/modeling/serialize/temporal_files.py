"""Light curves and phase curves in FITS files.

``table`` is the layout of Gammalib: the first extension, whatever its name, has the columns TIME
and NORM, or PHASE and NORM. ``map`` is a light curve as a map on a region, in the extensions SKYMAP
and SKYMAP_BANDS, as Gammapy 2 writes it.
"""

from __future__ import annotations

import os
import secrets
import warnings
from collections.abc import Callable
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
from astropy.io import fits
from astropy.table import Table

from gammapy.errors import FileFormatError, MissingFileError, ModelError, OverwriteError
from gammapy.modeling.models.temporal.tables import (
    LightCurve,
    PhaseCurve,
    light_curve_of,
    phase_curve_of,
)
from gammapy.modeling.serialize.atomic import expand

__all__ = [
    "read_light_curve",
    "read_light_curve_map",
    "read_phase_curve",
    "write_light_curve",
    "write_light_curve_map",
    "write_phase_curve",
]


def read_light_curve(filename: str | os.PathLike[str]) -> LightCurve:
    """Light curve of a table.

    A file is read once; it is read again when it has changed.

    Raises
    ------
    MissingFileError
        If there is no such file.
    FileFormatError
        If it is not FITS, or its first extension is no such table.
    """
    return _read(_light_curve, filename)


def read_light_curve_map(filename: str | os.PathLike[str]) -> LightCurve:
    """Light curve of a map with one axis, that of time; as `read_light_curve`."""
    return _read(_light_curve_map, filename)


def read_phase_curve(filename: str | os.PathLike[str]) -> PhaseCurve:
    """Phase curve of a table; as `read_light_curve`."""
    return _read(_phase_curve, filename)


def write_light_curve(
    table: Table, filename: str | os.PathLike[str], overwrite: bool = False
) -> None:
    """Write a table with the columns TIME and NORM and the reference time in its ``meta``.

    Raises
    ------
    OverwriteError
        If the file exists and ``overwrite`` is not set.
    MissingFileError
        If the folder does not exist.
    """
    _write(filename, [fits.BinTableHDU(_with_cards(table))], overwrite)


def write_light_curve_map(
    table: Table, filename: str | os.PathLike[str], overwrite: bool = False
) -> None:
    """Write such a table as a map on a region; raises as `write_light_curve`."""
    time, norm = table["TIME"], np.asarray(table["NORM"])
    channel = np.arange(len(table))
    middle = 0.5 * (time[1:] + time[:-1])
    edges = [2 * time[0] - middle[0], *middle, 2 * time[-1] - middle[-1]]
    bands = Table({"CHANNEL": channel, "TIME": time, "TIME_MIN": edges[:-1], "TIME_MAX": edges[1:]})
    for name in ("TIME_MIN", "TIME_MAX"):
        bands[name].unit = time.unit
    bands.meta = table.meta
    data = fits.BinTableHDU(Table({"CHANNEL": channel, "DATA": norm.reshape(-1, 1, 1)}))
    hdus = {"SKYMAP": data, "SKYMAP_BANDS": fits.BinTableHDU(_with_cards(bands))}
    for name, hdu in hdus.items():
        hdu.name = name
        hdu.header.update({"AXCOLS1": "TIME", "INTERP1": "lin"})
    _write(filename, list(hdus.values()), overwrite)


def write_phase_curve(
    table: Table, filename: str | os.PathLike[str], overwrite: bool = False
) -> None:
    """Write a table with the columns PHASE and NORM; raises as `write_light_curve`."""
    _write(filename, [fits.BinTableHDU(table, name="PULSE_PROFILE")], overwrite)


# -- reading ------------------------------------------------------------------------------


def _read(reader: Callable[[Path, int], Any], filename: str | os.PathLike[str]) -> Any:
    path = expand(filename)
    if path.is_dir():
        raise FileFormatError(f"{path} is a folder: give the name of a FITS file in it")
    if not path.exists():
        hint = "; set the variable in the name" if "$" in str(path) else ""
        raise MissingFileError(f"{path} does not exist{hint}: check the name and the folder")
    try:
        return reader(path.resolve(), path.stat().st_mtime_ns)
    except ModelError as error:
        raise FileFormatError(str(error)) from None


@lru_cache(maxsize=4096)
def _light_curve(path: Path, changed: int) -> LightCurve:
    tables = _tables(path)
    if tables[0].meta.get("EXTNAME") == "SKYMAP":
        return _light_curve_map(path, changed)  # Gammapy 2.1 writes format: table for maps too
    return light_curve_of(tables[0], str(path))


@lru_cache(maxsize=4096)
def _phase_curve(path: Path, changed: int) -> PhaseCurve:
    return phase_curve_of(_tables(path)[0], str(path))


@lru_cache(maxsize=4096)
def _light_curve_map(path: Path, changed: int) -> LightCurve:
    tables = {table.meta.get("EXTNAME"): table for table in _tables(path)}
    if not {"SKYMAP", "SKYMAP_BANDS"} <= set(tables):
        raise FileFormatError(
            f"{path} is no map on a region: it needs the extensions SKYMAP and SKYMAP_BANDS, and "
            f"has {list(tables)}; use format='table' for a table of TIME and NORM"
        )
    bands = tables["SKYMAP_BANDS"]
    others = set(bands.colnames) - {"CHANNEL", "TIME", "TIME_MIN", "TIME_MAX"}
    if others or "DATA" not in tables["SKYMAP"].colnames:
        raise FileFormatError(
            f"{path}: SKYMAP must have DATA, and SKYMAP_BANDS the axis TIME alone (it has "
            f"{', '.join(bands.colnames)}): a light curve that depends on energy is not supported"
        )
    bands["NORM"] = tables["SKYMAP"]["DATA"]
    return light_curve_of(bands, str(path))


def _tables(path: Path) -> list[Table]:
    """Tables of all extensions, their headers in ``meta``."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # units that nobody asks for
            with fits.open(path, memmap=False) as hdus:
                tables = [
                    Table.read(hdu, format="fits", mask_invalid=False)
                    for hdu in hdus[1:]
                    if isinstance(hdu, fits.BinTableHDU | fits.TableHDU)
                ]
    except (OSError, ValueError, TypeError, KeyError, IndexError, EOFError) as error:
        text = " ".join(str(error).split())
        raise FileFormatError(f"{path} cannot be read as FITS ({text}): get it again") from None
    if not tables:
        raise FileFormatError(f"{path} has no table: a curve is a table in the first extension")
    return tables


# -- writing ------------------------------------------------------------------------------


def _with_cards(table: Table) -> Table:
    """Copy whose ``meta`` says the time scale as FITS does."""
    return Table(table, meta=table.meta | {"TIMESYS": str(table.meta["TIMESYS"]).upper()})


def _write(filename: Any, hdus: list[fits.BinTableHDU], overwrite: bool) -> None:
    """Write under a temporary name in the same folder, then rename."""
    path = expand(filename).resolve()
    if path.is_dir():
        raise OverwriteError(f"{path} is a folder: give the name of a file in it")
    if path.exists() and not overwrite:
        raise OverwriteError(f"{path} exists: pass overwrite=True or choose another name")
    if not path.parent.is_dir():
        raise MissingFileError(f"{path}: the folder {path.parent} does not exist; create it first")
    # the ending stays: it may ask for compression
    temporary = path.with_name(f".{secrets.token_hex(8)}-{path.name}")
    try:
        fits.HDUList([fits.PrimaryHDU(), *hdus]).writeto(temporary)
        os.replace(temporary, path)
    finally:
        temporary.unlink(missing_ok=True)
