"""Run ``gammapy`` in an empty folder, or in one with files of models."""

from pathlib import Path

import pytest
from click.testing import CliRunner

from gammapy.cli import main
from tests.cli.models_files import CRAB, XML


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """Folder with crab.yaml and crab.xml, which is the working directory."""
    monkeypatch.chdir(tmp_path)
    Path("crab.yaml").write_text(CRAB)
    Path("crab.xml").write_text(XML)
    return tmp_path


@pytest.fixture
def models(folder):
    """Run ``gammapy models``."""

    def run(*arguments):
        return CliRunner().invoke(main, ["models", *map(str, arguments)])

    return run


@pytest.fixture
def edit():
    """Replace a text of a file, once."""

    def edit(name, old, new):
        text = Path(name).read_text()
        assert old in text
        Path(name).write_text(text.replace(old, new, 1))

    return edit
