"""Node: a value in the tree of a file, and the place where it stands.

Everything that is read from a tree passes here, so that each message names the file, the model
and the key.
"""

from __future__ import annotations

import reprlib
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from typing import Any

import astropy.units as u

from gammapy.errors import FileFormatError, GammapyError
from gammapy.units import parse_unit

__all__ = ["Node"]


class Node:
    """A value of a tree and its place.

    Parameters
    ----------
    value : object
        Mapping, list or scalar, as a YAML parser gives it.
    place : str
        As it reads in a message: "models.yaml: model 'crab', spectral".
    path : tuple
        Keys and positions that lead to it from the root, ("components", 0, "spectral").
    """

    def __init__(self, value: Any, place: str, path: tuple[Any, ...] = ()) -> None:
        self.value = value
        self.place = place
        self.path = path

    def error(self, rule: str) -> FileFormatError:
        """Error that names the place and the value; ``rule`` says what is needed."""
        return self.complaint(f"{self.place} = {reprlib.repr(self.value)} {rule}")

    def complaint(self, message: str, *key: Any) -> FileFormatError:
        """Error with any message, about the node or what is, or should be, under a key."""
        error = FileFormatError(message)
        error.path = (*self.path, *key)
        return error

    @contextmanager
    def guard(self) -> Iterator[None]:
        """Give the package's errors of the enclosed block this place."""
        try:
            yield
        except FileFormatError:
            raise
        except GammapyError as error:
            raise self.complaint(f"{self.place}: {error}") from error

    # -- mappings -------------------------------------------------------------------------

    def check_keys(self, known: Collection[str], unsupported: Collection[str] = ()) -> None:
        """Refuse what is not a mapping, keys that are not known, and those not supported yet."""
        if not isinstance(self.value, dict):
            raise self.error(f"must be a mapping with the keys {', '.join(known)}")
        for key in self.value:
            if key in unsupported:
                raise self._unsupported(key)
            if key not in known:
                known_keys = ", ".join(known)
                raise self.complaint(
                    f"{self.place}: unknown key {key!r}; known keys are {known_keys}", key
                )

    def _unsupported(self, key: str) -> FileFormatError:
        part = self.value[key]
        kind = part.get("type", part) if isinstance(part, dict) else part
        return self.complaint(
            f"{self.place}, {key}: {reprlib.repr(kind)} is not supported yet; remove the key "
            f"{key!r} if the rest is wanted alone",
            key,
        )

    def __contains__(self, key: str) -> bool:
        """True if the mapping has the key with a value that is not null."""
        return self.value.get(key) is not None

    def __getitem__(self, key: str) -> Node:
        """Child under a key that must be there."""
        if key not in self.value:
            raise self.complaint(f"{self.place}: key {key!r} is missing", key)
        return Node(self.value[key], f"{self.place}, {key}", (*self.path, key))

    def named(self, place: str) -> Node:
        """The same value, at a place of which this is the end: "..., parameter 'index'"."""
        return Node(self.value, place, self.path)

    def items(self, length: int | None = None) -> list[Node]:
        """Children of a list, which may have to be of some length."""
        if not isinstance(self.value, list) or length not in (None, len(self.value)):
            raise self.error(f"must be a list{f' of {length}' if length is not None else ''}")
        return [
            Node(item, f"{self.place}[{i}]", (*self.path, i)) for i, item in enumerate(self.value)
        ]

    # -- scalars --------------------------------------------------------------------------

    def text(self) -> str:
        """Non-empty text."""
        if not isinstance(self.value, str) or not self.value:
            raise self.error("must be a text; put it in quotes if it looks like something else")
        return self.value

    def number(self) -> float:
        """Float, possibly nan; also from a text like ``1e-12``, which is none in YAML 1.1."""
        if isinstance(self.value, (int, float, str)) and not isinstance(self.value, bool):
            try:
                return float(self.value)
            except (ValueError, OverflowError):
                pass
        raise self.error("must be a number like 1.0e-12")

    def numbers(self) -> list[float]:
        """Floats of a list."""
        return [item.number() for item in self.items()]

    def flag(self) -> bool:
        """True or False."""
        if not isinstance(self.value, bool):
            raise self.error("must be true or false, without quotes")
        return self.value

    def unit(self) -> u.UnitBase:
        """Unit from its text."""
        if not isinstance(self.value, str):
            raise self.error("must be a text like 'cm-2 s-1 TeV-1', or '' for a plain number")
        with self.guard():
            return parse_unit(self.value)
