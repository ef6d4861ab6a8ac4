"""What the commands share: arguments for files, and reading them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from gammapy.modeling.models import Models

__all__ = [
    "described",
    "examples",
    "files_argument",
    "join",
    "kept_aside",
    "read_each",
    "suffix_option",
]


def examples(*lines: str) -> str:
    """End of a help text: commands, one a line."""
    return "\n".join(["\b", "Examples:", *(f"  {line}" for line in lines)])


def files_argument(function: Callable[..., Any]) -> Callable[..., Any]:
    """One file or several."""
    kind = click.Path(path_type=Path)
    return click.argument("files", nargs=-1, required=True, type=kind)(function)


def suffix_option(function: Callable[..., Any]) -> Callable[..., Any]:
    """How names that come twice are told apart."""
    return click.option(
        "--suffix", metavar="TEXT", help="Added to a name that an earlier file has already."
    )(function)


def read_each(files: Sequence[Path]) -> list[Models]:
    """Models of each file."""
    from gammapy.modeling.models import Models

    return [Models.read(file) for file in files]


def join(files: Sequence[Path], parts: Sequence[Models], suffix: str | None) -> Models:
    """Models of all files together."""
    from gammapy.errors import ModelError
    from gammapy.modeling.serialize.formats import joined

    if len(parts) == 1:
        return parts[0]
    try:
        return joined(files, parts, suffix)
    except ModelError as error:
        if "suffix=" not in str(error):
            raise
        # the library's way out is an argument in Python
        raise ModelError(str(error).replace("suffix='-b'", "--suffix=-b")) from None


def kept_aside(models: Models) -> int:
    """How many sources of an XML file are no models."""
    return len(getattr(models.origin, "refused", ()))


def described(file: Path, models: Models) -> str:
    """Format of a file that was read, with its dialect: "XML (gammalib)"."""
    from gammapy.modeling.serialize.formats import sniff

    names = {"yaml": "YAML", "xml": "XML", "gamma-cat": "gamma-cat"}
    dialect = getattr(models.origin, "dialect", None)
    format = names[sniff(file)]
    return f"{format} ({dialect})" if dialect else format
