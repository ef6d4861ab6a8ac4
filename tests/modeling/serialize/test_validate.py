"""Every problem of a file of models, with its line."""

import os
from pathlib import Path

import numpy as np
import pytest
from astropy.table import Table

from gammapy.errors import FileFormatError, MissingFileError
from gammapy.modeling.models import Models, PowerLawSpectralModel, SkyModel
from gammapy.modeling.serialize.checks import findings
from gammapy.modeling.serialize.mending import yaml_problems
from gammapy.modeling.serialize.problem import Problem, at_line
from gammapy.modeling.serialize.validate import problems

GOOD = """\
components:
-   name: crab
    type: SkyModel
    spectral:
        type: PowerLawSpectralModel
        parameters:
        -   name: index
            value: 2.0
            min: 0.0
            max: 5.0
        -   name: amplitude
            value: 1.0e-12
            unit: cm-2 s-1 TeV-1
        -   name: reference
            value: 1.0
            unit: TeV
            frozen: true
    spatial:
        type: PointSpatialModel
        frame: icrs
        parameters:
        -   {name: lon_0, value: 83.6, unit: deg}
        -   {name: lat_0, value: 22.0, unit: deg}
-   name: vela
    type: SkyModel
    spectral:
        type: PowerLawSpectralModel
        parameters:
        -   {name: index, value: 2.2, link: {mul: [1.1, crab.spectral.index]}}
        -   {name: amplitude, value: 1.0e-12, unit: cm-2 s-1 TeV-1}
""".replace("value: 2.2, ", "")


def found(text, **kwargs):
    """Lines and texts of the problems, and that a reader refuses the file if there is an error."""
    listed = yaml_problems(text, "models.yaml", **kwargs)
    return [(problem.line, problem.severity, problem.message) for problem in listed]


def changed(*edits):
    text = GOOD
    for old, new in edits:
        assert old in text
        text = text.replace(old, new, 1)
    return text


def test_nothing_is_wrong():
    assert found(GOOD) == []


#: edits, and the line and a part of the message of each problem
CASES = {
    "no number": ([("value: 2.0", "value: two")], [(8, "must be a number")]),
    "unknown key": ([("value: 2.0", "valu: 2.0")], [(8, "unknown key 'valu'")]),
    "two in a row": (
        [("value: 2.0", "valu: 2.0"), ("max: 5.0", "frozen: 'no'")],
        [(8, "unknown key 'valu'"), (10, "must be true or false")],
    ),
    "crossed bounds": ([("min: 0.0", "min: 6.0")], [(7, "min = 6 is above max = 5")]),
    "unit": ([("unit: TeV\n", "unit: m\n")], [(16, "does not convert to 'TeV'")]),
    "unknown unit": ([("unit: TeV\n", "unit: parsnip\n")], [(16, "'parsnip' is not a unit")]),
    "unknown parameter": ([("name: reference", "name: pivot")], [(14, "is not a parameter")]),
    "parameter twice": ([("name: reference", "name: index")], [(14, "comes twice")]),
    "no name of a parameter": (
        [("name: reference", "error: 0.1")],
        [(14, "key 'name' is missing")],
    ),
    "row is no row": (
        [("-   {name: lon_0, value: 83.6, unit: deg}", "-   lon_0")],
        [(22, "must be a mapping")],
    ),
    "unknown spectrum, and more": (
        [("type: PowerLawSpectralModel", "type: Law"), ("frame: icrs", "frame: mars")],
        [(5, "no spectral model is called 'Law'"), (18, "mars")],
    ),
    "no spectrum": (
        [("    spectral:\n        type: P", "    x:\n        type: P")],
        [(2, "key 'spectral'"), (4, "'x'")],
    ),
    "unknown component": ([("type: SkyModel", "type: Sky")], [(3, "no model is called 'Sky'")]),
    "no name": ([("-   name: vela\n    type", "-   type")], [(24, "key 'name' is missing")]),
    "name twice": (
        [("name: vela", "name: crab")],
        [(24, "name 'crab' comes twice, first in line 2")],
    ),
    "link to nothing": (
        [("crab.spectral.index]", "crab.spectral.alpha]")],
        [(29, "is not the path of a parameter")],
    ),
    "link by an unknown operator": ([("{mul:", "{mod:")], [(29, "must be one of")]),
    "root": ([("components:", "penalties: 3\ncomponents:")], [(1, "must be a list")]),
    "unknown section": ([("components:", "extras: 3\ncomponents:")], [(1, "unknown key 'extras'")]),
}


@pytest.mark.parametrize(("edits", "expected"), CASES.values(), ids=CASES.keys())
def test_problems(edits, expected):
    text = changed(*edits)
    with pytest.raises(FileFormatError):
        Models.from_yaml(text)
    listed = found(text)
    assert [(line, severity) for line, severity, _ in listed] == [(n, "error") for n, _ in expected]
    for (_, _, message), (_, part) in zip(listed, expected, strict=True):
        assert part in message
        assert not message.startswith("models.yaml")


def test_each_part_is_looked_at():
    edits = [(old, new) for (old, new), *_ in (CASES[k][0] for k in ("no number", "unit"))]
    edits += [("lon_0, value: 83.6", "lon_0, value: east"), ("{mul:", "{mod:")]
    edits += [("{name: lat_0, value: 22.0, unit: deg}", "{name: lat_0, value: 22.0, unit: s}")]
    assert [line for line, _, _ in found(changed(*edits))] == [8, 16, 22, 23, 29]


def test_what_follows_from_a_lost_model_is_no_problem():
    # vela is linked to crab, which cannot be read
    listed = found(changed(("type: SkyModel", "type: Sky")))
    assert len(listed) == 1


def test_wrong_in_compounds():
    inner = "{type: PowerLawSpectralModel, parameters: [{name: index, value: x}]}"
    text = (
        "components:\n-   name: a\n    type: SkyModel\n    spectral:\n"
        "        type: CompoundSpectralModel\n        operator: add\n"
        f"        model1: {inner}\n        model2:\n            type: Nothing\n"
    )
    assert [(line, part) for line, _, message in found(text) for part in [message[:30]]] == [
        (7, "model 'a', spectral, model1, p"),
        (9, "model 'a', spectral, model2, t"),
    ]


def test_sections_beside_the_models():
    text = GOOD + (
        "covariance_matrix:\n    parameters: [crab.spectral.none]\n    data: [[1.0]]\n"
        "asymmetric_errors:\n"
        "-   {parameter: crab.spectral.index, errn: 0.1, errp: x}\n"
        "-   {parameter: crab.spectral.none, errn: 0.1}\n"
        "-   {parameter: crab.spectral.amplitude, errn: 0.1}\n"
        "penalties:\n-   type: None\n"
    )
    n = GOOD.count("\n")
    assert [line for line, _, _ in found(text)] == [n + 2, n + 5, n + 6, n + 9]


def test_labels_that_do_not_agree():
    text = changed(
        ("value: 2.0", "link: index@a\n            value: 2.0"),
        ("link: {mul: [1.1, crab.spectral.index]}", "value: 3.0, link: index@a"),
    )
    ((line, _, message),) = found(text)
    assert line == 30
    assert "both are the same parameter" in message


@pytest.mark.parametrize(
    ("text", "line", "part"),
    [
        ("components: [\n  a: {", 2, "not valid YAML"),
        ("a: 1\na: 2\n", 2, "key 'a' comes twice"),
        ("", 1, "is empty"),
        ("3", 1, "must be a mapping"),
        ("components: 3", 1, "must be a list"),
        ("components:\n- &a [*a]\n", 2, "recursive"),
        ("components: !!python/object/apply:os.system ['true']", 1, "not valid YAML"),
    ],
)
def test_no_tree_of_models(text, line, part):
    ((found_line, severity, message),) = found(text)
    assert (found_line, severity) == (line, "error")
    assert part in message


def test_many_problems_end():
    rows = "\n".join(f"-   {{parameter: none{i}, errn: 0.1}}" for i in range(200))
    listed = found(f"{GOOD}asymmetric_errors:\n{rows}\n")
    assert len(listed) == 51
    assert "more problems than 50" in listed[0][2]


def test_alias_bomb_is_short_work():
    layers = ["a0: &a0 [x, x, x, x, x, x, x, x, x]"]
    layers += [f"a{i}: &a{i} [{', '.join([f'*a{i - 1}'] * 9)}]" for i in range(1, 12)]
    listed = found("\n".join(layers))
    assert {severity for _, severity, _ in listed} == {"error"}
    assert any("with its aliases written out" in message for _, _, message in listed)


# -- models that can be read --------------------------------------------------------------


@pytest.mark.parametrize(
    ("edits", "expected"),
    [
        ([("value: 2.0", "value: 5.5")], [(7, "error", "= 5.5 is above its max = 5")]),
        ([("value: 2.0", "value: -1")], [(7, "error", "= -1 is below its min = 0")]),
        ([("value: 2.0", "value: 5.0")], [(7, "warning", "= 5 is at its max")]),
        ([("value: 2.0", "value: 0.0")], [(7, "warning", "= 0 is at its min")]),
        (
            [("value: 2.0", "value: 5.5\n            frozen: true")],
            [(7, "warning", "is above its max")],
        ),
        ([("value: 2.0", "value: 5.0\n            frozen: true")], []),
        (
            [("value: 1.0e-12\n", "value: -1.0e-12\n")],
            [(4, "error", "spectral: is negative at 0.01 TeV (-1e-08 TeV-1 s-1 cm-2)")],
        ),
        (
            [("value: 1.0e-12\n", "value: 1.0e+305\n")],
            [(4, "error", "spectral: is not finite at 0.01 TeV")],
        ),
        (
            [("lat_0, value: 22.0", "lat_0, value: 95.0")],
            [(18, "error", "lat_0"), (23, "error", "is above its max = 90")],
        ),
    ],
)
def test_impossible_values(edits, expected):
    listed = found(changed(*edits))
    assert [row[:2] for row in listed] == [row[:2] for row in expected]
    for (_, _, message), (_, _, part) in zip(listed, expected, strict=True):
        assert part in message


def test_what_was_mended_is_not_judged():
    # without its value the index is 2, which is below the bound
    listed = found(changed(("value: 2.0", "value: two"), ("min: 0.0", "min: 3.0")))
    assert [line for line, _, _ in listed] == [8]


def test_shared_parameter_is_looked_at_once():
    first = PowerLawSpectralModel(index=9.0)
    first.index.max = 5.0
    second = PowerLawSpectralModel()
    second.index = first.index
    models = Models([SkyModel(first, name="a"), SkyModel(second, name="b")])
    (finding,) = findings(models)
    assert (finding.position, finding.kind, finding.parameter) == (0, "spectral", "index")


def test_files_that_are_not_there(tmp_path):
    spatial = "        type: TemplateSpatialModel\n        filename: none.fits\n"
    start, end = GOOD.index("        type: PointSpatialModel"), GOOD.index("-   name: vela")
    text = f"{GOOD[:start]}{spatial}{GOOD[end:]}"
    ((line, severity, message),) = found(text, folder=tmp_path)
    assert (line, severity) == (18, "error")
    assert "none.fits' is not there" in message
    ((_, _, message),) = found(text.replace("none.fits", "$NO_SUCH_FOLDER/none.fits"))
    assert "set the variable" in message


def test_light_curve_that_is_not_there(tmp_path):
    text = GOOD + (
        "    temporal:\n        type: TemplatePhaseCurveTemporalModel\n"
        "        filename: curve.fits\n        parameters: []\n"
    )
    ((line, _, message),) = found(text, folder=tmp_path)
    assert line == GOOD.count("\n") + 1
    assert "curve.fits' is not there" in message
    Table({"PHASE": [0.0, 0.5], "NORM": [1.0, 0.5]}).write(tmp_path / "curve.fits")
    assert found(text, folder=tmp_path) == []


def test_spectrum_beyond_what_is_looked_at():
    grid = np.geomspace(0.01, 100, 7)
    data = ", ".join(map(repr, grid.tolist()))
    values = ", ".join(["1.0e-12"] * 7)
    text = (
        "components:\n-   name: a\n    type: SkyModel\n    spectral:\n"
        "        type: TemplateSpectralModel\n        parameters: []\n"
        f"        energy: {{data: [{data}], unit: TeV}}\n"
        f"        values: {{data: [{values}], unit: cm-2 s-1 TeV-1}}\n"
    )
    assert found(text) == []


# -- files --------------------------------------------------------------------------------


def test_file(tmp_path):
    path = tmp_path / "models.yaml"
    path.write_text(changed(("value: 2.0", "value: two")))
    (problem,) = problems(path)
    assert problem == Problem(8, "error", problem.message)
    assert problem.message.startswith("model 'crab', spectral, parameter 'index', value = 'two'")


def test_missing_file(tmp_path):
    with pytest.raises(MissingFileError):
        problems(tmp_path / "none.yaml")


@pytest.mark.parametrize(
    ("content", "part"),
    [
        (b"SIMPLE  =                    T", "is a FITS or compressed file"),
        (b"\x80\x81\x82", "is not a text file in UTF-8"),
        (b"<observation_list/>", "is a list of observations"),
        (b"<source_library><source>", "not well-formed XML"),
        (b"<source_library>" + b"<a>" * 1000, "not well-formed XML"),
    ],
)
def test_no_file_of_models(tmp_path, content, part):
    path = tmp_path / "file"
    path.write_bytes(content)
    (problem,) = problems(path)
    assert (problem.line, problem.severity) == (1, "error")
    assert part in problem.message
    assert str(path) not in problem.message


XML = """\
<?xml version="1.0"?>
<source_library title="x">
  <source name="A" type="PointSource">
    <spectrum type="PowerLaw">
      <parameter name="Prefactor" value="5.7" scale="1e-16" min="1e-07" max="1000" free="1"/>
      <parameter name="Index" value="2.48" scale="-1" min="0" max="2.0" free="1"/>
      <parameter name="PivotEnergy" value="0.3" scale="1e6" free="0"/>
    </spectrum>
    <spatialModel type="PointSource">
      <parameter name="RA" value="83.6" scale="1" free="0"/>
      <parameter name="DEC" value="22.0" scale="1" free="0"/>
    </spatialModel>
  </source>
  <source name="B" type="PointSource">
    <spectrum type="NoLaw">
      <parameter name="Prefactor" value="5.7" scale="1e-16" free="1"/>
    </spectrum>
    <spatialModel type="PointSource">
      <parameter name="RA" value="eighty" scale="1" free="0"/>
      <parameter name="DEC" value="22.0" scale="1-01" free="0"/>
    </spatialModel>
  </source>
  <source name="A" type="DiffuseSource">
    <spectrum type="ConstantValue">
      <parameter name="Value" value="1" scale="1" min="1" max="9" free="1"/>
    </spectrum>
    <spatialModel type="DiffuseMap" file="nowhere.fits">
      <parameter name="Normalization" value="1" scale="1" free="0"/>
    </spatialModel>
  </source>
</source_library>
"""


def test_xml(tmp_path):
    path = tmp_path / "models.xml"
    path.write_text(XML)
    listed = problems(path)
    expected = [
        (6, "error", "source 'A', spectral.index = 2.48 is above its max = 2"),
        (15, "error", "source 'B': spectrum of the type 'NoLaw'"),
        (19, "error", "source 'B': RA: value = 'eighty' is no number"),
        (23, "error", "a second source has the name 'A' of that in line 3"),
        (25, "warning", "is at its min"),
        (27, "error", "file 'nowhere.fits' is not there"),
    ]
    assert [problem[:2] for problem in listed] == [row[:2] for row in expected]
    for problem, (_, _, part) in zip(listed, expected, strict=True):
        assert part in problem.message


def test_xml_has_all_warnings(tmp_path):
    path = tmp_path / "models.xml"
    source = XML[XML.index('  <source name="A"') : XML.index('  <source name="B"')]
    source = source.replace('max="2.0"', 'max="5.0"').replace('"1e-16"', '"1-16"')
    sources = "".join(source.replace('"A"', f'"{i}"') for i in range(30))
    path.write_text(f"<source_library>\n{sources}</source_library>\n")
    listed = problems(path)
    assert [problem.line for problem in listed] == [4 + 11 * i for i in range(30)]
    assert {problem.severity for problem in listed} == {"warning"}


def test_gamma_cat(tmp_path):
    path = tmp_path / "tev-000001.yaml"
    path.write_text("source_id: 1\nreference_id: 2000ApJ...1A\nspec: {model: {type: none}}\n")
    (problem,) = problems(path)
    assert (problem.line, problem.severity) == (1, "error")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("f.xml:12: source 'a': bad", Problem(12, "error", "source 'a': bad")),
        ("f.xml, line 3: not valid", Problem(3, "error", "not valid")),
        ("f.xml: model 'a': bad", Problem(7, "error", "model 'a': bad")),
        ("f.xml, key: bad", Problem(7, "error", "key: bad")),
        ("f.xml is a folder", Problem(7, "error", "is a folder")),
        ("fzxml: bad\n  still", Problem(7, "error", "fzxml: bad still")),
    ],
)
def test_messages_with_their_line(text, expected):
    assert at_line(text, "f.xml", "error", 7) == expected


@pytest.mark.skipif("GAMMAPY_DATA" not in os.environ, reason="GAMMAPY_DATA is not set")
def test_models_of_others_are_in_order():
    folder = Path(os.environ["GAMMAPY_DATA"])
    files = [*(folder / "gammapy-yaml").glob("*.yaml"), *folder.glob("ctools/models/c*.xml")]
    assert len(files) >= 5
    for file in files:
        assert [p for p in problems(file) if p.severity == "error"] == [], file
