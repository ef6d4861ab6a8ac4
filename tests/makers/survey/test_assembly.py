"""Tiles become a file that any reader of maps reads."""

import gzip
import os

import numpy as np
import pytest
from astropy.io import fits

from gammapy.errors import FileFormatError
from gammapy.makers.survey import assembly
from gammapy.makers.survey.assembly import assemble, header_of_file, planes_of_file
from gammapy.makers.survey.store import TileStore
from gammapy.makers.survey.tiles import Layout
from gammapy.maps import Map
from tests.makers.survey.stand_in import geometry

GEOM = geometry((1.0, 0.7), 0.02)


@pytest.fixture
def store(tmp_path):
    store = TileStore(tmp_path / "tiles", "ab" * 20, Layout((35, 50), (16, 13)), 3)
    store.create({})
    return store


@pytest.fixture
def values(store):
    """Numbers [3, 35, 50] that are kept in tiles."""
    values = np.random.default_rng(3).random((3, 35, 50))
    for tile in store.layout.tiles:
        rows, columns = slice(tile.y_start, tile.y_stop), slice(tile.x_start, tile.x_stop)
        store.save(tile, values[:, rows, columns])
    return values


@pytest.mark.parametrize("name", ["a.fits", "a.fits.gz"])
def test_the_file_is_a_map(store, values, tmp_path, name):
    cards = {"DIGEST": ("abc", "of it"), "HISTORY": ["one line", "another line"]}
    written = []
    sums = assemble(store, GEOM, "cm-2 s-1", cards, tmp_path / name, written.append)
    np.testing.assert_allclose(sums, values.sum(axis=(1, 2)), rtol=1e-6)
    assert written == [1, 1, 1]
    with fits.open(tmp_path / name) as hdus:
        hdus.verify("exception")
        assert hdus[0].header["DIGEST"] == "abc"
        assert list(hdus[0].header["HISTORY"]) == ["one line", "another line"]
    read = Map.read(tmp_path / name)
    assert read.geom.is_allclose(GEOM)
    assert str(read.unit) == "1 / (s cm2)"
    np.testing.assert_array_equal(read.data, values.astype("f4"))


def test_same_as_a_map_that_is_written(store, values, tmp_path):
    """Byte for byte: there is one layout."""
    assemble(store, GEOM, "s", {}, tmp_path / "a.fits")
    Map.from_geom(GEOM, data=values.astype("f4"), unit="s").write(tmp_path / "b.fits")
    assert (tmp_path / "a.fits").read_bytes() == (tmp_path / "b.fits").read_bytes()


@pytest.mark.usefixtures("values")
def test_rows_at_once_do_not_matter(store, tmp_path, monkeypatch):
    assemble(store, GEOM, "", {}, tmp_path / "a.fits.gz")
    monkeypatch.setattr(assembly, "_BAND", 1000)
    assemble(store, GEOM, "", {}, tmp_path / "b.fits.gz")
    assert (tmp_path / "a.fits.gz").read_bytes() == (tmp_path / "b.fits.gz").read_bytes()


def test_other_files_can_go_before(store, values, tmp_path):
    seen = []

    def before(sums):
        seen.append((sums.copy(), (tmp_path / "a.fits").exists()))

    sums = assemble(store, GEOM, "", {}, tmp_path / "a.fits", before=before)
    ((found, there),) = seen
    np.testing.assert_array_equal(found, sums)
    assert not there


@pytest.mark.usefixtures("values")
def test_nothing_appears_before_it_is_whole(store, tmp_path):
    (tmp_path / "a.fits").write_text("old")

    def fail(n):
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        assemble(store, GEOM, "", {}, tmp_path / "a.fits", fail)
    assert sorted(os.listdir(tmp_path)) == ["a.fits", "tiles"]
    assert (tmp_path / "a.fits").read_text() == "old"


# -- reading back -------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["a.fits", "a.fits.gz"])
def test_planes(store, values, tmp_path, name):
    assemble(store, GEOM, "", {"DIGEST": "abc"}, tmp_path / name)
    assert header_of_file(tmp_path / name)["DIGEST"] == "abc"
    planes = list(planes_of_file(tmp_path / name))
    np.testing.assert_array_equal(planes, values.astype("f4"))


def test_a_file_that_ends_too_soon(store, values, tmp_path):
    assemble(store, GEOM, "", {}, tmp_path / "a.fits")
    content = (tmp_path / "a.fits").read_bytes()
    (tmp_path / "a.fits").write_bytes(content[: 2880 * 3 + 4 * 35 * 50])
    with pytest.raises(FileFormatError, match="truncated"):
        list(planes_of_file(tmp_path / "a.fits"))


@pytest.mark.parametrize(
    "content",
    [b"", b"text", gzip.compress(b"text", mtime=0), b"\x1f\x8bnot gzip"],
    ids=["empty", "text", "compressed text", "not compressed"],
)
def test_no_header(tmp_path, content):
    (tmp_path / "a.fits").write_bytes(content)
    with pytest.raises(FileFormatError, match="is no FITS file"):
        header_of_file(tmp_path / "a.fits")
