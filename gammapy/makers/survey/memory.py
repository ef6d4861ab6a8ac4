"""How much memory a map of tiles takes, and tiles that fit into what there is."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import NamedTuple

from gammapy.errors import DataError
from gammapy.makers.survey.tiles import Layout

__all__ = ["Grid", "Need", "bytes_of", "fitting_layout", "in_words"]

_UNITS = {"": 1, "k": 10**3, "m": 10**6, "g": 10**9, "t": 10**12}
_BINARY = {"": 1, "k": 2**10, "m": 2**20, "g": 2**30, "t": 2**40}

#: bytes of a process that has the package loaded, and computes nothing (measured: 110 MB, 220 with
#: a sky of 1,780 sources, 3,270 pointings and their response, 12 MB when pickled)
PROCESS = 180 * 10**6
#: pickled bytes become so many in memory
_UNPICKLED = 4


def bytes_of(text: str, name: str = "memory") -> int:
    """Number of bytes of a text like "4GB", "500 MB" or "2GiB".

    Raises
    ------
    DataError
        If it is none, or not positive.
    """
    found = re.fullmatch(r"\s*(\d+(?:\.\d*)?)\s*([kmgt]?)(i?)b?\s*", text, re.IGNORECASE)
    if found is None or not float(found[1]) > 0:
        raise DataError(f"{name} = {text!r} must be a positive size like 4GB, 500MB or 2GiB")
    units = _BINARY if found[3] else _UNITS
    return int(float(found[1]) * units[found[2].lower()])


def in_words(n_bytes: float) -> str:
    """Size as text, e.g. "1.2 GB"."""
    for unit, size in (("TB", 1e12), ("GB", 1e9), ("MB", 1e6)):
        if n_bytes >= size:
            return f"{n_bytes / size:.3g} {unit}"
    return f"{n_bytes / 1e3:.3g} kB"


class Grid(NamedTuple):
    """A square grid that a process has for a tile, whatever the size of its pixels.

    Attributes
    ----------
    fineness : float
        Cells along a pixel.
    around : float
        Cells along a side that are beyond the tile.
    per_cell : float
        Bytes.
    """

    fineness: float
    around: float
    per_cell: float

    def bytes(self, layout: Layout) -> float:
        """Bytes of the grid of a tile."""
        side = max(min(s, n) for s, n in zip(layout.size, layout.shape, strict=True))
        return self.per_cell * (self.fineness * side + self.around) ** 2


@dataclass(frozen=True)
class Need:
    """What a run takes, in bytes.

    Parameters
    ----------
    per_pixel : float
        While a tile is computed, for each of its pixels.
    payload : int
        Pickled size of what every process gets: models and response.
    extra : int
        What a process loads later, e.g. templates.
    grid : `Grid`, optional
        That there is for each tile.
    """

    per_pixel: float
    payload: int = 0
    extra: int = 0
    grid: Grid | None = None

    def process(self) -> int:
        """Bytes of a process apart from its tile."""
        return PROCESS + _UNPICKLED * self.payload + self.extra

    def share(self, memory: int, workers: int) -> int:
        """Bytes that each process which works may take, of all that there are."""
        return (memory - self.process()) // workers

    def total(self, layout: Layout, workers: int) -> int:
        """Bytes of all processes together: the one that leads, and those that work."""
        tile = self.per_pixel * layout.largest + (self.grid.bytes(layout) if self.grid else 0.0)
        return self.process() + workers * (self.process() + int(tile))


def fitting_layout(
    layout: Layout, need: Need, workers: int, memory: int, kept: bool = False
) -> Layout:
    """Tiles with which all processes together stay below a limit.

    Parameters
    ----------
    layout : `Layout`
        Which is taken if it fits, or else one of smaller tiles.
    need : `Need`
    workers : int
        Number of processes.
    memory : int
        The limit, in bytes.
    kept : bool
        True if there are such tiles, so that others are of no use.

    Raises
    ------
    DataError
        If the smallest tiles are too large, or those that are kept.
    """
    shape = layout.shape
    while (total := need.total(layout, min(workers, len(layout)))) > memory:
        smaller = None if kept else layout.halved()
        if smaller is None:
            kind = "kept" if kept else "smallest"
            end = ", or --restart without the tiles that are kept" if kept else ""
            raise DataError(
                f"a map of {shape[1]} x {shape[0]} pixels needs {in_words(total)} of memory with "
                f"{workers} workers and the {kind} tiles ({layout.size[1]} x {layout.size[0]} "
                f"pixels), {in_words(memory)} are given: use fewer energy bins or --workers, "
                f"more --memory{end}"
            )
        layout = smaller
    return layout
