"""The example for newcomers runs anywhere, leaves nothing, and says what its prose promises."""

import os
from pathlib import Path

import pytest

plt = pytest.importorskip("matplotlib.pyplot")

SCRIPT = Path(__file__).parents[2] / "examples" / "getting_started.py"


@pytest.fixture
def pictures(monkeypatch):
    """Numbers of the figures that the script shows; no window opens."""
    shown = []
    monkeypatch.setattr(plt, "show", lambda: shown.extend(plt.get_fignums()))
    plt.switch_backend("agg")
    yield shown
    plt.close("all")


def run(**names):
    exec(compile(SCRIPT.read_text(), str(SCRIPT), "exec"), names)
    return names


def test_runs_from_any_folder(pictures, tmp_path, monkeypatch, capsys):
    monkeypatch.delenv("GAMMAPY_DATA", raising=False)
    monkeypatch.chdir(tmp_path)
    names = run(__file__=str(SCRIPT))
    assert os.listdir(tmp_path) == []
    assert len(pictures) == 1
    assert names["result"].success
    assert names["apart"].success
    assert 0 < names["difference"] < 4
    assert "The fit converged: a minimum was found." in capsys.readouterr().out


def test_runs_where_file_is_not_set(pictures, monkeypatch):
    monkeypatch.chdir(SCRIPT.parent)
    assert run()["result"].success
