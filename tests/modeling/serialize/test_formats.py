import gzip

import pytest

from gammapy.errors import (
    FileFormatError,
    MissingFileError,
    ModelError,
    OptionError,
    UnknownNameError,
)
from gammapy.modeling.models import Models, PointSpatialModel, PowerLawSpectralModel, SkyModel
from gammapy.modeling.serialize.formats import sniff


@pytest.mark.parametrize(
    ("content", "format"),
    [
        (b"components: []", "yaml"),
        (b"\xef\xbb\xbf# a comment\ncomponents: []", "yaml"),
        (b"<?xml version='1.0'?>", "xml"),
        (b"\n \t <source_library/>", "xml"),
        (b"\xef\xbb\xbf<source_library/>", "xml"),
        ("<source_library/>".encode("utf-16"), "xml"),
        (b"source_id: 1\ncommon_name: Crab\n", "gamma-cat"),
        (b"- !!omap\n  - source_id: 1\n", "gamma-cat"),
        (b"", "yaml"),
    ],
)
def test_format_from_content(tmp_path, content, format):
    (tmp_path / "file").write_bytes(content)
    assert sniff(tmp_path / "file") == format


@pytest.mark.parametrize("content", [b"SIMPLE  =   T", gzip.compress(b"x", mtime=0)])
def test_no_text(tmp_path, content):
    (tmp_path / "x.xml").write_bytes(content)
    with pytest.raises(FileFormatError, match="not a text of models"):
        Models.read(tmp_path / "x.xml")


def test_no_file(tmp_path, monkeypatch):
    with pytest.raises(MissingFileError, match="does not exist: check the name"):
        Models.read(tmp_path / "x.yaml")
    with pytest.raises(FileFormatError, match="is a folder"):
        Models.read(tmp_path)
    monkeypatch.delenv("NO_FOLDER", raising=False)
    with pytest.raises(MissingFileError, match="set the variable in the name"):
        Models.read("$NO_FOLDER/x.yaml")


def models(*names):
    return Models([SkyModel(PowerLawSpectralModel(), PointSpatialModel(), name=n) for n in names])


@pytest.fixture
def files(tmp_path):
    paths = [tmp_path / f"{i}.yaml" for i in range(3)]
    for path, names in zip(paths, [("a", "b"), ("c",), ("b", "a", "d")], strict=True):
        models(*names).write(path)
    return paths


def test_several_files(files):
    assert Models.read(files[:2]).names == ["a", "b", "c"]
    assert Models.read(map(str, files[:2])).names == ["a", "b", "c"]
    assert Models.read([]).names == []


def test_names_that_come_twice(files):
    with pytest.raises(ModelError, match=r"2 names come twice, first 'b' in .*0.yaml and .*2.yaml"):
        Models.read(files)
    assert Models.read(files, suffix="-2").names == ["a", "b", "c", "b-2", "a-2", "d"]
    assert Models.read([files[0]] * 3, suffix="'").names == ["a", "b", "a'", "b'", "a''", "b''"]


def test_format_of_a_name(tmp_path):
    models("a").write(tmp_path / "x.xml")
    models("a").write(tmp_path / "y.txt", dialect="fermi")
    models("a").write(tmp_path / "x.txt")
    models("a").write(tmp_path / "z.xml", format="yaml")
    assert [sniff(tmp_path / n) for n in ("x.xml", "y.txt", "x.txt", "z.xml")] == [
        *("xml", "xml"),
        *("yaml", "yaml"),
    ]
    for name in ("x.xml", "y.txt", "x.txt", "z.xml"):
        assert Models.read(tmp_path / name).names == ["a"]


def test_options_of_another_format(files, tmp_path):
    with pytest.raises(OptionError, match="dialect='fermi' is for XML files, and this one is yaml"):
        Models.read(files[0], dialect="fermi")
    with pytest.raises(OptionError, match="dialect='fermi' is for XML files, and this one is yaml"):
        models("a").write(tmp_path / "x.yaml", format="yaml", dialect="fermi")
    with pytest.raises(UnknownNameError, match="no write named 'toml'"):
        models("a").write(tmp_path / "x.yaml", format="toml")
