"""The command ``gammapy models info``."""

import json
import math
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import yaml
from astropy.coordinates import SkyCoord

from gammapy.cli.models.text import text_table
from gammapy.modeling.models import Models
from tests.cli.models_files import CRAB

HEAVY = {"numpy", "scipy", "astropy", "iminuit", "yaml", "lxml", "matplotlib"}


def test_one_file(models):
    answer = models("info", "crab.yaml")
    assert answer.exit_code == 0, answer.output
    assert answer.stderr == ""
    lines = answer.stdout.splitlines()
    assert lines[0] == "crab.yaml: YAML, 3 models"
    assert "      1  lp x point x const" in lines
    assert "      1  pl x gauss" in lines
    assert "      1  fov-bkg" in lines
    # 4 of crab, amplitude and beta of the second source, a norm; alpha is linked
    assert "     17  parameters (7 free, 1 linked)" in lines
    (row,) = [line for line in lines if line.startswith("crab  ")]
    # 4e-11 / 1.5 (1 - 10^-1.5)
    assert row.split() == ["crab", "pl", "x", "gauss", "83.6330", "22.0140", "2.582e-11", "4"]
    (row,) = [line for line in lines if line.startswith("data-bkg")]
    assert row.split() == ["data-bkg", "fov-bkg", "x", "pl-norm", "1"]


def test_xml_and_its_dialect(models):
    answer = models("info", "crab.xml", "--summary")
    assert answer.stdout.splitlines() == [
        "crab.xml: XML (gammalib), 1 model",
        "      1  pl x gauss",
        "      8  parameters (4 free)",
    ]


@pytest.mark.parametrize("frame", ["icrs", "galactic"])
def test_json(models, frame):
    answer = models("info", "crab.yaml", "--json", "--frame", frame)
    tree = json.loads(answer.stdout)
    (file,) = tree["files"]
    assert file["models"] == 3
    assert (file["parameters"], file["free"], file["linked"], file["shared"]) == (17, 7, 1, 0)
    assert {"count": 1, "spectral": "lp", "spatial": "point", "temporal": "const"} in file["types"]
    crab, second, background = tree["models"]
    known = Models.read("crab.yaml")["crab"]
    flux = known.spectral_model.integral("1 TeV", "10 TeV").to_value("cm-2 s-1")
    assert crab["flux 1-10 TeV [cm-2 s-1]"] == pytest.approx(flux, rel=1e-12)
    names = ["RA [deg]", "Dec [deg]"] if frame == "icrs" else ["GLON [deg]", "GLAT [deg]"]
    expected = SkyCoord("359.5d", "1.5d", frame="galactic").transform_to(frame).spherical
    found = [second[name] for name in names]
    np.testing.assert_allclose(found, [expected.lon.deg, expected.lat.deg], rtol=1e-12)
    assert background["flux 1-10 TeV [cm-2 s-1]"] is None
    assert background[names[0]] is None


def test_one_model_in_full(models):
    answer = models("info", "crab.yaml", "--model", "crab")
    assert answer.exit_code == 0, answer.output
    assert "PowerLawSpectralModel x GaussianSpatialModel" in answer.stdout
    assert "Position (icrs): 83.63300, 22.01400 deg" in answer.stdout
    assert "Flux from 1 to 10 TeV: 2.582e-11 cm-2 s-1" in answer.stdout
    tree = json.loads(models("info", "crab.yaml", "--model", "crab", "--json").stdout)
    index = tree["parameters"][0]
    assert (index["name"], index["value"], index["error"]) == ("spectral.index", 2.5, 0.1)
    assert tree["parameters"][1]["min"] is None


def test_files_together(models):
    answer = models("info", "crab.yaml", "crab.xml")
    assert answer.exit_code == 2
    (line,) = answer.stderr.splitlines()
    assert line.startswith("Error: 1 names come twice, first 'crab' in crab.yaml and crab.xml")
    assert "--suffix=-b" in line
    answer = models("info", "crab.yaml", "crab.xml", "--suffix=-b")
    assert answer.exit_code == 0, answer.output
    names = [line.split("  ")[0] for line in answer.stdout.splitlines()]
    assert {"crab", "crab-b"} <= set(names)


def test_sources_kept_aside_are_counted(models, edit):
    edit("crab.xml", 'type="PowerLaw"', 'type="NoLaw"')
    answer = models("info", "crab.xml")
    assert answer.stdout.splitlines()[0].endswith(", 0 models, 1 sources kept aside")
    assert "crab.xml:4: source 'crab'" in answer.stderr


@pytest.mark.parametrize(
    ("line", "message"),
    [
        (["none.yaml"], "Error: none.yaml does not exist"),
        (["crab.yaml", "--model", "vela"], "Error: no model 'vela'"),
        (["."], "Error: . is a folder"),
    ],
)
def test_refused(models, line, message):
    answer = models("info", *line)
    assert answer.exit_code == 2
    assert answer.stderr.splitlines()[-1].startswith(message)
    assert "Traceback" not in answer.output


def test_template_without_its_file_has_no_position(models):
    text = CRAB.replace("GaussianSpatialModel", "TemplateSpatialModel\n        filename: none.fits")
    lines = text.splitlines()
    start = next(i for i, line in enumerate(lines) if "none.fits" in line)
    Path("map.yaml").write_text("\n".join([*lines[: start + 1], *lines[start + 6 :]]))
    answer = models("info", "map.yaml", "--json")
    assert answer.exit_code == 0, answer.output
    assert json.loads(answer.stdout)["models"][0]["RA [deg]"] is None


def test_help_imports_nothing_heavy():
    code = (
        "import sys; from gammapy.cli import main;"
        "main(['models', '--help'], standalone_mode=False);"
        "main(['models', 'plot', '--help'], standalone_mode=False);"
        "print(sorted({m.partition('.')[0] for m in sys.modules}))"
    )
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))}
    answer = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, env=environment, check=True
    )
    for command in ("info", "validate", "convert", "plot", "diff"):
        assert f"\n  {command} " in answer.stdout
    loaded = set(yaml.safe_load(answer.stdout.splitlines()[-1]))
    assert not loaded & HEAVY


@pytest.mark.parametrize("command", ["info", "validate", "convert", "plot", "diff"])
def test_help_has_examples_one_a_line(models, command):
    text = models(command, "--help").stdout
    assert f"\n    gammapy models {command} " in text[text.index("Examples:") :]


# -- tables -------------------------------------------------------------------------------


def test_table_fits_a_width():
    rows = [["x" * 30, "y" * 20, "1.5"], ["short", "z", "22.25"]]
    text = text_table(["name", "types", "flux"], rows, right=["flux"], width=40)
    lines = text.splitlines()
    assert max(map(len, lines)) == 40
    assert lines[2].endswith("    1.5".strip())
    assert lines[2].count("…") == 2
    assert lines[3].startswith("short ")
    assert lines[3].endswith("22.25")


def test_table_that_cannot_fit_keeps_its_numbers():
    text = text_table(["name", "a"], [["x" * 20, "1" * 30]], right=["a"], width=20)
    assert "1" * 30 in text
    assert "x" * 7 + "…" in text


def test_table_is_not_cut_without_a_width():
    assert "x" * 300 in text_table(["name"], [["x" * 300]])


# -- real files ---------------------------------------------------------------------------


@pytest.mark.skipif("GAMMAPY_DATA" not in os.environ, reason="GAMMAPY_DATA is not set")
def test_a_library_of_the_data_challenge(models):
    file = Path(os.environ["GAMMAPY_DATA"]) / "cta-1dc-skymodel" / "pulsars"
    (file,) = file.glob("*.xml")
    tree = json.loads(models("info", file, "--json").stdout)
    assert tree["files"][0]["models"] == len(tree["models"]) == 15
    assert all(row["flux 1-10 TeV [cm-2 s-1]"] > 0 for row in tree["models"])
    assert all(math.isfinite(row["RA [deg]"]) for row in tree["models"])
