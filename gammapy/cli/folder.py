"""A folder of results that appears whole or not at all."""

from __future__ import annotations

import os
import secrets
import shutil
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from pathlib import Path

from gammapy.errors import OverwriteError

__all__ = ["check_folder", "results_folder"]


def check_folder(folder: Path, overwrite: bool) -> None:
    """Refuse a folder that results cannot or must not go to, before there are any.

    Raises
    ------
    OverwriteError
        If it is a file, or not empty and ``overwrite`` is not set.
    PermissionError
        If it, or the folder it would be made in, cannot be written to.
    """
    if folder.exists() and not folder.is_dir():
        raise OverwriteError(f"{folder} is a file: choose another folder for the results")
    if folder.is_dir() and any(folder.iterdir()) and not overwrite:
        raise OverwriteError(f"{folder} is not empty: pass --overwrite or choose another folder")
    parent = next(path for path in (folder, *folder.parents) if path.exists())
    if not parent.is_dir():
        raise OverwriteError(f"{parent} is a file: choose another folder for the results")
    if not os.access(parent, os.W_OK | os.X_OK):
        raise PermissionError(f"{parent} cannot be written to: choose another folder")


@contextmanager
def results_folder(folder: Path, replaced: Collection[str]) -> Iterator[Path]:
    """Folder to write into; its files are moved to ``folder`` when the block ends well.

    Parameters
    ----------
    folder : path
        Is made if it does not exist, with those above it.
    replaced : collection of str
        Names of files of earlier results: they go, as the new results may have no such file.
    """
    folder = folder.resolve()
    folder.parent.mkdir(parents=True, exist_ok=True)
    temporary = f".{secrets.token_hex(8)}.tmp"
    is_new = not folder.exists()
    scratch = folder.with_name(temporary) if is_new else folder / temporary
    scratch.mkdir()
    try:
        yield scratch
        if is_new:
            scratch.rename(folder)
        else:
            _move(scratch, folder, replaced)
    finally:
        shutil.rmtree(scratch, ignore_errors=True)


def _move(scratch: Path, folder: Path, replaced: Collection[str]) -> None:
    names = sorted(path.name for path in scratch.iterdir())
    for name in names:
        os.replace(scratch / name, folder / name)
    for name in set(replaced) - set(names):
        (folder / name).unlink(missing_ok=True)
