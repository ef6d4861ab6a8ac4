"""Files of models of any format: what a file is, and several files as one collection."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from gammapy.dispatch import find, names
from gammapy.errors import FileFormatError, MissingFileError, ModelError, OptionError
from gammapy.modeling.models.collection import Models
from gammapy.modeling.serialize.atomic import expand

__all__ = ["joined", "read_files", "sniff", "write_file"]

#: keys at the root of a file of gamma-cat
_GAMMA_CAT = ("source_id", "reference_id")


def read_files(
    filename: Any, format: str | None = None, suffix: str | None = None, **options: Any
) -> Models:
    """Models of a file or of several; see `Models.read`."""
    if isinstance(filename, str | os.PathLike):
        return _read_file(filename, format, options)
    files = list(filename)
    return joined(files, [_read_file(name, format, options) for name in files], suffix)


def _read_file(filename: Any, format: str | None, options: dict[str, Any]) -> Models:
    format = sniff(filename) if format is None else format
    if options and format != "xml":
        name = next(iter(options))
        raise OptionError(
            f"{filename}: {name}={options[name]!r} is for XML files, and this one is "
            f"{format}: leave it out"
        )
    return find("Models", "read", format)(filename, **options)


def sniff(filename: str | os.PathLike[str]) -> str:
    """Format of a file, from its first bytes.

    Raises
    ------
    MissingFileError, FileFormatError
        If the file is not there, or is no text.
    """
    path = expand(filename)
    if path.is_dir():
        raise FileFormatError(f"{path} is a folder: give the name of a file in it")
    if not path.exists():
        hint = "; set the variable in the name" if "$" in str(path) else ""
        raise MissingFileError(f"{path} does not exist{hint}: check the name and the folder")
    with open(path, "rb") as file:
        head = file.read(4096)
    if head.startswith((b"SIMPLE  =", b"\x1f\x8b")):
        raise FileFormatError(
            f"{path} is a FITS or compressed file, not a text of models: a catalogue is read by "
            "its class in gammapy.catalog"
        )
    text = head.lstrip(b"\xef\xbb\xbf \t\r\n")
    wide = head.startswith((b"\xff\xfe", b"\xfe\xff")) and b"<" in head[:4]
    if text.startswith(b"<") or wide:
        return "xml"
    lines = [line.split(b":")[0].decode("ascii", "replace") for line in text.splitlines()]
    merged = b"!!omap" in head  # how gamma-cat writes all sources into one file
    return "gamma-cat" if merged or any(key in lines for key in _GAMMA_CAT) else "yaml"


def joined(files: Sequence[Any], parts: Sequence[Models], suffix: str | None) -> Models:
    """All models of the parts, which are of files; equal names are refused, or get a suffix.

    Raises
    ------
    ModelError
        If there are equal names, and no suffix.
    """
    home: dict[str, Any] = {}
    twice: list[tuple[str, Any, Any]] = []
    for filename, models in zip(files, parts, strict=True):
        for model in models:
            if model.name in home:
                twice.append((model.name, home[model.name], filename))
                while suffix and model.name in home:
                    model.name += suffix
            home.setdefault(model.name, filename)
    if twice and not suffix:
        name, first, second = twice[0]
        raise ModelError(
            f"{len(twice)} names come twice, first {name!r} in {first} and {second}: give a "
            "suffix for the later ones, e.g. suffix='-b', or read the files one by one"
        )
    together = Models(
        [model for models in parts for model in models],
        [penalty for models in parts for penalty in models.penalties],
    )
    brought = [models.origin for models in parts if hasattr(models.origin, "joined")]
    together.origin = brought[0].joined(brought[1:]) if brought else None
    return together


def write_file(
    models: Models,
    filename: str | os.PathLike[str],
    overwrite: bool = False,
    write_covariance: bool = True,
    format: str | None = None,
    dialect: str | None = None,
) -> None:
    """Write models in the format of the name; see `Models.write`."""
    if format is None:
        named = Path(os.fspath(filename)).suffix.lower() == ".xml"
        format = "xml" if named or dialect is not None else "yaml"
    options: dict[str, Any] = {"overwrite": overwrite}
    if format == "xml":
        options |= {} if dialect is None else {"dialect": dialect}
    elif dialect is not None:
        raise OptionError(
            f"{filename}: dialect={dialect!r} is for XML files, and this one is {format}: leave "
            f"it out, or choose a format among {names('Models', 'write')}"
        )
    else:
        options["write_covariance"] = write_covariance
    find("Models", "write", format)(models, filename, **options)
