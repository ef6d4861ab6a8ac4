"""FITS files as a whole: read completely or refused, written completely or not at all.

A file is read into memory at once, so that a damaged one is found here and not somewhere in
the middle of a fit. Several files that belong together are written under temporary names
first and renamed at the end.
"""

from __future__ import annotations

import gzip
import io
import os
import secrets
import shutil
import warnings
import zlib
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import astropy.units as u
import numpy as np
from astropy.io import fits

from gammapy.errors import FileFormatError, GammapyWarning, MissingFileError, OverwriteError
from gammapy.modeling.serialize.atomic import expand

__all__ = [
    "carried_tables",
    "column_unit",
    "edges",
    "has_column",
    "name_card",
    "numbers",
    "open_hdus",
    "read_hdus",
    "write_hdus",
]

_GZIP = b"\x1f\x8b"


def open_hdus(filename: str | os.PathLike[str]) -> fits.HDUList:
    """All parts of a FITS file, in memory, with their headers understood but not their data.

    Raises
    ------
    MissingFileError
        If there is no such file.
    FileFormatError
        If it is a folder, not FITS, or truncated.
    """
    path = expand(filename)
    if not path.exists():
        raise MissingFileError(f"{path} does not exist: check the name and the folder")
    if path.is_dir():
        raise FileFormatError(f"{path} is a folder: give the name of a FITS file in it")
    with _damage_named(path):
        content = path.read_bytes()
        content = gzip.decompress(content) if content.startswith(_GZIP) else content
        hdus = fits.open(io.BytesIO(content), lazy_load_hdus=False)
    _check_length(path, hdus, content)
    return hdus


def read_hdus(filename: str | os.PathLike[str]) -> fits.HDUList:
    """All parts of a FITS file, in memory; raises as `open_hdus`, and if data are damaged."""
    hdus = open_hdus(filename)
    with _damage_named(expand(filename)):
        for hdu in hdus:
            hdu.data  # noqa: B018 (read it now)
    return hdus


@contextmanager
def _damage_named(path: Path) -> Iterator[None]:
    """Turn what astropy raises into an error that names the file."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # headers that are a little odd are not our concern
            yield
    except (OSError, EOFError, ValueError, TypeError, KeyError, zlib.error) as error:
        raise FileFormatError(
            f"{path} cannot be read as FITS, replace it: {_line(error)}"
        ) from None


def _check_length(path: Path, hdus: fits.HDUList, content: bytes) -> None:
    """Refuse data that end too soon, and a last header that does (it shows as a surplus)."""
    last = hdus[-1].fileinfo()
    needed = last["datLoc"] + last["datSpan"]
    if needed > len(content) or content[needed:].strip(b"\0 \r\n"):
        raise FileFormatError(
            f"{path} is truncated or damaged: it has {len(content)} bytes, where its headers say "
            f"{needed}; fetch it again"
        )


def _line(error: BaseException) -> str:
    return " ".join(str(error).split()) or type(error).__name__


def has_column(hdu: fits.BinTableHDU, name: str) -> bool:
    """True if a table has a column of this name, in any case."""
    return name.upper() in (column.upper() for column in hdu.columns.names)


def numbers(
    hdu: fits.BinTableHDU, name: str, path: Path, unit: str = "", default: str = ""
) -> np.ndarray:
    """Finite numbers of a column, as floats [n_rows, ...] in a unit.

    Parameters
    ----------
    hdu : `~astropy.io.fits.BinTableHDU`
    name : str
        Of the column.
    path : path
        For the messages.
    unit : str
        To convert to; numbers are taken as they are by default.
    default : str
        Unit of a column that states none.

    Raises
    ------
    FileFormatError
        If the column is missing, its unit does not convert, or numbers are not finite.
    """
    place = f"{path}: column {name} of {hdu.name}"
    if not has_column(hdu, name):
        raise FileFormatError(f"{place} is missing: there are only {hdu.columns.names}")
    try:
        values = np.array(hdu.data[name], dtype=float)
        factor = column_unit(hdu, name, default).to(unit) if unit else 1.0
    except (ValueError, TypeError) as error:
        raise FileFormatError(
            f"{place} is not a column of numbers in {unit!r}: {_line(error)}"
        ) from None
    bad = np.argwhere(~np.isfinite(values))
    if len(bad):
        raise FileFormatError(
            f"{place} is {values[tuple(bad[0])]} in row {bad[0][0]} ({len(bad)} such numbers): "
            "they must be finite; replace them by 0"
        )
    return values * factor


def column_unit(hdu: fits.BinTableHDU, name: str, default: str = "") -> u.UnitBase:
    """Unit that a column states, or a default."""
    column = next(c for c in hdu.columns if c.name.upper() == name.upper())
    return u.Unit((column.unit or "").strip() or default)


def edges(
    hdu: fits.BinTableHDU,
    low: str,
    high: str,
    path: Path,
    default: str,
    rows: slice = slice(None),
) -> u.Quantity:
    """Energies [n + 1] of the edges of bins, from two columns, in the unit of the first.

    Raises
    ------
    FileFormatError
        If the bins do not ascend, or do not touch (within 1e-5, for single precision).
    """
    if not has_column(hdu, low):
        numbers(hdu, low, path)
    try:
        unit = column_unit(hdu, low, default)
    except ValueError as error:
        raise FileFormatError(f"{path}: column {low} of {hdu.name}: {_line(error)}") from None
    if not unit.is_equivalent("keV"):
        raise FileFormatError(f"{path}: column {low} of {hdu.name} is in {unit}, not an energy")
    lows = numbers(hdu, low, path, str(unit), default)[rows]
    highs = numbers(hdu, high, path, str(unit), default)[rows]
    bad = np.flatnonzero(lows >= highs)
    if len(bad):
        i = bad[0]
        raise FileFormatError(
            f"{path}: bin {i} of {hdu.name} runs from {low} = {lows[i]:g} to {high} = "
            f"{highs[i]:g} {unit}: bins must ascend; correct or sort them"
        )
    bad = np.flatnonzero(np.abs(lows[1:] - highs[:-1]) > 1e-5 * np.abs(highs[:-1]))
    if len(bad):
        i = bad[0]
        raise FileFormatError(
            f"{path}: bin {i} of {hdu.name} ends at {high} = {highs[i]:g} and the next starts at "
            f"{low} = {lows[i + 1]:g} {unit}: bins must touch and ascend; correct or sort them"
        )
    return u.Quantity(np.append(lows, highs[-1]), unit)


def carried_tables(hdus: fits.HDUList, names: Mapping[str, str]) -> dict[str, fits.BinTableHDU]:
    """Tables that are not used, only kept to be written back.

    Parameters
    ----------
    hdus : `~astropy.io.fits.HDUList`
    names : mapping
        From names in the file to names to keep them under.
    """
    return {
        kept: fits.BinTableHDU(hdus[name].data, hdus[name].header, name=kept)
        for name, kept in names.items()
        if name in hdus and isinstance(hdus[name], fits.BinTableHDU)
    }


def name_card(header: fits.Header, key: str, name: str) -> None:
    """Put the name of a dataset into a header, or warn that it has no place there."""
    if name.isascii() and name.isprintable():
        header[key] = name
        return
    warnings.warn(
        f"the name {name!r} cannot be stored, FITS headers are ASCII: rename the dataset, or "
        "pass name= when you read it",
        GammapyWarning,
        stacklevel=2,
    )


def write_hdus(files: Mapping[Path, Iterable[Any]], overwrite: bool = False) -> None:
    """Write files that belong together: all appear, or none.

    Parameters
    ----------
    files : mapping from path to list of HDUs
        The last one is renamed last: it is the one that refers to the others.
    overwrite : bool

    Raises
    ------
    OverwriteError
        If one exists and ``overwrite`` is not set, or is a folder.
    MissingFileError
        If the folder does not exist.
    """
    contents = {path.resolve(): _content(path, hdus) for path, hdus in files.items()}
    for path in contents:
        if path.is_dir():
            raise OverwriteError(f"{path} is a folder: give the name of a file in it")
        if path.exists() and not overwrite:
            raise OverwriteError(f"{path} exists: pass overwrite=True or choose another name")
        if not path.parent.is_dir():
            raise MissingFileError(
                f"{path}: the folder {path.parent} does not exist; create it first"
            )
    temporaries = {path.with_name(f".{secrets.token_hex(8)}.tmp"): path for path in contents}
    try:
        for temporary, path in temporaries.items():
            with open(temporary, "xb") as file:
                file.write(contents[path])
                file.flush()
                os.fsync(file.fileno())
            if path.exists():
                shutil.copymode(path, temporary)
        for temporary, path in temporaries.items():
            os.replace(temporary, path)
    finally:
        for temporary in temporaries:
            temporary.unlink(missing_ok=True)


def _content(path: Path, hdus: Iterable[Any]) -> bytes:
    stream = io.BytesIO()
    fits.HDUList(list(hdus)).writeto(stream)
    content = stream.getvalue()
    # no time stamp: the same data make the same file
    return gzip.compress(content, mtime=0) if path.suffix == ".gz" else content
