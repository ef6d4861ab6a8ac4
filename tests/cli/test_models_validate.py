"""The command ``gammapy models validate``; the problems are those of test_validate."""

import json
import os
from pathlib import Path

import pytest


def test_no_problems(models):
    answer = models("validate", "crab.yaml", "crab.xml")
    assert (answer.exit_code, answer.output) == (0, "2 files: no problems\n")


def test_errors_have_file_and_line(models, edit):
    edit("crab.yaml", "value: 2.5", "value: two")
    edit("crab.yaml", "type: ConstantTemporalModel", "type: Course")
    edit("crab.xml", 'max="5"', 'max="1"')
    answer = models("validate", "crab.yaml", "crab.xml")
    assert answer.exit_code == 1
    lines = answer.stdout.splitlines()
    assert len(lines) == 3
    assert lines[0].startswith("crab.yaml:7: model 'crab', spectral, parameter 'index', value")
    assert lines[1].startswith("crab.yaml:31: ")
    assert lines[2].startswith("crab.xml:6: source 'crab', spectral.index = 2.5 is above its max")
    assert answer.stderr == "2 files: 3 errors\n"


def test_warnings_count_if_strict(models, edit):
    edit("crab.yaml", "max: 5.0", "max: 2.5")
    answer = models("validate", "crab.yaml")
    assert answer.exit_code == 0
    (line,) = answer.stdout.splitlines()
    assert line.startswith("crab.yaml:7: warning: model 'crab', spectral.index = 2.5 is at its max")
    assert answer.stderr == "1 file: 1 warning\n"
    assert models("validate", "--strict", "crab.yaml").exit_code == 1
    assert models("validate", "--strict", "crab.xml").exit_code == 0


def test_json(models, edit):
    assert json.loads(models("validate", "crab.yaml", "--json").stdout) == []
    edit("crab.yaml", "value: 2.5", "value: two")
    answer = models("validate", "crab.yaml", "--json")
    assert answer.exit_code == 1
    (row,) = json.loads(answer.stdout)
    assert (row["file"], row["line"], row["severity"]) == ("crab.yaml", 7, "error")


def test_missing_file(models):
    answer = models("validate", "crab.yaml", "none.yaml")
    assert answer.exit_code == 2
    assert answer.stderr.startswith("Error: none.yaml does not exist")


@pytest.mark.skipif("GAMMAPY_DATA" not in os.environ, reason="GAMMAPY_DATA is not set")
def test_binaries_of_the_data_challenge(models):
    folder = Path(os.environ["GAMMAPY_DATA"]) / "cta-1dc-skymodel" / "binaries"
    answer = models("validate", *folder.glob("*.xml"))
    assert answer.exit_code == 0
    lost = [line for line in answer.stdout.splitlines() if "has lost the letter" in line]
    assert len(lost) == 10
    assert ":40: warning: source 'PSR B1259-63'" in lost[0]
