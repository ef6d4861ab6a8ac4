"""A file that appears whole or not at all."""

from __future__ import annotations

import os
import secrets
import shutil
from pathlib import Path

from gammapy.errors import MissingFileError, OverwriteError

__all__ = ["expand", "write_bytes", "write_text"]


def expand(filename: str | os.PathLike[str]) -> Path:
    """Path with ``$VARIABLES`` and ``~`` replaced."""
    return Path(os.path.expandvars(filename)).expanduser()


def write_text(filename: str | os.PathLike[str], text: str, overwrite: bool = False) -> None:
    """Write a text in UTF-8; see `write_bytes`."""
    write_bytes(filename, text.encode("utf-8"), overwrite)


def write_bytes(filename: str | os.PathLike[str], content: bytes, overwrite: bool = False) -> None:
    """Write a file under a temporary name in the same folder, then rename.

    An existing file keeps its permissions; a symbolic link still points to it afterwards.

    Raises
    ------
    OverwriteError
        If the file exists and ``overwrite`` is not set, or if it is a folder.
    MissingFileError
        If the folder does not exist.
    """
    path = expand(filename).resolve()
    if path.is_dir():
        raise OverwriteError(f"{path} is a folder: give the name of a file in it")
    if path.exists() and not overwrite:
        raise OverwriteError(f"{path} exists: pass overwrite=True or choose another name")
    if not path.parent.is_dir():
        raise MissingFileError(f"{path}: the folder {path.parent} does not exist; create it first")
    temporary = path.with_name(f".{secrets.token_hex(8)}.tmp")
    try:
        with open(temporary, "xb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        if path.exists():
            shutil.copymode(path, temporary)
        os.replace(temporary, path)
    finally:
        temporary.unlink(missing_ok=True)
