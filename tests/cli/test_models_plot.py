"""The command ``gammapy models plot``; the pictures are those of test_models and test_sky."""

import os
import sys
from pathlib import Path

import pytest

from tests.cli.models_files import CRAB

pytest.importorskip("matplotlib")


def test_picture(models):
    answer = models("plot", "crab.yaml", "-o", "crab.png")
    assert (answer.exit_code, answer.output) == (0, "crab.png: 3 models\n")
    assert Path("crab.png").read_bytes().startswith(b"\x89PNG")


@pytest.mark.parametrize(("name", "start"), [("a.pdf", b"%PDF"), ("a.svg", b"<?xml")])
def test_formats(models, name, start):
    assert models("plot", "crab.xml", "-o", name).exit_code == 0
    assert Path(name).read_bytes().startswith(start)


def test_some_models_and_energies(models):
    line = ["-o", "a.png", "--model", "crab", "--energy-range", "100 GeV", "50 TeV"]
    assert models("plot", "crab.yaml", *line).stdout == "a.png: 1 model\n"


def test_existing_picture_is_kept(models):
    Path("a.png").write_text("mine")
    answer = models("plot", "crab.yaml", "-o", "a.png")
    assert answer.exit_code == 2
    assert answer.stderr == "Error: a.png exists: pass --overwrite or choose another name\n"
    assert Path("a.png").read_text() == "mine"
    assert models("plot", "crab.yaml", "-o", "a.png", "--overwrite").exit_code == 0
    assert Path("a.png").read_bytes().startswith(b"\x89PNG")


@pytest.mark.parametrize(
    ("line", "message"),
    [
        (["crab.yaml"], "Missing option '-o'"),
        (["crab.yaml", "-o", "a.txt"], "a.txt: the name must end in one of .png, .pdf"),
        (["crab.yaml", "-o", "no/a.png"], "no/a.png: the folder no does not exist"),
        (["none.yaml", "-o", "a.png"], "none.yaml does not exist"),
        (["crab.yaml", "-o", "a.png", "--model", "vela"], "no model 'vela'"),
        (["crab.yaml", "-o", "a.png", "--energy-range", "1 TeV", "1 GeV"], "must be positive and"),
        (["crab.yaml", "-o", "a.png", "--energy-range", "1 TeV", "9 km"], "--energy-range"),
        (["crab.yaml", "-o", "a.png", "--energy-range", "1 TeV", "high"], "--energy-range"),
        (["empty.yaml", "-o", "a.png"], "empty.yaml has no models"),
    ],
)
def test_refused(models, line, message):
    Path("empty.yaml").write_text("components: []\n")
    answer = models("plot", *line)
    assert answer.exit_code == 2
    assert message in answer.stderr
    assert "Traceback" not in answer.output
    assert not Path("a.png").exists()


def test_nothing_is_left_when_drawing_fails(models, monkeypatch):
    from matplotlib.figure import Figure

    def fail(figure, content, **kwargs):
        content.write(b"half")
        raise OSError("disk full")

    monkeypatch.setattr(Figure, "savefig", fail)
    answer = models("plot", "crab.yaml", "-o", "a.png")
    assert answer.exit_code == 2
    assert answer.stderr.endswith("Error: disk full\n")
    assert sorted(os.listdir()) == ["crab.xml", "crab.yaml"]


def test_without_matplotlib(models, monkeypatch):
    for name in [n for n in sys.modules if n.partition(".")[0] == "matplotlib"]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, "matplotlib", None)
    answer = models("plot", "crab.yaml", "-o", "a.png")
    assert answer.exit_code == 2
    assert "pip install 'gammapy[plot]'" in answer.stderr


def test_source_that_cannot_be_drawn_is_told(models):
    text = CRAB.replace("GaussianSpatialModel", "TemplateSpatialModel\n        filename: none.fits")
    lines = text.splitlines()
    start = next(i for i, line in enumerate(lines) if "none.fits" in line)
    Path("map.yaml").write_text("\n".join([*lines[: start + 1], *lines[start + 6 :]]))
    answer = models("plot", "map.yaml", "-o", "a.png")
    assert answer.exit_code == 0, answer.output
    assert "Warning: 'crab' is not on the map: " in answer.stderr
