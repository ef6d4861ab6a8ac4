"""A map from a task to a file, interrupted and gone on with."""

import os

import numpy as np
import pytest

from gammapy.errors import DataError, FileFormatError, OverwriteError
from gammapy.makers.survey import run as run_module
from gammapy.makers.survey.run import Survey, Watch, is_there, tiles_folder
from gammapy.makers.survey.store import DTYPE, TileStore
from gammapy.makers.survey.tiles import Layout
from gammapy.maps import Map
from tests.makers.survey.stand_in import StandIn, geometry

GB = 10**9


@pytest.fixture(autouse=True)
def _small_tiles(monkeypatch):
    monkeypatch.setattr(run_module, "preferred_layout", lambda g: Layout((100, 150), (50, 50)))


def survey(folder, inputs=("sky",), trouble="", name="a.fits.gz", **kwargs):
    task = StandIn.of(trouble)
    return Survey(task, geometry(), folder / name, {"models": str(inputs)}, **kwargs)


def make(survey, workers=1, restart=False, **kwargs):
    store = survey.store(workers, GB, restart)
    return survey.make(store, workers, GB, restart, **kwargs)


def test_tiles_leave_no_trace(tmp_path):
    """The map of all tiles is that of one piece."""
    sums = make(survey(tmp_path), 2)
    whole = StandIn.of()(geometry())
    np.testing.assert_allclose(sums, whole.sum(axis=(1, 2)), rtol=1e-6)
    read = Map.read(tmp_path / "a.fits.gz")
    # a source ends 8 of its largest sigmas away, where 1e-14 is left
    np.testing.assert_allclose(read.data, whole, rtol=1e-6, atol=1e-3 * 1e-3)
    assert read.geom.is_allclose(geometry())


def test_interrupted_and_gone_on_with(tmp_path):
    first = survey(tmp_path / "one", trouble="late")
    second = survey(tmp_path / "two")
    for one in (first, second):
        one.output.parent.mkdir()
    with pytest.raises(DataError, match="sigma"):
        make(first)
    done = set(os.listdir(tiles_folder(first.output)))
    assert any(name.startswith("tile-") for name in done)
    assert not first.output.exists()
    # repaired, with a file that a killed process left
    again = survey(tmp_path / "one")
    (tiles_folder(again.output) / ".0123456789abcdef.tmp").write_text("half")
    begun = []
    make(again, watch=Watch(begins=lambda n, done: begun.append((n, done))))
    make(second)
    assert begun == [(6, 2)]
    assert first.output.read_bytes() == second.output.read_bytes()


def test_other_inputs_are_refused(tmp_path):
    with pytest.raises(DataError):
        make(survey(tmp_path, trouble="error"))
    other = survey(tmp_path, inputs=("other",))
    with pytest.raises(OverwriteError, match=r"other models: pass --restart"):
        other.store(1, GB)
    make(other, restart=True)
    assert is_there(other.output, other.inputs)
    assert not is_there(other.output, survey(tmp_path).inputs)


def test_restart_begins_anew(tmp_path):
    one = survey(tmp_path)
    make(one)
    store = one.store(1, GB)
    assert store.left() == []
    wrong = store.layout.tiles[2]
    store.save(wrong, np.ones((3, *wrong.shape)))
    before = one.output.read_bytes()
    make(one)  # with the wrong tile
    assert one.output.read_bytes() != before
    make(one, restart=True)
    assert one.output.read_bytes() == before


def test_tiles_keep_their_size(tmp_path):
    """More or less memory does not matter for a run that goes on."""
    one = survey(tmp_path)
    store = TileStore(tiles_folder(one.output), "x", Layout((100, 150), (25, 75)), 3)
    store.create(one.inputs)
    assert one.store(1, GB).layout == store.layout
    assert one.store(1, GB, restart=True).layout.size == (50, 50)


def test_what_is_in_the_way(tmp_path):
    folder = tiles_folder(survey(tmp_path).output)
    folder.mkdir()
    (folder / "mine").write_text("")
    for restart in (False, True):
        with pytest.raises(OverwriteError, match="no tiles"):
            survey(tmp_path).store(1, GB, restart)
    (folder / "mine").unlink()
    (folder / "manifest.json").write_text("{")
    with pytest.raises(FileFormatError, match="--restart"):
        survey(tmp_path).store(1, GB)
    make(survey(tmp_path), restart=True)


def test_memory_and_disk(tmp_path, monkeypatch):
    with pytest.raises(DataError, match=r"150 x 100 pixels needs .* with 1 workers"):
        survey(tmp_path, per_pixel=1e7).store(1, GB)
    usage = type("Usage", (), {"free": 2 * 3 * 100 * 150 * DTYPE.itemsize - 1})
    monkeypatch.setattr(run_module.shutil, "disk_usage", lambda folder: usage)
    with pytest.raises(DataError, match="needs up to 360 kB"):
        survey(tmp_path).store(1, GB)
    assert os.listdir(tmp_path) == []


def test_warnings_are_told_once(tmp_path):
    told = []
    make(survey(tmp_path, trouble="warning"), 2, watch=Watch(warns=told.append))
    assert told == ["the source is odd"]


def test_heavy_tiles_first(tmp_path):
    tiles = Layout((100, 150), (50, 50)).tiles
    ordered = survey(tmp_path)._ordered(tiles)
    assert sorted(ordered, key=lambda tile: tile.number) == tiles
    assert {ordered[0].number, ordered[1].number} == {1, 4}  # in the middle


def test_no_map_is_there(tmp_path):
    path = tmp_path / "a.fits"
    assert not is_there(path, {})
    path.write_text("text")
    assert not is_there(path, {})
    Map.from_geom(geometry((0.1, 0.1))).write(path, overwrite=True)
    assert not is_there(path, {})
