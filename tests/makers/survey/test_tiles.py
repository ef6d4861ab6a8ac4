"""Tiles make up a map, and have its pixels."""

import numpy as np
import pytest

from gammapy.errors import DataError
from gammapy.makers.survey.tiles import SMALLEST, WIDEST, Layout, preferred_layout, tile_geom
from gammapy.maps import WcsGeom
from tests.makers.survey.stand_in import ENERGY, geometry


@pytest.mark.parametrize(
    ("shape", "size"),
    [((10, 7), (3, 3)), ((1, 1), (5, 5)), ((64, 64), (64, 32)), ((5, 99), (1, 8))],
)
def test_every_pixel_is_in_one_tile(shape, size):
    layout = Layout(shape, size)
    count = np.zeros(shape, dtype=int)
    for number, tile in enumerate(layout.tiles):
        assert tile.number == number
        assert tile.shape[0] <= size[0]
        assert tile.shape[1] <= size[1]
        count[tile.y_start : tile.y_stop, tile.x_start : tile.x_stop] += 1
    assert np.all(count == 1)
    assert len(layout.tiles) == len(layout)
    assert layout.largest == max(t.shape[0] * t.shape[1] for t in layout.tiles)


def test_tiles_are_of_about_equal_size():
    sizes = [tile.shape for tile in Layout((500, 18000), (512, 512)).tiles]
    assert {height for height, _ in sizes} == {500}
    assert {width for _, width in sizes} == {500}


def test_halves():
    layout = Layout((500, 18000), (512, 512))
    sizes = []
    while layout is not None:
        sizes.append(layout.size)
        layout = layout.halved()
    assert sizes[:4] == [(512, 512), (500, 256), (250, 256), (250, 128)]
    assert sizes[-1] == (SMALLEST, SMALLEST)
    assert Layout((20, 30), (512, 512)).halved() is None


def test_halves_stay_above_the_smallest():
    layout = Layout((1000, 1000), (512, 512))
    while layout is not None:
        assert min(layout.size) >= SMALLEST
        layout = layout.halved()


@pytest.mark.parametrize("size", [(0, 5), (5, -1)])
def test_no_size(size):
    with pytest.raises(DataError, match="at least one"):
        Layout((10, 10), size)


@pytest.mark.parametrize(
    ("width", "binsz", "size"),
    [((360, 10), 0.05, (240, 240)), ((360, 10), 0.02, (512, 512)), ((6, 3), 0.05, (128, 128))],
)
def test_preferred(width, binsz, size):
    geom = geometry(width, binsz)
    layout = preferred_layout(geom)
    assert layout.shape == geom.data_shape[-2:]
    assert layout.size == size
    assert max(np.array(layout.size) * binsz) <= WIDEST + 1e-9


def test_large_pixels_still_make_tiles():
    geom = WcsGeom.create(binsz=2.0)
    assert preferred_layout(geom).size == (SMALLEST, SMALLEST)


@pytest.mark.parametrize("proj", ["CAR", "TAN", "AIT"])
def test_pixels_of_a_tile_are_those_of_the_map(proj):
    geom = geometry((4.0, 3.0), 0.05, (30.0, 5.0), proj=proj)
    whole = geom.to_image().get_coord()
    for tile in Layout(geom.data_shape[-2:], (25, 30)).tiles:
        part = tile_geom(geom, tile)
        assert part.axes[0].is_allclose(ENERGY)
        assert part.data_shape == (3, *tile.shape)
        coord = part.to_image().get_coord()
        rows, columns = slice(tile.y_start, tile.y_stop), slice(tile.x_start, tile.x_stop)
        for ours, all_of_it in ((coord.lon, whole.lon), (coord.lat, whole.lat)):
            np.testing.assert_allclose(ours.value, all_of_it[rows, columns].value, atol=1e-11)


def test_a_tile_says_where_it_is():
    tile = Layout((10, 20), (5, 10)).tiles[3]
    assert str(tile) == "tile 3 (pixels 10 to 19 along longitude, 5 to 9 along latitude)"
