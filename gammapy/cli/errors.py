"""Errors of a command as one line for its user."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import click

from gammapy.errors import GammapyError, GammapyWarning

__all__ = ["InputError", "check_file", "one_line_errors"]


class InputError(click.ClickException):
    """Shown as ``Error: message``, on one line; the exit code is 2."""

    exit_code = 2

    def __init__(self, message: str) -> None:
        super().__init__(" ".join(message.split()))


def check_file(file: Path, given: str) -> None:
    """Refuse a file that is not there, or is a folder.

    Parameters
    ----------
    file : path
    given : str
        The option with its value, for the message.

    Raises
    ------
    InputError
        If so.
    """
    if file.is_dir():
        raise InputError(f"{given} is a folder: give the name of a file in it")
    if not file.is_file():
        raise InputError(f"{given}: there is no such file")


@contextmanager
def one_line_errors() -> Iterator[None]:
    """Turn errors of the package and of files in the enclosed block into `InputError`.

    Warnings of the package are shown as ``Warning: message``.
    """
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("always", GammapyWarning)
            warnings.showwarning = _show(warnings.showwarning)
            yield
    except (GammapyError, OSError) as error:
        raise InputError(str(error)) from error


def _show(usual: Callable[..., None]) -> Callable[..., None]:
    def show(message: Any, category: type[Warning], *args: Any, **kwargs: Any) -> None:
        if issubclass(category, GammapyWarning):
            click.echo(f"Warning: {' '.join(str(message).split())}", err=True)
        else:
            usual(message, category, *args, **kwargs)

    return show
