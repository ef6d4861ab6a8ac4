"""A map of a whole survey, from a task to a file: begun, gone on with, or there already."""

from __future__ import annotations

import pickle
import shutil
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np

from gammapy.errors import DataError, FileFormatError, OverwriteError
from gammapy.makers.survey.assembly import assemble, header_of_file
from gammapy.makers.survey.inputs import digest_of_values, key_of
from gammapy.makers.survey.memory import Grid, Need, fitting_layout, in_words
from gammapy.makers.survey.store import (
    DTYPE,
    TileStore,
    check_folder,
    clear_tiles,
    locked,
)
from gammapy.makers.survey.tiles import Layout, Tile, preferred_layout, tile_geom
from gammapy.makers.survey.workers import Job, finished_tiles
from gammapy.maps import WcsGeom

__all__ = ["DIGEST", "Survey", "Watch", "is_there", "tiles_folder"]

#: card of the header of a map that says what it was made of
DIGEST = "DIGEST"


@dataclass(frozen=True)
class Watch:
    """What is told while a map is made; by default nothing."""

    #: number of all tiles, and of those that are finished at the start
    begins: Callable[[int, int], None] = lambda n, done: None
    #: a tile is finished
    finished: Callable[[], None] = lambda: None
    #: number of planes of the file
    writes: Callable[[int], None] = lambda n: None
    #: a plane is written
    written: Callable[[int], None] = lambda n: None
    #: sums [planes], before the file appears; files that go with it are written here
    sums: Callable[[np.ndarray], None] = lambda sums: None
    #: a warning
    warns: Callable[[str], None] = lambda text: None


@dataclass(frozen=True)
class Survey:
    """A map to be made.

    Parameters
    ----------
    task : callable
        Values [planes, y, x] of a geometry; with `unit`, `reach` and `margin`, as in `tasks`.
    geom : `WcsGeom`
        With one axis.
    output : path
        File to be written.
    inputs : mapping from str to str
        Digests of all that the map is made of, by what they are of.
    cards : mapping
        For the header of the map.
    per_pixel : float
        Bytes that the task takes for each pixel of a tile.
    extra : int
        Bytes that a process takes besides what it is handed.
    grid : `Grid`, optional
        That the task has for each tile.
    """

    task: Any
    geom: WcsGeom
    output: Path
    inputs: Mapping[str, str]
    cards: Mapping[str, Any] = field(default_factory=dict)
    per_pixel: float = 0.0
    extra: int = 0
    grid: Grid | None = None

    @property
    def planes(self) -> int:
        """Energy bins."""
        return self.geom.data_shape[0]

    @cached_property
    def need(self) -> Need:
        """Memory that it takes."""
        return Need(self.per_pixel, len(pickle.dumps(self.task)), self.extra, self.grid)

    def store(self, workers: int, memory: int, restart: bool = False) -> TileStore:
        """Where the tiles lie; nothing is written yet.

        Raises
        ------
        DataError
            If the map cannot fit into memory, or on the disk.
        OverwriteError
            If there are tiles of another map, unless they are not wanted (``restart``), or a
            folder is in the way.
        """
        folder = tiles_folder(self.output)
        check_folder(folder)
        manifest = None if restart else TileStore.manifest(folder)
        layout = preferred_layout(self.geom)
        if manifest is not None:
            _check_inputs(folder, manifest["inputs"], self.inputs)
            layout = Layout(layout.shape, tuple(manifest["size"]))
        layout = fitting_layout(layout, self.need, workers, memory, kept=manifest is not None)
        store = TileStore(folder, key_of(self.inputs, layout.size), layout, self.planes)
        _check_disk(store, manifest is not None)
        return store

    def make(
        self,
        store: TileStore,
        workers: int,
        memory: int,
        restart: bool = False,
        watch: Watch | None = None,
    ) -> np.ndarray:
        """Compute the tiles that are not there, and write the file.

        Parameters
        ----------
        store : `TileStore`
            From `store`.
        workers, memory : int
            Number of processes, and the bytes that all of them may take.
        restart : bool
            True to begin anew whatever tiles there are.
        watch : `Watch`, optional

        Returns
        -------
        ndarray [planes]
            Sums of the planes.
        """
        watch = watch or Watch()
        with locked(store.folder):
            if restart:
                clear_tiles(store.folder)
            store.create(self.inputs)
            left = self._ordered(store.left())
            watch.begins(len(store.layout), len(store.layout) - len(left))
            told: set[str] = set()
            if left:
                workers = min(workers, len(left))
                job = Job(self.task, self.geom, store, self.need.share(memory, workers))
                for texts in finished_tiles(pickle.dumps(job), left, workers):
                    watch.finished()
                    for text in (text for text in texts if text not in told):
                        told.add(text)
                        watch.warns(text)
            watch.writes(store.planes)
            cards = {DIGEST: (digest_of_inputs(self.inputs), "of what this map is made of")}
            cards |= self.cards
            about = (self.geom, self.task.unit, cards)
            return assemble(store, *about, self.output, watch.written, watch.sums)

    def _ordered(self, tiles: list[Tile]) -> list[Tile]:
        """Tiles with many sources first, so that none of them is the last to end."""
        reach, margin = self.task.reach, self.task.margin
        work = {
            tile.number: int(np.sum(reach.near(tile_geom(self.geom, tile), margin)))
            for tile in tiles
        }
        return sorted(tiles, key=lambda tile: (-work[tile.number], tile.number))


def tiles_folder(output: Path) -> Path:
    """Folder of the tiles of a map: beside it, with its name and ``.tiles``."""
    return output.with_name(output.name + ".tiles")


def digest_of_inputs(inputs: Mapping[str, str]) -> str:
    """One digest of all of them, as it stands in the header of the map."""
    return digest_of_values(dict(inputs))[:32]


def is_there(output: Path, inputs: Mapping[str, str]) -> bool:
    """True if a file is the map that is to be made, as its header says."""
    if not output.is_file():
        return False
    try:
        found = header_of_file(output).get(DIGEST)
    except FileFormatError:
        return False
    return found == digest_of_inputs(inputs)


def _check_inputs(folder: Path, old: Mapping[str, str], new: Mapping[str, str]) -> None:
    other = sorted(k for k in {*old, *new} if old.get(k) != new.get(k))
    if other:
        raise OverwriteError(
            f"{folder} has tiles of an interrupted run with other {', '.join(other)}: pass "
            "--restart to begin anew, give what they were made of, or choose another output"
        )


def _check_disk(store: TileStore, begun: bool) -> None:
    shape = store.layout.shape
    needed = 2 * store.planes * shape[0] * shape[1] * DTYPE.itemsize
    parent = store.folder.parent
    free = shutil.disk_usage(parent).free
    if not begun and needed > free:
        raise DataError(
            f"a map of {shape[1]} x {shape[0]} pixels and {store.planes} planes needs up to "
            f"{in_words(needed)} in {parent}, with its tiles, and {in_words(free)} are free: use "
            "fewer or larger pixels, or another folder"
        )
