"""The command line and the workers that comparisons share."""

import platform
import sys

import numpy as np
import pytest

from benchmarks.report import Report
from benchmarks.sides import options, ratio, two_sides, two_workers


def test_command_line(monkeypatch, capsys):
    monkeypatch.setattr(sys, "argv", ["name.py", "--peer", "python", "--save"])
    chosen = options("What it does.", rounds=7)
    assert (chosen.peer, chosen.rounds, chosen.save) == ("python", 7, True)
    monkeypatch.setattr(sys, "argv", ["name.py"])
    with pytest.raises(SystemExit):
        options("What it does.", rounds=7)
    assert "--peer" in capsys.readouterr().err


def test_each_side_has_a_worker_and_tells_its_versions(tmp_path, monkeypatch):
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    (tmp_path / "toy.py").write_text("TASKS = {'half': lambda x: {'is': x / 2}}")
    ours, theirs = two_sides(sys.executable)
    assert ours.environment["PYTHONPATH"] != str(tmp_path)
    assert "PYTHONPATH" not in theirs.environment
    report = Report("toy", "A comparison")
    # the other side is this one too: a peer with Gammapy 2.1 is not at hand
    theirs.environment = ours.environment
    with two_workers((ours, theirs), str(tmp_path / "toy.py"), report) as workers:
        assert [workers[name]("half", x=3)["is"] for name in ("ours", "theirs")] == [1.5, 1.5]
    for name, line in zip(("ours", "theirs"), report.lines[-2:], strict=True):
        assert line.startswith(f"{name}: python {platform.python_version()}, gammapy ")
        assert f"numpy {np.__version__}" in line
    assert "BLAS on one thread" in report.lines[-3]


def test_ratio_is_that_of_medians():
    assert ratio("fit", [0.1, 0.2, 0.4], [3.0, 2.0, 10.0]) == (
        "fit: median ours 200 ms, theirs 3000 ms, ratio 15 (rounds 10 to 30)"
    )
