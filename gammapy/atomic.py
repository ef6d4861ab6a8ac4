"""Files that appear whole or not at all, alone or several that belong together."""

from __future__ import annotations

import os
import secrets
import shutil
from collections.abc import Mapping
from pathlib import Path

from gammapy.errors import MissingFileError, OverwriteError

__all__ = ["expand", "write_bytes", "write_files", "write_text"]


def expand(filename: str | os.PathLike[str]) -> Path:
    """Path with ``$VARIABLES`` and ``~`` replaced."""
    return Path(os.path.expandvars(filename)).expanduser()


def write_text(filename: str | os.PathLike[str], text: str, overwrite: bool = False) -> None:
    """Write a text in UTF-8; as `write_files`."""
    write_bytes(filename, text.encode("utf-8"), overwrite)


def write_bytes(filename: str | os.PathLike[str], content: bytes, overwrite: bool = False) -> None:
    """Write one file; as `write_files`."""
    write_files({expand(filename): content}, overwrite)


def write_files(contents: Mapping[Path, bytes], overwrite: bool = False) -> None:
    """Write files under temporary names in their folders, then rename them.

    An existing file keeps its permissions; a symbolic link still points to it afterwards.

    Parameters
    ----------
    contents : mapping from path to bytes
        The last one is renamed last: it is the one that refers to the others.
    overwrite : bool

    Raises
    ------
    OverwriteError
        If a file exists and ``overwrite`` is not set, or is a folder.
    MissingFileError
        If a folder does not exist.
    """
    contents = {path.resolve(): content for path, content in contents.items()}
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
