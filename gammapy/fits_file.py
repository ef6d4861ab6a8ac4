"""FITS files as a whole: read completely or refused, written completely or not at all.

A file is read into memory at once, so that a damaged one is found here and not somewhere in
the middle of a fit.
"""

from __future__ import annotations

import gzip
import io
import os
import warnings
import zlib
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from astropy.io import fits

from gammapy.atomic import expand, write_files
from gammapy.errors import FileFormatError, MissingFileError

__all__ = ["open_hdus", "read_hdus", "write_hdus"]

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
    contents = {path: _content(path, hdus) for path, hdus in files.items()}
    write_files(contents, overwrite)


def _content(path: Path, hdus: Iterable[Any]) -> bytes:
    stream = io.BytesIO()
    fits.HDUList(list(hdus)).writeto(stream)
    content = stream.getvalue()
    # no time stamp: the same data make the same file
    return gzip.compress(content, mtime=0) if path.suffix == ".gz" else content
