"""Problem: what is wrong at a line of a file of models."""

from __future__ import annotations

import re
from typing import NamedTuple

__all__ = ["Problem", "at_line"]


class Problem(NamedTuple):
    """Something wrong, or odd, in a file."""

    line: int
    #: "error" or "warning"
    severity: str
    message: str


def at_line(text: str, file: str, severity: str, line: int = 1) -> Problem:
    """Problem of a message of the readers, which may begin with the file and a line.

    Parameters
    ----------
    text : str
    file : str
        As messages call it.
    severity : {"error", "warning"}
    line : int
        Line, if the message has none.
    """
    text = " ".join(text.split())
    found = re.match(rf"{re.escape(file)}(?::(\d+)|, line (\d+))?[:,]? ", text)
    if found:
        line = int(found[1] or found[2] or line)
        text = text[found.end() :]
    return Problem(line, severity, text)
