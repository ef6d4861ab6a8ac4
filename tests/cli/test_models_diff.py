"""The command ``gammapy models diff``."""

import json
import shutil

import astropy.units as u
import numpy as np
import pytest
from astropy.coordinates import SkyCoord


@pytest.fixture
def copy(folder):
    """Second file, new.yaml, equal to crab.yaml."""
    shutil.copy("crab.yaml", "new.yaml")
    return "new.yaml"


def differences(answer):
    assert answer.exit_code == 1, answer.output
    return json.loads(answer.stdout)


def test_nothing_differs(models, copy):
    answer = models("diff", "crab.yaml", copy)
    assert (answer.exit_code, answer.stdout) == (0, "No difference.\n")
    assert models("diff", "crab.yaml", copy, "--json").stdout == "[]\n"


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("value: 1.0, unit: TeV", "value: 1000.0, unit: GeV"),
        ("4.0e-11, unit: cm-2 s-1 TeV-1, error: 2.0e-12", "4.0e-14, unit: cm-2 s-1 GeV-1"),
        ("value: 0.2, unit: deg", "value: 12.0, unit: arcmin"),
        ("min: 0.0, max: 5.0", "max: 5.0, min: 0.0"),
    ],
)
def test_units_and_order_do_not_matter(models, copy, edit, old, new):
    edit(copy, old, new)
    assert models("diff", "crab.yaml", copy).exit_code == 0


def test_value_and_its_sigmas(models, copy, edit):
    edit(copy, "value: 2.5, error: 0.1", "value: 2.8, error: 0.2")
    row, linked = differences(models("diff", "crab.yaml", copy, "--json"))
    assert linked["item"] == "spectral.alpha"
    assert (row["model"], row["item"], row["a"], row["b"]) == (
        "crab",
        "spectral.index",
        "2.5",
        "2.8",
    )
    assert row["change"] == pytest.approx(0.3, rel=1e-12)
    assert row["relative"] == pytest.approx(0.12, rel=1e-12)
    assert row["sigma"] == pytest.approx(0.3 / 0.05**0.5, rel=1e-12)
    lines = models("diff", "crab.yaml", copy).stdout.splitlines()
    assert lines[0].split() == ["model", "what", "A", "B", "change", "percent", "sigma"]
    assert lines[2].split() == ["crab", "spectral.index", "2.5", "2.8", "+0.3", "+12", "1.34"]


def test_errors_are_compared_in_one_unit(models, copy, edit):
    old = "value: 4.0e-11, unit: cm-2 s-1 TeV-1, error: 2.0e-12"
    edit(copy, old, "value: 4.4e-14, unit: cm-2 s-1 GeV-1, error: 2.0e-15")
    (row,) = differences(models("diff", "crab.yaml", copy, "--json"))
    assert row["change"] == pytest.approx(4e-12, rel=1e-9)
    assert row["sigma"] == pytest.approx(4e-12 / (2e-12 * 2**0.5), rel=1e-9)


def test_linked_value_follows(models, copy, edit):
    edit(copy, "mul: [0.8,", "mul: [0.9,")
    rows = differences(models("diff", "crab.yaml", copy, "--json"))
    assert [row["item"] for row in rows] == ["spectral.alpha", "spectral.alpha link"]
    assert rows[0]["sigma"] is None


def test_sigma_passes_over_small_changes(models, copy, edit):
    edit(copy, "value: 2.5, error: 0.1", "value: 2.6, error: 0.1")
    edit(copy, "mul: [0.8,", "mul: [0.76923076923,")  # alpha stays as it was, nearly
    assert models("diff", "crab.yaml", copy, "--sigma", "0.7").exit_code == 1
    answer = models("diff", "crab.yaml", copy, "--sigma", "0.71", "--json")
    # what has no error stays
    assert {row["item"] for row in differences(answer)} == {"spectral.alpha link"} | {
        row["item"] for row in differences(answer) if row["sigma"] is None
    }
    edit(copy, "mul: [0.76923076923,", "mul: [0.8,")
    edit(copy, "value: 2.6", "value: 2.5")
    answer = models("diff", "crab.yaml", copy, "--sigma", "3")
    assert (answer.exit_code, answer.stdout) == (0, "No difference of 3 sigma or more.\n")


def test_value_without_error_has_no_sigma(models, copy, edit):
    edit(copy, "value: 0.2, unit: deg", "value: 0.3, unit: deg")
    answer = models("diff", "crab.yaml", copy, "--sigma", "100")
    assert answer.exit_code == 1
    row = answer.stdout.splitlines()[2]
    assert row.split()[-2:] == ["+50", "n/a"]


@pytest.mark.parametrize(
    ("old", "new", "item", "a", "b"),
    [
        ("max: 5.0", "max: 6.0", "spectral.index max", "5", "6"),
        ("max: 5.0, ", "", "spectral.index max", "5", "none"),
        ("frozen: false", "frozen: true", "spectral.index frozen", "False", "True"),
        ("datasets_names: [data]", "datasets_names: [x]", "datasets_names", "['data']", "['x']"),
    ],
)
def test_what_is_no_value(models, copy, edit, old, new, item, a, b):
    edit(copy, old, new)
    (row,) = differences(models("diff", "crab.yaml", copy, "--json"))
    assert (row["item"], row["a"], row["b"]) == (item, a, b)


def test_types_differ(models, copy, edit):
    edit(copy, "PowerLawSpectralModel", "ExpCutoffPowerLawSpectralModel")
    edit(copy, "    temporal:\n        type: ConstantTemporalModel\n", "")
    first, second = differences(models("diff", "crab.yaml", copy, "--json"))
    assert (first["item"], first["a"]) == ("spectral", "PowerLawSpectralModel")
    assert (second["item"], second["a"], second["b"]) == ("temporal", "ConstantTemporalModel", "")


def test_models_of_one_file_only(models, copy, edit):
    edit(copy, "name: data-bkg", "name: other-bkg")
    answer = models("diff", "crab.yaml", copy)
    assert answer.exit_code == 1
    assert [line.split() for line in answer.stdout.splitlines()[2:]] == [
        ["data-bkg", "only", "in", "A"],
        ["other-bkg", "only", "in", "B"],
    ]


TABLE = """\
components:
-   name: table
    type: SkyModel
    spectral:
        type: TemplateSpectralModel
        energy: {data: [1.0, 10.0], unit: TeV}
        values: {data: [1.0e-12, 1.0e-14], unit: cm-2 s-1 TeV-1}
"""


def test_tables_are_compared_with_their_units(models, folder):
    (folder / "a.yaml").write_text(TABLE)
    same = TABLE.replace("[1.0, 10.0], unit: TeV", "[1000.0, 10000.0], unit: GeV")
    (folder / "b.yaml").write_text(same)
    assert models("diff", "a.yaml", "b.yaml").exit_code == 0
    (folder / "b.yaml").write_text(TABLE.replace("1.0e-14", "1.1e-14"))
    (row,) = differences(models("diff", "a.yaml", "b.yaml", "--json"))
    assert (row["item"], row["a"], row["b"]) == ("spectral values", "2 numbers", "2 numbers")


def test_formats_do_not_matter(models, folder):
    rows = differences(models("diff", "crab.xml", "crab.yaml", "--json"))
    others = [row for row in rows if row["item"] == "model"]
    assert {row["model"] for row in others} == {"a very long name of the second source", "data-bkg"}
    # the bounds are those of crab.xml only
    assert {row["item"] for row in rows if row["model"] == "crab"} == {
        "spectral.amplitude min",
        "spectral.amplitude max",
        "spatial.lat_0 min",
        "spatial.lat_0 max",
        "spatial.sigma min",
    }


@pytest.mark.parametrize("line", [["crab.yaml"], ["crab.yaml", "none.yaml"]])
def test_refused(models, line):
    answer = models("diff", *line)
    assert answer.exit_code == 2
    assert "Traceback" not in answer.output
    assert answer.stderr.splitlines()[-1].startswith("Error: ")


def test_negative_sigma(models, copy):
    answer = models("diff", "crab.yaml", copy, "--sigma", "-1")
    assert answer.exit_code == 2
    assert "-1" in answer.stderr


SHAPE = """\
components:
-   name: a
    type: SkyModel
    spectral: {type: PowerLawSpectralModel}
    spatial:
        type: DiskSpatialModel
        frame: FRAME
        parameters:
        -   {name: lon_0, value: LON, unit: deg}
        -   {name: lat_0, value: LAT, unit: deg}
        -   {name: phi, value: PHI, unit: deg}
"""


def shape(frame, lon, lat, phi):
    texts = {"FRAME": frame, "LON": repr(lon), "LAT": repr(lat), "PHI": repr(phi)}
    text = SHAPE
    for key, value in texts.items():
        text = text.replace(key, value)
    return text


def test_one_place_in_two_frames(models, folder):
    here = SkyCoord("359.9d", "0d", frame="galactic")
    there = here.icrs
    north = here.directional_offset_by(40 * u.deg, 0.01 * u.deg).icrs
    angle = float(there.position_angle(north).deg)
    (folder / "a.yaml").write_text(shape("galactic", 359.9, 0.0, 40.0))
    lon, lat = float(there.ra.deg), float(there.dec.deg)
    (folder / "b.yaml").write_text(shape("icrs", lon, lat, angle))
    rows = differences(models("diff", "a.yaml", "b.yaml", "--json"))
    assert [row["item"] for row in rows if not row["item"].startswith("spatial.phi")] == [
        "spatial frame"
    ]
    for row in rows:  # the angle follows from two points that are near to each other
        if row["item"] == "spatial.phi":
            assert abs(row["change"]) < 1e-6
    (folder / "b.yaml").write_text(shape("icrs", lon, lat + 0.1, angle + 3))
    rows = differences(models("diff", "a.yaml", "b.yaml", "--json"))
    change = {row["item"]: row["change"] for row in rows}
    moved = np.hypot(change["spatial.lon_0"], change["spatial.lat_0"])
    assert moved == pytest.approx(0.1, rel=1e-4)
    assert change["spatial.phi"] == pytest.approx(3.0, abs=0.2)


def test_link_to_another_parameter(models, copy, edit):
    edit(copy, "crab.spectral.index]", "data-bkg.spectral.norm]")
    rows = differences(models("diff", "crab.yaml", copy, "--json"))
    (row,) = [row for row in rows if row["item"] == "spectral.alpha link"]
    assert row["a"] == "mul(0.8, crab.spectral.index)"
    assert row["b"] == "mul(0.8, data-bkg.spectral.norm)"


def test_value_of_an_equal_parameter_is_no_change_of_the_link(models, copy, edit):
    for name in ("crab.yaml", copy):
        edit(name, "{mul: [0.8, crab.spectral.index]}", "{equal: crab.spectral.index}")
    edit(copy, "value: 2.5", "value: 2.6")
    rows = differences(models("diff", "crab.yaml", copy, "--json"))
    assert [row["item"] for row in rows] == ["spectral.index", "spectral.alpha"]
