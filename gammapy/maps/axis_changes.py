"""Axes that are longer, joined, grouped or compared, besides what `MapAxis` does itself."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator, Sequence
from typing import Any, Self

import astropy.units as u
import numpy as np

from gammapy.errors import DataError

__all__ = ["AxisChanges", "pixel_index"]

#: rounding of edges that is forgiven, relatively
_ROUNDING = 1e-6


class AxisChanges(ABC):
    """What can be made of an axis with ``edges``, ``interp`` and ``name``."""

    name: str
    interp: str

    @property
    @abstractmethod
    def edges(self) -> u.Quantity:
        """Bin edges [n + 1]."""

    @property
    @abstractmethod
    def node_type(self) -> str:
        """``"center"`` if the bin edges are only guessed from the centres, else ``"edges"``."""

    @abstractmethod
    def copy(self, name: str | None = None) -> Self:
        """The same bins, under another name if one is given."""

    @abstractmethod
    def coord_to_pix(self, coord: Any) -> np.ndarray:
        """Place on the axis, counted from 0 at the middle of the first bin."""

    @abstractmethod
    def pix_to_coord(self, pix: Any) -> u.Quantity:
        """Coordinate [...] at a place on the axis."""

    def _with_edges(self, edges: u.Quantity) -> Self:
        return type(self)(edges, self.interp, self.name)  # type: ignore[call-arg]

    # -- what it is -----------------------------------------------------------------------

    @property
    def bounds(self) -> u.Quantity:
        """Lower and upper end [2]."""
        return self.edges[[0, -1]]

    @property
    def is_energy_axis(self) -> bool:
        """True for an axis of energies, true or reconstructed."""
        return self.name in ("energy", "energy_true")

    @property
    def nbin_per_decade(self) -> int:
        """Number of bins in a decade, rounded."""
        low, high = self.bounds.value
        return int(np.round((len(self.edges) - 1) / np.log10(high / low)))

    @property
    def iter_by_edges(self) -> Iterator[tuple[u.Quantity, u.Quantity]]:
        """Lower and upper edge of one bin after the other."""
        yield from zip(self.edges[:-1], self.edges[1:], strict=True)

    def assert_name(self, required_name: str) -> None:
        """Refuse the axis if it has not this name.

        Raises
        ------
        DataError
            If so.
        """
        if self.name != required_name:
            raise DataError(
                f"axis {self.name!r}: one of the name {required_name!r} is needed: see rename"
            )

    # -- other axes from it ---------------------------------------------------------------

    def rename(self, new_name: str) -> Self:
        """The same bins under another name."""
        return self.copy(name=new_name)

    def pad(self, pad_width: Any) -> Self:
        """With so many bins more at both ends, or at the lower and the upper one.

        They go on as the first and the last bin do on the scale of the axis.

        Raises
        ------
        DataError
            If it is no whole number or two, or the axis cannot go so low.
        """
        pair = (pad_width, pad_width) if np.ndim(pad_width) == 0 else tuple(pad_width)
        whole = all(isinstance(n, (int, np.integer)) and n >= 0 for n in pair)
        if len(pair) != 2 or not whole:
            raise DataError(f"axis {self.name!r}: pad_width = {pad_width!r} must be whole numbers")
        n = len(self.edges) - 1
        if self.node_type == "center":
            nodes = self.pix_to_coord(np.arange(-pair[0], n + pair[1]))
            return type(self).from_nodes(nodes, interp=self.interp, name=self.name)  # type: ignore
        below = self.pix_to_coord(np.arange(-pair[0], 0) - 0.5)
        above = self.pix_to_coord(np.arange(n, n + pair[1]) + 0.5)
        return self._with_edges(np.concatenate([below, self.edges, above]))

    def concatenate(self, axis: Any) -> Self:
        """Followed by another axis of the same name, that starts where this one ends.

        Raises
        ------
        DataError
            If it does not.
        """
        edges = axis.edges
        fits = edges.unit.is_equivalent(self.edges.unit) and axis.name == self.name
        step = self.edges[-1] - self.edges[-2]
        if not fits or abs(edges[0] - self.edges[-1]) > _ROUNDING * step:
            raise DataError(
                f"{self!r} cannot be followed by {axis!r}: it must have the same name and start "
                "where the first ends"
            )
        return self._with_edges(np.concatenate([self.edges, edges[1:]]))

    @classmethod
    def from_stack(cls, axes: Sequence[Any]) -> Any:
        """Axes that follow each other as one."""
        if not len(axes):
            raise DataError("axes = []: at least one axis is needed")
        joined = axes[0]
        for axis in axes[1:]:
            joined = joined.concatenate(axis)
        return joined

    def grouped(self, axis: Any) -> tuple[Self, np.ndarray]:
        """Bins taken together in those of another axis.

        Parameters
        ----------
        axis : `MapAxis`
            Its edges are moved to the nearest ones here.

        Returns
        -------
        grouped : `MapAxis`
            With edges of this axis.
        starts : array [n + 1] of int
            Index of the first bin of each group, and that after the last.

        Raises
        ------
        DataError
            If a bin of the other axis holds none.
        """
        if not axis.edges.unit.is_equivalent(self.edges.unit):
            raise DataError(f"{self!r} cannot be grouped as {axis!r}: the units do not convert")
        n = len(self.edges) - 1
        place = self.coord_to_pix(axis.edges) + 0.5
        if self.node_type == "center":  # its edges are only about in the middle
            place = np.interp(
                axis.edges.to_value(self.edges.unit), self.edges.value, np.arange(n + 1)
            )
        starts = np.clip(np.round(place), 0, n).astype(int)
        if np.any(np.diff(starts) < 1):
            raise DataError(
                f"{self!r} cannot be grouped as {axis!r}: each new bin must hold at least one, "
                "use edges of this axis"
            )
        return self._with_edges(self.edges[starts]), starts

    # -- places and comparison ------------------------------------------------------------

    def pix_to_idx(self, pix: Any, clip: bool = False) -> np.ndarray:
        """Bin [...] that holds a place on the axis, -1 outside; with ``clip`` the nearest."""
        return pixel_index(pix, len(self.edges) - 1, clip)

    def round(self, coord: Any, clip: bool = False) -> u.Quantity:
        """Edge nearest to each coordinate [...]; outside an error unless ``clip``.

        Raises
        ------
        DataError
            If one is outside of the axis.
        """
        coord = u.Quantity(coord, self.edges.unit)
        low, high = self.bounds
        if not clip and np.any((coord < low) | (coord > high)):
            raise DataError(f"{coord} is not on {self!r}: use clip=True for its ends")
        distance = np.abs(coord[..., None] - self.edges)
        return self.edges[np.argmin(distance, axis=-1)]

    def is_aligned(self, other: Any, atol: float = 0.02) -> bool:
        """True if the edges of the other axis are edges here, within so much of a bin."""
        if not other.edges.unit.is_equivalent(self.edges.unit):
            return False
        place = np.interp(
            other.edges.to_value(self.edges.unit), self.edges.value, np.arange(len(self.edges))
        )
        return bool(np.all(np.abs(place - np.round(place)) <= atol))


def pixel_index(place: Any, size: int, clip: bool = False) -> np.ndarray:
    """Index [...] of the pixel or bin that holds each place, -1 outside.

    Parameters
    ----------
    place : array_like [...]
        Counted from 0 at the middle of the first one.
    size : int
        How many there are.
    clip : bool
        True for the nearest one instead of -1; nan is outside all the same.
    """
    index = np.floor(np.asarray(place, dtype=float) + 0.5)
    index = np.clip(index, 0, size - 1) if clip else index
    return np.where((index >= 0) & (index < size), index, -1).astype(int)
