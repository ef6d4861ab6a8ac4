"""Finished tiles on disk, so that an interrupted run goes on where it was.

A folder holds a manifest, which says what the tiles are made of, and a file for each finished
tile: bare numbers, in single precision, planes first. Every file is written under another name
and renamed, so that one that is there is whole.
"""

from __future__ import annotations

import json
import os
import re
import secrets
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from gammapy.atomic import write_text
from gammapy.errors import DataError, FileFormatError, OverwriteError
from gammapy.makers.survey.tiles import Layout, Tile

__all__ = ["DTYPE", "TileStore", "check_folder", "clear_tiles", "locked", "remove_tiles"]

#: of the tiles and of the map that they become; a part in 10 million is far below any systematic
DTYPE = np.dtype("<f4")
_MANIFEST, _LOCK, _FORMAT = "manifest.json", "lock", 1
_OURS = re.compile(r"(manifest\.json|lock|tile-\d+-[0-9a-f]+\.f4|\.[0-9a-f]{16}\.tmp)")


@dataclass(frozen=True)
class TileStore:
    """Folder of the tiles of one map.

    Parameters
    ----------
    folder : path
    key : str
        Digest of everything that the map is made of.
    layout : `Layout`
    planes : int
        Of each tile.
    """

    folder: Path
    key: str
    layout: Layout
    planes: int

    # -- open and close -------------------------------------------------------------------

    @staticmethod
    def manifest(folder: Path) -> dict[str, Any] | None:
        """What a folder says of its tiles; None if it says nothing, or is not there.

        Raises
        ------
        FileFormatError
            If the manifest is not one of this version.
        """
        if not (folder / _MANIFEST).exists():
            return None
        try:
            content = json.loads((folder / _MANIFEST).read_text())
            good = content["format"] == _FORMAT and len(content["size"]) == 2
            good = good and isinstance(content["inputs"], dict)
        except (ValueError, KeyError, TypeError):
            good = False
        if not good:
            raise FileFormatError(
                f"{folder / _MANIFEST} is damaged, or of another version: pass --restart to begin "
                "anew"
            )
        return content

    def create(self, inputs: Mapping[str, str]) -> None:
        """Make the folder and its manifest, unless they are there."""
        self.folder.mkdir(exist_ok=True)
        if (self.folder / _MANIFEST).exists():
            return
        content = {"format": _FORMAT, "size": list(self.layout.size), "inputs": dict(inputs)}
        write_text(self.folder / _MANIFEST, json.dumps(content, indent=1) + "\n")

    # -- tiles ----------------------------------------------------------------------------

    def path(self, tile: Tile) -> Path:
        """File of a tile; its name has part of the key, so that no other run takes it for its."""
        return self.folder / f"tile-{tile.number:05d}-{self.key[:16]}.f4"

    def is_done(self, tile: Tile) -> bool:
        """True if a tile is there, of the right length."""
        try:
            return self.path(tile).stat().st_size == self._bytes(tile)
        except FileNotFoundError:
            return False

    def left(self) -> list[Tile]:
        """Tiles that are still to be made."""
        return [tile for tile in self.layout.tiles if not self.is_done(tile)]

    def save(self, tile: Tile, values: np.ndarray) -> None:
        """Write a tile [planes, y, x].

        Raises
        ------
        DataError
            If it has the wrong shape, or values that are not finite.
        """
        expected = (self.planes, *tile.shape)
        if values.shape != expected:
            raise DataError(f"the tile has the shape {values.shape}: {expected} is needed")
        if not np.all(np.isfinite(values)):
            n_bad = int(np.sum(~np.isfinite(values)))
            raise DataError(
                f"{n_bad} of {values.size} values are nan or infinite: look at the models there"
            )
        temporary = self.folder / f".{secrets.token_hex(8)}.tmp"
        try:
            with open(temporary, "xb") as file:
                file.write(np.ascontiguousarray(values, dtype=DTYPE).tobytes())
                file.flush()
                os.fsync(file.fileno())
            os.replace(temporary, self.path(tile))
        finally:
            temporary.unlink(missing_ok=True)

    def rows(self, tile: Tile, plane: int, start: int, stop: int) -> np.ndarray:
        """Rows [n, x] of one plane of a finished tile, counted in the tile."""
        height, width = tile.shape
        first = (plane * height + start) * width
        count = (stop - start) * width
        offset = first * DTYPE.itemsize
        values = np.fromfile(self.path(tile), DTYPE, count=count, offset=offset)
        if values.size != count:
            raise FileFormatError(
                f"{self.path(tile)} is too short: remove it, and start again to make it anew"
            )
        return values.reshape(stop - start, width)

    def _bytes(self, tile: Tile) -> int:
        return self.planes * tile.shape[0] * tile.shape[1] * DTYPE.itemsize


def check_folder(folder: Path) -> None:
    """Refuse a folder for tiles that is a file, or holds what is not ours.

    Raises
    ------
    OverwriteError
        If so.
    """
    if not folder.exists():
        return
    if not folder.is_dir():
        raise OverwriteError(f"{folder} is a file, where tiles are to be kept: move it away")
    foreign = [name for name in sorted(os.listdir(folder)) if not _OURS.fullmatch(name)]
    if foreign:
        raise OverwriteError(
            f"{folder} has files that are no tiles, first {foreign[0]!r}: move them away, or "
            "choose another output"
        )


def clear_tiles(folder: Path) -> None:
    """Remove all tiles; the folder stays, and what keeps others out of it.

    The manifest goes first: tiles without one are never used.
    """
    for name in sorted(os.listdir(folder), key=lambda name: name != _MANIFEST):
        if _OURS.fullmatch(name) and name != _LOCK:
            (folder / name).unlink(missing_ok=True)


def remove_tiles(folder: Path) -> None:
    """Remove a folder of tiles, if there is one and no other run works there."""
    if not folder.is_dir():
        return
    with locked(folder):
        clear_tiles(folder)
        (folder / _LOCK).unlink(missing_ok=True)
    if not os.listdir(folder):
        folder.rmdir()


@contextmanager
def locked(folder: Path) -> Iterator[None]:
    """Keep other runs out of a folder, which is made; ends with the process, however that ends.

    Raises
    ------
    OverwriteError
        If another run works there.
    """
    try:
        import fcntl
    except ImportError:  # not on this system: two runs must not be started at once
        folder.mkdir(exist_ok=True)
        yield
        return
    folder.mkdir(exist_ok=True)
    with open(folder / _LOCK, "w") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise OverwriteError(
                f"another run works in {folder}: wait for its end, or choose another output"
            ) from None
        yield
