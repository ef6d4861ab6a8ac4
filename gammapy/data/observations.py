"""Observations: a list of observations, that are found by number or by name."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, MutableSequence
from typing import Any, Self

import numpy as np
from astropy.time import Time

from gammapy.data.observation import Observation
from gammapy.errors import AmbiguousNameError, DataError, UnknownNameError

__all__ = ["Observations"]


class Observations(MutableSequence):
    """List of observations.

    The same ``obs_id`` may stand for several pieces of time, see `select_time`; these are then
    found by position only.

    Parameters
    ----------
    observations : iterable of `Observation`, optional

    Raises
    ------
    DataError
        If one is no observation.
    """

    def __init__(self, observations: Iterable[Observation] | None = None) -> None:
        self._observations: list[Observation] = []
        for one in observations or []:
            self.append(one)

    @property
    def ids(self) -> list[str]:
        """The ``obs_id`` of each, as texts."""
        return [str(one.obs_id) for one in self._observations]

    def index(self, key: Any, *args: Any) -> int:
        """Position of an observation by its position, ``obs_id`` as a text, or itself.

        Raises
        ------
        UnknownNameError
            If it is not in the list.
        AmbiguousNameError
            If there are several of the name.
        """
        if isinstance(key, Observation):
            same = [i for i, one in enumerate(self._observations) if one is key]
            if same:
                return same[0]
        if isinstance(key, int | np.integer) and not isinstance(key, bool):
            return range(len(self))[key]
        name = str(key.obs_id) if isinstance(key, Observation) else key
        ids = self.ids
        if name not in ids:
            raise UnknownNameError(f"no observation {name!r}: there are {', '.join(ids) or 'none'}")
        if ids.count(name) > 1:
            raise AmbiguousNameError(
                f"there are {ids.count(name)} observations {name!r}: take one by its position"
            )
        return ids.index(name)

    def __getitem__(self, key: Any) -> Any:
        """An observation by position, by ``obs_id`` as a text; a slice makes `Observations`."""
        if isinstance(key, slice):
            return type(self)(self._observations[key])
        return self._observations[self.index(key)]

    def __setitem__(self, key: Any, value: Any) -> None:
        self._observations[self.index(key)] = _checked(value)

    def __delitem__(self, key: Any) -> None:
        del self._observations[key if isinstance(key, slice) else self.index(key)]

    def __len__(self) -> int:
        return len(self._observations)

    def __iter__(self) -> Iterator[Observation]:
        return iter(self._observations)

    def __contains__(self, key: object) -> bool:
        return (str(key.obs_id) if isinstance(key, Observation) else key) in self.ids

    def insert(self, idx: int, obs: Observation) -> None:
        """Insert before a position."""
        self._observations.insert(idx, _checked(obs))

    @classmethod
    def from_stack(cls, observations_list: Iterable[Iterable[Observation]]) -> Self:
        """All observations of several lists."""
        return cls(one for several in observations_list for one in several)

    def select_time(self, time_intervals: Any, inverted: bool = False) -> Self:
        """The observations that overlap intervals of time, each cut to them.

        Parameters
        ----------
        time_intervals : `~astropy.time.Time` [2], or a list of them
            An observation in several intervals is there once for each, with the same ``obs_id``.
        inverted : bool
            The time outside of each interval counts instead.
        """
        first = next(iter(time_intervals), None)
        single = isinstance(first, Time) and first.isscalar
        chosen: list[Observation] = []
        for interval in [time_intervals] if single else time_intervals:
            for one in self:
                cut = one.select_time(interval, inverted)
                if len(cut.gti or ()):
                    chosen.append(cut)
        return type(self)(chosen)

    def group_by_label(self, labels: Iterable[Any]) -> dict[str, Observations]:
        """Groups of observations that have the same label.

        Parameters
        ----------
        labels : list
            One for each observation.

        Returns
        -------
        groups : dict
            By ``"group_" + label``, sorted by label.
        """
        labels = list(np.asarray(list(labels)).tolist())
        if len(labels) != len(self):
            raise DataError(f"{len(labels)} labels for {len(self)} observations: give one for each")
        return {
            f"group_{label}": Observations(
                one for one, own in zip(self, labels, strict=True) if own == label
            )
            for label in sorted(set(labels))
        }

    def in_memory_generator(self) -> Iterator[Observation]:
        """One after the other, with all its parts read."""
        for one in self:
            yield one.copy(in_memory=True)

    def __repr__(self) -> str:
        ids = self.ids
        shown = ", ".join(ids if len(ids) <= 6 else [*ids[:5], "...", ids[-1]])
        return f"Observations({len(ids)}: {shown})" if ids else "Observations(0)"

    def __str__(self) -> str:
        head = f"Observations\nNumber of observations: {len(self)}\n"
        return head + "".join(str(one) for one in self)


def _checked(value: Any) -> Observation:
    if not isinstance(value, Observation):
        raise DataError(f"Observations hold observations, not {type(value).__name__}")
    return value
