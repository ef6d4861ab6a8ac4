"""Where in a file something stands, for the messages and warnings of reading."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

from gammapy.errors import FileFormatError
from gammapy.modeling.serialize.atomic import expand

__all__ = ["SourcePlace"]


class SourcePlace:
    """The file that is read, and what was odd in it.

    Parameters
    ----------
    file : str
        Name of the file, for messages.
    folder : `~pathlib.Path`, optional
        Where files lie that it names.
    """

    def __init__(self, file: str, folder: Path | None = None) -> None:
        self.file = file
        self.folder = folder
        self.source = ""
        #: elements of named functions, and the library that has them
        self.prototypes: dict[str, bytes] = {}
        self.library = ""
        self.warnings: list[str] = []

    def stated(self, file: str) -> str:
        """Name of a file as a model keeps it: where it is, or as it is written if that is open."""
        located = self.located(file)
        variable = "$" in file or file.startswith("~")
        return file if variable or located is None else str(located)

    def located(self, file: str) -> Path | None:
        """Path of a file that is there: beside the XML file, or from the working directory."""
        return next((path for path in self._places(file) if _is_there(path)), None)

    def missing(self, file: str) -> str:
        """What to say of a file that is not there."""
        tried = " and ".join(str(path) for path in self._places(file))
        hint = ": set the variable in the name" if "$" in tried else ""
        return f"file {file!r} is not there (tried {tried}){hint}"

    def _places(self, file: str) -> list[Path]:
        bare = re.sub(r"\[[^\]]*\]$", "", file)  # an extension of a FITS file
        plain = re.sub(r"\$(?:ENV)?[({](\w+)[)}]", r"${\1}", bare)
        try:
            path = expand(plain)
        except RuntimeError:  # a home of nobody
            path = Path(plain)
        if path.is_absolute() or self.folder is None:
            return [path]
        return [self.folder / path, Path.cwd() / path]

    def text(self, element: Any, text: str) -> str:
        """Message about an element, with file and line."""
        where = f"{self.file}:{element.sourceline}"
        return f"{where}: source {self.source!r}: {text}" if self.source else f"{where}: {text}"

    def error(self, element: Any, text: str) -> FileFormatError:
        """Error about an element."""
        return FileFormatError(self.text(element, text))

    def warn(self, element: Any, text: str) -> None:
        """Note something odd about an element."""
        line = self.text(element, text)
        if line not in self.warnings[-10:]:  # a number may be read more than once
            self.warnings.append(line)


def _is_there(path: Path) -> bool:
    try:
        return path.exists()
    except OSError:  # a name that no file can have
        return False
