"""A file appears whole or not at all."""

import os
import stat

import pytest

from gammapy.errors import MissingFileError, OverwriteError
from gammapy.modeling.models import Models, PowerLawSpectralModel, SkyModel
from gammapy.modeling.serialize.atomic import write_text


@pytest.fixture
def old(tmp_path):
    path = tmp_path / "models.yaml"
    path.write_text("old")
    return path


def broken(*args, **kwargs):
    raise OSError(28, "No space left on device")


@pytest.mark.parametrize("step", ["fsync", "replace"])
def test_failure_leaves_the_old_file_and_nothing_else(old, monkeypatch, step):
    monkeypatch.setattr(os, step, broken)
    with pytest.raises(OSError, match="No space"):
        write_text(old, "new", overwrite=True)
    assert old.read_text() == "old"
    assert os.listdir(old.parent) == ["models.yaml"]


def test_failure_of_a_first_write_leaves_no_file(tmp_path, monkeypatch):
    monkeypatch.setattr(os, "fsync", broken)
    with pytest.raises(OSError, match="No space"):
        write_text(tmp_path / "models.yaml", "new")
    assert os.listdir(tmp_path) == []


def test_interrupt_in_the_middle_of_the_text(old):
    with pytest.raises(UnicodeEncodeError):  # what fails while the file is being written
        write_text(old, "begin \ud800 end", overwrite=True)
    assert old.read_text() == "old"
    assert os.listdir(old.parent) == ["models.yaml"]


def test_existing_file_is_kept_unless_asked(old):
    models = Models(SkyModel(PowerLawSpectralModel(), name="a"))
    with pytest.raises(OverwriteError, match=r"models\.yaml exists: pass overwrite=True"):
        models.write(old)
    assert issubclass(OverwriteError, FileExistsError)
    assert old.read_text() == "old"
    models.write(old, overwrite=True)
    assert Models.read(old).names == ["a"]
    assert os.listdir(old.parent) == ["models.yaml"]


def test_permissions_and_links_stay(old):
    old.chmod(0o640)
    link = old.with_name("link.yaml")
    link.symlink_to(old.name)
    write_text(link, "new", overwrite=True)
    assert link.is_symlink()
    assert old.read_text() == "new"
    assert stat.S_IMODE(old.stat().st_mode) == 0o640


def test_new_file_follows_the_umask(tmp_path):
    mask = os.umask(0o027)
    try:
        write_text(tmp_path / "new", "text")
    finally:
        os.umask(mask)
    assert stat.S_IMODE((tmp_path / "new").stat().st_mode) == 0o640


def test_folders(tmp_path):
    with pytest.raises(OverwriteError, match="is a folder"):
        write_text(tmp_path, "text", overwrite=True)
    with pytest.raises(MissingFileError, match="absent does not exist; create it first"):
        write_text(tmp_path / "absent" / "models.yaml", "text")


def test_variables_in_names(tmp_path, monkeypatch):
    monkeypatch.setenv("MY_MODELS", str(tmp_path))
    write_text("$MY_MODELS/new", "text")
    assert (tmp_path / "new").read_text() == "text"
