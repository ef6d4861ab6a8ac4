"""Names that scripts written for Gammapy 2.x know, and that have no place here.

A class that does without such a name says what to use instead:

>>> class Result:
...     __getattr__ = elsewhere(minuit="take the values from result.parameters")

The error is an `AttributeError`, so `hasattr` and the protocols of Python work as ever. Classes
set it behind ``if not TYPE_CHECKING``, because type checkers let a ``__getattr__`` stand for
every name.
"""

from collections.abc import Callable
from typing import Any, NoReturn

__all__ = ["elsewhere"]


def elsewhere(**ways_out: str) -> Callable[[Any, str], NoReturn]:
    """Method ``__getattr__`` whose error knows the way out.

    Parameters
    ----------
    **ways_out : str
        By name that is missing.
    """

    def missing(self: Any, name: str) -> NoReturn:
        text = f"{type(self).__name__!r} object has no attribute {name!r}"
        way_out = f": {ways_out[name]}" if name in ways_out else ""
        raise AttributeError(text + way_out, name=name, obj=self)

    return missing
