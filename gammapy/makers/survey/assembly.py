"""Finished tiles become one FITS file, a few rows at a time, and the same bytes each time."""

from __future__ import annotations

import gzip
import io
import os
import secrets
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, nullcontext
from pathlib import Path
from typing import Any

import numpy as np
from astropy.io import fits

from gammapy.errors import FileFormatError
from gammapy.makers.survey.store import DTYPE, TileStore
from gammapy.maps import WcsGeom, WcsNDMap

__all__ = ["assemble", "header_of_file", "planes_of_file"]

_BLOCK = 2880
_GZIP = b"\x1f\x8b"
#: bytes of rows that are held at once
_BAND = 2**23
#: numbers like these hardly get smaller with a higher one (86 % of their size, all measured)
_LEVEL = 1


def assemble(
    store: TileStore,
    geom: WcsGeom,
    unit: str,
    cards: Mapping[str, Any],
    output: Path,
    progress: Callable[[int], None] = lambda n: None,
    before: Callable[[np.ndarray], None] = lambda sums: None,
) -> np.ndarray:
    """Write the map of which all tiles are finished.

    The file appears whole or not at all: until then it lies beside the tiles, in their folder.

    Parameters
    ----------
    store : `TileStore`
    geom : `WcsGeom`
    unit : str
        Of the values.
    cards : mapping
        For the header of the map; "HISTORY" may be a list.
    output : path
        Compressed if its name ends in ``.gz``.
    progress : callable
        Called with the number of planes each time that one is written.
    before : callable
        Called with the sums, before the file appears: files that go with it are written here.

    Returns
    -------
    ndarray [planes]
        Sums of the planes.
    """
    header, tail = _frame(geom, unit, cards)
    sums = np.zeros(store.planes)
    temporary = store.folder / f".{secrets.token_hex(8)}.tmp"
    n_bytes = 0
    with open(temporary, "xb") as file:
        with _compressed(file, output.suffix == ".gz") as stream:
            stream.write(header)
            for plane in range(store.planes):
                for band in _bands(store, plane):
                    sums[plane] += np.sum(band, dtype=float)
                    n_bytes += stream.write(band.astype(DTYPE.newbyteorder(">")).tobytes())
                progress(1)
            stream.write(b"\0" * (-n_bytes % _BLOCK))
            stream.write(tail)
        file.flush()
        os.fsync(file.fileno())
    before(sums)
    os.replace(temporary, output)
    return sums


@contextmanager
def _compressed(file: Any, compress: bool) -> Iterator[Any]:
    """The file, or one that compresses into it, without name and time."""
    if not compress:
        yield file
        return
    with gzip.GzipFile("", "wb", _LEVEL, file, mtime=0) as stream:
        yield stream


def _bands(store: TileStore, plane: int) -> Iterator[np.ndarray]:
    """Rows [n, n_x] of a plane, from the first to the last."""
    layout = store.layout
    width, columns = layout.shape[1], len(layout.columns)
    step = max(1, _BAND // (width * DTYPE.itemsize))
    for i, (first, last) in enumerate(layout.rows):
        tiles = layout.tiles[i * columns : (i + 1) * columns]
        for start in range(0, last - first, step):
            stop = min(start + step, last - first)
            band = np.empty((stop - start, width), DTYPE)
            for tile in tiles:
                band[:, tile.x_start : tile.x_stop] = store.rows(tile, plane, start, stop)
            yield band


def _frame(geom: WcsGeom, unit: str, cards: Mapping[str, Any]) -> tuple[bytes, bytes]:
    """What stands before the numbers, and behind them: as `Map.write` has it."""
    # all pixels are one number in memory
    empty = np.broadcast_to(np.float32(0), geom.data_shape)
    first, *others = WcsNDMap(geom, empty, unit=unit).to_hdulist()
    for name, value in cards.items():
        if name == "HISTORY":
            for line in value:
                first.header.add_history(line)
        else:
            first.header[name] = value
    tail = io.BytesIO()
    fits.HDUList([fits.PrimaryHDU(), *others]).writeto(tail)
    return first.header.tostring().encode("ascii"), tail.getvalue()[_BLOCK:]


# -- reading back -------------------------------------------------------------------------


@contextmanager
def _opened(path: Path) -> Iterator[Any]:
    with open(path, "rb") as file:
        start = file.read(2)
        file.seek(0)
        with gzip.open(file, "rb") if start == _GZIP else nullcontext(file) as stream:
            yield stream


def header_of_file(path: Path) -> fits.Header:
    """First header of a FITS file, without reading what follows.

    Raises
    ------
    FileFormatError
        If there is none.
    """
    try:
        with _opened(path) as stream:
            return fits.Header.fromfile(stream)
    except (OSError, EOFError, ValueError) as error:
        text = " ".join(str(error).split())
        raise FileFormatError(f"{path} is no FITS file: {text}") from None


def planes_of_file(path: Path) -> Iterator[np.ndarray]:
    """Planes [n_y, n_x] of the map in the first part of a file, one by one.

    Raises
    ------
    FileFormatError
        If the file ends too soon.
    """
    with _opened(path) as stream:
        header = fits.Header.fromfile(stream)
        shape = (header["NAXIS2"], header["NAXIS1"])
        dtype = np.dtype({-32: ">f4", -64: ">f8"}[header["BITPIX"]])
        length = shape[0] * shape[1] * dtype.itemsize
        for _ in range(header.get("NAXIS3", 1)):
            content = stream.read(length)
            if len(content) < length:
                raise FileFormatError(f"{path} is truncated: make it anew")
            yield np.frombuffer(content, dtype).reshape(shape)
