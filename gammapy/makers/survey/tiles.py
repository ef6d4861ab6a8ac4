"""A large map cut into tiles: which there are, and the geometry of each.

The layout depends on the map and on the size of a tile alone, so that a run which goes on after
an interruption meets the tiles that the earlier one left.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

from gammapy.errors import DataError
from gammapy.maps import WcsGeom

__all__ = ["SMALLEST", "Layout", "Tile", "preferred_layout", "tile_geom"]

#: pixels along a side of the largest tile, and of the smallest
LARGEST, SMALLEST = 512, 32
#: deg, the same of the largest: predictions take no more of the sky at once
WIDEST = 12.0
#: a map has about as many tiles at least, for several processes to share, unless they get small
_MANY, _SMALL = 16, 128


@dataclass(frozen=True)
class Tile:
    """Pixels ``y_start <= y < y_stop``, ``x_start <= x < x_stop`` of a map."""

    number: int
    y_start: int
    y_stop: int
    x_start: int
    x_stop: int

    @property
    def shape(self) -> tuple[int, int]:
        """Pixels along y and x."""
        return self.y_stop - self.y_start, self.x_stop - self.x_start

    def __str__(self) -> str:
        return (
            f"tile {self.number} (pixels {self.x_start} to {self.x_stop - 1} along longitude, "
            f"{self.y_start} to {self.y_stop - 1} along latitude)"
        )


@dataclass(frozen=True)
class Layout:
    """Tiles of a map, row by row, of about equal size.

    Parameters
    ----------
    shape : tuple of int
        Pixels of the map along y and x.
    size : tuple of int
        The most pixels that a tile has along y and x.
    """

    shape: tuple[int, int]
    size: tuple[int, int]

    def __post_init__(self) -> None:
        if min(*self.shape, *self.size) < 1:
            raise DataError(
                f"tiles of {self.size} pixels on a map of {self.shape}: at least one is needed"
            )

    @cached_property
    def rows(self) -> list[tuple[int, int]]:
        """First row and the one behind the last, of each row of tiles."""
        return list(_parts(self.shape[0], self.size[0]))

    @cached_property
    def columns(self) -> list[tuple[int, int]]:
        """The same of columns."""
        return list(_parts(self.shape[1], self.size[1]))

    @cached_property
    def tiles(self) -> list[Tile]:
        """All tiles, in the order of their numbers."""
        places = ((*row, *column) for row in self.rows for column in self.columns)
        return [Tile(number, *place) for number, place in enumerate(places)]

    @property
    def largest(self) -> int:
        """Pixels of the largest tile."""
        return max(tile.shape[0] * tile.shape[1] for tile in self.tiles)

    def __len__(self) -> int:
        return len(self.rows) * len(self.columns)

    def halved(self) -> Layout | None:
        """The same with tiles of half the longer side; None if they would be too small."""
        height, width = (min(s, n) for s, n in zip(self.size, self.shape, strict=True))
        if max(height, width) <= SMALLEST:
            return None
        if width >= height:
            return Layout(self.shape, (height, max(width // 2, SMALLEST)))
        return Layout(self.shape, (max(height // 2, SMALLEST), width))


def _parts(n: int, size: int) -> Iterator[tuple[int, int]]:
    """Intervals that make up n pixels, whose lengths differ by one at most."""
    count = -(-n // size)
    return ((i * n // count, (i + 1) * n // count) for i in range(count))


def preferred_layout(geom: WcsGeom) -> Layout:
    """Tiles of a map where memory does not matter.

    They are large, as a source costs something in each that it reaches, but not so large that
    there are too few to share, or that much is lost when a run is interrupted.
    """
    shape = geom.data_shape[-2], geom.data_shape[-1]
    scales = geom.pixel_scales.deg
    limits = [max(SMALLEST, int(WIDEST / scale)) for scale in reversed(scales)]
    side = LARGEST
    while True:
        layout = Layout(shape, (min(side, limits[0]), min(side, limits[1])))
        if len(layout) >= _MANY or side <= _SMALL:
            return layout
        side //= 2


def tile_geom(geom: WcsGeom, tile: Tile) -> WcsGeom:
    """Geometry of a tile; its pixels are those of the map."""
    wcs = geom.wcs.deepcopy()
    wcs.wcs.crpix = wcs.wcs.crpix - [tile.x_start, tile.y_start]
    wcs.wcs.set()
    height, width = tile.shape
    return geom.copy(wcs=wcs, npix=(width, height))
