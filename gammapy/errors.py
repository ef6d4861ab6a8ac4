"""Every exception and warning of the package, with its meaning.

A message says in one line what was wrong (name and value), the rule, and the way out.
All errors derive from `GammapyError` and from the built-in that fits, so that
``except ValueError`` in a script keeps working.
"""

__all__ = [
    "AmbiguousNameError",
    "DataError",
    "FileFormatError",
    "FitError",
    "GammapyError",
    "GammapyWarning",
    "LinkError",
    "MissingFileError",
    "MissingPackageError",
    "ModelError",
    "OptionError",
    "OverwriteError",
    "ParameterError",
    "UnitMismatchError",
    "UnknownNameError",
]


class GammapyError(Exception):
    """Base of all errors raised on purpose by this package."""


class ParameterError(GammapyError, ValueError):
    """A parameter was given a value, bound or flag that it cannot have."""


class UnitMismatchError(GammapyError, ValueError):
    """A quantity has a unit that cannot be converted to the one that is needed."""


class LinkError(GammapyError, ValueError):
    """A link between parameters is circular, or its bounds cannot be kept."""


class UnknownNameError(GammapyError, KeyError):
    """A name (of a parameter, model, dataset, format...) is not among the known ones."""

    def __str__(self) -> str:
        return str(self.args[0])  # KeyError would show the repr of the message


class AmbiguousNameError(UnknownNameError):
    """A short name fits more than one parameter."""


class ModelError(GammapyError, ValueError):
    """A model cannot be built, composed or evaluated as asked."""


class DataError(GammapyError, ValueError):
    """Data are inconsistent, masked out, negative, not finite or incomplete."""


class FileFormatError(GammapyError, ValueError):
    """A file is damaged, incomplete, or not of the format that is expected."""

    #: line in the file, from 1, where it is known
    line: int | None = None
    #: keys and positions that lead to the place in a tree, where they are known
    path: tuple[object, ...] | None = None


class MissingFileError(GammapyError, FileNotFoundError):
    """A file, or the folder it should go to, does not exist."""


class OverwriteError(GammapyError, FileExistsError):
    """A file exists and would be replaced."""


class OptionError(GammapyError, TypeError):
    """An option is not known to the backend or function that it was passed to."""


class FitError(GammapyError, RuntimeError):
    """A fit cannot be started, or its result cannot be used as asked."""


class MissingPackageError(GammapyError, ImportError):
    """An optional package is needed and not installed."""


class GammapyWarning(UserWarning):
    """Something the user should know, although the work goes on."""
