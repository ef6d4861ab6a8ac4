"""The command ``gammapy models convert``."""

import os
from pathlib import Path

import pytest

from gammapy.modeling.models import Models


def test_xml_to_yaml_and_back(models):
    answer = models("convert", "crab.xml", "new.yaml")
    assert (answer.exit_code, answer.stdout, answer.stderr) == (0, "new.yaml: 1 model\n", "")
    assert models("diff", "crab.xml", "new.yaml").exit_code == 0
    assert models("convert", "new.yaml", "back.xml").exit_code == 0
    assert models("diff", "crab.xml", "back.xml").exit_code == 0


def test_dialect(models):
    assert models("convert", "crab.xml", "fermi.xml", "--dialect", "fermi").exit_code == 0
    text = Path("fermi.xml").read_text()
    assert 'type="RadialGaussian"' in text
    assert "PivotEnergy" not in text
    assert models("diff", "crab.xml", "fermi.xml").exit_code == 0


def test_what_the_target_cannot_say_is_told(models, edit):
    edit("crab.yaml", "-   name: data-bkg\n    type: FoVBackgroundModel\n", "-   name: other\n")
    text = Path("crab.yaml").read_text()
    Path("crab.yaml").write_text(text[: text.index("-   name: other")])
    answer = models("convert", "crab.yaml", "crab2.xml")
    assert answer.exit_code == 0, answer.output
    assert answer.stderr.startswith("Warning: crab2.xml does not say everything: ")
    assert "link" in answer.stderr
    assert answer.stdout == "crab2.xml: 2 models\n"


def test_model_without_a_word_writes_nothing(models):
    answer = models("convert", "crab.yaml", "new.xml", "--dialect", "fermi")
    assert answer.exit_code == 2
    assert "data-bkg" in answer.stderr
    assert not Path("new.xml").exists()


def test_several_files_become_one(models):
    assert models("convert", "crab.yaml", "crab.xml", "all.yaml").exit_code == 2
    assert not Path("all.yaml").exists()
    answer = models("convert", "crab.yaml", "crab.xml", "all.yaml", "--suffix=-b")
    assert answer.exit_code == 0, answer.output
    assert "crab-b" in Models.read("all.yaml").names


def test_sources_that_are_no_models_are_told(models, edit):
    edit("crab.xml", 'type="PowerLaw"', 'type="NoLaw"')
    answer = models("convert", "crab.xml", "new.yaml")
    assert answer.exit_code == 0, answer.output
    assert "Warning: 1 sources that are no models are left out" in answer.stderr
    assert "crab.xml:4:" in answer.stderr


def test_existing_file_is_kept(models):
    before = Path("crab.xml").read_bytes()
    answer = models("convert", "crab.yaml", "crab.xml")
    assert answer.exit_code == 2
    assert answer.stderr == "Error: crab.xml exists: pass --overwrite or choose another name\n"
    assert Path("crab.xml").read_bytes() == before
    assert models("convert", "crab.xml", "crab.yaml", "--overwrite").exit_code == 0
    assert Models.read("crab.yaml").names == ["crab"]


@pytest.mark.parametrize(
    ("line", "message"),
    [
        (["crab.xml", "new.txt"], "new.txt: the name must end in .yaml or .xml"),
        (["crab.xml", "new.yaml", "--dialect", "fermi"], "new.yaml is not an XML file"),
        (["crab.xml", "new.xml", "--dialect", "agile"], "'agile' is not one of"),
        (["none.xml", "new.yaml"], "Error: none.xml does not exist"),
        (["crab.xml", "no/new.yaml"], "does not exist; create it first"),
        (["crab.xml"], "Missing argument"),
    ],
)
def test_refused(models, folder, line, message):
    answer = models("convert", *line)
    assert answer.exit_code == 2
    assert message in answer.stderr
    assert "Traceback" not in answer.output
    assert sorted(os.listdir(folder)) == ["crab.xml", "crab.yaml"]
