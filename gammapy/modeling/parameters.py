"""Parameters: an ordered set of parameters with the paths under which they are known.

A path names a parameter from the outside in: ``crab.spectral.index``. A parameter that
several models share is one member with several paths. It is looked up by any tail of a path
("index", "spectral.index") that fits one member only.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import numpy as np

from gammapy.dispatch import find
from gammapy.errors import AmbiguousNameError, ParameterError, UnknownNameError
from gammapy.modeling.covariance import Covariance
from gammapy.modeling.parameter import Parameter

if TYPE_CHECKING:
    from astropy.table import Table

__all__ = ["Parameters"]


class Parameters(Sequence[Parameter]):
    """Ordered set of parameters.

    Parameters
    ----------
    parameters : iterable of `Parameter`
    paths : iterable of str, optional
        Path of each; by default its name. A parameter that comes twice is kept once,
        under both paths.
    """

    def __init__(
        self, parameters: Iterable[Parameter] = (), paths: Iterable[str] | None = None
    ) -> None:
        parameters = list(parameters)
        for parameter in parameters:
            if not isinstance(parameter, Parameter):
                raise ParameterError(f"{parameter!r} is not a Parameter")
        paths = [p.name for p in parameters] if paths is None else list(paths)
        self._paths: dict[Parameter, list[str]] = {}
        for parameter, path in zip(parameters, paths, strict=True):
            self._paths.setdefault(parameter, []).append(path)
        self._members = list(self._paths)

    # -- a sequence -----------------------------------------------------------------------

    def __len__(self) -> int:
        return len(self._members)

    def __iter__(self) -> Iterator[Parameter]:
        return iter(self._members)

    def __contains__(self, key: object) -> bool:
        return key in self._paths or (isinstance(key, str) and len(self._matches(key)) == 1)

    def __getitem__(self, key: Any) -> Any:
        """Member by position or name; a slice gives `Parameters`."""
        if isinstance(key, str):
            return self._by_name(key)
        if isinstance(key, slice):
            return self._subset(self._members[key])
        if isinstance(key, Parameter):
            if key in self._paths:
                return key
            raise UnknownNameError(f"{key!r} is not one of {self.names}")
        return self._members[key]

    def index(self, key: Any, *args: Any) -> int:
        """Position of a member, given itself or its name."""
        return self._members.index(self[key], *args)

    def _matches(self, name: str) -> list[Parameter]:
        """Members with this path, or else with a path that ends in it."""
        whole = [parameter for parameter, paths in self._paths.items() if name in paths]
        tail = "." + name
        return whole or [
            parameter
            for parameter, paths in self._paths.items()
            if any(path.endswith(tail) for path in paths)
        ]

    def _by_name(self, name: str) -> Parameter:
        matches = self._matches(name)
        if len(matches) == 1:
            return matches[0]
        if not matches:
            raise UnknownNameError(f"no parameter {name!r}: known are {self.names}")
        longer = [self._paths[parameter][0] for parameter in matches]
        raise AmbiguousNameError(f"{name!r} fits {len(matches)} parameters: use one of {longer}")

    def _subset(self, members: Iterable[Parameter]) -> Parameters:
        pairs = [(parameter, path) for parameter in members for path in self._paths[parameter]]
        return Parameters([p for p, _ in pairs], [path for _, path in pairs])

    def __add__(self, other: Parameters) -> Parameters:
        pairs = [(parameter, path) for part in (self, other) for parameter, path in part.items()]
        return Parameters([p for p, _ in pairs], [path for _, path in pairs])

    def items(self) -> Iterator[tuple[Parameter, str]]:
        """Every parameter with every one of its paths."""
        for parameter, paths in self._paths.items():
            for path in paths:
                yield parameter, path

    # -- names ----------------------------------------------------------------------------

    @property
    def paths(self) -> list[str]:
        """First path of each member."""
        return [paths[0] for paths in self._paths.values()]

    @property
    def names(self) -> list[str]:
        """Shortest tail of the path of each member that is not ambiguous."""
        return [self._shortest(parameter) for parameter in self]

    def _shortest(self, parameter: Parameter) -> str:
        path = self._paths[parameter][0]
        parts = path.split(".")
        tails = (".".join(parts[-n:]) for n in range(1, len(parts)))
        return next((tail for tail in tails if self._matches(tail) == [parameter]), path)

    # -- selection ------------------------------------------------------------------------

    @property
    def free_parameters(self) -> Parameters:
        """Members that a fit may change: neither frozen nor linked."""
        return self._subset(p for p in self if not p.frozen and p.link is None)

    @property
    def unique_parameters(self) -> Parameters:
        """The same: members are unique here."""
        return self

    @property
    def free_unique_parameters(self) -> Parameters:
        """The same as `free_parameters`."""
        return self.free_parameters

    def select(self, name: str | None = None, frozen: bool | None = None) -> Parameters:
        """Members whose path matches a regular expression, and whose flag is as given."""
        chosen = [
            p
            for p, paths in self._paths.items()
            if (name is None or any(re.search(name, path) for path in paths))
            and (frozen is None or p.frozen is frozen)
        ]
        return self._subset(chosen)

    def freeze_all(self) -> None:
        """Freeze every member."""
        for parameter in self:
            parameter.frozen = True

    def unfreeze_all(self) -> None:
        """Free every member."""
        for parameter in self:
            parameter.frozen = False

    # -- values ---------------------------------------------------------------------------

    @property
    def value(self) -> np.ndarray:
        """Values [n], each in its unit."""
        return np.array([parameter.value for parameter in self])

    @property
    def free_values(self) -> np.ndarray:
        """Values [n_free] of `free_parameters`; setting them changes the parameters."""
        return self.free_parameters.value

    @free_values.setter
    def free_values(self, values: Any) -> None:
        free = self.free_parameters
        if len(values) != len(free):
            raise ParameterError(f"{len(values)} values for {len(free)} free parameters")
        for parameter, value in zip(free, values, strict=True):
            parameter.value = value

    @contextmanager
    def restore_status(self) -> Iterator[None]:
        """Put values, bounds, flags, errors, priors and links back when the block ends."""
        saved = [(parameter, parameter.__dict__.copy()) for parameter in self]
        try:
            yield
        finally:
            for parameter, state in saved:
                revision = parameter._revision
                parameter.__dict__.update(state)
                if revision != state["_revision"]:
                    parameter._revision = revision + 1

    restore = restore_status

    # -- errors ---------------------------------------------------------------------------

    @property
    def covariance(self) -> Covariance:
        """Covariance [n, n] in the current units, put together from the parameters."""
        matrix = np.diag(np.array([parameter.error**2 for parameter in self]))
        stored = [(i, p._covariance) for i, p in enumerate(self) if p._covariance is not None]
        for (i, one), (j, other) in itertools.permutations(stored, 2):
            if one[0] is other[0]:
                matrix[i, j] = one[0].data[one[1], other[1]] * one[2] * other[2]
        return Covariance(self.paths, matrix)

    @covariance.setter
    def covariance(self, covariance: Any) -> None:
        if isinstance(covariance, Covariance):
            if set(covariance.names) == set(self.paths):  # by name where the names are ours
                covariance = covariance.submatrix(self.paths)
            covariance = covariance.data
        checked = Covariance(self.paths, covariance)
        for row, parameter in enumerate(self):
            parameter.set_covariance(checked, row)

    # -- shown ----------------------------------------------------------------------------

    def to_table(self) -> Table:
        """Table of names, values, units, errors, bounds, flags, links and priors.

        Asymmetric errors have columns if any member has them.
        """
        from astropy.table import Table

        rows = [
            {
                "name": path,
                "value": p.value,
                "unit": p.unit.to_string(fraction=False),
                "error": p.error,
                "errn": p.errn,
                "errp": p.errp,
                "min": p.min,
                "max": p.max,
                "frozen": p.frozen,
                "link": "" if p.link is None else repr(p.link),
                "prior": "" if p.prior is None else repr(p.prior),
            }
            for p, path in zip(self, self.paths, strict=True)
        ]
        found = any(not np.isnan([p.errn, p.errp]).all() for p in self)
        asymmetric = ("errn", "errp") if found else ()
        others = ("min", "max", "frozen", "link", "prior")
        names = ("name", "value", "unit", "error", *asymmetric, *others)
        table = Table({name: [row[name] for row in rows] for name in names})
        for column in ("value", "error", *asymmetric, "min", "max"):
            table[column].format = ".4e" if column == "value" else ".3e"
        return table

    def _repr_html_(self) -> str:
        return find("Parameters", "html", "table")(self)

    def __repr__(self) -> str:
        return f"Parameters({', '.join(self.names)})"

    def __str__(self) -> str:
        return "\n".join(self.to_table().pformat(max_lines=-1, max_width=-1))
