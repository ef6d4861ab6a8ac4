"""Which model class belongs to a name in a file.

A class is registered when it is defined (`ModelBase.__init_subclass__`), under its class name and
the short tags it declares. The families keep apart: a spectral and a spatial "const" may exist.
"""

from __future__ import annotations

from collections.abc import Iterator
from difflib import get_close_matches
from typing import TYPE_CHECKING

from gammapy.errors import ModelError, UnknownNameError

if TYPE_CHECKING:
    from gammapy.modeling.models.base import ModelBase

__all__ = ["Registry"]


class Registry:
    """Model classes of one family, found by class name or tag.

    Parameters
    ----------
    family : str
        As it reads in a message: "spectral model".
    """

    def __init__(self, family: str) -> None:
        self.family = family
        self._by_tag: dict[str, type[ModelBase]] = {}

    def register(self, cls: type[ModelBase]) -> None:
        """Add a class; one that is defined again (in a notebook) replaces the earlier one."""
        for tag in cls.tag:
            known = self._by_tag.get(tag)
            if known is not None and known.__qualname__ != cls.__qualname__:
                raise ModelError(
                    f"{cls.__name__}: tag {tag!r} belongs to {known.__name__}; choose another tag"
                )
        self._by_tag.update(dict.fromkeys(cls.tag, cls))

    def append(self, cls: type[ModelBase]) -> None:
        """Second name of `register`, known to scripts; a class with a tag is there already."""
        self.register(cls)

    def get(self, tag: str) -> type[ModelBase]:
        """Class of a tag.

        Raises
        ------
        UnknownNameError
            With the names that come close, or all that are known.
        """
        try:
            return self._by_tag[tag]
        except (KeyError, TypeError):
            close = get_close_matches(str(tag), self._by_tag, n=3)
            known = close or sorted({cls.__name__ for cls in self})
            raise UnknownNameError(
                f"no {self.family} is called {tag!r}: did you mean {', '.join(known)}? "
                "(a class of your own must be imported before the file is read)"
            ) from None

    get_cls = get

    def __str__(self) -> str:
        rows = [f"  {cls.__name__:42s}: {', '.join(cls.tag[1:])}" for cls in self]
        return "\n".join([f"Registry of {len(rows)} {self.family}s", *rows])

    def __iter__(self) -> Iterator[type[ModelBase]]:
        return iter(dict.fromkeys(self._by_tag.values()))

    def __contains__(self, tag: object) -> bool:
        return tag in self._by_tag

    def __len__(self) -> int:
        return len(list(iter(self)))
