"""Tiles on disk: whole or not there, and never those of another map."""

import json
import multiprocessing
import os

import numpy as np
import pytest

from gammapy.errors import DataError, FileFormatError, OverwriteError
from gammapy.makers.survey.store import (
    DTYPE,
    TileStore,
    check_folder,
    clear_tiles,
    locked,
    remove_tiles,
)
from gammapy.makers.survey.tiles import Layout

KEY = "0123456789abcdef0123"


@pytest.fixture
def store(tmp_path):
    store = TileStore(tmp_path / "a.fits.tiles", KEY, Layout((7, 9), (4, 5)), 2)
    store.create({"models": "x"})
    return store


def values_of(tile):
    return np.random.default_rng(tile.number).random((2, *tile.shape))


def test_what_is_saved_is_read(store):
    assert store.left() == store.layout.tiles
    for tile in store.layout.tiles:
        values = values_of(tile)
        store.save(tile, values)
        for plane in range(2):
            rows = store.rows(tile, plane, 1, 3)
            assert rows.dtype == DTYPE
            np.testing.assert_array_equal(rows, values[plane, 1:3].astype("f4"))
    assert store.left() == []


def test_a_tile_that_is_not_whole_does_not_count(store):
    tile = store.layout.tiles[1]
    store.save(tile, values_of(tile))
    content = store.path(tile).read_bytes()
    store.path(tile).write_bytes(content[:-1])
    assert not store.is_done(tile)
    assert tile in store.left()
    with pytest.raises(FileFormatError, match="too short"):
        store.rows(tile, 1, 0, tile.shape[0])


def test_a_tile_of_another_key_does_not_count(store):
    tile = store.layout.tiles[0]
    store.save(tile, values_of(tile))
    other = TileStore(store.folder, KEY[::-1], store.layout, 2)
    assert not other.is_done(tile)


@pytest.mark.parametrize("bad", [np.nan, np.inf])
def test_values_that_are_not_finite(store, bad):
    tile = store.layout.tiles[0]
    values = values_of(tile)
    values[1, 0, 0] = bad
    with pytest.raises(DataError, match=r"1 of \d+ values are nan or infinite"):
        store.save(tile, values)
    assert not store.is_done(tile)


def test_wrong_shape(store):
    with pytest.raises(DataError, match=r"shape \(2, 1, 1\): \(2, 3, 4\) is needed"):
        store.save(store.layout.tiles[0], np.zeros((2, 1, 1)))


def test_nothing_is_left_when_writing_fails(store, monkeypatch):
    def fail(*args):
        raise OSError("disk full")

    monkeypatch.setattr(os, "replace", fail)
    with pytest.raises(OSError, match="disk full"):
        store.save(store.layout.tiles[0], values_of(store.layout.tiles[0]))
    assert os.listdir(store.folder) == ["manifest.json"]


# -- the manifest -------------------------------------------------------------------------


def test_manifest(store):
    assert TileStore.manifest(store.folder) == {
        "format": 1,
        "size": [4, 5],
        "inputs": {"models": "x"},
    }
    assert TileStore.manifest(store.folder / "none") is None
    store.create({"models": "other"})  # is there: it stays
    assert TileStore.manifest(store.folder)["inputs"] == {"models": "x"}


@pytest.mark.parametrize(
    "text",
    ["", "{", "[]", json.dumps({"format": 2, "size": [1, 1], "inputs": {}}), '{"format": 1}'],
)
def test_damaged_manifest(store, text):
    (store.folder / "manifest.json").write_text(text)
    with pytest.raises(FileFormatError, match="--restart"):
        TileStore.manifest(store.folder)


# -- the folder ---------------------------------------------------------------------------


def test_our_folder_is_good(store):
    store.save(store.layout.tiles[0], values_of(store.layout.tiles[0]))
    (store.folder / ".0123456789abcdef.tmp").write_text("left by a run that was killed")
    with locked(store.folder):
        check_folder(store.folder)
    check_folder(store.folder.with_name("none"))


def test_what_is_not_ours_is_refused_and_stays(store):
    (store.folder / "thesis.tex").write_text("years")
    with pytest.raises(OverwriteError, match=r"first 'thesis.tex'"):
        check_folder(store.folder)
    remove_tiles(store.folder)
    assert os.listdir(store.folder) == ["thesis.tex"]


def test_a_file_in_place_of_the_folder(tmp_path):
    (tmp_path / "a").write_text("")
    with pytest.raises(OverwriteError, match="is a file"):
        check_folder(tmp_path / "a")


def test_clear_and_remove(store):
    store.save(store.layout.tiles[0], values_of(store.layout.tiles[0]))
    with locked(store.folder):
        clear_tiles(store.folder)
        assert os.listdir(store.folder) == ["lock"]
    remove_tiles(store.folder)
    assert not store.folder.exists()
    remove_tiles(store.folder)  # is not there: nothing to do


def test_the_manifest_goes_first(store, monkeypatch):
    """Tiles that are left when a removal is interrupted are not used."""
    store.save(store.layout.tiles[0], values_of(store.layout.tiles[0]))
    removed = []
    monkeypatch.setattr(type(store.folder), "unlink", lambda path, **kw: removed.append(path.name))
    clear_tiles(store.folder)
    assert removed[0] == "manifest.json"
    assert len(removed) == 2


def hold(folder, connection):
    with locked(folder):
        connection.send("held")
        connection.recv()


def test_two_runs_do_not_meet(tmp_path):
    pytest.importorskip("fcntl")
    context = multiprocessing.get_context("spawn")
    ours, theirs = context.Pipe()
    other = context.Process(target=hold, args=(tmp_path, theirs))
    other.start()
    try:
        assert ours.poll(30)
        with pytest.raises(OverwriteError, match="another run works"), locked(tmp_path):
            pass
    finally:
        other.kill()
        other.join()
    with locked(tmp_path):  # ends with the process
        pass
