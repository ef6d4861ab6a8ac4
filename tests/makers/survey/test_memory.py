"""Sizes as texts, and tiles that fit."""

import pytest

from gammapy.errors import DataError
from gammapy.makers.survey.memory import PROCESS, Grid, Need, bytes_of, fitting_layout, in_words
from gammapy.makers.survey.tiles import Layout

LAYOUT = Layout((500, 18000), (512, 512))


@pytest.mark.parametrize(
    ("text", "n_bytes"),
    [
        ("4GB", 4e9),
        ("4 gb", 4e9),
        ("500MB", 5e8),
        ("1.5G", 1.5e9),
        ("2GiB", 2 * 2**30),
        ("64kB", 64e3),
        ("1TB", 1e12),
        ("1000", 1000),
    ],
)
def test_texts(text, n_bytes):
    assert bytes_of(text) == n_bytes


@pytest.mark.parametrize("text", ["", "GB", "-1GB", "0", "4 cows", "4GBB", "nan", "1e9", "4,5GB"])
def test_texts_that_are_no_size(text):
    with pytest.raises(DataError, match="must be a positive size like 4GB"):
        bytes_of(text, "--memory")


@pytest.mark.parametrize(
    ("n_bytes", "text"), [(4e9, "4 GB"), (1.234e9, "1.23 GB"), (5e8, "500 MB"), (2e3, "2 kB")]
)
def test_words(n_bytes, text):
    assert in_words(n_bytes) == text


def test_total_is_of_all_processes():
    need = Need(per_pixel=100.0, payload=10**6, extra=10**7)
    one = PROCESS + 4 * 10**6 + 10**7
    assert need.process() == one
    assert need.total(LAYOUT, 3) == 4 * one + 3 * 100 * LAYOUT.largest
    assert need.share(4 * 10**9, 2) == (4 * 10**9 - one) // 2


def test_a_grid_of_each_tile():
    """Of 300 pixels with two cells each, and 50 cells on both sides; no wider than the map."""
    plain, with_grid = Need(100.0), Need(100.0, grid=Grid(2.0, 100.0, 10.0))
    layout = Layout((200, 900), (250, 300))
    assert with_grid.total(layout, 2) - plain.total(layout, 2) == 2 * 10 * 700**2
    narrow = Layout((200, 100), (250, 300))
    assert with_grid.total(narrow, 1) - plain.total(narrow, 1) == 10 * 500**2


def test_large_tiles_where_they_fit():
    assert fitting_layout(LAYOUT, Need(2000.0), 2, 4 * 10**9) is LAYOUT


def test_tiles_shrink_until_they_fit():
    need = Need(2000.0)
    found = fitting_layout(LAYOUT, need, 2, 10**9)
    assert found.shape == LAYOUT.shape
    assert need.total(found, 2) <= 10**9
    assert need.total(Layout(LAYOUT.shape, tuple(2 * n for n in found.size)), 2) > 10**9
    more = fitting_layout(LAYOUT, need, 4, 10**9)
    assert more.largest < found.largest


def test_only_as_many_processes_as_tiles():
    small = Layout((40, 40), (512, 512))
    assert fitting_layout(small, Need(1.0), 50, 3 * PROCESS) is small


def test_too_little():
    with pytest.raises(DataError) as caught:
        fitting_layout(LAYOUT, Need(2000.0), 2, 500 * 10**6)
    text = str(caught.value)
    assert "18000 x 500 pixels needs 544 MB" in text
    assert "500 MB are given" in text
    assert "--workers" in text
    assert "--memory" in text
    assert "smallest tiles (32 x 32 pixels)" in text
    assert "--restart" not in text


def test_tiles_that_are_kept_do_not_shrink():
    with pytest.raises(DataError, match=r"kept tiles .* or --restart"):
        fitting_layout(LAYOUT, Need(2000.0), 2, 10**9, kept=True)
    assert fitting_layout(LAYOUT, Need(2000.0), 2, 4 * 10**9, kept=True) is LAYOUT
